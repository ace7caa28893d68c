package main

import (
	"fmt"
	"slices"
	"strings"
)

// goal is a figure that is to be reached.
type goal struct {
	what    string
	bound   float64
	atLeast bool      // the bound is the least that will do, not the most
	values  []float64 // measured, one a round; none: it was not asked for
	beside  string    // not empty: the bound, of what takes another system beside
	worst   bool      // it is held against the worst of them, not against the median
}

// least is a goal for the median, and most is one.
func least(bound float64, what string, values ...float64) goal {
	return goal{what: what, bound: bound, atLeast: true, values: values}
}

func most(bound float64, what string, values ...float64) goal {
	return goal{what: what, bound: bound, values: values}
}

// never is a goal for each of the values.
func never(bound float64, what string, values ...float64) goal {
	return goal{what: what, bound: bound, values: values, worst: true}
}

// beside is a goal that takes another system beside, which is not here.
func beside(bound, what string) goal { return goal{what: what, beside: bound} }

// measured is the figure that is held against the bound.
func (g *goal) measured() float64 {
	switch {
	case !g.worst:
		return median(g.values)
	case g.atLeast:
		return slices.Min(g.values)
	}
	return slices.Max(g.values)
}

func (g *goal) met() bool {
	if g.atLeast {
		return g.measured() >= g.bound
	}
	return g.measured() <= g.bound
}

// line is the goal's line of the table; none if it was not asked for.
func (g *goal) line() string {
	if g.beside != "" {
		return fmt.Sprintf("| %s | %s | - | needs make bench-peers |\n", g.what, g.beside)
	}
	if len(g.values) == 0 {
		return ""
	}
	limit, verdict := "at most", "**missed**"
	if g.atLeast {
		limit = "at least"
	}
	if g.met() {
		verdict = "met"
	}
	return fmt.Sprintf("| %s | %s %s | %s | %s |\n", g.what, limit, figure(g.bound, -1), g.figures(), verdict)
}

// figures is the median, and, in brackets, the least and the greatest.
func (g *goal) figures() string {
	middle := figure(median(g.values), 2)
	if len(g.values) == 1 {
		return middle
	}
	return fmt.Sprintf("%s (%s)", middle, spread(g.values))
}

// spread is the least and the greatest of values.
func spread(values []float64) string {
	if len(values) == 0 {
		return "none"
	}
	return fmt.Sprintf("%s to %s", figure(slices.Min(values), 2), figure(slices.Max(values), 2))
}

// writeGoals writes the table of all goals of the parts.
func writeGoals(page *strings.Builder, parts []part) {
	fmt.Fprintf(page, "## Goals\n\nThe median, and in brackets the least and the greatest of the rounds. Ratios are those of one round; of pauses the worst counts.\n\n")
	fmt.Fprintf(page, "| measure | goal | measured | |\n|---|---:|---:|---|\n")
	for _, p := range parts {
		for _, g := range p.goals() {
			page.WriteString(g.line())
		}
	}
}
