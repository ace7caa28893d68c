package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// readObject reads a line that is a JSON object, the value of each key into what
// fields has for it. No other key may be there, and none twice: what is misspelt
// would be lost silently.
func readObject(line []byte, fields map[string]any) error {
	if err := checkJSON(line); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(line))
	if begin, err := dec.Token(); err != nil || begin != json.Delim('{') {
		return errors.New("it is no JSON object")
	}
	seen := map[string]bool{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return err
		}
		key, _ := token.(string)
		switch {
		case fields[key] == nil:
			return fmt.Errorf("%.80q is no key of it", key)
		case seen[key]:
			return fmt.Errorf("%q is there twice", key)
		}
		seen[key] = true
		if err := dec.Decode(fields[key]); err != nil {
			return wrongValue(key, err)
		}
	}
	return nil
}

// wrongValue is the error of a key's value without the names that it has in Go.
func wrongValue(key string, err error) error {
	var bad *json.UnmarshalTypeError
	if errors.As(err, &bad) {
		return fmt.Errorf("%q cannot be: %s", key, bad.Value)
	}
	return fmt.Errorf("%q: %w", key, err)
}

// checkJSON is an error if text is no JSON, or has characters that are none, which
// the library would replace.
func checkJSON(text []byte) error {
	var whole json.RawMessage
	switch err := json.Unmarshal(text, &whole); {
	case err != nil:
		return err
	case !utf8.Valid(text):
		return errors.New(`it is no UTF-8: a value that is no text takes "base64"`)
	case loneSurrogate(text):
		return errors.New(`half a character (\ud800 to \udfff): a value that is no text takes "base64"`)
	}
	return nil
}

// loneSurrogate reports whether valid JSON escapes half of a character that takes two
// escapes, without the other half.
func loneSurrogate(text []byte) bool {
	high := false // the half before is waiting for this one
	for i := 0; i < len(text); {
		code, n := escape(text[i:])
		isHigh, isLow := code>>10 == 0xd800>>10, code>>10 == 0xdc00>>10
		if high != isLow {
			return true
		}
		high = isHigh
		i += n
	}
	return high
}

// escape is the code that text escapes at its begin, if it does so by number, and how
// many bytes belong together.
func escape(text []byte) (code, n int) {
	switch {
	case text[0] != '\\':
		return 0, 1
	case text[1] != 'u':
		return 0, 2
	}
	u, _ := strconv.ParseUint(string(text[2:6]), 16, 16) // JSON is valid here
	return int(u), 6
}
