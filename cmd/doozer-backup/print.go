package main

import (
	"encoding/json"
	"errors"
	"flag"
	"io"
	"unicode/utf8"
)

// format is how a verb writes what it found.
type format struct {
	json   bool
	values bool
}

func (f *format) flags(fs *flag.FlagSet) {
	f.jsonFlag(fs)
	fs.BoolVar(&f.values, "values", false, "with the values")
}

func (f *format) jsonFlag(fs *flag.FlagSet) {
	fs.Func("o", "`text`, or json: an object a line", func(v string) error {
		if v != "text" && v != "json" {
			return errors.New("neither text nor json")
		}
		f.json = v == "json"
		return nil
	})
}

// lines writes objects, one a line.
func lines(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc
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
	text := string(value)
	return body{Value: &text}
}

// bodyIf is the value if it is wanted.
func (f *format) bodyIf(value []byte) body {
	if !f.values {
		return body{}
	}
	return newBody(value)
}

// printBody writes a value on lines of its own, if it is wanted.
func (f *format) printBody(e *env, value []byte) {
	if f.values {
		e.out.Write(value)
		e.out.WriteByte('\n')
	}
}
