package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

// etcdCommand makes this program a member of an etcd cluster, in a process of its own.
const etcdCommand = "etcd"

// etcdStart bounds the start of a member.
const etcdStart = 30 * time.Second

// etcdMember is how a member is told what it is.
type etcdMember struct {
	Name    string
	Dir     string // for its data
	Client  string // the addresses that it listens on
	Peer    string
	Initial string // all members: as etcd's -initial-cluster
	NoFsync bool
	Again   bool // it was there before
}

// runEtcd is a member, until its standard input ends. It says so when it serves.
func runEtcd(arg string, stdin io.Reader, stdout io.Writer) error {
	var m etcdMember
	if err := json.Unmarshal([]byte(arg), &m); err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	e, err := embed.StartEtcd(m.config())
	if err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	defer e.Close()
	select {
	case <-e.Server.ReadyNotify():
	case err := <-e.Err():
		return fmt.Errorf("etcd: %w", err)
	case <-time.After(etcdStart):
		return errors.New("etcd: it does not get ready")
	}
	if _, err := fmt.Fprintln(stdout, "ready"); err != nil {
		return fmt.Errorf("etcd: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		io.Copy(io.Discard, stdin) // an error ends it as well
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case err := <-e.Err():
		return fmt.Errorf("etcd: %w", err)
	}
}

// config is etcd's own defaults, but for where things are.
func (m *etcdMember) config() *embed.Config {
	cfg := embed.NewConfig()
	cfg.Name, cfg.Dir = m.Name, m.Dir
	cfg.ListenClientUrls, cfg.AdvertiseClientUrls = urls(m.Client), urls(m.Client)
	cfg.ListenPeerUrls, cfg.AdvertisePeerUrls = urls(m.Peer), urls(m.Peer)
	cfg.InitialCluster = m.Initial
	cfg.UnsafeNoFsync = m.NoFsync
	cfg.LogLevel = "error"
	if m.Again {
		cfg.ClusterState = embed.ClusterStateFlagExisting
	}
	return cfg
}

func urls(addr string) []url.URL { return []url.URL{{Scheme: "http", Host: addr}} }
