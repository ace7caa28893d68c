package proto

import (
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// eventsAtOnce is how many connections' input is taken between two calls of
// the poller's after.
const eventsAtOnce = 256

// Poller reads many connections in one goroutine (epoll, edge-triggered). To
// a store that is busy a goroutine a connection costs more than what it reads:
// each wakes, reads a request or two, and sleeps again.
type Poller struct {
	after   func() bool // see NewPoller
	epfd    int
	wakes   int             // an eventfd: written to when the poller is to look up
	outer   *os.File        // an epoll that tells the runtime of epfd when Run sleeps
	sleeper syscall.RawConn // waits for outer

	// Run's alone.
	events []unix.EpollEvent
	turn   []*entry // whose input is taken now
	again  []*entry // who asked for another call

	waiting atomic.Bool // it waits, or is about to: kick has to wake it

	mu      sync.Mutex
	closed  bool
	entries []*entry // by the number that their events carry; nil: free
	free    []int32
	kicked  []*entry
}

// entry is a connection that is polled.
type entry struct {
	poller  *Poller
	conn    *Conn
	handler Handler
	number  int32
	kicked  bool // it is among the kicked; under the poller's mutex

	// Run's alone.
	events uint32 // that came for its next turn
	turn   bool   // it is in the turn, or asked for another, or has ended
}

// special are the events after which a short read is not all.
const special = unix.EPOLLRDHUP | unix.EPOLLHUP | unix.EPOLLERR | unix.EPOLLPRI

// wakeNumber is the number of the eventfd.
const wakeNumber = -1

// NewPoller makes a poller. after is called by its goroutine whenever the input
// that was there has been handed out; while it returns true it is called again,
// and the poller does not wait.
func NewPoller(after func() bool) (*Poller, error) {
	p := &Poller{after: after, epfd: -1, wakes: -1, events: make([]unix.EpollEvent, eventsAtOnce)}
	if err := p.open(); err != nil {
		p.closeFiles()
		return nil, fmt.Errorf("poller: %w", err)
	}
	return p, nil
}

// open makes the files. The last one stands between the runtime and epfd: the runtime is
// to be woken by input only while Run sleeps.
func (p *Poller) open() (err error) {
	if p.epfd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return err
	}
	if p.wakes, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return err
	}
	if err = unix.EpollCtl(p.epfd, unix.EPOLL_CTL_ADD, p.wakes, &unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: wakeNumber}); err != nil {
		return err
	}
	outer, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return err
	}
	if err := unix.SetNonblock(outer, true); err != nil {
		unix.Close(outer)
		return err
	}
	p.outer = os.NewFile(uintptr(outer), "poller") // non-blocking: the runtime polls it
	if p.sleeper, err = p.outer.SyscallConn(); err != nil {
		return err
	}
	return unix.EpollCtl(outer, unix.EPOLL_CTL_ADD, p.epfd, &unix.EpollEvent{})
}

func (p *Poller) closeFiles() {
	p.outer.Close()
	unix.Close(p.epfd)
	unix.Close(p.wakes)
}

// Add has h called for c's input from now on, in place of whoever read c so far.
// With an error, which may be for now alone, nothing has changed.
func (p *Poller) Add(c *Conn, h Handler) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.err != nil:
		return c.err
	case c.sock != nil || !c.raw.ok():
		return ErrNotPolled
	case c.writing:
		return errWriting
	}
	fd, err := c.raw.dup()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotPolled, err)
	}
	e := &entry{poller: p, conn: c, handler: h}
	c.sock, c.entry, c.readable = &sock{fd: uintptr(fd)}, e, true
	if err := p.enter(e, fd); err != nil {
		c.sock, c.entry = nil, nil
		unix.Close(fd)
		return err
	}
	c.nc.Close() // its descriptor alone: the socket goes on
	return nil
}

// enter gives e a number, has the kernel tell of it, and of what is there already.
func (p *Poller) enter(e *entry, fd int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrNotPolled
	}
	if n := len(p.free); n > 0 {
		e.number, p.free = p.free[n-1], p.free[:n-1]
	} else {
		e.number, p.entries = int32(len(p.entries)), append(p.entries, nil)
	}
	p.entries[e.number] = e
	ev := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLOUT | special | unix.EPOLLET, Fd: e.number}
	if err := unix.EpollCtl(p.epfd, unix.EPOLL_CTL_ADD, fd, &ev); err != nil {
		p.leaveLocked(e)
		return fmt.Errorf("%w: %w", ErrNotPolled, err)
	}
	p.kickLocked(e)
	return nil
}

