package server

// readBatch is the linearizable reads that arrived together: one read point
// serves them all.
type readBatch struct {
	c     *conn
	reads []read
	paths []byte // of all reads, one after the other; they become one string
}

// What a connection keeps for use again. Larger batches, and more of them, are rare.
const (
	keepBatches = 8
	keepReads   = 1024     // reads that a batch has room for
	keepPaths   = 64 << 10 // bytes of their paths
)

func (c *conn) newBatch() *readBatch {
	c.mu.Lock()
	defer c.mu.Unlock()
	if n := len(c.batches); n > 0 {
		b := c.batches[n-1]
		c.batches = c.batches[:n-1]
		return b
	}
	return &readBatch{c: c}
}

// add copies the path: its frame will be gone.
func (b *readBatch) add(rd *read, path []byte) {
	b.paths = append(b.paths, path...)
	b.reads = append(b.reads, *rd)
	b.reads[len(b.reads)-1].end = len(b.paths)
}

// seal gives the reads their paths.
func (b *readBatch) seal() {
	all, from := string(b.paths), 0
	for i := range b.reads {
		rd := &b.reads[i]
		rd.path = all[from:rd.end]
		from = rd.end
	}
	b.paths = b.paths[:0]
}

// ReadReady answers the reads, the quick ones at once.
func (b *readBatch) ReadReady(err error) {
	c := b.c
	v := c.cfg.Store.View()
	for i := range b.reads {
		if err != nil {
			c.finish(b.reads[i].slot, failed(err))
		} else {
			c.answer(v, &b.reads[i])
		}
	}
	clear(b.reads)
	b.reads = b.reads[:0]
	if cap(b.reads) > keepReads || cap(b.paths) > keepPaths {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.batches) < keepBatches {
		c.batches = append(c.batches, b)
	}
}

// Flush writes the answers that are ready.
func (b *readBatch) Flush() { b.c.pc.Flush() }
