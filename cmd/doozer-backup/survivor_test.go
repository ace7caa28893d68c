package main

import (
	"bytes"
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/bmizerany/assert"
)

// nobody is an address at which nobody listens.
func nobody(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	assert.Equal(t, nil, err)
	defer l.Close()
	return l.Addr().String()
}

// Of several nodes the one is saved that has the highest revision; nodes of different clusters are not held against each other.
func TestSnapshotLocal(t *testing.T) {
	start := func(id string, writes int) string {
		n, addr := mustServe(t)
		n.do(func() {
			n.write(nameFile, "c")
			n.write(idFile, id)
			for range writes {
				n.write("/x", id)
			}
		})
		return addr
	}
	behind, ahead, other, gone := start("OURS", 1), start("OURS", 3), start("OTHER", 5), nobody(t)
	for _, c := range []struct {
		addrs  []string
		status int
		says   string
	}{
		{[]string{behind, gone, ahead}, 0, "^doozer-backup: passed over: .*" + gone + ".*\nrevision 5 of cluster c, OURS, by way of " + ahead + ": 3 files\n$"},
		{[]string{ahead, behind}, 0, "^revision 5 of cluster c, OURS, by way of " + ahead},
		{[]string{other}, 0, "^revision 7 of cluster c, OTHER"},
		{[]string{behind, other}, exitUsage, "^doozer-backup: these nodes are of different clusters: " + behind + ` of "OURS", ` + other + ` of "OTHER": .*\n$`},
		{[]string{gone, gone}, exitUnreachable, "^doozer-backup: no node can be reached: dial .* refused; dial .* refused\n$"},
	} {
		uri := "doozer:?ca=" + c.addrs[0]
		for _, a := range c.addrs[1:] {
			uri += "&ca=" + a
		}
		var out, errs bytes.Buffer
		snap := filepath.Join(t.TempDir(), "x.snap")
		status := run(t.Context(), []string{"snapshot", "-local", "-a", uri, "-o", snap}, nil, &out, &errs)
		assert.Equal(t, c.status, status, fmt.Sprint(c.addrs), errs.String())
		assert.T(t, regexp.MustCompile(c.says).MatchString(errs.String()), errs.String(), c.says)
	}
}
