package main

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
)

// stage makes a new file beside the one of that name, which is to take its place:
// with its mode and, where that is allowed, its owner; or else with mode, without
// what the umask takes. What is not a regular file is not to be replaced.
func stage(name string, mode os.FileMode) (*os.File, error) {
	old, err := os.Stat(name)
	switch {
	case err == nil && !old.Mode().IsRegular():
		return nil, notRegular(name)
	case absentOr(err) != nil:
		return nil, err
	}
	temp := filepath.Join(filepath.Dir(name), ".doozer-"+rand.Text())
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

// replaceFile writes a file beside the one of that name, and puts it in its place
// when it is whole, and the check lets it.
func replaceFile(name string, mode os.FileMode, text []byte, check func(staged string) error) (err error) {
	f, err := stage(name, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = check(f.Name())
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
