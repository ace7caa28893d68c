package main

import (
	"fmt"
	"os"

	"golang.org/x/term"
)

// colors says whether to print with colours: -color, or else where output goes.
type colors struct {
	terminal bool
	asked    string
}

// Set takes -color.
func (c *colors) Set(s string) error {
	switch s {
	case "auto", "always", "never":
		c.asked = s
		return nil
	}
	return usageError(fmt.Sprintf("%q is not one of auto, always, never", s))
}

func (c *colors) String() string { return "auto" }
func (c *colors) Type() string   { return "when" }

// on reports whether there are colours. NO_COLOR in the environment, with any
// value, says no; -color knows better.
func (c *colors) on() bool {
	switch c.asked {
	case "always":
		return true
	case "never":
		return false
	}
	return c.terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

func (c *colors) path(s string) string { return c.paint("1", s) }  // bold
func (c *colors) dir(s string) string  { return c.paint("34", s) } // blue
func (c *colors) bad(s string) string  { return c.paint("31", s) } // red

func (c *colors) paint(code, s string) string {
	if !c.on() {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// isTerminal reports whether a file is one.
func isTerminal(f any) bool {
	file, ok := f.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}
