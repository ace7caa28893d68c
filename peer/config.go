package peer

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/ha/doozer/consensus"
	"github.com/ha/doozer/proto/access"
	"github.com/ha/doozer/store"
)

// The defaults of Config.
const (
	DefaultCluster       = "local"
	DefaultTimeout       = 60 * time.Second
	DefaultPulse         = time.Second
	DefaultAttachTimeout = 10 * time.Second
)

// Config says how a node lives. The zero value of a field stands for its
// default, but for Addr and Log, which are required.
type Config struct {
	// Addr is where the node listens for clients and peers, "host:port". The
	// host is one that others can dial. Port 0 is a free port.
	Addr string

	// Attach are addresses, "host:port", of nodes of the cluster to join; any
	// one of them that answers will do. None: the node begins a new cluster.
	Attach []string

	// Restore is what a new cluster begins with; nil: with an empty tree.
	Restore *Restore

	// AttachTimeout is how long to go on trying them while none answers.
	AttachTimeout time.Duration

	// Cluster is the cluster's name, a name as in a path. Nodes of different
	// clusters refuse each other.
	Cluster string

	// Timeout is how long a member is cut off before the others give its slot
	// away; at least ten times Fill.
	Timeout time.Duration

	// Fill is how long the cluster waits for a silent member before it goes on
	// without it; from 10 ms to 10 s.
	Fill time.Duration

	// Pulse is the time between two writes of what the node has applied; at
	// least 10 ms.
	Pulse time.Duration

	// Alpha is the size of the window of consensus, in seqns, the same
	// at all nodes of a cluster; at least 64.
	Alpha int64

	// LogSeqns is how many applied seqns are kept for nodes that are behind;
	// who lacks more takes a snapshot. 0: see consensus.Config.
	LogSeqns int64

	// History bounds the changes that are kept for reads at old revisions, in
	// number and in bytes; see store.Config.
	History      int
	HistoryBytes int64

	// Secrets are the cluster's: what clients may do by them, and what nodes prove to
	// one another to know. All nodes of a cluster have the same. nil: none.
	Secrets *access.Secrets

	// Version is the program's, for /ctl/node/<id>/version.
	Version string

	// Log gets a line for what an operator wants to know, and none for each
	// request.
	Log *slog.Logger

	// Ready, if not nil, is called once, when the node has its tree and begins
	// to serve. It must not block.
	Ready func(Started)
}

// Started tells of a node that begins to serve.
type Started struct {
	ID      string       // the node's
	Cluster string       // the cluster's name
	Addr    string       // where it listens
	Store   *store.Store // its tree, to be read by anyone
}

// ErrNotDialable says that Addr is an address, but none that other nodes could dial.
var ErrNotDialable = errors.New("not one that other nodes can dial: give a host")

// Check says, before anything is begun, which field is wrong. ErrNotDialable it tells last:
// then all others are right.
func (cfg Config) Check() error {
	cfg.setDefaults()
	return cfg.validate()
}

// withDefaults fills in the defaults, and says which field is wrong.
func (cfg Config) withDefaults() (Config, error) {
	cfg.setDefaults()
	if cfg.Log == nil {
		return cfg, errors.New("a logger is required")
	}
	return cfg, cfg.validate()
}

func (cfg *Config) setDefaults() {
	setDefault(&cfg.Cluster, DefaultCluster)
	setDefault(&cfg.Timeout, DefaultTimeout)
	setDefault(&cfg.AttachTimeout, DefaultAttachTimeout)
	setDefault(&cfg.Fill, consensus.DefaultFill)
	setDefault(&cfg.Pulse, DefaultPulse)
	setDefault(&cfg.Alpha, consensus.DefaultAlpha)
	setDefault(&cfg.Version, "unknown")
	if cfg.Secrets == nil {
		cfg.Secrets = access.Open()
	}
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (cfg *Config) validate() error {
	host, err := hostOf(cfg.Addr)
	if err != nil {
		return fmt.Errorf("the address to listen on: %w", err)
	}
	for _, addr := range cfg.Attach {
		if _, err := hostOf(addr); err != nil {
			return fmt.Errorf("the address to attach to: %w", err)
		}
	}
	ip := net.ParseIP(host)
	switch {
	case strings.Contains(cfg.Cluster, "/") || store.CheckPath("/"+cfg.Cluster) != nil:
		return fmt.Errorf("the cluster's name: %.40q has other characters than A-Z a-z 0-9 . - _", cfg.Cluster)
	case cfg.Fill < 10*time.Millisecond || cfg.Fill > 10*time.Second:
		return fmt.Errorf("fill: %v is not within 10ms and 10s", cfg.Fill)
	case cfg.Timeout < 10*cfg.Fill:
		return fmt.Errorf("timeout: %v is less than ten times fill, %v", cfg.Timeout, cfg.Fill)
	case cfg.Pulse < 10*time.Millisecond:
		return fmt.Errorf("pulse: %v is less than 10ms", cfg.Pulse)
	case cfg.AttachTimeout < 0:
		return fmt.Errorf("attach timeout: %v is negative", cfg.AttachTimeout)
	case cfg.Alpha < 64:
		return fmt.Errorf("alpha: %d is less than 64", cfg.Alpha)
	}
	if err := cfg.Restore.check(cfg); err != nil {
		return fmt.Errorf("restore: %w", err)
	}
	if host == "" || ip != nil && ip.IsUnspecified() {
		return fmt.Errorf("the address to listen on: %q is %w", cfg.Addr, ErrNotDialable)
	}
	return nil
}

// hostOf takes "host:port" apart, and checks the port.
func hostOf(addr string) (string, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", err
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return "", fmt.Errorf("%.100q: the port is not a number up to 65535", addr)
	}
	return host, nil
}
