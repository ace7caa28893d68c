package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"unicode"
	"unicode/utf8"
)

// table is text in columns.
type table struct{ *tabwriter.Writer }

func (s *session) newTable(titles ...any) table {
	t := table{tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)}
	t.row(titles...)
	return t
}

// row adds a line. Only the last cell may have spaces and a colour: the others are counted.
func (t table) row(cells ...any) {
	for i, c := range cells {
		if i > 0 {
			fmt.Fprint(t, "\t")
		}
		if text, ok := c.(string); ok && i < len(cells)-1 {
			c = word(text)
		}
		if c == "" {
			c = "-"
		}
		fmt.Fprint(t, c)
	}
	fmt.Fprintln(t)
}

// word is what somebody wrote into the tree as one that a line can have: quoted, if it
// is none.
func word(text string) string {
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' }
	if !utf8.ValidString(text) || strings.ContainsFunc(text, odd) {
		return fmt.Sprintf("%.40q", text)
	}
	return text
}
