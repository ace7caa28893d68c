package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/store"
)

func txnVerb() verb {
	return verb{
		name: "txn", args: "[step...]", max: -1, formats: "json",
		brief: "make several changes at one revision",
		help: `Does all steps at one revision, or nothing, and prints the revision. Each
argument is a step; without any, each line of standard input is one, blank
lines and those that begin with # aside:

  check <path> <rev>        the file has exactly that revision; 0: there is
                            none; -1: there is one
  set <path> <rev> <value>  write a file, as set does; the value is the rest
  del <path> <rev>          delete a file, as del does

or a JSON object with "op", "path", "rev", and "value" or "base64". All steps
are judged on the tree as it was before; a path is changed once at most, and
there are at most 128 steps. An error tells which step it is about.

    $ doozer txn 'check /lock/db 17' 'set /db/master 21 10.0.0.2' 'del /old -1'
    25
    $ doozer txn <<.
    set /a 0 a value
    {"op":"set","path":"/b","rev":-1,"value":"two\nlines\n"}
    .
    26
`,
		run:      txn,
		complete: func(*completing, []string, string) []string { return nil },
	}
}

func txn(ctx context.Context, s *session, args []string) error {
	t := new(client.Txn)
	var err error
	if len(args) > 0 {
		err = addSteps(t, args)
	} else {
		err = s.readSteps(ctx, t)
	}
	if err != nil {
		return err
	}
	rev, err := s.client.Commit(ctx, t)
	if err != nil {
		return err
	}
	if s.format == inJSON {
		return s.printJSON(map[string]int64{"rev": rev})
	}
	_, err = fmt.Fprintln(s.out, rev)
	return err
}

func addSteps(t *client.Txn, args []string) error {
	for i, arg := range args {
		if err := addStep(t, arg); err != nil {
			return usageError(fmt.Sprintf("step %d: %v", i+1, err))
		}
	}
	return checkSteps(t)
}

func (s *session) readSteps(ctx context.Context, t *client.Txn) error {
	text, err := s.readAll(ctx, store.MaxSteps*mostLine)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(strings.NewReader(string(text)))
	lines.Buffer(nil, mostLine)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSuffix(lines.Text(), "\r")
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if err := addStep(t, line); err != nil {
			return dataError(fmt.Sprintf("line %d: %v", n, err))
		}
	}
	if err := lines.Err(); err != nil {
		return dataError(err.Error())
	}
	return checkSteps(t)
}

// checkSteps is an error if there are none, or too many.
func checkSteps(t *client.Txn) error {
	switch n := t.Len(); {
	case n == 0:
		return usageError("a transaction of no steps (doozer help txn)")
	case n > store.MaxSteps:
		return usageError(fmt.Sprintf("%d steps: a transaction has at most %d", n, store.MaxSteps))
	}
	return nil
}

// step is one as an object.
type step struct {
	Op   string `json:"op"`
	Path string `json:"path"`
	Rev  *int64 `json:"rev"`
	body
}

func addStep(t *client.Txn, line string) error {
	st, err := parseStep(line)
	if err != nil {
		return err
	}
	add := map[string]func(){
		"check": func() { t.Check(st.Path, *st.Rev) },
		"set":   func() { t.Set(st.Path, *st.Rev, st.bytes()) },
		"del":   func() { t.Del(st.Path, *st.Rev) },
	}[st.Op]
	switch {
	case add == nil, st.Op != "set" && st.bytes() != nil:
		return fmt.Errorf("neither check <path> <rev>, set <path> <rev> <value>, nor del <path> <rev>: %.80q", line)
	case st.Rev == nil:
		return fmt.Errorf("there is no revision: %.80q", line)
	}
	add()
	return nil
}

func parseStep(line string) (st step, err error) {
	line = strings.TrimLeft(line, " \t")
	if strings.HasPrefix(line, "{") {
		return st, json.Unmarshal([]byte(line), &st)
	}
	parts := strings.SplitN(line, " ", 4)
	st.Op = parts[0]
	if len(parts) > 1 {
		st.Path = parts[1]
	}
	if len(parts) > 2 {
		if st.Rev, err = parseRev(parts[2]); err != nil {
			return st, err
		}
	}
	if len(parts) > 3 {
		st.Value = &parts[3]
	}
	return st, nil
}
