package store

import "strings"

// The files by which sessions are known, one a session or an ephemeral file.
const (
	SessDir = "/ctl/sess" // SessDir/<session>: a session that lives
	GoneDir = "/ctl/gone" // GoneDir/<session>: one that ended, and whose files are not all deleted yet
	LinkDir = "/ctl/link" // LinkDir/<path>: the session that the ephemeral file /<path> lives with
)

// bring does what the deletion o, if it was one and deleted a file at seqn, brings along at the
// same revision, whoever deletes and by whatever verb: the file's link goes, so that what
// stands there later is not taken for ephemeral; and of a session it stays noted
// that it has ended, so that a new one of that name does not inherit its files.
func (w *writer) bring(seqn int64, o op) {
	if o.rec.kind() != kindDel {
		return
	}
	if v := w.tree.get(o.path); v == nil || v.seqn != seqn || v.kind() != kindDel {
		return
	}
	if w.tree.get(LinkDir).isDir() {
		if link := LinkDir + o.path; w.tree.get(link).isFile() {
			w.also(seqn, kindDel, link)
		}
	}
	if name, ok := strings.CutPrefix(o.path, SessDir+"/"); ok && !strings.Contains(name, "/") {
		w.also(seqn, kindSet, GoneDir+"/"+name)
	}
}

// also changes a file with no value; not one that the transaction itself has changed. Where a client made a
// file of a directory of ours, or the other way round, there is no place for it.
func (w *writer) also(seqn int64, kind byte, path string) {
	if v := w.tree.get(path); v != nil && v.seqn == seqn {
		return
	}
	_ = w.do(seqn, op{makeRecord(kind, path, nil), path, Clobber})
}
