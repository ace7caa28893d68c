package main

// trees are bugs of the store, which every simulated node applies to.
func trees() []mutant {
	return []mutant{
		{
			name: "a conditional write compares nothing",
			rule: "a write with a revision fails when the file is newer",
			edits: in("../store/writer.go", `	if o.rev != Clobber && rev > o.rev {
		return ErrRevMismatch
	}
	for`, `	for`),
		},
		{
			name: "a conditional deletion takes one revision too many",
			rule: "a write with a revision fails when the file is newer",
			edits: in("../store/writer.go", `	if o.rev != Clobber && rev > o.rev {
		return ErrRevMismatch
	}
	if rev`, `	if o.rev != Clobber && rev > o.rev+1 {
		return ErrRevMismatch
	}
	if rev`),
		},
		{
			name:  "watches do not hear of deletions",
			rule:  "a watch shows every change",
			edits: in("../store/history.go", `s.event = v.kind() == kindSet || v.kind() == kindDel`, `s.event = v.kind() == kindSet`),
		},
		{
			name:  "a watch may begin where the changes are just dropped",
			rule:  "a watch shows every change, or says that it is too late",
			edits: in("../store/watch.go", `if from <= st.hist.floor {`, `if from < st.hist.floor {`),
		},
		{
			name:  "the history claims one revision more than it keeps",
			rule:  "a revision reads as it was, or is too old",
			edits: in("../store/history.go", `h.floor = s.cur.seqn`, `h.floor = s.cur.seqn - 1`),
		},
		{
			name:  "after a snapshot the history claims all that was before",
			rule:  "a revision reads as it was, or is too old",
			edits: in("../store/restore.go", `floor: rev, last: rev}`, `floor: 0, last: rev}`),
		},
		{
			name:  "some files of a snapshot have a wrong revision",
			rule:  "a snapshot is the tree with its revisions",
			edits: in("../store/restore.go", `&version{seqn: f.Rev, idx`, `&version{seqn: f.Rev + int64(len(f.Value)&1), idx`),
		},
	}
}
