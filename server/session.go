package server

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/ha/doozer/proto"
	"github.com/ha/doozer/store"
)

// checkin serves CHECKIN: with revision 0 it makes a session, once nothing is left
// of an earlier one of that name; else it prolongs one. That is answered
// when half the lease is over, so that a client who then checks in again needs no timer.
func (c *conn) checkin(i int32) error {
	if err := c.writeArgs(); err != nil {
		return err
	}
	name := string(c.call.Path)
	if err := checkSession(name); err != nil {
		return err
	}
	deadline := strconv.AppendInt(nil, time.Now().Add(Lease(c.cfg.Store.View())).UnixNano(), 10)
	session := store.Step{Kind: store.Set, Path: store.SessDir + "/" + name, Value: deadline, Rev: c.call.Rev}
	if c.call.Rev == store.Missing {
		return c.proposeSteps(i, store.Step{Kind: store.Check, Path: store.GoneDir + "/" + name}, session)
	}
	if err := c.reserveStream(i); err != nil {
		return err
	}
	return c.proposeSteps(i, store.Step{Kind: store.Check, Path: session.Path, Rev: store.Clobber}, session)
}

// eset serves ESET: SET, and the file goes with the session.
func (c *conn) eset(i int32) error {
	if err := c.writeArgs(); err != nil {
		return err
	}
	if !c.call.All(proto.HasSession) {
		return missing("session")
	}
	if len(c.call.Value) > c.cfg.MaxValue-len(c.call.Session) {
		return store.ErrValueTooLarge
	}
	if err := checkSession(borrow(c.call.Session)); err != nil {
		return err
	}
	path, session := string(c.call.Path), string(c.call.Session)
	if path == "/" {
		return store.ErrIsDir
	}
	return c.proposeSteps(i,
		store.Step{Kind: store.Check, Path: store.SessDir + "/" + session, Rev: store.Clobber},
		store.Step{Kind: store.Set, Path: path, Value: c.call.Value, Rev: c.call.Rev},
		store.Step{Kind: store.Set, Path: store.LinkDir + path, Value: []byte(session), Rev: store.Clobber})
}

// checkSession says whether a session may have that name: that of one file.
func checkSession(name string) error {
	if strings.Contains(name, "/") {
		return store.ErrBadPath
	}
	return store.CheckPath(store.SessDir + "/" + name)
}

// proposeSteps proposes a transaction of our own making.
func (c *conn) proposeSteps(i int32, steps ...store.Step) error {
	m, err := store.EncodeTxn(steps)
	return c.propose(i, m, sessionError(c.call.Verb, err))
}

// sessionError is the error of a CHECKIN or ESET, without a word of the steps
// that the client knows nothing of. That of other verbs is returned as it is.
func sessionError(verb proto.Request_Verb, err error) error {
	var at *store.StepError
	if !errors.As(err, &at) {
		return err
	}
	switch {
	case verb != proto.Request_CHECKIN && verb != proto.Request_ESET:
		return err
	case verb == proto.Request_CHECKIN:
		return at.Err
	case at.Step == 0 && errors.Is(at.Err, store.ErrRevMismatch):
		return store.ErrNoEnt // no such session
	}
	return at.Err
}

// reserveStream counts a CHECKIN whose answer will be held back among the streams: then
// what a client leaves waiting does not stop its connection.
func (c *conn) reserveStream(i int32) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.streams >= c.cfg.MaxStreams {
		return errTooManyStreams()
	}
	c.streams++
	c.slots.all[i].held = true
	return nil
}

// holdLocked answers a CHECKIN that was applied when half the lease is over.
func (c *conn) holdLocked(i int32) {
	if c.closed || c.slots.all[i].silent {
		c.finishLocked(i, &reply{flags: valid | done})
		return
	}
	c.slots.weigh(i, 0) // it has been written, and may wait for long
	c.roomLocked()
	timer := time.AfterFunc(Lease(c.cfg.Store.View())/2, func() {
		c.finish(i, &reply{flags: valid | done})
		c.pc.Flush()
	})
	c.slots.all[i].stop = func() { // by who holds the mutex
		if timer.Stop() {
			c.giveLocked(i)
		}
	}
}

// dropHeldLocked ends what was held back, without an answer.
func (c *conn) dropHeldLocked() {
	for i := range c.slots.all {
		if s := &c.slots.all[i]; s.held && s.stop != nil {
			s.stop()
		}
	}
}
