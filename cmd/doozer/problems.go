package main

import (
	"fmt"
	"strings"
)

// mostProblems is how many are told of one by one.
const mostProblems = 10

// problems is what is wrong with several files, of which the first decides the exit status.
type problems struct {
	told []error
	more int // how many there are beside those
}

// add adds a problem, if there is one.
func (p *problems) add(err error) {
	switch {
	case err == nil:
	case len(p.told) < mostProblems:
		p.told = append(p.told, err)
	default:
		p.more++
	}
}

// err is all of them, or nil.
func (p *problems) err() error {
	if len(p.told) == 0 {
		return nil
	}
	return p
}

func (p *problems) Error() string {
	texts := make([]string, len(p.told))
	for i, err := range p.told {
		texts[i] = err.Error()
	}
	if p.more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", p.more))
	}
	return strings.Join(texts, "; ")
}

func (p *problems) Unwrap() error { return p.told[0] }
