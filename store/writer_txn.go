package store

import "fmt"

// txn does all steps of a transaction as revision seqn, or none.
func (w *writer) txn(seqn int64, steps []op) error {
	for i := range steps {
		if err := w.judge(&steps[i]); err != nil {
			return &StepError{i, err}
		}
	}
	for i := range steps {
		w.perform(seqn, steps[i])
	}
	for i := range steps {
		w.bring(seqn, steps[i])
	}
	return nil
}

// judge says whether a step can be done on the tree as it stands.
func (w *writer) judge(o *op) error {
	rev, err := w.revOf(o.path)
	if err != nil {
		return err
	}
	if o.rec.kind() == kindCheck {
		if o.rev != rev && (o.rev != Clobber || rev == Missing) {
			return ErrRevMismatch
		}
		return nil
	}
	if o.rec.kind() == kindSet && rev == Missing {
		if _, err := w.missingDirs(o.path); err != nil {
			return err
		}
	}
	if o.rev != Clobber && rev > o.rev {
		return ErrRevMismatch
	}
	return nil
}

// perform does a step that can be done. The steps before it cannot have changed
// that: see checkApart, and that no step makes a file of a directory. But where there
// was nothing to delete there may be a directory by now, which is left alone.
func (w *writer) perform(seqn int64, o op) {
	kind := o.rec.kind()
	if kind == kindCheck || kind == kindDel && !w.tree.get(o.path).isFile() {
		return
	}
	o.rev = Clobber
	if err := w.do(seqn, o); err != nil {
		panic(fmt.Sprintf("store: half a transaction: %s at %d: %v", o.path, seqn, err))
	}
}
