package client

import (
	"bytes"
	"encoding"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"
)

var (
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
	durationType = reflect.TypeFor[time.Duration]()
)

// isText reports whether a value of type t, or a pointer to one, reads itself from a text. Of an
// interface nobody knows which value that would be.
func isText(t reflect.Type) bool {
	return t.Kind() != reflect.Interface && (t.Implements(textType) || reflect.PointerTo(t).Implements(textType))
}

// isDir reports whether what t holds stands in several files.
func isDir(t reflect.Type) bool {
	if isText(t) {
		return false
	}
	switch t.Kind() {
	case reflect.Struct, reflect.Map:
		return true
	case reflect.Slice:
		return t.Elem().Kind() != reflect.Uint8 || isText(t.Elem())
	}
	return false
}

// setValue sets v from a file's value.
func setValue(v reflect.Value, value []byte) error {
	if isText(v.Type()) {
		return setText(v, value)
	}
	if v.Kind() == reflect.Slice {
		v.SetBytes(append([]byte{}, value...))
		return nil
	}
	text := strings.TrimSuffix(string(value), "\n")
	if v.Kind() == reflect.String {
		v.SetString(text)
		return nil
	}
	return setNumber(v, strings.TrimSpace(text))
}

// setText sets v to a new value: an old one may have memory that it shares with others, and would use
// again.
func setText(v reflect.Value, value []byte) error {
	t := v.Type()
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	p := reflect.New(t)
	if t.Kind() == reflect.Map {
		p.Elem().Set(reflect.MakeMap(t)) // its method may be that of the map, and fill it
	}
	err := p.Interface().(encoding.TextUnmarshaler).UnmarshalText(bytes.TrimSuffix(value, []byte("\n")))
	if v.Kind() == reflect.Pointer {
		v.Set(p)
	} else {
		v.Set(p.Elem())
	}
	return err
}

func setNumber(v reflect.Value, text string) error {
	var err error
	switch kind := v.Kind(); {
	case v.Type() == durationType:
		var d time.Duration
		d, err = time.ParseDuration(text)
		v.SetInt(int64(d))
	case kind == reflect.Bool:
		var b bool
		b, err = strconv.ParseBool(text)
		v.SetBool(b)
	case v.CanInt():
		var n int64
		n, err = strconv.ParseInt(text, 0, v.Type().Bits())
		v.SetInt(n)
	case v.CanUint():
		var n uint64
		n, err = strconv.ParseUint(text, 0, v.Type().Bits())
		v.SetUint(n)
	case v.CanFloat():
		var f float64
		f, err = strconv.ParseFloat(text, v.Type().Bits())
		v.SetFloat(f)
	}
	if e, ok := errors.AsType[*strconv.NumError](err); ok {
		err = e.Err
	}
	if err != nil {
		return fmt.Errorf("%.40q is no %s: %w", text, v.Type(), err)
	}
	return nil
}
