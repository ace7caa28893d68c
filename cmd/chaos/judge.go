package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"

	"github.com/ha/doozer/client"
)

// undecided is for how long the history of one file may be checked.
const undecided = 20 * time.Second

// judge ends a campaign: it looks at all there is, reports, and returns an error if
// anything is wrong.
func (m *campaign) judge(ctx context.Context, began, ended int64) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	last, err := m.lastWrites(ctx)
	if err != nil {
		return err
	}
	records, wrong := m.records(ctx, last)
	all, differ := merge(records, last)
	wrong = append(wrong, differ...)
	want := replay(all)
	for _, p := range m.c.places {
		got, err := m.tree(ctx, p.last(), last)
		if err != nil {
			wrong = append(wrong, fmt.Sprintf("liveness: %v", err))
			continue
		}
		wrong = append(wrong, checkTree(p.last(), got, want)...)
	}
	ops := m.hist.all()
	lost, odd := checkWrites(ops, all)
	wrong = append(wrong, odd...)
	bad := checkFiles(ops, undecided)
	report(m.out, ops, m.hist, m.inject.windows, began, ended)
	fmt.Fprintf(m.out, "faults: %d, and %d not done\n", len(m.inject.windows), m.inject.skipped)
	fmt.Fprintf(m.out, "%d files, each history linearizable but %d; %d watchers of %d changes, %d gaps told\n",
		len(byFile(ops)), len(bad), len(m.watchers), len(all), len(records)-len(m.watchers))
	fmt.Fprintf(m.out, "lost %d\n", len(lost))
	return m.verdict(lost, wrong, bad)
}

// lastWrites writes a file by way of every watcher's client, each of which has lived through it all,
// for the watchers to wait for, and returns the last one's revision.
func (m *campaign) lastWrites(ctx context.Context) (rev int64, err error) {
	for i, w := range m.watchers {
		o := op{client: m.load.next + i, node: w.one.Addr(), verb: set, path: tree + "last", rev: client.Clobber, value: fmt.Sprintf("last %d", i), call: m.hist.now()}
		if err := perform(ctx, w.one, &o); err != nil {
			return 0, fmt.Errorf("%w: a last write: %w", errViolated, err)
		}
		o.returns = m.hist.now()
		m.hist.add(o)
		rev = o.at
	}
	return rev, nil
}

// records waits for the watchers, and returns what they were told.
func (m *campaign) records(ctx context.Context, last int64) (records []record, wrong []string) {
	for _, w := range m.watchers {
		list, err := w.upTo(ctx, last)
		if err != nil {
			wrong = append(wrong, err.Error())
		}
		records = append(records, list...)
	}
	for _, r := range records {
		wrong = append(wrong, checkOrder(r)...)
	}
	return records, wrong
}

// tree reads a node's tree at a revision, and adds to the history that it was read: the
// load is over, so nothing has changed since.
func (m *campaign) tree(ctx context.Context, addr string, last int64) (map[string]change, error) {
	call := m.hist.now()
	files := make(map[string]change)
	err := speak(ctx, addr, patience, func(ctx context.Context, one *client.Client) error {
		rev, err := one.Rev(ctx)
		if err == nil && rev < last {
			err = fmt.Errorf("it is at revision %d, after %d was acknowledged", rev, last)
		}
		if err != nil {
			return err
		}
		for f, err := range one.Walk(ctx, tree+"**", client.At(rev)) {
			if err != nil {
				return err
			}
			files[f.Path] = change{rev: f.Rev, path: f.Path, value: string(f.Value)}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	returns := m.hist.now()
	for path := range byFile(m.hist.all()) {
		f := files[path]
		m.hist.add(op{client: m.load.next, node: addr, verb: get, path: path, value: f.value, at: f.rev, call: call, returns: returns})
	}
	return files, nil
}

// verdict writes down what is wrong.
func (m *campaign) verdict(lost, wrong []string, bad []verdict) error {
	if len(lost)+len(wrong)+len(bad) == 0 {
		return nil
	}
	var text strings.Builder
	for _, l := range lost {
		fmt.Fprintf(&text, "lost: %s\n", l)
	}
	for _, w := range wrong {
		fmt.Fprintln(&text, w)
	}
	errs := []error{errViolated}
	for i, v := range bad {
		what := "not linearizable"
		if v.result == porcupine.Unknown {
			what = "not decided in time"
		}
		fmt.Fprintf(&text, "%s: %s\n", v.path, what)
		errs = append(errs, dump(filepath.Join(m.dir, fmt.Sprintf("history-%d", i)), v))
	}
	fmt.Fprint(m.out, head(text.String(), 30))
	errs = append(errs, os.WriteFile(filepath.Join(m.dir, "violations.txt"), []byte(text.String()), 0o644))
	return errors.Join(errs...)
}

// dump writes a file's history as text, and as a page that shows how far an order was
// found.
func dump(name string, v verdict) error {
	var text strings.Builder
	for _, o := range v.ops {
		fmt.Fprintln(&text, o)
	}
	err := os.WriteFile(name+".txt", []byte(text.String()), 0o644)
	page, err2 := os.Create(name + ".html")
	if err2 != nil {
		return errors.Join(err, err2)
	}
	defer page.Close()
	return errors.Join(err, porcupine.Visualize(model, v.info, io.Writer(page)))
}

// head is the first lines of a text.
func head(text string, lines int) string {
	all := strings.SplitAfter(text, "\n")
	if len(all) <= lines {
		return text
	}
	return strings.Join(all[:lines], "") + "...\n"
}
