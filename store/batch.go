package store

// batch is the writer's room for the mutations of one Apply, used again and again.
type batch struct {
	ops     []decoded
	glances []glance
}

// glance is what warm saw of one path.
type glance struct {
	id   uint32
	v    *version
	kind byte
}

// maxBatch bounds the room that is kept for the next batch.
const maxBatch = 4096

func (b *batch) decode(entries []Entry) {
	for i := range entries {
		b.ops = append(b.ops, decode(entries[i].Mutation))
	}
}

// warm looks at what the batch will look at, for no other reason than to have it
// in the cache: of all paths the hint, then of all the version, then of all its
// record. The looks of one step do not depend on each other, so the memory serves
// several at once, where the batch, one path after the other, would wait for each.
func (b *batch) warm(t *tree) {
	if len(b.ops) < 2 {
		return
	}
	for i := range b.ops {
		b.glances = append(b.glances, glance{id: t.hints.guess(b.ops[i].op.path)})
	}
	for i := range b.glances {
		b.glances[i].v = t.versions.get(b.glances[i].id)
	}
	for i := range b.glances {
		b.glances[i].kind = b.glances[i].v.kind()
	}
}

// clear lets go of the mutations.
func (b *batch) clear() {
	if len(b.ops) > maxBatch {
		*b = batch{}
		return
	}
	clear(b.ops)
	clear(b.glances)
	b.ops, b.glances = b.ops[:0], b.glances[:0]
}