// kick has an entry's turn come soon.
func (p *Poller) kick(e *entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.kickLocked(e)
}

func (p *Poller) kickLocked(e *entry) {
	if p.closed || e.kicked {
		return
	}
	e.kicked = true
	p.kicked = append(p.kicked, e)
	p.wakeLocked()
}

// wakeLocked wakes Run if it waits.
func (p *Poller) wakeLocked() {
	if p.waiting.CompareAndSwap(true, false) {
		one := [8]byte{1}
		unix.Write(p.wakes, one[:]) // it fails only when it was written to before
	}
}

// Close ends Run. The connections stay as they are: nobody reads them any more, or writes
// what waits.
func (p *Poller) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return // the files may be closed
	}
	p.closed = true
	p.waiting.Store(true)
	p.wakeLocked()
}

// Run polls until Close.
func (p *Poller) Run() {
	defer p.closeFiles()
	busy := false
	for {
		n := p.wait(busy || len(p.again) > 0)
		if !p.gather(p.events[:n]) {
			return
		}
		for _, e := range p.turn {
			p.serve(e)
		}
		p.turn = emptied(p.turn)
		busy = p.after()
	}
}

// gather makes the turn of those whose events came, who were kicked, and who asked
// for another call. It returns false once the poller is closed.
func (p *Poller) gather(events []unix.EpollEvent) bool {
	p.turn, p.again = p.again, p.turn
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range events {
		if ev := &events[i]; ev.Fd != wakeNumber && p.entries[ev.Fd] != nil {
			e := p.entries[ev.Fd]
			e.events |= ev.Events
			p.inTurn(e)
		}
	}
	for _, e := range p.kicked {
		e.kicked = false
		e.events |= unix.EPOLLOUT // it may be left to us to write
		p.inTurn(e)
	}
	p.kicked = emptied(p.kicked)
	return !p.closed
}

func (p *Poller) inTurn(e *entry) {
	if !e.turn {
		e.turn = true
		p.turn = append(p.turn, e)
	}
}

// serve gives an entry its turn.
func (p *Poller) serve(e *entry) {
	c, ev := e.conn, e.events
	e.events = 0
	if ev&unix.EPOLLOUT != 0 {
		c.writable()
	}
	c.thorough = c.thorough || ev&special != 0
	c.readable = c.readable || c.thorough || ev&unix.EPOLLIN != 0
	again, err := e.handler.Input()
	switch {
	case err != nil: // e.turn stays: it has no other
		c.end(err)
		p.leave(e)
	case again:
		p.again = append(p.again, e)
	default:
		e.turn = false
	}
}

// leave forgets an entry: the number is another's from now on.
func (p *Poller) leave(e *entry) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leaveLocked(e)
}

func (p *Poller) leaveLocked(e *entry) {
	p.entries[e.number] = nil
	p.free = append(p.free, e.number)
}

// wait takes the events that are there, and unless busy waits for the first.
func (p *Poller) wait(busy bool) int {
	if n := p.look(); n > 0 || busy {
		return n
	}
	p.waiting.Store(true)
	defer p.waiting.Store(false)
	if p.isKicked() {
		return 0
	}
	return p.sleep()
}

// sleep waits by the runtime's poller.
func (p *Poller) sleep() (n int) {
	p.tellRuntime(unix.EPOLLIN)
	defer p.tellRuntime(0)
	p.sleeper.Read(func(uintptr) bool {
		n = p.look()
		return n > 0
	})
	return n
}

// tellRuntime has outer tell of such events, or of none.
func (p *Poller) tellRuntime(events uint32) {
	p.sleeper.Control(func(outer uintptr) {
		unix.EpollCtl(int(outer), unix.EPOLL_CTL_MOD, p.epfd, &unix.EpollEvent{Events: events})
	})
}

// look takes the events that are there. It never blocks, so the runtime need not know.
func (p *Poller) look() int {
	n, _, errno := syscall.RawSyscall6(unix.SYS_EPOLL_PWAIT, uintptr(p.epfd), uintptr(unsafe.Pointer(&p.events[0])), uintptr(len(p.events)), 0, 0, 0)
	if errno != 0 {
		return 0
	}
	return int(n)
}

func (p *Poller) isKicked() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.kicked) > 0 || p.closed
}

// emptied is s without elements, and without what they refer to.
func emptied(s []*entry) []*entry {
	clear(s)
	return s[:0]
}
