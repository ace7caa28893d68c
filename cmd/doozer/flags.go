package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"github.com/ha/doozer/client"
)

const defaultAddr = "127.0.0.1:8046"

// globalFlags are those of all verbs.
func globalFlags(fs *pflag.FlagSet, s *session) {
	addr := os.Getenv("DOOZER_URI")
	if addr == "" {
		addr = defaultAddr
	}
	fs.StringVarP(&s.addr, "a", "a", addr, "a node, host:port or host (port 8046), or several of which\n"+
		"one that answers is taken: doozer:?ca=<`address`>&ca=<address>\n"+
		"(else DOOZER_URI in the environment, else "+defaultAddr+")")
	fs.VarP((*limitFlag)(&s.limit), "t", "t", "give up after that many seconds, or 300ms, 2m and the like")
	fs.Var(&s.color, "color", "always, never, or auto: on a terminal, but not with NO_COLOR")
	fs.Bool("help", false, "help")
	fs.Bool("version", false, "version")
}

// flags are those that several verbs have.
func (v *verb) flags(fs *pflag.FlagSet, s *session) {
	if v.atRev {
		text := v.rev
		if text == "" {
			text = "get, stat and those that list: as of that revision,\nwhich they wait for; watch, wait: from that one on"
		}
		fs.VarP(&revFlag{&s.rev}, "r", "r", text)
	}
	if v.atNode {
		fs.BoolVar(&s.local, "local", false, "what this node has, also when a majority is gone; it\nmay lack the latest writes")
	}
	if v.formats != "" {
		fs.VarP(&formatFlag{&s.format, v.formats}, "o", "o", "text, "+v.formats)
	}
}

// wrongFlag is the error of a flag's value, without what the library puts before it.
func wrongFlag(err error) error {
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) {
		return usageError(fmt.Sprintf("-%s: %v", bad.GetFlag().Name, bad.Unwrap()))
	}
	return usageError(err.Error())
}

// revFlag is a revision to read at, if it was given.
type revFlag struct{ rev **int64 }

func (f *revFlag) Set(s string) (err error) {
	*f.rev, err = parseRev(s)
	if err == nil && **f.rev < 0 {
		err = usageError(fmt.Sprintf("%q is not a revision to read at", s))
	}
	return err
}

func (f *revFlag) String() string { return "" }
func (f *revFlag) Type() string   { return "revision" }

func parseRev(s string) (*int64, error) {
	rev, err := strconv.ParseInt(s, 10, 64)
	if err != nil || rev < client.Clobber {
		return nil, usageError(fmt.Sprintf("%q is not a revision", s))
	}
	return &rev, nil
}

// limitFlag is a duration as Go writes it, or a number of seconds.
type limitFlag time.Duration

func (f *limitFlag) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil {
		d, err = time.ParseDuration(s + "s")
	}
	if err != nil || d <= 0 {
		return usageError(fmt.Sprintf("%q is not a time like 5 or 300ms", s))
	}
	*f = limitFlag(d)
	return nil
}

func (f *limitFlag) String() string { return "" }
func (f *limitFlag) Type() string   { return "time" }
