//go:build !linux

package proto

// Poller stands for the poller of poller_linux.go where there is none: readers
// wait in a goroutine each.
type Poller struct{}

// entry is none.
type entry struct{ poller *Poller }

// NewPoller tells that there is none.
func NewPoller(func() bool) (*Poller, error) { return nil, ErrNotPolled }

// Add tells that there is none.
func (*Poller) Add(*Conn, Handler) error { return ErrNotPolled }

// Run returns at once.
func (*Poller) Run() {}

// Close does nothing.
func (*Poller) Close() {}

func (*Poller) kick(*entry) {}

// sock is none.
type sock struct{}

func (*sock) close()                         {}
func (*sock) read([]byte) (int, bool, error) { return 0, false, ErrNotPolled }
func (*sock) write([]byte) (int, error)      { return 0, ErrNotPolled }
