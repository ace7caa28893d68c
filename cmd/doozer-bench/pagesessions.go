package main

import (
	"fmt"
	"strings"
)

// write writes down what sessions cost.
func (s *sessions) write(b *strings.Builder) {
	level := levels[goalLevel]
	fmt.Fprintf(b, `## Sessions

%s sessions with an ephemeral file each, on three nodes, over %d clients. Each is prolonged every 3 s, with a lease of 6 s. SETs: %d outstanding
over %d connections. At last all clients stop at once.

`, count(sessionCount), sessionClients, level.outstanding, level.conns)
	fmt.Fprintf(b, "| | |\n|---|---:|\n")
	for _, line := range []struct{ what, figure string }{
		{"milliseconds to make them, with their files", count(int(s.making.Milliseconds()))},
		{"CPU of all nodes before, in % of a core", fmt.Sprintf("%.1f", 100*s.idle)},
		{"CPU of all nodes with them, in % of a core", fmt.Sprintf("%.1f", 100*s.held)},
		{"SETs a second before", count(int(s.alone.rate))},
		{"SETs a second with them", count(int(s.under.rate))},
		{"sessions that were lost", fmt.Sprint(s.lost)},
		{"milliseconds from the end of the first to the last file's deletion", count(int(s.clearing.Milliseconds()))},
	} {
		fmt.Fprintf(b, "| %s | %s |\n", line.what, line.figure)
	}
}
