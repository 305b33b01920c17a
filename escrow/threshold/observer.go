package threshold

import (
	"errors"
	"fmt"
)

// observer reads the board for the monitor: it tells once of each trustee that a
// ceremony convicted, and of each ceremony that failed.
type observer struct {
	*reader
	told map[string]int // news, by ceremony
}

// follow implements [escrow.Monitor.Follow].
func (o *observer) follow(update []byte) (first int64, records [][]byte, news []string, err error) {
	before := o.at
	if _, err = o.read(update); err != nil {
		return 0, nil, nil, err
	}
	for p := o.at; p != before; p = p.before {
		first, records = p.size-int64(len(p.records)), append(p.records[:len(p.records):len(p.records)], records...)
	}
	return first, records, o.news(), nil
}

func (o *observer) news() []string {
	var news []string
	for _, s := range o.course().sessions() {
		lines := misconduct(s)
		news = append(news, lines[o.told[s.name]:]...)
		o.told[s.name] = len(lines)
	}
	return news
}

// misconduct lists who was convicted, once the outcome stands, and that the
// ceremony has failed. It only grows.
func misconduct(s *session) []string {
	var lines []string
	outcome, err := s.audit.Outcome()
	if err == nil {
		for _, c := range outcome.Culprits {
			lines = append(lines, fmt.Sprintf("in the ceremony for %s, %s", s.name, c))
		}
		err = errors.New("too few trustees hold new shares")
	}
	if s.failed() {
		lines = append(lines, fmt.Sprintf("the ceremony for %s failed, and what was before stays: %v", s.name, err))
	}
	return lines
}
