package main

import (
	"errors"
	"fmt"
	"os"
)

// checkOutput refuses a file that is there, unless it is to be replaced, before any work is done.
func (e *env) checkOutput(path string, force bool) error {
	if path == "-" || force {
		return nil
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		if err == nil {
			err = fmt.Errorf("%s is there already (-force replaces it)", path)
		}
		return err
	}
	return nil
}
