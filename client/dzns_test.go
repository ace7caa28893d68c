package client

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bmizerany/assert"

	doozerd "github.com/ha/doozer/peer"
)

// A cluster is found by its name, and found again where it moved to while
// the client knew nobody of it any more.
func TestNameService(t *testing.T) {
	ns := startNode(t, doozerd.Config{Cluster: "names"})
	scribe := ns.only(t)
	boot := "doozer:?ca=" + ns.Started.Addr
	cfg := Config{}.WithEnv(func(key string) string { return map[string]string{"DOOZER_BOOT_URI": boot}[key] })

	_, err := cfg.Dial(soon(t), "doozer:?cn=target")
	assert.T(t, errors.Is(err, ErrNoCluster), err)
	assert.Equal(t, `looking up cluster "target": the name service knows of no such cluster`, err.Error())

	first := startNode(t, doozerd.Config{Cluster: "target"})
	setFile(t, scribe, "/ctl/ns/target/1", first.Started.Addr+"\n")
	setFile(t, scribe, "/ctl/ns/target/0", "nonsense:")
	setFile(t, scribe, "/ctl/ns/other/1", ns.Started.Addr)
	c := dialed(t, cfg, "doozer:?cn=target")
	id, err := c.Self(soon(t))
	assert.Equal(t, nil, err)
	assert.Equal(t, first.ID, id)

	first.kill(t)
	second := startNode(t, doozerd.Config{Cluster: "target"})
	setFile(t, scribe, "/ctl/ns/target/1", second.Started.Addr)
	id, err = c.Self(soon(t))
	assert.Equal(t, nil, err)
	assert.Equal(t, second.ID, id)

	_, err = cfg.Dial(soon(t), "doozer:?cn=other") // that is a node of "names"
	assert.T(t, errors.Is(err, ErrUnreachable), err)
	assert.T(t, strings.Contains(err.Error(), `a node of cluster "names", not "other"`), err)
	c.Close()
	scribe.Close()
	noneLeft(t)
}

// What is missing, or does not answer, is told.
func TestNameServiceErrors(t *testing.T) {
	_, err := Dial(soon(t), "doozer:?cn=x")
	assert.T(t, errors.Is(err, ErrNoBoot), err)
	assert.Equal(t, `bad address "doozer:?cn=x": `+ErrNoBoot.Error(), err.Error())
	_, err = Config{Boot: "doozer:?cn=y"}.Dial(soon(t), "doozer:?cn=x")
	assert.T(t, errors.Is(err, ErrNoBoot), err)
	_, err = Config{Boot: closed(t)}.Dial(soon(t), "doozer:?cn=x")
	assert.T(t, errors.Is(err, ErrUnreachable), err)
	_, err = Config{Boot: closed(t)}.Dial(soon(t), "doozer:?cn=../*")
	assert.T(t, errors.Is(err, ErrBadPath), err)
	u, err := Config{Boot: "a"}.ParseURI("doozer:?cn=c")
	assert.Equal(t, nil, err)
	assert.Equal(t, &URI{Cluster: "c"}, u)

	silent := node(t, false)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = Config{Boot: silent}.Dial(ctx, "doozer:?cn=x")
	assert.T(t, errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded), err)
}

// With an address at hand, a name service that is gone costs nothing but a look.
func TestNameServiceIsGone(t *testing.T) {
	target := startNode(t, doozerd.Config{Cluster: "target"})
	c := dialed(t, Config{Boot: closed(t)}, "doozer:?cn=target&ca="+target.Started.Addr)
	_, err := c.Rev(soon(t))
	assert.Equal(t, nil, err)
}

// The environment completes what the program leaves open.
func TestWithEnv(t *testing.T) {
	env := map[string]string{"DOOZER_BOOT_URI": "names", "DOOZER_RWSECRET": "rw", "DOOZER_ROSECRET": "ro"}
	getenv := func(key string) string { return env[key] }
	cfg := Config{}.WithEnv(getenv)
	assert.Equal(t, "names rw", cfg.Boot+" "+cfg.Secret)
	cfg = Config{Boot: "b", Secret: "s"}.WithEnv(getenv)
	assert.Equal(t, "b s", cfg.Boot+" "+cfg.Secret)
	delete(env, "DOOZER_RWSECRET")
	assert.Equal(t, "ro", Config{}.WithEnv(getenv).Secret)
}
