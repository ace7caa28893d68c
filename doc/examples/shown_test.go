package examples

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// numbers holds the revisions on a page against those of this run: one stands for one other, the same
// wherever it is, and they are in the same order.
type numbers map[int64]int64

// varies is what need not be shown as it stands on a page: a line that is …, for any lines; … in
// a line, for any text; and revisions.
var varies = regexp.MustCompile(`…|\b\d{5,}\b`)

// typed is a command of a page with the revisions of this run.
func (n numbers) typed(command string) string {
	return varies.ReplaceAllStringFunc(command, func(s string) string {
		if own, ok := n[parse(s)]; ok {
			return strconv.FormatInt(own, 10)
		}
		return s
	})
}

// match holds output against what a page shows, and takes its revisions in if it is the same.
func (n numbers) match(page, output string) error {
	page, output = trim(page), trim(output)
	like, revs := pattern(page)
	found := like.FindStringSubmatch(output)
	if found == nil {
		return fmt.Errorf("the page shows\n%s\nand here it is\n%s", page, output)
	}
	return n.take(revs, found[1:])
}

// pattern is what output is like if it is as a page shows, with a group for each of the revisions.
func pattern(page string) (like *regexp.Regexp, revs []int64) {
	text, end := "", 0
	for _, at := range varies.FindAllStringIndex(page, -1) {
		text += regexp.QuoteMeta(page[end:at[0]])
		end = at[1]
		line := (at[0] == 0 || page[at[0]-1] == '\n') && (end == len(page) || page[end] == '\n')
		switch part := page[at[0]:end]; {
		case part != "…":
			text += `(\d+)`
			revs = append(revs, parse(part))
		case line:
			text += `(?s:.*)`
		default:
			text += `.*`
		}
	}
	return regexp.MustCompile("^" + text + regexp.QuoteMeta(page[end:]) + "$"), revs
}

func (n numbers) take(page []int64, run []string) error {
	next := make(numbers)
	for p, r := range n {
		next[p] = r
	}
	for i, p := range page {
		r := parse(run[i])
		if old, ok := next[p]; ok && old != r {
			return fmt.Errorf("revision %d of the page is %d here, and was %d before", p, r, old)
		}
		next[p] = r
	}
	if !next.ordered() {
		return fmt.Errorf("the revisions are in another order than on the page: %v", next)
	}
	for p, r := range next {
		n[p] = r
	}
	return nil
}

// ordered reports whether what is higher on the page is higher here.
func (n numbers) ordered() bool {
	var page, run []int64
	for p, r := range n {
		page, run = append(page, p), append(run, r)
	}
	slices.Sort(page)
	slices.Sort(run)
	for i, p := range page {
		if n[p] != run[i] || i > 0 && run[i] == run[i-1] {
			return false
		}
	}
	return true
}

// parse is the number that a run of digits is.
func parse(digits string) int64 {
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func trim(s string) string {
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}
