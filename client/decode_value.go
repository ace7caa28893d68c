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

// isText reports whether a value of type t, or a pointer to one, reads itself from a text.
func isText(t reflect.Type) bool {
	return t.Implements(textType) || reflect.PointerTo(t).Implements(textType)
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
		return t.Elem().Kind() != reflect.Uint8
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

func setText(v reflect.Value, value []byte) error {
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
	} else {
		v = v.Addr()
	}
	return v.Interface().(encoding.TextUnmarshaler).UnmarshalText(bytes.TrimSuffix(value, []byte("\n")))
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

// checkType says what of t cannot be read from files. seen is the types that are being
// checked.
func checkType(t reflect.Type, seen map[reflect.Type]bool) error {
	if seen[t] || isText(t) {
		return nil
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return checkType(t.Elem(), seen)
	case reflect.Map:
		if isDir(t.Key()) || t.Key().Kind() == reflect.Pointer {
			return fmt.Errorf("%s: such a key cannot be the name of a file", t)
		}
		return errors.Join(checkType(t.Key(), seen), checkType(t.Elem(), seen))
	case reflect.Struct:
		for field := range t.Fields() {
			if _, _, ok := fieldName(field); !ok {
				continue
			}
			if err := checkType(field.Type, seen); err != nil {
				return fmt.Errorf("%s: %w", field.Name, err)
			}
		}
		return nil
	case reflect.Array, reflect.Chan, reflect.Func, reflect.Interface, reflect.Complex64, reflect.Complex128,
		reflect.Uintptr, reflect.UnsafePointer:
		return fmt.Errorf("a %s cannot be read from a file", t)
	}
	return nil
}
