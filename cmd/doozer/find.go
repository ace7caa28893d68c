package main

import (
	"context"
	"fmt"

	"github.com/ha/doozer/client"
)

func findVerb() verb {
	return verb{
		name: "find", args: "[glob]", max: 1, atRev: true, atNode: true, formats: "json",
		brief: "print the paths of files",
		help: `Prints the path of each file that matches the glob, one a line, directory by
directory with names in byte order; without a glob, of every file. All is as
of one revision: the present one, or that of -r. In a glob, ? is any character
of a name, * any number of them, and ** any number across names.

    $ doozer find '/config/**'
    /config/db/host
    /config/db/port
`,
		run: findFiles,
	}
}

func findFiles(ctx context.Context, s *session, args []string) error {
	for f, err := range s.client.Walk(ctx, glob(args), s.at()...) {
		if err != nil {
			return as("find "+glob(args), err)
		}
		if err := s.printFound(f); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) printFound(f client.File) error {
	if s.format == inJSON {
		return s.printJSON(entry{Path: f.Path, Rev: &f.Rev, Len: new(len(f.Value))})
	}
	_, err := fmt.Fprintln(s.out, f.Path)
	return err
}
