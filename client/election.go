package client

import (
	"context"
	"fmt"
	"iter"
)

// Election is an office that one candidate holds at a time: its path is a directory in which each
// candidate has a file, in a line as for a Lock.
type Election struct {
	client *Client
	path   string
}

// Leader is who won an election.
type Leader struct {
	Value []byte // what it campaigned with
	Token int64  // higher than that of every leader before; 0: there is no leader
	Path  string // its file
}

// Election returns the election at a path. Anybody may look on; to stand takes a session.
func (c *Client) Election(path string) *Election { return &Election{c, path} }

// Leadership is an office that was won. It is a Lock: Done tells when it is over, and the Token
// fences off those who had it before.
type Leadership struct{ *Lock }

// Resign gives the office up: it is Unlock.
func (l *Leadership) Resign(ctx context.Context) error { return l.Unlock(ctx) }

// Campaign stands for office with a session, and waits until it is won or ctx ends. value is for
// others to read: an address, as a rule. It stays as it is: whoever writes the file, ends the
// leadership. What a leader has to tell that changes belongs into a file of its own, written with
// Check. An error leaves nothing behind, as that of Session.Lock.
func (e *Election) Campaign(ctx context.Context, s *Session, value []byte) (*Leadership, error) {
	l, err := s.lock(ctx, e.path, value, (*place).wait)
	if err != nil {
		return nil, err
	}
	return &Leadership{l}, nil
}

// Leader returns who is the leader now. Its Token is 0 if nobody is.
func (e *Election) Leader(ctx context.Context) (Leader, error) {
	v, err := e.client.readAll(ctx, e.path+"/*", 0, tooLate)
	if err != nil {
		return Leader{}, e.explain(err)
	}
	return leaderOf(v), nil
}

func leaderOf(v *View) Leader {
	f := head(v)
	if f == nil {
		return Leader{}
	}
	return Leader{Value: f.Value, Token: f.Rev, Path: f.Path}
}

// Observe brings who is the leader to a loop, and then each new one; and a Leader with
// Token 0 while there is none. Of several changes while the loop was busy it brings the
// last. It ends with an error.
func (e *Election) Observe(ctx context.Context) iter.Seq2[Leader, error] {
	return func(yield func(Leader, error) bool) {
		m, err := e.client.Mirror(ctx, e.path+"/*")
		if err != nil {
			yield(Leader{}, e.explain(err))
			return
		}
		defer m.Close()
		last := Leader{Token: -1}
		for v, err := range m.Views(ctx) {
			if err != nil {
				yield(Leader{}, e.explain(err))
				return
			}
			if now := leaderOf(v); now.Token != last.Token {
				if !yield(now, nil) {
					return
				}
				last = now
			}
		}
	}
}

func (e *Election) explain(err error) error { return fmt.Errorf("election %s: %w", e.path, err) }
