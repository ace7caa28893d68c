package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// etcd is three members of etcd, in processes of their own.
type etcd struct {
	*server
	members []etcdMember
	outs    []*tail
}

const etcdMembers = 3

// startEtcd starts a cluster whose data are in a folder.
func startEtcd(ctx context.Context, dir string, noFsync bool) (_ *etcd, err error) {
	e := &etcd{server: &server{}}
	if e.members, err = etcdPlan(dir, noFsync); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			e.stop()
		}
	}()
	for i := range e.members {
		p, out, err := e.members[i].start()
		if err != nil {
			return nil, err
		}
		e.procs, e.outs, e.addrs = append(e.procs, p), append(e.outs, out), append(e.addrs, e.members[i].Client)
	}
	for i := range e.procs {
		if err := e.ready(ctx, i); err != nil {
			return nil, err
		}
	}
	return e, nil
}

// etcdPlan finds addresses for all.
func etcdPlan(dir string, noFsync bool) ([]etcdMember, error) {
	members := make([]etcdMember, etcdMembers)
	initial := make([]string, etcdMembers)
	for i := range members {
		m := &members[i]
		m.Name, m.NoFsync = fmt.Sprintf("m%d", i), noFsync
		m.Dir = filepath.Join(dir, m.Name)
		for _, addr := range []*string{&m.Client, &m.Peer} {
			var err error
			if *addr, err = freeAddr(); err != nil {
				return nil, err
			}
		}
		initial[i] = m.Name + "=http://" + m.Peer
	}
	for i := range members {
		members[i].Initial = strings.Join(initial, ",")
	}
	return members, nil
}

func (m *etcdMember) start() (*process, *tail, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	arg, err := json.Marshal(m)
	if err != nil {
		return nil, nil, err
	}
	out := &tail{}
	p, err := start(out, self, etcdCommand, string(arg))
	return p, out, err
}

// ready waits until a member serves.
func (e *etcd) ready(ctx context.Context, i int) error {
	ctx, cancel := context.WithTimeoutCause(ctx, etcdStart, errors.New("etcd did not start in time"))
	defer cancel()
	return e.procs[i].until(ctx, "etcd was ready", func() bool { return e.outs[i].String() != "" })
}

// leader is which of the members leads.
func (e *etcd) leader(ctx context.Context) (int, error) {
	c, err := dialEtcd(e.addrs[0])
	if err != nil {
		return 0, err
	}
	defer c.Close()
	for i, addr := range e.addrs {
		s, err := c.Status(ctx, addr)
		if err != nil {
			return 0, fmt.Errorf("etcd: %w", err)
		}
		if s.Leader == s.Header.MemberId {
			return i, nil
		}
	}
	return 0, errors.New("etcd: nobody leads")
}

// again starts a member that was killed, with the data that it has.
func (e *etcd) again(ctx context.Context, i int) error {
	e.members[i].Again = true
	p, out, err := e.members[i].start()
	if err != nil {
		return err
	}
	e.procs[i], e.outs[i] = p, out
	return e.ready(ctx, i)
}

func dialEtcd(addr string) (*clientv3.Client, error) {
	return clientv3.New(clientv3.Config{
		Endpoints: []string{addr}, DialTimeout: answerTime,
		Logger: zap.NewNop(), // what matters comes as an error
	})
}
