package examples

import (
	"regexp"
	"time"

	"github.com/bmizerany/assert"
)

// looks are commands that only look: they are typed again until they show what the page
// shows, as a person would.
var looks = regexp.MustCompile(`^(\./bin/doozer (find|walk|get) |cat |tail |grep )`)

// do types one command of a page.
func (s *shell) do(st step) {
	s.t.Helper()
	line := s.revs.typed(s.here(st.command))
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := s.revs.match(s.here(st.shows), s.run(line))
		if err == nil {
			return
		}
		if !looks.MatchString(line) || time.Now().After(end) {
			s.t.Fatalf("$ %s\n%v", line, err)
		}
	}
}

// follow types a whole page.
func (s *shell) follow(page string) {
	s.t.Helper()
	all := steps(readFile(s.t, page))
	assert.T(s.t, len(all) > 0, page)
	for _, st := range all {
		s.do(st)
	}
}
