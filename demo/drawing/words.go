package drawing

import (
	"fmt"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// tell says in words what the picture shows.
func (t *timeline) tell(step int) {
	f := &t.f
	t.Name = fmt.Sprintf("%s, step %d of %d: which messages are open",
		plain.Short(summary.DesignOf(t.p.Result, f.Cell.Design).Name, longName), step+1,
		len(t.p.Steps))
	if !summary.Measured(f.Cell) {
		t.Idle = plain.Short(summary.Absence(f.Cell), longText)
		t.Words = t.Idle
		return
	}
	target, others := f.Content.Target, f.Content.Others
	t.Caption = fmt.Sprintf("%s. %s.", exposure("the target's messages", target),
		exposure("other messages", others))
	if t.axis.per > 1 {
		t.Caption += fmt.Sprintf(" A bar is what a sender wrote of %d messages, filled as far as "+
			"it is open.", t.axis.per)
	}
	words := []string{t.Caption}
	if n := len(f.New); n > 0 {
		words = append(words, fmt.Sprintf("This step opened %d.", n))
	}
	words = append(words, fmt.Sprintf("%d of %s written so far.", t.moment,
		summary.Count(t.axis.messages, "message")))
	var lanes []string
	for _, l := range t.Lanes {
		name := l.Full
		if l.Target {
			name += " (the target)"
		}
		lanes = append(lanes, fmt.Sprintf("%s %d of %d", name, l.open, l.sent))
	}
	t.Words = strings.Join(append(words, "By sender: "+strings.Join(lanes, ", ")+"."), " ")
}

func exposure(what string, e attacks.Exposure) string {
	text := fmt.Sprintf("%d of %d of %s open", e.Recovered, e.Total, what)
	if e.Recovered == 0 || e.BeforeTotal == 0 || e.AfterTotal == 0 {
		return text
	}
	return text + fmt.Sprintf(": %d of %d from before the attack, %d of %d from after it", e.Before,
		e.BeforeTotal, e.After, e.AfterTotal)
}
