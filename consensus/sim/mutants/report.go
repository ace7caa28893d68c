package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// median is that of the starts: 0 when half of them or more found nothing.
func (o *outcome) median() int {
	if 2*len(o.found) <= o.starts {
		return 0
	}
	slices.Sort(o.found)
	return o.found[o.starts/2]
}

// kinds lists what caught it, the most frequent first.
func (o *outcome) kinds() string {
	kinds := slices.SortedFunc(maps.Keys(o.by), func(a, b string) int {
		return cmp.Or(cmp.Compare(o.by[b], o.by[a]), strings.Compare(a, b))
	})
	return strings.Join(kinds, ", ")
}

// row is m's line of the table.
func row(m *mutant, o *outcome, limit int) string {
	within, most, by := comma(o.median()), "", o.kinds()
	if len(o.found) == o.starts {
		most = comma(slices.Max(o.found))
	}
	switch {
	case len(o.found) == 0:
		within = "not within " + comma(limit)
	case o.median() == 0:
		within = "above " + comma(limit)
	}
	if o.script {
		by = strings.TrimPrefix(by+", `"+m.script+"`", ", ")
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s |\n", m.name, m.rule, within, most, by)
}

// table is the whole, in Markdown.
func (b *bench) table(groups []group, outcomes map[string]outcome) string {
	var text strings.Builder
	var planted, chance, script int
	for _, g := range groups {
		fmt.Fprintf(&text, "\n**%s**\n\n| planted bug | the rule that it breaks | median | most | caught by |\n|---|---|---:|---:|---|\n", g.part)
		for i := range g.mutants {
			m := &g.mutants[i]
			o := outcomes[m.name]
			text.WriteString(row(m, &o, b.limit))
			switch {
			case len(m.edits) == 0:
				continue
			case len(o.found) > 0:
				chance++
			case o.script:
				script++
			}
			planted++
		}
	}
	head := fmt.Sprintf("\n%d starting seeds, at most %s schedules from each. Of %d planted bugs, %d were found by chance, %d only by a test of their own, %d not at all.\n",
		b.starts, comma(b.limit), planted, chance, script, planted-chance-script)
	return head + text.String()
}

// comma writes n with its thousands apart.
func comma(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", comma(n/1000), n%1000)
}

// The lines of a page between which the table stands.
const (
	begins = "<!-- planted bugs: what follows is written by consensus/sim/mutants -->\n"
	ends   = "<!-- planted bugs: up to here -->\n"
)

// insert puts text between these lines of the page.
func insert(page, text string) error {
	old, err := os.ReadFile(page)
	if err != nil {
		return err
	}
	head, rest, ok := bytes.Cut(old, []byte(begins))
	_, tail, ok2 := bytes.Cut(rest, []byte(ends))
	if !ok || !ok2 {
		return fmt.Errorf("%s: the lines are lacking between which the table goes", page)
	}
	all := slices.Concat(head, []byte(begins), []byte(text), []byte("\n"+ends), tail)
	return os.WriteFile(page, all, 0o666)
}
