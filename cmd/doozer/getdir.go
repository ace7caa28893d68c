package main

import (
	"context"
	"fmt"
	"strings"
)

func getdirVerb() verb {
	return verb{
		name: "getdir", args: "<dir>", min: 1, max: 1, atRev: true, atNode: true, formats: "json",
		brief: "print the names in a directory",
		help: `Prints the name of each file and directory in the directory, one a line, in
byte order; all are as of one revision. What is not there is an error, exit
status 22; a file, 20.

    $ doozer getdir /config/db
    host
    port
`,
		run: getdir,
	}
}

func getdir(ctx context.Context, s *session, args []string) error {
	for name, err := range s.client.Getdir(ctx, args[0], s.at()...) {
		if err != nil {
			return err
		}
		if s.format == inJSON {
			err = s.printJSON(named{name, strings.TrimSuffix(args[0], "/") + "/" + name})
		} else {
			_, err = fmt.Fprintln(s.out, name)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// named is an entry of a directory as an object.
type named struct {
	Name string `json:"name"`
	Path string `json:"path"`
}
