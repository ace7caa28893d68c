package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bmizerany/assert"
)

// A bar is shown once something has taken half a second, and makes room for what there is to say.
func TestProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out, errs bytes.Buffer
		e := &env{out: bufio.NewWriter(&out), errs: &errs, tty: true}
		bar := e.progress("reading", 1000)
		bar.add(100)
		time.Sleep(patience - time.Nanosecond)
		bar.add(100)
		assert.Equal(t, "", errs.String())
		time.Sleep(time.Nanosecond)
		bar.add(300)
		assert.T(t, strings.Contains(errs.String(), "reading") && strings.Contains(errs.String(), "50%"), errs.String())
		shown := errs.Len()
		e.warn("look")
		told := errs.String()[shown:]
		assert.T(t, strings.HasPrefix(told, "\r") && strings.HasSuffix(told, "\rdoozer-backup: look\n"), told)
		time.Sleep(time.Second)
		bar.add(300)
		assert.T(t, strings.Contains(errs.String(), "80%"), errs.String())
		bar.done()
		bar.add(100)
		assert.T(t, strings.HasSuffix(errs.String(), "\r"), errs.String())
	})
}

// Where there is no terminal there is no bar.
func TestNoProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var errs bytes.Buffer
		e := &env{errs: &errs}
		bar := e.progress("reading", 1000)
		time.Sleep(time.Minute)
		bar.add(500)
		bar.done()
		assert.Equal(t, "", errs.String())
	})
}

// The end of the context ends what is being read.
func TestReadingEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	e := &env{errs: new(bytes.Buffer)}
	tell := e.progress("reading", 1000).reading(ctx)
	assert.Equal(t, nil, tell(10))
	cancel()
	assert.T(t, errors.Is(tell(10), errInterrupted))
	var errs bytes.Buffer
	dir := t.TempDir()
	assert.Equal(t, nil, makeJournals(dir))
	for _, args := range [][]string{
		{"show", "-d", dir + "/good"}, {"verify", "-d", dir + "/good"}, {"log", "-d", dir + "/good"},
		{"diff", "-d", dir + "/good", "100", "120"}, {"restore", "-d", dir + "/good", "-o", dir + "/x.snap"},
	} {
		errs.Reset()
		assert.Equal(t, exitInterrupted, run(ctx, args, nil, new(bytes.Buffer), &errs), args)
		assert.T(t, strings.Contains(errs.String(), "interrupted"), errs.String())
	}
}
