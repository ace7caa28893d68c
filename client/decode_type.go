package client

import (
	"errors"
	"fmt"
	"reflect"
)

// checkType says what of t cannot be read from files. seen is the types that are being
// checked.
func checkType(t reflect.Type, seen map[reflect.Type]bool) error {
	if seen[t] || isText(t) {
		return nil
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer:
		if isEndless(t) {
			return fmt.Errorf("a %s cannot be read from a file", t)
		}
		return checkType(t.Elem(), seen)
	case reflect.Slice:
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

// isEndless reports whether a pointer leads to nothing but pointers, as one of type P *P does.
func isEndless(t reflect.Type) bool {
	seen := make(map[reflect.Type]bool)
	for ; t.Kind() == reflect.Pointer; t = t.Elem() {
		if seen[t] {
			return true
		}
		seen[t] = true
	}
	return false
}
