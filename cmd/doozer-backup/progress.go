package main

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/ha/doozer/journal"
)

// patience is how long something takes before a bar tells how far it is.
const patience = 500 * time.Millisecond

var errInterrupted = errors.New("interrupted")

// progress is a bar on a terminal, for what takes long. Any goroutine may use it.
type progress struct {
	what  string
	total int64
	errs  io.Writer // nil: there is no terminal
	begun time.Time

	mu    sync.Mutex
	count int64
	bar   *progressbar.ProgressBar // nil: not yet, or no more
}

// progress begins one; total is of bytes, or whatever is counted; 0: no bar;
// -1: nobody knows. Whoever asks for it has to call done.
func (e *env) progress(what string, total int64) *progress {
	e.bar = &progress{what: what, total: total, begun: time.Now()}
	if e.tty {
		e.bar.errs = e.errs
	}
	return e.bar
}

// add goes on by n.
func (p *progress) add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count += n
	switch {
	case p.errs == nil || p.total == 0:
	case p.bar != nil:
		p.bar.Add64(n)
	case time.Since(p.begun) >= patience:
		p.bar = progressbar.NewOptions64(p.total, progressbar.OptionSetWriter(p.errs), progressbar.OptionSetDescription(p.what),
			progressbar.OptionSetWidth(30), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
		p.bar.Add64(p.count)
	}
}

// done takes it away.
func (p *progress) done() {
	p.clear()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.errs, p.bar = nil, nil
}

// clear makes room for a line; the bar is back with the next add.
func (p *progress) clear() {
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		p.bar.Clear()
	}
}

// reading is what package journal is to tell of the bytes read: they show on the bar, and the end of ctx
// ends the reading.
func (p *progress) reading(ctx context.Context) journal.Progress {
	return func(bytes int64) error {
		if ctx.Err() != nil {
			return errInterrupted
		}
		p.add(bytes)
		return nil
	}
}

// isTerminal reports whether somebody looks at what is written, or types what is read.
func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
