package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// zookeeperJar is where Debian's package puts ZooKeeper.
const zookeeperJar = "/usr/share/java/zookeeper.jar"

// zookeeperStart bounds the start of a cluster.
const zookeeperStart = time.Minute

// zookeeper is three servers of ZooKeeper, which do not force what they write to the disk.
type zookeeper struct {
	*server
	dirs []string
}

// errNoZookeeper says that there is none to measure.
var errNoZookeeper = errors.New("the package zookeeper of Debian is not installed here")

// startZookeeper starts a cluster whose data are in a folder; errNoZookeeper where it is not installed.
func startZookeeper(ctx context.Context, dir string) (_ *zookeeper, err error) {
	if _, err := os.Stat(zookeeperJar); err != nil {
		return nil, errNoZookeeper
	}
	if _, err := exec.LookPath("java"); err != nil {
		return nil, errNoZookeeper
	}
	z := &zookeeper{server: &server{}}
	if err := z.plan(dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			z.stop()
		}
	}()
	for _, dir := range z.dirs {
		p, err := startZookeeperServer(dir)
		if err != nil {
			return nil, err
		}
		z.procs = append(z.procs, p)
	}
	return z, z.ready(ctx)
}

// plan writes the servers' configurations.
func (z *zookeeper) plan(dir string) error {
	var all strings.Builder
	for i := range 3 {
		peer, err := freeAddr()
		if err != nil {
			return err
		}
		elect, err := freeAddr()
		if err != nil {
			return err
		}
		_, port, _ := net.SplitHostPort(elect)
		fmt.Fprintf(&all, "server.%d=%s:%s\n", i+1, peer, port)
	}
	for i := range 3 {
		addr, err := freeAddr()
		if err != nil {
			return err
		}
		own := filepath.Join(dir, fmt.Sprint("z", i))
		if err := writeZookeeper(own, i, zookeeperConfig(own, addr)+all.String()); err != nil {
			return err
		}
		z.dirs, z.addrs = append(z.dirs, own), append(z.addrs, addr)
	}
	return nil
}

func writeZookeeper(dir string, i int, config string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "myid"), fmt.Appendln(nil, i+1), 0o644); err != nil {
		return err
	}
	return os.WriteFile(zookeeperFile(dir), []byte(config), 0o644)
}

func zookeeperFile(dir string) string { return filepath.Join(dir, "zoo.cfg") }

// zookeeperConfig is Debian's, but for where things are and how many connections may come from one host.
func zookeeperConfig(dir, addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	return fmt.Sprintf("tickTime=2000\ninitLimit=10\nsyncLimit=5\nmaxClientCnxns=0\nadmin.enableServer=false\n"+
		"dataDir=%s\nclientPortAddress=%s\nclientPort=%s\n", dir, host, port)
}

func startZookeeperServer(dir string) (*process, error) {
	return start(nil, "java", "-Dzookeeper.forceSync=no", "-Dzookeeper.jmx.log4j.disable=true", "-cp", zookeeperJar,
		"org.apache.zookeeper.server.quorum.QuorumPeerMain", zookeeperFile(dir))
}

// ready waits until one server leads and all others follow.
func (z *zookeeper) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, zookeeperStart, errors.New("ZooKeeper did not start in time"))
	defer cancel()
	return z.procs[0].until(ctx, "all servers of ZooKeeper were ready", func() bool {
		modes := make(map[string]int)
		for _, addr := range z.addrs {
			modes[zookeeperMode(ctx, addr)]++
		}
		return modes["leader"] == 1 && modes["follower"] == len(z.addrs)-1
	})
}

// leader is which of the servers leads.
func (z *zookeeper) leader(ctx context.Context) (int, error) {
	for i, addr := range z.addrs {
		if zookeeperMode(ctx, addr) == "leader" {
			return i, nil
		}
	}
	return 0, errors.New("zookeeper: nobody leads")
}

// zookeeperMode asks a server what it is; "" if it does not say.
func zookeeperMode(ctx context.Context, addr string) string {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return ""
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := io.WriteString(conn, "srvr"); err != nil {
		return ""
	}
	told, _ := io.ReadAll(conn) // what came before an error will do
	return parseMode(string(told))
}

func parseMode(told string) string {
	_, rest, _ := strings.Cut(told, "Mode: ")
	mode, _, _ := strings.Cut(rest, "\n")
	return mode
}

// again starts a server that was killed, with the data that it has.
func (z *zookeeper) again(ctx context.Context, i int) (err error) {
	if z.procs[i], err = startZookeeperServer(z.dirs[i]); err != nil {
		return err
	}
	return z.ready(ctx)
}
