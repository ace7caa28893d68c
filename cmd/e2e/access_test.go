package e2e

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/journal"
	"github.com/ha/doozer/proto"
)

// secrets is an environment with secrets; "": not set.
func secrets(rw, ro string) (env []string) {
	if rw != "" {
		env = append(env, "DOOZER_RWSECRET="+rw)
	}
	if ro != "" {
		env = append(env, "DOOZER_ROSECRET="+ro)
	}
	return env
}

// startGuarded starts n members that have both secrets, "rw" and "ro". Their clients know the first.
func startGuarded(t *testing.T, n int, args ...string) []*node {
	t.Helper()
	env := secrets("rw", "ro")
	first := startNodeWith(t, env, "A", args...)
	enters(t, first.c, "rw")
	nodes := []*node{first}
	for i := 1; i < n; i++ {
		set(t, first.c, fmt.Sprintf("/ctl/cal/%d", i), client.Missing, "")
		m := startNodeWith(t, env, string(rune('A'+i)), append([]string{"-a", first.addr}, args...)...)
		enters(t, m.c, "rw")
		nodes = append(nodes, m)
	}
	for _, m := range nodes {
		joined(t, first.c, m)
	}
	return nodes
}

func enters(t *testing.T, c *client.Client, secret string) {
	t.Helper()
	assert.Equal(t, nil, c.Access(timed(t), secret))
}

