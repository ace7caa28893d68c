package sim

// eventKind says what happens when an event is due.
type eventKind uint8

const (
	evPacket eventKind = iota // a packet arrives
	evTick                    // a node's ticker fires
	evWake                    // a node's loop comes back to its inputs
	evFunc                    // anything rare
)

// event is something due at a virtual time.
type event struct {
	at   int64
	seq  uint64 // breaks ties in the order of scheduling
	kind eventKind
	node int
	pkt  *packet
	fn   func()
}

func (e *event) before(o *event) bool {
	return e.at < o.at || e.at == o.at && e.seq < o.seq
}

// agenda is a binary heap of events by value.
type agenda struct {
	heap []event
	seq  uint64
}

func (a *agenda) push(e event) {
	a.seq++
	e.seq = a.seq
	a.heap = append(a.heap, e)
	i := len(a.heap) - 1
	for i > 0 {
		up := (i - 1) / 2
		if a.heap[up].before(&e) {
			break
		}
		a.heap[i] = a.heap[up]
		i = up
	}
	a.heap[i] = e
}

func (a *agenda) pop() event {
	first := a.heap[0]
	n := len(a.heap) - 1
	last := a.heap[n]
	a.heap[n] = event{}
	a.heap = a.heap[:n]
	if n > 0 {
		a.sink(last)
	}
	return first
}

// sink puts e in at the root and lets it down.
func (a *agenda) sink(e event) {
	i := 0
	for {
		down := 2*i + 1
		if down >= len(a.heap) {
			break
		}
		if r := down + 1; r < len(a.heap) && a.heap[r].before(&a.heap[down]) {
			down = r
		}
		if e.before(&a.heap[down]) {
			break
		}
		a.heap[i] = a.heap[down]
		i = down
	}
	a.heap[i] = e
}
