package threshold

import (
	"errors"
	"fmt"

	"doormat/escrow/ceremony"
)

// observer reads the board for the monitor. It reports, once, each trustee that a ceremony
// convicted, and each ceremony that failed.
type observer struct {
	*boardView
	told   map[string]int  // how many culprits were reported, by ceremony
	failed map[string]bool // ceremonies whose failure was reported
}

// follow implements [escrow.Monitor.Follow].
func (o *observer) follow(update []byte) (first int64, records [][]byte, news []string, err error) {
	before := o.version
	if _, err = o.read(update); err != nil {
		return before.size, nil, nil, err
	}
	for p := o.version; p != before; p = p.previous {
		first, records = p.size-int64(len(p.records)), append(p.records[:len(p.records):len(p.records)], records...)
	}
	return first, records, o.news(), nil
}

// news lists what the board shows and was not reported yet.
func (o *observer) news() []string {
	var news []string
	for _, s := range o.state().sessions() {
		culprits, failed := misconduct(s)
		attempt := fmt.Sprint(s.name, " ", s.roster.Counter)
		for _, c := range culprits[min(o.told[attempt], len(culprits)):] {
			news = append(news, fmt.Sprintf("in the ceremony for %s, %s", s.name, c))
		}
		if failed != nil && !o.failed[attempt] {
			o.failed[attempt] = true
			news = append(news, fmt.Sprintf("the ceremony for %s failed, and what was before stays: %v", s.name, failed))
		}
		o.told[attempt] = len(culprits)
	}
	return news
}

// misconduct lists who was convicted, and why the ceremony failed, once either is final.
func misconduct(s *session) ([]ceremony.Culprit, error) {
	outcome, err := s.audit.Outcome()
	var failed *ceremony.FailedError
	switch {
	case err == nil && s.failed():
		return outcome.Culprits, errors.New("too few trustees confirmed in time that they hold new shares")
	case err == nil:
		return outcome.Culprits, nil
	case s.audit.Phase() != ceremony.PhaseFailed:
		return nil, nil
	case errors.As(err, &failed):
		return nil, fmt.Errorf("too few were left in the %s phase: %w", failed.Phase, err)
	}
	return nil, err
}
