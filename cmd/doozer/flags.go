package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const defaultAddr = "127.0.0.1:8046"

// options are what the flags say.
type options struct {
	addr    string
	rev     *int64        // nil: not given
	limit   time.Duration // 0: none
	local   bool
	help    bool
	version bool
}

// parseFlags takes the flags out of args, wherever they stand, and returns
// the words that are left. A negative number is a word (doozer set /a -1),
// and so is all that follows "--".
func parseFlags(args []string) (*options, []string, error) {
	o := &options{addr: os.Getenv("DOOZER_URI")}
	if o.addr == "" {
		o.addr = defaultAddr
	}
	var words []string
	for len(args) > 0 {
		arg := args[0]
		args = args[1:]
		if arg == "--" {
			return o, append(words, args...), nil
		}
		if !isFlag(arg) {
			words = append(words, arg)
			continue
		}
		name, value, given := strings.Cut(strings.TrimLeft(arg, "-"), "=")
		if o.toggle(name) {
			if given {
				return nil, nil, usageError("-" + name + " takes no value")
			}
			continue
		}
		switch {
		case name != "a" && name != "r" && name != "t":
			return nil, nil, usageError("there is no flag -" + name + " (doozer help)")
		case !given && len(args) == 0:
			return nil, nil, usageError("-" + name + " needs a value")
		case !given:
			value, args = args[0], args[1:]
		}
		if err := o.set(name, value); err != nil {
			return nil, nil, err
		}
	}
	return o, words, nil
}

func isFlag(arg string) bool {
	if len(arg) < 2 || arg[0] != '-' {
		return false
	}
	_, err := strconv.ParseInt(arg, 10, 64)
	return err != nil
}

// toggle sets a flag that has no value, if name is one.
func (o *options) toggle(name string) bool {
	switch name {
	case "local":
		o.local = true
	case "h", "help":
		o.help = true
	case "v", "version":
		o.version = true
	default:
		return false
	}
	return true
}

// set sets a flag that has a value.
func (o *options) set(name, value string) (err error) {
	switch name {
	case "a":
		o.addr = value
	case "r":
		o.rev, err = parseRev(value)
	case "t":
		o.limit, err = parseLimit(value)
	}
	return err
}

func parseRev(s string) (*int64, error) {
	rev, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil, usageError(fmt.Sprintf("%q is not a revision", s))
	}
	return &rev, nil
}

// parseLimit reads a duration as Go writes it, or a number of seconds.
func parseLimit(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil {
		d, err = time.ParseDuration(s + "s")
	}
	if err != nil || d <= 0 {
		return 0, usageError(fmt.Sprintf("-t: %q is not a time like 5 or 300ms", s))
	}
	return d, nil
}
