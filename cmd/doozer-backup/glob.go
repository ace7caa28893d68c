package main

import (
	"fmt"

	"github.com/ha/doozer/store"
)

const all = "/**" // matches every file

// onlyGlob is the only argument, or what matches every file.
func onlyGlob(args []string) (store.Glob, error) {
	switch len(args) {
	case 0:
		return parseGlob(all)
	case 1:
		return parseGlob(args[0])
	}
	return store.Glob{}, noArgs(args[1:])
}

func parseGlob(pattern string) (store.Glob, error) {
	g, err := store.CompileGlob(pattern)
	if err != nil {
		return g, usageError(fmt.Sprintf("%.80q is no glob like '/config/**'", pattern))
	}
	return g, nil
}
