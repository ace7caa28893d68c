package sim

import (
	"reflect"
	"testing"
	"time"
	"unsafe"

	"github.com/bmizerany/assert"
)

// TestScriptIdle leaves a cluster to itself for ten minutes, and then for an
// hour with nothing but the pulse: the log must stand still but for that, the
// nodes say no more than their heartbeats, and what a machine keeps must not
// grow.
func TestScriptIdle(t *testing.T) {
	if testing.Short() {
		t.Skip("an hour takes seconds")
	}
	p := healthy(3, 0)
	p.TickLo, p.TickHi, p.LogSeqns, p.Changes = 4*ms, 5*ms, 1000, 200
	c := newScript(p)
	minute := int64(time.Minute)
	c.run(c.now+minute/60, nil)
	end, sent := c.check.end(), c.net.sent
	c.run(c.now+10*minute, nil)
	assert.Equal(t, end, c.check.end())
	said := float64(c.net.sent-sent) / 600 / 6
	t.Logf("%.1f messages a second from each node to each other one", said)
	assert.T(t, said < 2.5*1000/70*4) // a heartbeat, which asks for a lease, and a grant, each fill/4

	pulses := 0
	var pulse func()
	pulse = func() {
		c.propose(c.nodes[pulses%3], mutation{op: opSet, rev: clobber}, nil)
		pulses++
		c.after(int64(time.Second), pulse)
	}
	pulse()
	c.run(c.now+40*minute, nil)
	early := footprint(c.nodes[0])
	c.run(c.now+20*minute, nil)
	late := footprint(c.nodes[0])
	assert.Equal(t, nil, c.err)
	grown := c.check.end() - end
	t.Logf("%d pulses took %d seqns; a machine keeps %d bytes after 40 minutes, and %d after an hour", pulses, grown, early, late)
	assert.T(t, grown <= int64(3*pulses))
	assert.T(t, late <= early+early/100)
	for _, n := range c.nodes {
		if kept := n.applied - n.store.FirstKept(); kept > 4*int64(p.Changes) {
			t.Errorf("%s: its store keeps %d revisions, where %d changes are to be kept", n.id, kept, p.Changes)
		}
	}
}

// footprint is how many bytes n's machine keeps, by all slices and maps that it
// reaches.
func footprint(n *node) int { return footprintOf(reflect.ValueOf(n.m), map[unsafe.Pointer]bool{}) }

func footprintOf(v reflect.Value, seen map[unsafe.Pointer]bool) (bytes int) {
	switch v.Kind() {
	case reflect.Pointer:
		if v.IsNil() || seen[v.UnsafePointer()] {
			return 0
		}
		seen[v.UnsafePointer()] = true
		return int(v.Type().Elem().Size()) + footprintOf(v.Elem(), seen)
	case reflect.Slice:
		bytes = v.Cap() * int(v.Type().Elem().Size())
		for i := range v.Len() {
			bytes += footprintOf(v.Index(i), seen)
		}
	case reflect.Array:
		for i := range v.Len() {
			bytes += footprintOf(v.Index(i), seen)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			bytes += footprintOf(v.Field(i), seen)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			bytes += int(v.Type().Elem().Size()) + footprintOf(it.Value(), seen)
		}
	}
	return bytes
}
