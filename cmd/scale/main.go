// Scale works out how what Doozer costs grows: with members, distance, data, and watchers that followers serve. It
// prints the tables of doc/scale.md:
//
//	scale [members] [distance] [memory] [watchers]
//
// All but those of memory come of a simulation: the machines of consensus as they are, and around them, in virtual time, a
// network with delays and uplinks of so many bytes a second, and cores that take as long for each step as was measured (costs.go).
// Nothing else is made up, and nothing is random but for a seed: the same command prints the same table.
//
//	scale -followers 2 -watchers 2000 -dirs 1 -rate 20
//
// and so on, with flags, works out a single line of the table of watchers. Each watcher is checked to be told of every
// change that concerns it, once, in order, whoever dies.
//
// Reading order: agenda.go and host.go are time and machines, world.go, node.go and frame.go the nodes on them. members.go counts
// messages; site.go, placement.go and distance.go take distances; fanout.go, station.go, watcher.go and served.go have watchers.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
)

// table is a part of what is printed.
type table struct {
	name  string
	write func(io.Writer) error
}

func tables() []table {
	return []table{{"members", writeMembers}, {"distance", writeDistance}, {"memory", writeMemory}, {"watchers", writeFanouts}}
}

func main() {
	p := usual()
	p.register(flag.CommandLine)
	flag.Parse()
	out := bufio.NewWriter(os.Stdout)
	err := run(out, p, flag.NFlag() > 0, flag.Args())
	if flushed := out.Flush(); err == nil {
		err = flushed
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "scale:", err)
		os.Exit(1)
	}
}

// run writes the tables of these names, or all; or a single line.
func run(out io.Writer, p fanoutPlan, single bool, names []string) error {
	if single {
		return writeRows(out, []fanoutPlan{p})
	}
	for _, name := range names {
		if !slices.ContainsFunc(tables(), func(t table) bool { return t.name == name }) {
			return fmt.Errorf("there is no table %q", name)
		}
	}
	for _, t := range tables() {
		if len(names) > 0 && !slices.Contains(names, t.name) {
			continue
		}
		if err := t.write(out); err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return nil
}
