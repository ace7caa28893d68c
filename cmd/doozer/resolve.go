package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// maxLinks is how many links there may be on the way to a file, as with the kernel.
const maxLinks = 40

// resolve follows links to the name of a file that can be replaced: one that is a
// regular file, or is not there yet. What leads through /proc, as /dev/stdout does,
// means something that is open, and not the file that another one can take the place of.
func resolve(name string) (string, error) {
	for range maxLinks {
		dir, err := filepath.EvalSymlinks(filepath.Dir(name))
		if err != nil {
			return "", err
		}
		if strings.HasPrefix(dir+"/", "/proc/") {
			return "", notRegular(name)
		}
		name = filepath.Join(dir, filepath.Base(name))
		link, err := os.Readlink(name)
		if err != nil {
			return name, absentOr(checkRegular(name))
		}
		if !filepath.IsAbs(link) {
			link = filepath.Join(dir, link)
		}
		name = link
	}
	return "", dataError(name + ": too many links")
}

// checkRegular is an error if a file is none that holds its text until another one is
// put in its place. It opens nothing: to open a pipe may take for ever.
func checkRegular(name string) error {
	st, err := os.Stat(name)
	if err == nil && !st.Mode().IsRegular() {
		err = notRegular(name)
	}
	return err
}

func notRegular(name string) error { return dataError(name + " is not a regular file") }

// absentOr is err, unless that says that a file is not there.
func absentOr(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
