package main

import (
	"fmt"
	"math"
	"sync"
	"time"
)

// verb is what an operation does.
type verb int

const (
	get verb = iota
	cas      // a SET with a revision
	set      // a SET of whatever is there
	del
	verbs
)

func (v verb) String() string { return [...]string{"GET", "CAS", "SET", "DEL"}[v] }

// outcome is what became of an operation.
type outcome int

const (
	done    outcome = iota
	refused         // the revision did not match
	unknown         // a write that may take effect at any time from its call on, or never
)

func (o outcome) String() string { return [...]string{"done", "refused", "unknown"}[o] }

// never is when an operation of unknown outcome returns.
const never = math.MaxInt64

// op is an operation on a file, and what came of it.
type op struct {
	client int
	node   string // that it was sent to
	verb   verb
	path   string
	rev    int64  // of a write: the revision asked for
	value  string // of a SET: like no other's; of a GET: the one read

	out     outcome
	at      int64 // of a SET that is done: its revision; of a GET: the file's
	call    int64 // when it was called, and when it returned: nanoseconds since the history began
	returns int64
}

func (o op) String() string {
	returns := "never"
	if o.returns != never {
		returns = fmt.Sprintf("%.6f", time.Duration(o.returns).Seconds())
	}
	asked := fmt.Sprintf("rev %d ", o.rev)
	if o.verb == get {
		asked = ""
	}
	return fmt.Sprintf("%.6f %s client %d at %s: %v %s %svalue %q: %v, revision %d",
		time.Duration(o.call).Seconds(), returns, o.client, o.node, o.verb, o.path, asked, o.value, o.out, o.at)
}

// history is all that was done, by whoever did it.
type history struct {
	began time.Time

	mu     sync.Mutex
	ops    []op
	noise  map[string]int // errors that changed nothing, by what they say
	passed int            // operations that failed in such a way
}

func newHistory() *history { return &history{began: time.Now(), noise: make(map[string]int)} }

// now is the time on the history's clock.
func (h *history) now() int64 { return int64(time.Since(h.began)) }

func (h *history) add(o op) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ops = append(h.ops, o)
}

// fail notes an operation that certainly changed nothing and showed nothing.
func (h *history) fail(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.passed++
	h.noise[err.Error()]++
}

// all is the history so far.
func (h *history) all() []op {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.ops[:len(h.ops):len(h.ops)]
}

// keyring names the files that are worked on. Each is given up after some operations,
// and another one takes its place, so that the history of each stays short:
// to check one takes time that may grow exponentially with those of unknown outcome.
type keyring struct {
	mu   sync.Mutex
	keys []key
}

type key struct {
	generation int
	ops        int
	unknown    int
}

// What a file may see before it is given up; operations that are under way may add
// to that.
const (
	maxOps     = 150
	maxUnknown = 4
)

func newKeyring(keys int) *keyring { return &keyring{keys: make([]key, keys)} }

// take names the file that has a place in the ring, for one operation.
func (k *keyring) take(i int) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := &k.keys[i%len(k.keys)]
	if now.ops >= maxOps || now.unknown >= maxUnknown {
		*now = key{generation: now.generation + 1}
	}
	now.ops++
	return fmt.Sprintf("%s%d/%d", tree, i%len(k.keys), now.generation)
}

// spoil notes an operation of unknown outcome.
func (k *keyring) spoil(i int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys[i%len(k.keys)].unknown++
}

// tree is the directory where all files are; watchers watch all below.
const tree = "/chaos/keys/"
