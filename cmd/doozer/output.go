package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ha/doozer/client"
)

// format is how a verb prints: what -o asks for.
type format string

const (
	inText format = "text"
	inJSON format = "json" // an object a line
	inRaw  format = "raw"  // values, and nothing else
)

// formatFlag is -o, of a verb that has some formats beside text.
type formatFlag struct {
	format *format
	others string
}

func (f *formatFlag) Set(s string) error {
	for _, known := range append(strings.Fields(strings.ReplaceAll(f.others, ",", " ")), string(inText)) {
		if s == known {
			*f.format = format(s)
			return nil
		}
	}
	return usageError(fmt.Sprintf("%q is not one of text, %s", s, f.others))
}

func (f *formatFlag) String() string { return "" }
func (f *formatFlag) Type() string   { return "format" }

// entry is a file, a directory, or a change, as an object.
type entry struct {
	Path  string `json:"path"`
	Rev   *int64 `json:"rev,omitempty"`
	Event string `json:"event,omitempty"`
	Len   *int   `json:"len,omitempty"`
	Dir   *int   `json:"entries,omitempty"`
	body
}

// body is a value in an object: as text if it is any, else in base 64.
type body struct {
	Value  *string `json:"value,omitempty"`
	Base64 []byte  `json:"base64,omitempty"`
}

func newBody(value []byte) body {
	if !utf8.Valid(value) {
		return body{Base64: value}
	}
	return body{Value: new(string(value))}
}

// bytes is the value that a body stands for.
func (b *body) bytes() []byte {
	if b.Value != nil {
		return []byte(*b.Value)
	}
	return b.Base64
}

// check is an error unless there is one value.
func (b *body) check() error {
	switch {
	case b.Value == nil && b.Base64 == nil:
		return errors.New(`there is neither a "value" nor "base64"`)
	case b.Value != nil && b.Base64 != nil:
		return errors.New(`there are a "value" and "base64"`)
	}
	return nil
}

// printJSON writes an object on a line of its own.
func (s *session) printJSON(v any) error {
	enc := json.NewEncoder(s.out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// printField writes a value, which has a name in an object.
func (s *session) printField(name string, value any) error {
	if s.format == inJSON {
		return s.printJSON(map[string]any{name: value})
	}
	_, err := fmt.Fprintln(s.out, value)
	return err
}

// printRev writes the revision that a write had.
func (s *session) printRev(path string, rev int64) error {
	if s.format == inJSON {
		return s.printJSON(entry{Path: path, Rev: &rev})
	}
	_, err := fmt.Fprintln(s.out, rev)
	return err
}

// printFile writes a file: head, its length, LF, the body, LF.
func (s *session) printFile(head string, f client.File) error {
	switch s.format {
	case inJSON:
		return s.printJSON(entry{Path: f.Path, Rev: &f.Rev, body: newBody(f.Value)})
	case inRaw:
		_, err := s.out.Write(f.Value)
		return err
	}
	s.out.WriteString(head)
	return printBody(s.out, f.Value)
}

// printEvent writes a change: "<path> <rev> <set|del> <len>", LF, the body,
// LF.
func (s *session) printEvent(ev client.Event) error {
	switch s.format {
	case inJSON:
		return s.printJSON(newChange(ev))
	case inRaw:
		_, err := s.out.Write(ev.Value)
		return err
	}
	fmt.Fprintf(s.out, "%s %d %s", s.color.path(ev.Path), ev.Rev, eventName(ev))
	return printBody(s.out, ev.Value)
}

func newChange(ev client.Event) entry {
	e := entry{Path: ev.Path, Rev: &ev.Rev, Event: eventName(ev)}
	if !ev.Del {
		e.body = newBody(ev.Value)
	}
	return e
}

func eventName(ev client.Event) string {
	if ev.Del {
		return "del"
	}
	return "set"
}
