package store

// writer is the state in the making. Only the writer's goroutine touches it.
type writer struct {
	tree tree
	hist history
	ids  *numbers
	cfg  Config
}

// apply does what a mutation says, as revision seqn, and returns its result. A
// failure becomes a change of /ctl/err, where that can be a file.
func (w *writer) apply(seqn int64, d decoded) error {
	err := d.err
	switch {
	case err != nil:
	case d.steps != nil:
		err = w.txn(seqn, d.steps)
	case d.op.rec != nil:
		if err = w.do(seqn, d.op); err == nil {
			w.bring(seqn, d.op)
		}
	}
	if err != nil {
		report := op{makeRecord(kindSet, errPath, []byte(err.Error())), errPath, Clobber}
		// Where a client made a file of /ctl, or a directory of /ctl/err, there is
		// no place to say so: the result alone tells.
		_ = w.do(seqn, report)
	}
	return err
}

const errPath = "/ctl/err"

func (w *writer) do(seqn int64, o op) error {
	rev, err := w.revOf(o.path)
	if err != nil {
		return err
	}
	if o.rec.kind() == kindDel {
		return w.del(seqn, o, rev)
	}
	return w.set(seqn, o, rev)
}

// revOf is the revision of the file at path; Missing if nothing is there.
func (w *writer) revOf(path string) (int64, error) {
	switch v := w.tree.get(path); {
	case path == "/" || v.isDir():
		return 0, ErrIsDir
	case v.isFile():
		return v.seqn, nil
	}
	return Missing, nil
}

// set makes o's file, whose revision is rev.
func (w *writer) set(seqn int64, o op, rev int64) error {
	var missing []string
	if rev == Missing {
		var err error
		if missing, err = w.missingDirs(o.path); err != nil {
			return err
		}
	}
	if o.rev != Clobber && rev > o.rev {
		return ErrRevMismatch
	}
	for _, dir := range missing {
		w.change(seqn, kindDir, dir)
	}
	w.put(o.path, &version{seqn: seqn, rec: o.rec})
	return nil
}

// missingDirs is the directories that path needs and that are not there.
func (w *writer) missingDirs(path string) (missing []string, err error) {
	for dir := parent(path); dir != "/"; dir = parent(dir) {
		v := w.tree.get(dir)
		if v.isFile() {
			return nil, ErrNotDir
		}
		if v.isDir() {
			break
		}
		missing = append(missing, dir)
	}
	return missing, nil
}

// del takes o's file away, whose revision is rev, and the directories that it
// leaves empty. Their slots come first, so that a seqn's last slot is a file's.
func (w *writer) del(seqn int64, o op, rev int64) error {
	if o.rev != Clobber && rev > o.rev {
		return ErrRevMismatch
	}
	if rev == Missing {
		return nil
	}
	for _, dir := range w.lastDirs(o.path) {
		w.change(seqn, kindGone, dir)
	}
	w.put(o.path, &version{seqn: seqn, rec: o.rec})
	return nil
}

// lastDirs is the directories that have no entry but the one that leads to path.
func (w *writer) lastDirs(path string) (last []string) {
	for dir := parent(path); dir != "/"; dir = parent(dir) {
		if _, _, n := w.tree.entries(dir); n > 1 {
			break
		}
		last = append(last, dir)
	}
	return last
}

// change notes that a directory came to be or went.
func (w *writer) change(seqn int64, kind byte, dir string) {
	w.put(dir, &version{seqn: seqn, rec: makeRecord(kind, dir, nil)})
}

// put adds v to the history, then to the tree: readers may see it there before it
// is published, and then need to know what it replaced.
func (w *writer) put(path string, v *version) {
	if w.hist.epochOver() {
		w.turn()
	}
	id, old := w.tree.place(path, w.ids)
	w.hist.add(v, old)
	w.tree.put(path, id, old, v)
}

// trim drops the oldest changes down to the limits, but none of slot keep or above.
func (w *writer) trim(keep int64) {
	h := &w.hist
	for h.first < keep && (h.events > w.cfg.History || h.bytes > w.cfg.HistoryBytes) {
		h.drop(w.bury)
	}
	h.shed()
}

func (w *writer) bury(v *version) { w.tree.bury(v, w.ids) }
