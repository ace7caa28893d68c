package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/ha/doozer/client"
)

func sessionVerb() verb {
	return verb{
		name: "session", args: "<command...>", runs: true, tidies: true, connects: true,
		brief: "hold a session while a command runs",
		help: `Makes a session, writes the files of -set, and runs the command. When the
command ends, or doozer or its machine dies, the session ends, and its files
are deleted. DOOZER_SESSION in the environment of the command is its name, for
"doozer eset".

If the session is lost the command is asked to end (SIGTERM), killed after
-grace, and the exit status is 75. Else it is that of the command. -t limits
how long it takes until the command runs.

    $ doozer session -set /services/web/a=10.0.0.1:80 ./server
`,
		setup: func(fs *pflag.FlagSet) action {
			files := fs.StringArray("set", nil, "a file that goes with the session, `path=value`;\nmay be repeated")
			force := fs.BoolP("f", "f", false, "overwrite files that are there")
			grace := graceFlag(fs)
			return func(ctx context.Context, s *session, _ []string) error {
				s.grace = *grace
				set, err := setting(*files)
				if err != nil {
					return err
				}
				return s.hold(ctx, true, func(ctx context.Context, h *held) error {
					if err := h.set(ctx, set, *force); err != nil {
						return err
					}
					return h.run()
				})
			}
		},
		complete: commandFiles(0),
	}
}

// setting is the files that -set names.
func setting(args []string) (files []client.File, err error) {
	for _, arg := range args {
		path, value, ok := strings.Cut(arg, "=")
		if !ok {
			return nil, usageError(fmt.Sprintf("-set: %q is not path=value", arg))
		}
		if err := checkPath(path, false); err != nil {
			return nil, err
		}
		files = append(files, client.File{Path: path, Value: []byte(value)})
	}
	return files, nil
}

// set writes files that go with the session.
func (h *held) set(ctx context.Context, files []client.File, force bool) error {
	rev := int64(client.Missing)
	if force {
		rev = client.Clobber
	}
	for _, f := range files {
		if _, err := h.session.Set(ctx, f.Path, rev, f.Value); err != nil {
			return err
		}
	}
	return nil
}
