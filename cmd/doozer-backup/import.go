package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

func importVerb() verb {
	return verb{
		name:  "import",
		brief: "write files into a running cluster",
		help: `Writes the files of a snapshot, or of a journal as of a moment, into a cluster,
but for what is under /ctl. A file that is there with another value is a
conflict: it is told, and stays, unless -force is given. One with the same value
is fine, so an import that was interrupted can be repeated. Nothing is written
if a path would be too long. Exit status 0: all files are there now. Else that
of the first write that failed; or 5: there were conflicts; or 65: a part of the
snapshot is damaged, and all else is there.

    $ doozer-backup import -from prod.snap -glob '/config/**' -to /old
    812 written, 0 there already, 0 conflicts, 0 failed
`,
		setup: func(fs *flag.FlagSet) action {
			im := importer{pattern: all, to: "/", addr: defaultAddr()}
			im.dirFlag(fs)
			im.momentFlags(fs)
			fs.StringVar(&im.addr, "a", im.addr, "a node's `address`, as in DOOZER_URI")
			fs.StringVar(&im.from, "from", "", "the files of snapshot `SNAP`")
			fs.StringVar(&im.pattern, "glob", im.pattern, "those that match `G`")
			fs.StringVar(&im.to, "to", im.to, "write them below directory `path`")
			fs.BoolVar(&im.force, "force", false, "overwrite files that are there")
			return func(ctx context.Context, e *env, args []string) error {
				if err := noArgs(args); err != nil {
					return err
				}
				return im.run(ctx, e)
			}
		},
	}
}

type importer struct {
	source
	from, pattern, to, addr string
	force                   bool
}

func (im *importer) run(ctx context.Context, e *env) error {
	if err := im.check(); err != nil {
		return err
	}
	fs, damaged, err := im.collect(ctx, e)
	if err != nil {
		return err
	}
	if len(fs) == 0 && damaged == nil {
		e.warn("there is no file that matches %s", im.pattern)
	}
	cfg := client.Config{Keepalive: client.DefaultKeepalive, GiveUp: giveUp, Secret: secret()}
	c, err := cfg.Dial(ctx, im.addr)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := im.write(ctx, e, c, fs); err != nil {
		return err
	}
	return damaged
}

// check refuses flags that make no sense together.
func (im *importer) check() error {
	if _, err := client.ParseURI(im.addr); err != nil {
		return usageError(err.Error())
	}
	if (im.from == "") == (im.dir == "") {
		return usageError("which files? (either -from SNAP or -d DIR)")
	}
	im.to = strings.TrimRight(im.to, "/")
	if im.to == "" {
		return nil
	}
	if err := store.CheckPath(im.to); err != nil {
		return usageError(fmt.Sprintf("-to %.80q: %v", im.to, err))
	}
	if isCtl(im.to) {
		return usageError("-to " + im.to + ": the cluster keeps that for itself")
	}
	return nil
}

// collect reads all files, and checks that each can be written; damaged is errDamaged if not all could be read.
func (im *importer) collect(ctx context.Context, e *env) (collected []store.File, damaged, err error) {
	fs, err := im.matching(ctx, e)
	if err != nil {
		return nil, nil, err
	}
	err = e.each(ctx, withoutCtl(fs), func(f store.File) error {
		f.Path = im.to + f.Path
		if err := store.CheckPath(f.Path); err != nil {
			return usageError(fmt.Sprintf("nothing was written: with -to %s a path has %d bytes: %.80q: %v", im.to, len(f.Path), f.Path, err))
		}
		collected = append(collected, f)
		return nil
	})
	if err == errDamaged {
		return collected, err, nil
	}
	return collected, nil, err
}

func (im *importer) matching(ctx context.Context, e *env) (files, error) {
	g, err := parseGlob(im.pattern)
	if err != nil {
		return nil, err
	}
	if im.from != "" {
		return im.snapshot(ctx, e, im.from, g)
	}
	return im.match(ctx, e, g)
}
