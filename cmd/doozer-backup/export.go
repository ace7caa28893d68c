package main

import (
	"context"
	"flag"
	"strings"

	"github.com/ha/doozer/store"
)

func exportVerb() verb {
	return verb{
		name: "export", args: "[SNAP] [glob]",
		brief: "print the files of a moment as JSON",
		help: `Prints each file of the snapshot SNAP, or of the journal in DIR as of a moment,
that matches the glob: an object on a line of its own, with its "path", its
"rev", and its "value", or, if that is no UTF-8, "base64". The order is that of
"doozer walk". What the cluster keeps under /ctl is left out without -ctl.

Of a snapshot that is damaged it prints what can be read, and tells of the
damage; the exit status is 65 then.

    $ doozer-backup export -d /var/lib/doozer '/config/**'
    {"path":"/config/db/host","rev":21,"value":"localhost"}
`,
		setup: func(fs *flag.FlagSet) action {
			var s source
			s.dirFlag(fs)
			s.momentFlags(fs)
			ctl := fs.Bool("ctl", false, "with /ctl")
			return func(ctx context.Context, e *env, args []string) error {
				fs, err := s.files(ctx, e, args)
				if err != nil {
					return err
				}
				if !*ctl {
					fs = withoutCtl(fs)
				}
				return export(ctx, e, fs)
			}
		},
	}
}

// exported is a file as an object.
type exported struct {
	Path string `json:"path"`
	Rev  int64  `json:"rev"`
	body
}

func export(ctx context.Context, e *env, fs files) error {
	enc := lines(e.out)
	return e.each(ctx, fs, func(f store.File) error {
		return enc.Encode(exported{f.Path, f.Rev, newBody(f.Value)})
	})
}

// withoutCtl leaves out what the cluster keeps for itself.
func withoutCtl(fs files) files {
	return func(yield func(store.File, error) bool) {
		for f, err := range fs {
			if (err != nil || !isCtl(f.Path)) && !yield(f, err) {
				return
			}
		}
	}
}

func isCtl(path string) bool { return path == "/ctl" || strings.HasPrefix(path, "/ctl/") }
