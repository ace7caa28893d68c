package main

import (
	"time"

	"github.com/spf13/pflag"
)

// graceFlag is how long a command has to end, once it was asked to.
func graceFlag(fs *pflag.FlagSet) *time.Duration {
	grace := childGrace
	fs.Var((*limitFlag)(&grace), "grace", "how long the command may take to end (default 10)")
	return &grace
}

// commandFiles is the completer of a verb that runs a command, after a path or so.
func commandFiles(words int) completer {
	return func(c *completing, args []string, word string) []string {
		switch {
		case len(args) >= words:
			c.files = true
		case len(args) == 0:
			return c.paths(word)
		}
		return nil
	}
}