// runs runs a program with secrets in its environment.
func runs(t *testing.T, env []string, stdin, program string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	cmd := exec.CommandContext(timed(t), program, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = strings.NewReader(stdin)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// Nodes that know the secret form a cluster; one that does not, or knows another, gets nothing of it and is
// told why; and the cluster goes on.
func TestGuardedCluster(t *testing.T) {
	t.Parallel()
	nodes := startGuarded(t, 3)
	for i, n := range nodes {
		path := fmt.Sprint("/by/", i)
		rev := set(t, n.c, path, client.Missing, "x")
		for _, from := range nodes {
			got, at := get(t, from.c, path)
			assert.Equal(t, "x", got)
			assert.Equal(t, rev, at)
		}
	}
	for name, env := range map[string][]string{"none": nil, "another": secrets("other", ""), "the other one": secrets("ro", "rw")} {
		began := time.Now()
		out, errs, status := runs(t, env, "", "doozerd", "-l", "127.0.0.1:0", "-w", "false", "-a", nodes[0].addr, "-a", nodes[1].addr)
		assert.Equal(t, 1, status, name)
		assert.Equal(t, "", out)
		assert.T(t, oneLine(errs, "doozerd: cannot attach: "), errs)
		assert.T(t, strings.Contains(errs, "the secrets differ (DOOZER_RWSECRET)"), errs)
		assert.T(t, time.Since(began) < 5*time.Second)
	}
	nodes[0].logged(t, "the secrets differ")
	nodes[2].kill()
	set(t, nodes[1].c, "/on", client.Missing, "")
	fourth := startNodeWith(t, secrets("rw", "ro"), "D", "-a", nodes[1].addr)
	enters(t, fourth.c, "rw")
	expect(t, fourth.c, "/by/0", "x")
}

// A node does not attach to a cluster that has no secret, if it has one itself.
func TestGuardedNodeAtOpenCluster(t *testing.T) {
	t.Parallel()
	n := startNode(t, "A")
	_, errs, status := runs(t, secrets("rw", ""), "", "doozerd", "-l", "127.0.0.1:0", "-w", "false", "-a", n.addr)
	assert.Equal(t, 1, status)
	assert.T(t, strings.Contains(errs, "the secrets differ"), errs)
}

// doozer with the one secret, the other, a wrong one, and none: from the environment, and from the address.
func TestCommandLineAccess(t *testing.T) {
	t.Parallel()
	nodes := startGuarded(t, 1)
	addr := nodes[0].addr
	prog := func(env []string, in string, args ...string) (string, string, int) {
		return runs(t, env, in, "doozer", append([]string{"-a", addr}, args...)...)
	}
	_, errs, status := prog(secrets("rw", ""), "hello", "set", "/x", "0")
	assert.Equal(t, 0, status, errs)
	type row struct {
		env    []string
		sk     string
		status int
		errs   string
	}
	check := func(rows []row, in string, args ...string) {
		t.Helper()
		for _, r := range rows {
			at := addr
			if r.sk != "" {
				at = "doozer:?ca=" + addr + "&sk=" + r.sk
			}
			_, errs, status := runs(t, r.env, in, "doozer", append([]string{"-a", at}, args...)...)
			assert.Equal(t, r.status, status, r, args, errs)
			assert.T(t, r.errs == errs, args, errs)
		}
	}
	const denied = "permission denied\n"
	reading := func(what string) []row {
		return []row{
			{secrets("rw", "ro"), "", 0, ""}, {secrets("", "ro"), "", 0, ""}, {nil, "ro", 0, ""}, {secrets("no", "no"), "rw", 0, ""},
			{nil, "", 127, "doozer: " + what + ": " + denied},
			{secrets("no", "ro"), "", 127, "doozer: access: " + denied}, {secrets("rw", ""), "no", 127, "doozer: access: " + denied},
		}
	}
	check(reading("get /x"), "", "get", "/x")
	check(reading("stat /x"), "", "stat", "/x")
	check(reading("walk /**"), "", "walk", "/**")
	check(reading("find /**"), "", "find")
	check(reading("wait /**"), "", "wait", "-r", "1000", "/**")
	check([]row{
		{secrets("rw", "ro"), "", 0, ""}, {nil, "rw", 0, ""},
		{secrets("", "ro"), "", 127, "doozer: set /y: " + denied}, {nil, "", 127, "doozer: set /y: " + denied},
	}, "y", "set", "/y", "-1")
	check([]row{{secrets("", "ro"), "", 127, "doozer: nop: " + denied}, {secrets("rw", ""), "", 0, ""}}, "", "nop")
	check([]row{{secrets("", "ro"), "", 127, "doozer: del /y: " + denied}, {secrets("rw", ""), "", 0, ""}}, "", "del", "/y", "-1")
	check([]row{{nil, "", 0, ""}, {secrets("", "ro"), "", 0, ""}}, "", "rev")
	check([]row{{nil, "", 0, ""}}, "", "self")

	open := startNode(t, "open")
	_, errs, status = runs(t, secrets("rw", ""), "", "doozer", "-a", open.addr, "rev")
	assert.Equal(t, 127, status)
	assert.Equal(t, "doozer: access: "+denied, errs)
}

// A stranger who speaks the protocol gets "permission denied" for each verb, also for those that would be
// answered later, and nothing else, whatever happens in the cluster meanwhile.
func TestStrangerSeesNothing(t *testing.T) {
	t.Parallel()
	n := startGuarded(t, 1)[0]
	rev := set(t, n.c, "/hidden", client.Missing, "treasure")
	c := raw(t, n.addr)
	free := map[proto.Request_Verb]bool{proto.Request_ACCESS: true, proto.Request_CANCEL: true, proto.Request_REV: true,
		proto.Request_SELF: true, proto.Request_PEER: true}
	var qs []*proto.Request
	for number := range proto.Request_Verb_name {
		if verb := proto.Request_Verb(number); !free[verb] {
			for _, at := range []int64{-1, 0, 1, rev, rev + 3, 1 << 40} {
				for _, path := range []string{"/**", "/hidden", "/"} {
					qs = append(qs, &proto.Request{Verb: &verb, Rev: &at, Path: &path},
						&proto.Request{Verb: &verb, Rev: &at, Path: &path, Offset: new(int32)},
						&proto.Request{Verb: &verb, Path: &path, Local: new(true)})
				}
			}
		}
	}
	for i, q := range qs {
		q.Tag = new(int32(i))
		put(c, proto.AppendFrame(nil, q))
	}
	for i := range qs {
		resp := answer(t, c)
		assert.Equal(t, int32(i), resp.GetTag())
		assert.Equal(t, proto.Response_OTHER, resp.GetErrCode(), qs[i])
		assert.Equal(t, "permission denied", resp.GetErrDetail())
		assert.T(t, resp.Value == nil && resp.Path == nil && resp.Rev == nil && resp.Len == nil)
	}
	for i := range 5 {
		set(t, n.c, "/hidden", client.Clobber, fmt.Sprint("treasure ", i))
	}
	put(c, proto.AppendFrame(nil, &proto.Request{Tag: new(int32(-1)), Verb: proto.Request_SELF.Enum()}))
	assert.Equal(t, int32(-1), answer(t, c).GetTag())
	got, _ := get(t, n.c, "/hidden")
	assert.Equal(t, "treasure 4", got)
}

// The page asks for a secret where reads do.
func TestGuardedPage(t *testing.T) {
	t.Parallel()
	n := startGuarded(t, 1, "-w", "127.0.0.1:0")[0]
	set(t, n.c, "/message", client.Missing, "hello, world")
	ask := func(path, password string) *http.Response {
		req, err := http.NewRequestWithContext(timed(t), "GET", n.web+path, nil)
		assert.Equal(t, nil, err)
		if password != "" {
			req.SetBasicAuth("anyone", password)
		}
		resp, err := http.DefaultClient.Do(req)
		assert.Equal(t, nil, err)
		t.Cleanup(func() { resp.Body.Close() })
		return resp
	}
	for _, path := range []string{"", "events", "value?path=/message", "static/main.js"} {
		for _, password := range []string{"", "wrong"} {
			resp := ask(path, password)
			assert.Equal(t, http.StatusUnauthorized, resp.StatusCode, path)
			assert.T(t, strings.HasPrefix(resp.Header.Get("WWW-Authenticate"), "Basic "))
		}
		for _, password := range []string{"ro", "rw"} {
			assert.Equal(t, http.StatusOK, ask(path, password).StatusCode, path)
		}
	}
	untilLine(t, bufio.NewReader(ask("events", "ro").Body), `"/message"`, "hello, world")
}

// A backup follows with the secret that opens reads, over the death of the node that it is connected to; without it,
// it says so and ends. To report takes the other one.
func TestGuardedBackup(t *testing.T) {
	t.Parallel()
	nodes := startGuarded(t, 3)
	for _, c := range []struct {
		env  []string
		errs string
	}{{nil, "doozer-backup: get /ctl/name: permission denied\n"}, {secrets("no", ""), "doozer-backup: access: permission denied\n"}} {
		_, errs, status := runs(t, c.env, "", "doozer-backup", "run", "-d", t.TempDir(), "-a", uri(nodes...))
		assert.Equal(t, 127, status)
		assert.Equal(t, c.errs, errs)
	}
	dir := t.TempDir()
	b := startWith(t, secrets("", "ro"), "doozer-backup", "the backup", "run", "-d", dir, "-a", uri(nodes[1:]...))
	has := func(rev int64) {
		t.Helper()
		eventually(t, "the backup has it", func() error {
			a, err := journal.Read(dir)
			if err != nil {
				return err
			}
			last, err := a.Latest()
			if err == nil && last < rev {
				err = fmt.Errorf("it has revision %d", last)
			}
			return err
		})
	}
	has(set(t, nodes[0].c, "/one", client.Missing, "1"))
	nodes[1].kill()
	mark := set(t, nodes[0].c, "/two", client.Missing, "2")
	has(mark)
	sameAsNode(t, archive(t, dir), nodes[0], mark)
	b.signal(15)
	assert.Equal(t, 0, b.status(t, patience))

	again, _, status := runs(t, nil, "", "doozer-backup", "run", "-d", dir, "-a", nodes[0].addr) // with a journal it asks whose node that is
	assert.Equal(t, 127, status, again)
	startWith(t, secrets("rw", "ro"), "doozer-backup", "the reporting backup", "run", "-d", dir, "-a", nodes[0].addr, "-report", report)
	durable(t, nodes[0].c, set(t, nodes[0].c, "/three", client.Missing, "3"))

	snap := dir + "/tree.snap"
	for _, local := range []string{"-local=false", "-local"} {
		_, errs, status := runs(t, nil, "", "doozer-backup", "snapshot", local, "-a", nodes[0].addr, "-o", snap, "-force")
		assert.NotEqual(t, 0, status)
		assert.T(t, strings.Contains(errs, "permission denied"), errs)
		_, errs, status = runs(t, secrets("", "ro"), "", "doozer-backup", "snapshot", local, "-a", nodes[0].addr, "-o", snap, "-force")
		assert.Equal(t, 0, status, errs)
	}
}
