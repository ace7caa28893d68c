package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// guard puts the protecting headers on every answer, also on errors, and lets
// only requests to an allowed host through.
func guard(hosts map[string]bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !hostAllowed(hosts, r.Host) {
			http.Error(w, "this host name is not allowed; ask by IP address, or as localhost", http.StatusForbidden)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func allowedHosts(extra []string) map[string]bool {
	hosts := map[string]bool{"localhost": true}
	if name, err := os.Hostname(); err == nil {
		hosts[hostName(name)] = true
	}
	for _, h := range extra {
		hosts[hostName(h)] = true
	}
	return hosts
}

// hostAllowed reports whether a Host header names this server and cannot have been
// made to by someone else's DNS: an IP address, or a name in hosts.
func hostAllowed(hosts map[string]bool, header string) bool {
	name := header
	if h, _, err := net.SplitHostPort(header); err == nil {
		name = h
	}
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err == nil {
		return true
	}
	return hosts[hostName(name)]
}

// hostName gives a name the form in which names are compared.
func hostName(name string) string {
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

// crossOrigin reports whether the browser says that a page of another origin asks.
// Sec-Fetch-Site comes over HTTPS and on localhost; Origin comes everywhere, with cross-origin
// requests that a script could read.
func crossOrigin(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return false
	case "":
	default:
		return true
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return false
	}
	u, err := url.Parse(origin)
	return err != nil || !strings.EqualFold(u.Host, r.Host)
}
