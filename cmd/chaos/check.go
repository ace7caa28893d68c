package main

import (
	"time"

	"github.com/anishathalye/porcupine"
)

// file is the state of a file, as far as one knows it from what clients saw.
type file struct {
	there bool
	value string
	rev   int64 // 0: a write of unknown outcome set it, so it is above floor
	floor int64 // the highest revision known of any write to this file so far
}

// holds tells whether the comparison of a write is true of it: certainly, or
// perhaps.
func (f file) holds(rev int64) (surely, perhaps bool) {
	switch {
	case rev < 0 || !f.there:
		return true, true
	case f.rev == 0:
		return false, rev > f.floor
	}
	return f.rev <= rev, f.rev <= rev
}

// step is the sequential specification of a file: whether it may answer an operation in
// this way, and what it is then.
//
// A write of unknown outcome that took no effect does so at its place in the
// order too; as it never returns that may be behind all others.
func step(f file, o op) (bool, file) {
	if o.verb == get {
		return read(f, o)
	}
	surely, perhaps := f.holds(o.rev)
	switch {
	case o.out == refused:
		if !surely && f.rev == 0 {
			f.floor = max(f.floor, o.rev)
		}
		return !surely, f
	case o.out == done && !perhaps:
		return false, f
	case !perhaps:
		return true, f
	case o.verb == del:
		return true, file{floor: f.floor}
	case o.out == unknown:
		return true, file{there: true, value: o.value, floor: f.floor}
	}
	return o.at > f.floor, file{there: true, value: o.value, rev: o.at, floor: o.at}
}

func read(f file, o op) (bool, file) {
	switch {
	case !f.there:
		return o.at == 0 && o.value == "", f
	case f.value != o.value:
		return false, f
	case f.rev == 0 && o.at > f.floor:
		f.rev, f.floor = o.at, o.at
		return true, f
	}
	return f.rev == o.at && o.at > 0, f
}

var model = porcupine.Model{
	Init: func() any { return file{} },
	Step: func(state, input, _ any) (bool, any) {
		ok, next := step(state.(file), input.(op))
		return ok, next
	},
	DescribeOperation: func(input, _ any) string { return input.(op).String() },
}

// verdict is what came of checking the history of a file.
type verdict struct {
	path   string
	ops    []op
	result porcupine.CheckResult
	info   porcupine.LinearizationInfo
}

// byFile parts a history.
func byFile(ops []op) map[string][]op {
	parts := make(map[string][]op)
	for _, o := range ops {
		parts[o.path] = append(parts[o.path], o)
	}
	return parts
}

// checkFile checks that what clients saw of a file is what they could have seen
// of one that is worked on in some order, every operation between its call and its
// return.
func checkFile(path string, ops []op, most time.Duration) verdict {
	events := make([]porcupine.Operation, len(ops))
	for i, o := range ops {
		events[i] = porcupine.Operation{ClientId: o.client, Input: o, Call: o.call, Return: o.returns}
	}
	result, info := porcupine.CheckOperationsVerbose(model, events, most)
	return verdict{path, ops, result, info}
}

// checkFiles checks every file's history, and returns those that are not
// linearizable, or could not be decided in time.
func checkFiles(ops []op, most time.Duration) (bad []verdict) {
	for path, part := range byFile(ops) {
		if v := checkFile(path, part, most); v.result != porcupine.Ok {
			bad = append(bad, v)
		}
	}
	return bad
}
