package committee

import (
	"errors"
	"fmt"

	"doormat/escrow/ceremony"
)

// Observer reads the board for the monitor. It reports, once, each trustee that a ceremony
// convicted, and each ceremony that failed.
type Observer struct {
	*View
	told   map[string]int  // how many culprits were reported, by ceremony
	failed map[string]bool // ceremonies whose failure was reported
}

// NewObserver begins to read where the view stands.
func NewObserver(view *View) *Observer {
	return &Observer{view, map[string]int{}, map[string]bool{}}
}

// Follow implements [escrow.Monitor.Follow].
func (o *Observer) Follow(update []byte) (first int64, records [][]byte, news []string, err error) {
	before := o.Version
	if _, err = o.Read(update); err != nil {
		return before.Size, nil, nil, err
	}
	for p := o.Version; p != before; p = p.previous {
		first, records = p.Size-int64(len(p.Records)),
			append(p.Records[:len(p.Records):len(p.Records)], records...)
	}
	return first, records, o.news(), nil
}

// news lists what the board shows and was not reported yet.
func (o *Observer) news() []string {
	var news []string
	for _, s := range o.State().sessions() {
		culprits, failed := misconduct(s)
		attempt := fmt.Sprint(s.Name, " ", s.Roster.Counter)
		for _, c := range culprits[min(o.told[attempt], len(culprits)):] {
			news = append(news, fmt.Sprintf("in the ceremony for %s, %s", s.Name, c))
		}
		if failed != nil && !o.failed[attempt] {
			o.failed[attempt] = true
			news = append(news, fmt.Sprintf("the ceremony for %s failed, and what was before "+
				"stays: %v", s.Name, failed))
		}
		o.told[attempt] = len(culprits)
	}
	return news
}

// misconduct lists who was convicted, and why the ceremony failed, once either is final.
func misconduct(s *Session) ([]ceremony.Culprit, error) {
	outcome, err := s.Audit.Outcome()
	var failed *ceremony.FailedError
	switch {
	case err == nil && s.Failed():
		return outcome.Culprits, errors.New("too few trustees confirmed in time that they hold " +
			"new shares")
	case err == nil:
		return outcome.Culprits, nil
	case s.Audit.Phase() != ceremony.PhaseFailed:
		return nil, nil
	case errors.As(err, &failed):
		return nil, fmt.Errorf("too few were left in the %s phase: %w", failed.Phase, err)
	}
	return nil, err
}
