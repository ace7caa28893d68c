package main

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
)

// stage makes a new file beside the one of that name, which is to take its place:
// with its mode and, where that is allowed, its owner; or else with mode, without
// what the umask takes.
func stage(name string, mode os.FileMode) (*os.File, error) {
	old, err := os.Stat(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	dir, base := filepath.Split(name)
	temp := dir + "." + base + "." + strconv.FormatUint(rand.Uint64(), 36)
	f, err := os.OpenFile(temp, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
	if err != nil || old == nil {
		return f, err
	}
	if err := f.Chmod(old.Mode().Perm()); err != nil {
		f.Close()
		os.Remove(temp)
		return nil, err
	}
	keepOwner(f, old)
	return f, nil
}
