package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

// steps is a transaction in the making.
type steps struct {
	txn  client.Txn
	size int // of all values, in bytes
}

// take adds steps that are arguments.
func (s *steps) take(args []string) error {
	for _, arg := range args {
		if err := s.add(arg); err != nil {
			where := fmt.Sprint("step ", s.txn.Len()+1)
			return wrongStep(where, err, usageError(where+": "+err.Error()))
		}
	}
	return nil
}

// read adds steps that are lines, until one is wrong.
func (s *steps) read(in io.ReadCloser) error {
	defer in.Close()
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, mostLine)
	n := 1
	for ; lines.Scan(); n++ {
		line := strings.TrimSuffix(lines.Text(), "\r")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := s.add(line); err != nil {
			where := fmt.Sprint("line ", n)
			return wrongStep(where, err, dataError(where+": "+err.Error()))
		}
	}
	if lines.Err() == bufio.ErrTooLong {
		return fmt.Errorf("line %d: %w", n, client.ErrValueTooLarge)
	}
	return lines.Err()
}

// wrongStep is as marked, but for what a node would say as well: that has its status.
func wrongStep(where string, err, marked error) error {
	if errors.Is(err, client.ErrValueTooLarge) {
		return fmt.Errorf("%s: %w", where, err)
	}
	return marked
}

func (s *steps) add(line string) error {
	st, err := parseStep(line)
	if err != nil {
		return err
	}
	value := st.bytes()
	s.size += len(value)
	switch {
	case s.txn.Len() == store.MaxSteps:
		return fmt.Errorf("a transaction has at most %d steps", store.MaxSteps)
	case s.size > store.MaxValue && len(value) <= store.MaxValue:
		return fmt.Errorf("with the values before it: %w", client.ErrValueTooLarge)
	case s.size > store.MaxValue:
		return client.ErrValueTooLarge
	}
	switch st.Op {
	case "check":
		s.txn.Check(st.Path, *st.Rev)
	case "set":
		s.txn.Set(st.Path, *st.Rev, value)
	case "del":
		s.txn.Del(st.Path, *st.Rev)
	}
	return nil
}

// step is one of a transaction.
type step struct {
	Op   string
	Path string
	Rev  *int64
	body
}

// parseStep reads a step that is an object, or words.
func parseStep(line string) (st step, err error) {
	line = strings.TrimLeft(line, " \t")
	if strings.HasPrefix(line, "{") {
		err = readObject([]byte(line), st.fields())
	} else {
		err = st.words(line)
	}
	if err == nil {
		err = st.check(line)
	}
	return st, err
}

func (st *step) fields() map[string]any {
	return map[string]any{"op": &st.Op, "path": &st.Path, "rev": &st.Rev, "value": &st.Value, "base64": &st.Base64}
}

func (st *step) words(line string) (err error) {
	parts := strings.SplitN(line, " ", 4)
	st.Op = parts[0]
	if len(parts) > 1 {
		st.Path = parts[1]
	}
	if len(parts) > 2 {
		st.Rev, err = parseRev(parts[2])
	}
	if len(parts) > 3 {
		st.Value = &parts[3]
	} else if err == nil && st.Op == "set" && st.Rev != nil {
		err = errors.New("there is no value (an empty one comes after a space as well)")
	}
	return err
}

// check is an error if a step lacks something, or has too much.
func (st *step) check(line string) error {
	known := st.Op == "check" || st.Op == "set" || st.Op == "del"
	switch {
	case !known, st.Op != "set" && (st.Value != nil || st.Base64 != nil):
		return fmt.Errorf("neither check <path> <rev>, set <path> <rev> <value>, nor del <path> <rev>: %.80q", line)
	case st.Rev == nil:
		return fmt.Errorf("there is no revision: %.80q", line)
	case *st.Rev < client.Clobber:
		return fmt.Errorf(`"%d" is not a revision`, *st.Rev)
	case st.Op == "set":
		return st.body.check()
	}
	return nil
}
