package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// fills are the values of doozerd's -fill that are tried.
func fills() []time.Duration {
	const ms = time.Millisecond
	return []time.Duration{20 * ms, 70 * ms, 100 * ms, 150 * ms, 200 * ms, 300 * ms}
}

func writeDistance(out io.Writer) error {
	fmt.Fprintf(out, "\n## Distance\n\nMilliseconds, of each site in turn.\n")
	for _, p := range placements() {
		fmt.Fprintf(out, "\n%s:\n\n| -fill | SET, one site writes | SET, all write | unknown | GET, nobody writes | GET, all write "+
			"| GET without leases | watch | pause, killed | pause, silent |\n|---:|---|---|---:|---|---|---|---|---:|---:|\n", p.name)
		for _, fill := range fills() {
			f, err := p.measure(fill)
			if err != nil {
				return fmt.Errorf("%s, fill %v: %w", p.name, fill, err)
			}
			fmt.Fprintf(out, "| %v | %s | %s | %d | %s | %s | %s | %s | %s | %s |\n", fill, millis(f.lone...), millis(f.all...), f.unknown,
				millis(f.quiet...), millis(f.busy...), millis(f.asked...), millis(f.event...), millis(f.killed), millis(f.silent))
		}
	}
	return nil
}

// millis writes times in milliseconds.
func millis(all ...time.Duration) string {
	var s []string
	for _, d := range all {
		s = append(s, fmt.Sprintf("%.3g", float64(d)/1e6))
	}
	return strings.Join(s, " / ")
}
