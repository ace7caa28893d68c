package client

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// A DecodeError says which file does not hold what a struct expects of it. The one for
// several files is a join of theirs (see errors.Join).
type DecodeError struct {
	Path string
	Rev  int64 // of the file; 0: it is missing, or there is a directory
	Err  error
}

func (e *DecodeError) Error() string {
	if e.Rev == 0 {
		return fmt.Sprintf("%s: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("%s (revision %d): %v", e.Path, e.Rev, e.Err)
}

func (e *DecodeError) Unwrap() error { return e.Err }

var (
	errMissing = errors.New("missing, and required")
	errDir     = errors.New("a directory is here, where a file is expected")
	errFile    = errors.New("a file is here, where a directory is expected")
	errSameKey = errors.New("the name: another one means the same key")
)

// decode sets what v points to from the files below dir, and leaves as it is what no
// file speaks of.
func decode(view *View, dir string, v any) error {
	d := decoder{view: view}
	d.node(strings.TrimSuffix(dir, "/"), reflect.ValueOf(v).Elem())
	return errors.Join(d.errs...)
}

type decoder struct {
	view *View
	errs []error
}

func (d *decoder) fail(f File, err error) {
	d.errs = append(d.errs, &DecodeError{Path: f.Path, Rev: f.Rev, Err: err})
}

// node sets v from the file or directory at path, and reports whether there is one.
func (d *decoder) node(path string, v reflect.Value) bool {
	f, isFile := d.view.Get(path)
	names := d.view.names(path)
	if !isFile && len(names) == 0 {
		if v.Kind() == reflect.Struct && isDir(v.Type()) {
			d.fields(path, v) // some may be required
		}
		return false
	}
	if v.Kind() == reflect.Pointer && !isText(v.Type()) {
		v.Set(copied(v))
		return d.node(path, v.Elem())
	}
	switch {
	case isDir(v.Type()) && isFile:
		d.fail(f, errFile)
	case isDir(v.Type()):
		d.dir(path, names, v)
	case isFile:
		if err := setValue(v, f.Value); err != nil {
			d.fail(f, err)
		}
	default:
		d.fail(File{Path: path}, errDir)
	}
	return true
}

// copied is a new pointer to what v points to.
func copied(v reflect.Value) reflect.Value {
	p := reflect.New(v.Type().Elem())
	if !v.IsNil() {
		p.Elem().Set(v.Elem())
	}
	return p
}

func (d *decoder) dir(path string, names []string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		d.fields(path, v)
	case reflect.Map:
		d.mapOf(path, names, v)
	case reflect.Slice:
		d.slice(path, names, v)
	}
}

func (d *decoder) fields(path string, v reflect.Value) {
	for field := range v.Type().Fields() {
		name, required, ok := fieldName(field)
		switch {
		case !ok:
		case name == "":
			d.fields(path, v.FieldByIndex(field.Index))
		case !d.node(path+"/"+name, v.FieldByIndex(field.Index)) && required:
			d.fail(File{Path: path + "/" + name}, errMissing)
		}
	}
}

// fieldName is the name of the file for a field; "" stands for an embedded struct, whose fields
// belong to the one around it. Not ok: the field is none of ours.
func fieldName(field reflect.StructField) (name string, required, ok bool) {
	tag, option, _ := strings.Cut(field.Tag.Get("doozer"), ",")
	switch {
	case tag == "" && field.Anonymous && field.Type.Kind() == reflect.Struct && isDir(field.Type):
		return "", false, true // exported or not: its fields are what counts
	case tag == "-", !field.IsExported():
		return "", false, false
	case tag != "":
		return tag, option == "required", true
	}
	return strings.ToLower(field.Name), option == "required", true
}

func (d *decoder) mapOf(path string, names []string, v reflect.Value) {
	m := reflect.MakeMapWithSize(v.Type(), len(names))
	for _, name := range names {
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		if err := setValue(key, []byte(name)); err != nil {
			d.fail(File{Path: path + "/" + name}, fmt.Errorf("the name: %w", err))
			continue
		}
		if m.MapIndex(key).IsValid() {
			d.fail(File{Path: path + "/" + name}, errSameKey)
			continue
		}
		d.node(path+"/"+name, elem)
		m.SetMapIndex(key, elem)
	}
	v.Set(m)
}

func (d *decoder) slice(path string, names []string, v reflect.Value) {
	sortNames(names)
	s := reflect.MakeSlice(v.Type(), len(names), len(names))
	for i, name := range names {
		d.node(path+"/"+name, s.Index(i))
	}
	v.Set(s)
}

// sortNames has 9 before 10 if all names are numbers; else they are in byte order.
func sortNames(names []string) {
	number := make(map[string]uint64, len(names))
	for _, name := range names {
		n, err := strconv.ParseUint(name, 10, 64)
		if err != nil {
			return
		}
		number[name] = n
	}
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(number[a], number[b]) })
}
