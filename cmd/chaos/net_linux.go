package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// bridge is a network of namespaces, one for each place, on a bridge that has
// an address of this process's. Names and addresses come from this process's id, so runs
// beside each other do not meet.
type bridge struct {
	name   string // of the bridge; all else begins with it
	subnet string // the first three numbers of all addresses
	places int
	counts map[[2]int]int // cuts, by their ends
}

// newBridge makes one. On an error nothing is left behind.
func newBridge(ctx context.Context, places int) (*bridge, error) {
	pid := os.Getpid()
	b := &bridge{
		name:   fmt.Sprintf("dz%d", pid%1_000_000),
		subnet: fmt.Sprintf("10.%d.%d", 128+pid>>8&127, pid&255),
		places: places,
		counts: make(map[[2]int]int),
	}
	if out, err := ip(ctx, "route", "show", "to", "match", b.subnet+".1"); err != nil {
		return nil, err
	} else if strings.Contains(out, b.subnet) {
		return nil, fmt.Errorf("%s.0/24 is in use here: %s", b.subnet, strings.TrimSpace(out))
	}
	if err := b.make(ctx); err != nil {
		return nil, errors.Join(err, b.close())
	}
	return b, nil
}

func (b *bridge) make(ctx context.Context) error {
	steps := []string{
		"link add " + b.name + " type bridge",
		"addr add " + b.subnet + ".1/24 dev " + b.name,
		"link set " + b.name + " up",
	}
	for i := range b.places {
		ns, out, in := b.space(i), b.plugOf(i), b.name+"i"
		steps = append(steps,
			"netns add "+ns,
			"link add "+out+" type veth peer name "+in,
			"link set "+in+" netns "+ns,
			"link set "+out+" master "+b.name+" up",
			"-n "+ns+" link set "+in+" name eth0",
			"-n "+ns+" addr add "+b.host(i)+"/24 dev eth0",
			"-n "+ns+" link set eth0 up",
			"-n "+ns+" link set lo up",
		)
	}
	for _, s := range steps {
		if _, err := ip(ctx, strings.Fields(s)...); err != nil {
			return err
		}
	}
	return nil
}

func (b *bridge) space(place int) string  { return fmt.Sprintf("%s-%d", b.name, place) }
func (b *bridge) plugOf(place int) string { return fmt.Sprintf("%sv%d", b.name, place) }
func (b *bridge) cuts() bool              { return true }
func (b *bridge) port(n int) string       { return fmt.Sprint(8046 + n) }

func (b *bridge) describe() string {
	return fmt.Sprintf("%d network namespaces on the bridge %s, %s.0/24", b.places, b.name, b.subnet)
}

func (b *bridge) host(place int) string {
	if place == tester {
		return b.subnet + ".1"
	}
	return fmt.Sprintf("%s.%d", b.subnet, 10+place)
}

func (b *bridge) command(place int, name string, args ...string) *exec.Cmd {
	// It becomes the program: the process id stays.
	return exec.Command("ip", append([]string{"netns", "exec", b.space(place), name}, args...)...)
}

func (b *bridge) cut(from, to int) error {
	ends := [2]int{from, to}
	b.counts[ends]++
	if b.counts[ends] > 1 {
		return nil
	}
	return b.route("add", from, to)
}

func (b *bridge) mend(from, to int) error {
	ends := [2]int{from, to}
	b.counts[ends]--
	if b.counts[ends] > 0 {
		return nil
	}
	return b.route("del", from, to)
}

// route adds or deletes a route into nowhere.
func (b *bridge) route(verb string, from, to int) error {
	_, err := ip(context.Background(), "-n", b.space(from), "route", verb, "blackhole", b.host(to)+"/32")
	return err
}

func (b *bridge) plug(place int, in bool) error {
	how := "down"
	if in {
		how = "up"
	}
	_, err := ip(context.Background(), "link", "set", b.plugOf(place), how)
	return err
}

func (b *bridge) close() error {
	var errs []error
	remove := func(args ...string) {
		_, err := ip(context.Background(), args...)
		errs = append(errs, err)
	}
	for i := range b.places {
		for _, link := range []string{b.plugOf(i), b.name + "i"} {
			if exists(link) {
				remove("link", "del", link) // with its other end
			}
		}
		if _, err := os.Stat("/run/netns/" + b.space(i)); err == nil {
			remove("netns", "del", b.space(i))
		}
	}
	if exists(b.name) {
		remove("link", "del", b.name)
	}
	return errors.Join(errs...)
}

func exists(link string) bool {
	_, err := os.Stat("/sys/class/net/" + link)
	return err == nil
}

// ip runs the command of that name.
func ip(ctx context.Context, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "ip", args...).CombinedOutput()
	if err != nil {
		err = fmt.Errorf("ip %s: %w: %s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return string(out), err
}

// apart has the kernel kill a process when this one dies, and keeps a terminal's Ctrl-C from it.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
