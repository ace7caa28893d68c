package client

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/ha/doozer/proto"
)

// URI is what a doozer: URI says.
type URI struct {
	Addrs   []string // ca: nodes' addresses, each host:port
	Cluster string   // cn: the cluster's name, to be looked up if Config.Boot is set
	Secret  string   // sk: presented with ACCESS
	Unique  string   // un: means nothing to a client
}

// ParseURI understands a node's address alone ("host", "host:port",
// "[::1]:8046") or
//
//	doozer:?ca=<address>&ca=<address>&cn=<name>&sk=<secret>&un=<name>
//
// with parameters written as in an HTTP query; those that it does not know
// are passed over. An address without a port gets 8046. A cluster's name alone, with no ca,
// is ErrNoBoot: see Config.ParseURI.
func ParseURI(s string) (*URI, error) { return Config{}.ParseURI(s) }

// ParseURI is like the function ParseURI, but takes a cluster's name alone if Boot is set.
func (cfg Config) ParseURI(s string) (*URI, error) {
	u, err := parseURI(s)
	if err == nil && len(u.Addrs) == 0 && cfg.Boot == "" {
		err = ErrNoBoot
	}
	if err != nil {
		return nil, fmt.Errorf("bad address %q: %w", withoutSecret(s), err)
	}
	return u, nil
}

// withoutSecret is a URI as it may be shown.
func withoutSecret(uri string) string {
	params := strings.Split(uri, "&")
	for i, p := range params {
		if name := strings.LastIndexByte(p, '?') + 1; strings.HasPrefix(p[name:], "sk=") {
			params[i] = p[:name] + "sk=…"
		}
	}
	return strings.Join(params, "&")
}

func parseURI(s string) (*URI, error) {
	rest, ok := strings.CutPrefix(s, "doozer:")
	if !ok {
		addr, err := withPort(s)
		return &URI{Addrs: []string{addr}}, err
	}
	query, ok := strings.CutPrefix(rest, "?")
	if !ok {
		return nil, errors.New("a doozer: URI goes on with ?ca=<address>")
	}
	params, err := url.ParseQuery(query)
	if err != nil {
		return nil, err
	}
	u := &URI{Cluster: params.Get("cn"), Secret: params.Get("sk"), Unique: params.Get("un")}
	for _, ca := range params["ca"] {
		addr, err := withPort(ca)
		if err != nil {
			return nil, fmt.Errorf("ca=%s: %w", ca, err)
		}
		u.Addrs = append(u.Addrs, addr)
	}
	if len(u.Addrs) == 0 && u.Cluster == "" {
		return nil, errors.New("it names no node (ca=<address>) and no cluster (cn=<name>)")
	}
	return u, nil
}

// withPort completes and checks a node's address.
func withPort(addr string) (string, error) {
	switch {
	case addr == "":
		return "", errors.New("the address is empty")
	case strings.ContainsAny(addr, " \t\r\n/?&"):
		return "", errors.New("an address is host:port")
	case net.ParseIP(addr) != nil:
		return net.JoinHostPort(addr, proto.DefaultPort), nil
	case !strings.Contains(addr, ":"), strings.HasSuffix(addr, "]"):
		addr += ":" + proto.DefaultPort
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return "", errors.New("an address is host:port")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("port %q is not a number from 1 to 65535", port)
	}
	return net.JoinHostPort(host, port), nil
}
