package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// environment is what the files below a directory say.
type environment struct {
	vars []string // NAME=value, in order
	left []string // paths of files that were left out
}

// environ is the files below a directory as environment variables.
func (l *live) environ(dir string) (env environment, err error) {
	from := map[string]string{}
	for _, path := range slices.Sorted(maps.Keys(l.files)) {
		name := strings.ToUpper(strings.NewReplacer("/", "_", ".", "_", "-", "_").Replace(path[len(inside(dir)):]))
		value := strings.TrimSuffix(string(l.files[path].Value), "\n")
		switch {
		case isReserved(name):
			env.left = append(env.left, path)
			continue
		case from[name] != "":
			return environment{}, dataError(fmt.Sprintf("%s and %s would both be %s", from[name], path, name))
		case strings.Contains(value, "\x00"):
			return environment{}, dataError(path + " has a zero byte, which no environment can have")
		}
		from[name] = path
		env.vars = append(env.vars, name+"="+value)
	}
	return env, nil
}

// isReserved reports whether a variable decides what is run, or what doozer does.
func isReserved(name string) bool {
	for _, prefix := range []string{"LD_", "DYLD_", "DOOZER_"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return name == "PATH"
}
