package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// concern is a part of the tool's work that can fail by itself. What works again clears its own error, and
// no other.
type concern string

const (
	theDisk    concern = "disk"    // what was read of the watch cannot be written
	theCluster concern = "cluster" // it does not tell its revision
	theFollow  concern = "follow"  // the watch, or the snapshot that it goes on from
	theKeeper  concern = "keeper"  // no snapshot can be made of the journal, or what is old not be dropped
	theReport  concern = "report"  // the durable revision cannot be written to the store
)

func concerns() []concern { return []concern{theDisk, theCluster, theFollow, theKeeper, theReport} }

// maxErrorText bounds what the status tells of an error, in bytes.
const maxErrorText = 500

// failed notes an error, until that works again.
func (s *state) failed(what concern, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := err.Error()
	s.now.Errors[what] = text[:min(len(text), maxErrorText)]
}

// works notes that something does.
func (s *state) works(what concern) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.now.Errors, what)
}

// failing is 1 if something does not work.
func (s *state) failing(what concern) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now.Errors[what] != "" {
		return 1
	}
	return 0
}

// told is what fails, in one line.
func (h *health) told() string {
	var texts []string
	for _, what := range slices.Sorted(maps.Keys(h.Errors)) {
		texts = append(texts, fmt.Sprintf("%s: %s", what, h.Errors[what]))
	}
	return strings.Join(texts, "; ")
}
