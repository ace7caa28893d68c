package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"text/template"

	"github.com/spf13/pflag"
)

func templateVerb() verb {
	return verb{
		name: "template", args: "<template> <file>", min: 2, max: 2, tidies: true, connects: true, patient: true,
		brief: "render a file anew at each change",
		help:  templateHelp,
		setup: func(fs *pflag.FlagSet) action {
			r := &rendering{}
			fs.BoolVar(&r.once, "once", false, "render once, and end")
			fs.StringVar(&r.check, "check", "", "a shell `command` that looks at DOOZER_FILE before it is used")
			fs.StringVar(&r.reload, "reload", "", "a shell `command` to run when the file has changed")
			fs.StringVar(&r.glob, "glob", "", "the files that the template may use, a `glob`\n(default: all outside of /ctl)")
			return func(ctx context.Context, s *session, args []string) error {
				r.s, r.name = s, args[1]
				return r.run(ctx, args[0])
			}
		},
		complete: func(c *completing, args []string, _ string) []string {
			c.files = len(args) < 2
			return nil
		},
	}
}

const templateHelp = `Renders a Go text/template to a file, and again at each change that the glob
matches, until it is interrupted. When the text has changed, the file is
replaced by a whole new one, with its mode: after -check, a shell command that
is to fail if DOOZER_FILE, which is not yet in place, is not good; and then
-reload is run. What fails is told on standard error, and tried again at the
next change that the glob matches, whether or not the text is another one then;
with -once it ends doozer, with the exit status of the command. A -reload that
failed before doozer was started again is not owed: the file is in place.
What is there and is no regular file, like a pipe or a device, is refused, and
so is the template itself. The text comes of one revision. A file outside of
-glob is not as if it were not there: to ask for it is an error. While the
cluster is out of reach, or has no quorum, it says so and waits; at the
beginning, too, but for -once.

  getv "/a"          the value of a file; getv "/a" "x": "x" if it is not there
  get "/a"           the file: .Path .Value .Rev
  gets "/a/*"        the files that match; getvs "/a/*": their values
  ls "/a"            the names in a directory; lsdir "/a": those of directories
  exists "/a"        whether there is such a file
  json .Value        what JSON says, to be asked with . and index
  env "HOME"         the environment
  base dir join split replace trim upper lower contains

    $ cat upstream.tmpl
    upstream app {
    {{range gets "/app/*"}}  server {{trim .Value}}; # {{base .Path}}
    {{end}}}
    $ doozer template -reload 'nginx -s reload' upstream.tmpl upstream.conf
`

// rendering is a file that is kept up to date.
type rendering struct {
	s             *session
	template      *template.Template
	name          string // of the file
	glob          string
	once          bool
	check, reload string
	live          *live
	owed          bool // the file was replaced, and reload has not succeeded since
}

func (r *rendering) run(ctx context.Context, source string) error {
	if err := checkRegular(source); err != nil { // to open a pipe may take for ever
		return err
	}
	if err := r.checkApart(source); err != nil {
		return err
	}
	text, err := os.ReadFile(source)
	if err != nil {
		return err
	}
	r.live = &live{glob: r.glob}
	r.template, err = template.New(filepath.Base(source)).Option("missingkey=error").Funcs(functions(r.live)).Parse(string(text))
	if err != nil {
		return dataError(err.Error())
	}
	if err := r.live.follow(ctx, r.s, !r.once); err != nil {
		return err
	}
	defer r.live.close()
	for {
		err := r.refresh(ctx)
		if ctx.Err() != nil {
			return r.ended(ctx)
		}
		if r.once {
			return err
		}
		if err != nil {
			fmt.Fprintf(r.s.errs, "doozer: %s\n", oneLine(err))
		}
		if err := r.live.next(ctx); err != nil {
			return r.or(err)
		}
	}
}

// checkApart is an error if what is rendered would replace the template, whatever both are called.
func (r *rendering) checkApart(source string) error {
	from, err := os.Stat(source)
	if err != nil {
		return err
	}
	to, err := os.Stat(r.name)
	if err == nil && os.SameFile(from, to) {
		return usageError(fmt.Sprintf("%s and %s are the same file: the template would be lost", source, r.name))
	}
	return nil // what is wrong with the name, if anything, is told when it is written to
}

// or is the end by a signal, if that is behind err.
func (r *rendering) or(err error) error {
	if r.s.life.Err() != nil {
		return errInterrupted
	}
	return err
}

func (r *rendering) ended(ctx context.Context) error { return r.or(interruption(ctx)) }

// refresh renders, replaces the file if it is to have another text, and reloads.
func (r *rendering) refresh(ctx context.Context) error {
	var text bytes.Buffer
	if err := r.template.Execute(&text, nil); err != nil {
		return dataError(err.Error())
	}
	name, err := resolve(r.name)
	if err != nil {
		return err
	}
	old, err := os.ReadFile(name)
	if err != nil || !bytes.Equal(old, text.Bytes()) {
		if err := r.replace(ctx, name, text.Bytes()); err != nil {
			return err
		}
		r.owed = true
	}
	if !r.owed {
		return nil
	}
	err = r.shell(ctx, r.reload, name)
	r.owed = err != nil
	return err
}

// replace puts a new file in place, if the check lets it.
func (r *rendering) replace(ctx context.Context, name string, text []byte) error {
	return replaceFile(name, 0o666, text, func(staged string) error { return r.shell(ctx, r.check, staged) })
}

// shell runs a command, if there is one.
func (r *rendering) shell(ctx context.Context, command, file string) error {
	if command == "" {
		return nil
	}
	return r.s.runCommand(ctx, []string{"sh", "-c", command}, []string{"DOOZER_FILE=" + file}, bytes.NewReader(nil))
}
