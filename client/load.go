package client

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"strings"
)

// Loaded is what the files of a directory say, all as of one revision.
type Loaded[T any] struct {
	Value T
	Rev   int64
}

// Load reads the files below a directory into a T, which is a struct, or a map or slice:
//
//	type Config struct {
//		Addr    string                                // /app/addr
//		Timeout time.Duration `doozer:"wait,required"` // /app/wait, such as "1.5s"
//		DB      struct{ Host string; Port int }       // /app/db/host, /app/db/port
//		Limits  map[string]int                        // /app/limits/<key>
//		Hosts   []string                              // /app/hosts/<name>, in the order of the names
//	}
//	cfg, err := client.Load(ctx, c, "/app", Config{Addr: "127.0.0.1:80"})
//
// A field is read from the file, or directory, of its name in lower case, or the one
// that its tag names ("-": none); what no file speaks of is as in def, unless its tag says
// required. Files that no field speaks of are passed over. An embedded struct without a tag belongs
// to the one around it.
//
// Strings, numbers, bools and durations are read as Go writes them; so is whatever is an
// encoding.TextUnmarshaler, as time.Time is. One line feed at the end of a file counts for
// nothing, but in a []byte, which is a file as it is. A map has an entry, and any other
// slice an element, for each name in a directory: 9 before 10 if all are numbers, else in
// byte order. Two names for one key of a map, as 1 and 01 are for a number, are an error.
// What is read is new memory: def, and values that were given out, do not change.
//
// Files that do not hold what T expects are DecodeErrors, all of them joined. So is a file at dir
// itself; nothing at all is as good as an empty directory.
func Load[T any](ctx context.Context, c *Client, dir string, def T) (Loaded[T], error) {
	glob, err := loadGlob[T](dir)
	if err != nil {
		return Loaded[T]{Value: def}, err
	}
	view, err := c.readAll(ctx, glob, 0, tooLate)
	if err == nil {
		view, err = c.withTop(ctx, view, dir)
	}
	if err != nil {
		return Loaded[T]{Value: def}, fmt.Errorf("load %s: %w", dir, err)
	}
	return load(view, dir, Loaded[T]{Value: def}, def)
}

// Follow is Load for those who want to hear of changes: it brings what is there to a loop,
// and after each change what is there then, with the changes of a transaction together.
// What came of several changes while the loop was busy comes once.
//
// Bad content does not end it: the loop is given the last good value (def, and revision 0,
// if there was none) with an error in which errors.As finds a *DecodeError, and goes on
// when somebody has mended it. Any other error is the last. Of a file at dir itself Follow tells when it
// begins, not when one is made later.
//
//	for cfg, err := range client.Follow(ctx, c, "/app", Config{}) {
//		if _, bad := errors.AsType[*client.DecodeError](err); bad {
//			log.Print("going on as before: ", err)
//			continue
//		}
//		if err != nil {
//			return err
//		}
//		use(cfg.Value)
//	}
func Follow[T any](ctx context.Context, c *Client, dir string, def T) iter.Seq2[Loaded[T], error] {
	return func(yield func(Loaded[T], error) bool) {
		good := Loaded[T]{Value: def}
		glob, err := loadGlob[T](dir)
		if err != nil {
			yield(good, err)
			return
		}
		m, err := c.Mirror(ctx, glob)
		if err != nil {
			yield(good, fmt.Errorf("load %s: %w", dir, err))
			return
		}
		defer m.Close()
		for view, err := range m.Views(ctx) {
			if err == nil {
				view, err = c.withTop(ctx, view, dir)
			}
			if err != nil {
				yield(good, fmt.Errorf("load %s: %w", dir, err))
				return
			}
			next, err := load(view, dir, good, def)
			if !yield(next, err) {
				return
			}
			good = next
		}
	}
}

// withTop completes the view of what is below dir by the file at dir, if there is one: then
// nothing is below it.
func (c *Client) withTop(ctx context.Context, view *View, dir string) (*View, error) {
	dir = strings.TrimSuffix(dir, "/")
	if dir == "" || view.Len() > 0 || view.rev == 0 {
		return view, nil
	}
	value, rev, err := c.Get(ctx, dir, At(view.rev))
	switch {
	case errors.Is(err, ErrIsDir), errors.Is(err, ErrTooLate), err == nil && rev == Missing:
		return view, nil
	case err != nil:
		return nil, err
	}
	return &View{rev: view.rev, files: []File{{Path: dir, Value: value, Rev: rev}}}, nil
}

// load makes a T of a view; of a bad one it returns what was good before.
func load[T any](view *View, dir string, good Loaded[T], def T) (Loaded[T], error) {
	value := def
	if err := decode(view, dir, &value); err != nil {
		return good, fmt.Errorf("load %s: %w", dir, err)
	}
	return Loaded[T]{Value: value, Rev: view.rev}, nil
}

// loadGlob is the glob for the files below dir, if a T can be made of them.
func loadGlob[T any](dir string) (string, error) {
	t := reflect.TypeFor[T]()
	if !isDir(t) {
		return "", fmt.Errorf("load %s: %s is neither a struct, nor a map, nor a slice", dir, t)
	}
	if err := checkType(t, make(map[reflect.Type]bool)); err != nil {
		return "", fmt.Errorf("load %s: %s: %w", dir, t, err)
	}
	if strings.ContainsAny(dir, "*?") {
		return "", fmt.Errorf("load %s: %w", dir, ErrBadPath)
	}
	return strings.TrimSuffix(dir, "/") + "/**", nil
}
