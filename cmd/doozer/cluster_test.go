//go:build unix

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/ha/doozer/client"
	"github.com/ha/doozer/proto/access"
)

// These scripts have real nodes, processes of their own, which "nodes" starts.
func TestCluster(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "cluster"),
		Setup: func(env *testscript.Env) error {
			env.Values[theProcesses] = map[string]*process{}
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"fails":  fails,
			"passes": passes,
			"nodes":  nodes,
			"spare":  spare,
			"signal": signalNode,
			"until":  until,
		},
	})
}

const theProcesses = "processes"

// process is a doozerd.
type process struct {
	cmd      *exec.Cmd
	addr, id string
}

// nodes <name...>: a new cluster, of which all are members. The script gets
// $name, an address, $name_ID, and DOOZER_URI with all addresses.
func nodes(ts *testscript.TestScript, _ bool, names []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	uri := "doozer:?"
	var first *client.Client
	for i, name := range names {
		p := startNode(ts, name, uri)
		uri += "ca=" + p.addr + "&"
		if i == 0 {
			first = mustDial(ctx, ts, p.addr)
			defer first.Close()
		} else {
			_, err := first.Set(ctx, fmt.Sprintf("/ctl/cal/%d", i), client.Missing, nil)
			ts.Check(err)
		}
		_, err := first.Wait(ctx, "/ctl/node/"+p.id+"/writable", 1)
		ts.Check(err)
	}
	ts.Setenv("DOOZER_URI", uri)
}

// spare <name>: one more node, that has no slot.
func spare(ts *testscript.TestScript, _ bool, names []string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	p := startNode(ts, names[0], ts.Getenv("DOOZER_URI"))
	c := mustDial(ctx, ts, p.addr)
	defer c.Close()
	rev, err := c.Rev(ctx)
	ts.Check(err)
	_, err = c.Wait(ctx, "/ctl/node/"+p.id+"/applied", rev+1) // its next pulse
	ts.Check(err)
}

// signalNode sends a signal to a node: signal <KILL|STOP|CONT> <name...>.
func signalNode(ts *testscript.TestScript, _ bool, args []string) {
	signals := map[string]syscall.Signal{"KILL": syscall.SIGKILL, "STOP": syscall.SIGSTOP, "CONT": syscall.SIGCONT}
	for _, name := range args[1:] {
		p := ts.Value(theProcesses).(map[string]*process)[name]
		ts.Check(p.cmd.Process.Signal(signals[args[0]]))
		switch args[0] {
		case "KILL":
			_ = p.cmd.Wait() // it says that it was killed
		case "STOP": // on a busy machine its threads go on for a while
			for end := time.Now().Add(10 * time.Second); seesStops && stoppedBy(p.cmd.Process.Pid) == 0; time.Sleep(time.Millisecond) {
				if time.Now().After(end) {
					ts.Fatalf("%s does not stop", name)
				}
			}
		}
	}
}

var serves = regexp.MustCompile(`msg="doozerd serves" addr=(\S+) .* node=(\S+)`)

// startNode starts a doozerd, that attaches to those of a URI if it names any,
// and waits until it serves.
func startNode(ts *testscript.TestScript, name, uri string) *process {
	args := []string{"-l", "127.0.0.1:0", "-w", "false", "-pulse", "0.1"}
	if u, err := client.ParseURI(uri); err == nil {
		for _, addr := range u.Addrs {
			args = append(args, "-a", addr)
		}
	}
	p := &process{cmd: exec.Command("doozerd", args...)}
	p.cmd.Env = append(os.Environ(), access.RWVariable+"="+ts.Getenv(access.RWVariable), access.ROVariable+"="+ts.Getenv(access.ROVariable))
	p.cmd.SysProcAttr = new(syscall.SysProcAttr)
	dieWithParent(p.cmd.SysProcAttr)
	logs, err := p.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(p.cmd.Start())
	ts.Defer(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	})
	for lines := bufio.NewScanner(logs); p.addr == ""; {
		if !lines.Scan() {
			ts.Fatalf("%s ended before it served", name)
		}
		if m := serves.FindStringSubmatch(lines.Text()); m != nil {
			p.addr, p.id = m[1], m[2]
		}
	}
	go func() { _, _ = io.Copy(io.Discard, logs) }()
	ts.Value(theProcesses).(map[string]*process)[name] = p
	ts.Setenv(name, p.addr)
	ts.Setenv(name+"_ID", p.id)
	return p
}

func mustDial(ctx context.Context, ts *testscript.TestScript, addr string) *client.Client {
	c, err := client.Config{Secret: access.Presented(ts.Getenv)}.Dial(ctx, addr)
	ts.Check(err)
	return c
}
