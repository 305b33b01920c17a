package summary

import (
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/world"
)

// tally sums up one design's column.
type tally struct {
	name          string
	attacks       int           // attacks in the run, without controls and evasion
	widest, later *attacks.Cell // opened most, and most of what came after the attack
	apart         *attacks.Cell // opened most of those that use no phone and no maker of phones
	opened        []gained      // attacks that opened something
	orders        int           // lawful attacks that asked for something
	wordless      int           // of them, those that gave metadata and not a word
	absent        int           // lawful attacks that are not applicable here, and are elsewhere
	served        []served      // in which the agency got every message in scope
}

// A gained is an attack that opened something.
type gained struct {
	attack    string
	unnoticed bool
}

// A served is an order that was served in full.
type served struct {
	attack, text string // the id, and the id with whose messages those were
	phone        bool   // on a phone, or by its maker
}

func newTally(r *attacks.Result, d attacks.DesignRow) *tally {
	t := &tally{name: d.Name}
	cells := Cells(r)
	concerned, _ := Concerned(r)
	for _, a := range concerned {
		c := cells[[2]string{a.ID, d.ID}]
		switch {
		case c == nil || c.Error != "" || a.Family == "evasion" || Granted(a.Needs):
		case a.Kind == "lawful":
			t.lawful(c, r.Conversation.Messages)
		case a.Kind == "attack":
			t.attack(a, c)
		}
	}
	return t
}

// gain counts the messages that an attack opened and was not to open. Of evasion a
// court asked for what opens, and so it did of an insider who reads no more than
// the order in hand. What rests on keys that nobody can compute is no gain of today.
func gain(a attacks.AttackRow, c *attacks.Cell) int {
	got, _ := recovered(c)
	if a.Kind != "attack" || Granted(a.Needs) || a.Family == "evasion" ||
		a.Family == "insider" && got <= c.Lawful.Asked {
		return 0
	}
	return got
}

func (t *tally) attack(a attacks.AttackRow, c *attacks.Cell) {
	t.attacks++
	if gain(a, c) == 0 {
		return
	}
	t.opened = append(t.opened, gained{a.ID, len(c.Noticed) == 0})
	if !onPhone(c) && (t.apart == nil || more(c, t.apart, recovered)) {
		t.apart = c
	}
	if t.widest == nil || more(c, t.widest, recovered) {
		t.widest = c
	}
	if got, _ := after(c); got > 0 && (t.later == nil || more(c, t.later, after)) {
		t.later = c
	}
}

func (t *tally) lawful(c *attacks.Cell, messages int) {
	switch {
	case !c.Applicable:
		t.absent++
	case c.Lawful.Asked > 0:
		t.orders++
	}
	if c.Lawful.Served == 0 && MoreMetadata(c) {
		t.wordless++
	}
	if c.Lawful.Asked == 0 || c.Lawful.Served < c.Lawful.Asked {
		return
	}
	var notes []string
	got, _ := recovered(c)
	switch others := c.Content.Others.Recovered; {
	case c.Lawful.Asked == messages:
		notes = append(notes, "for everybody")
	case others > 0:
		notes = append(notes, fmt.Sprintf("%d of %d not the target's", others, got))
	}
	if c.Lawful.Beyond > 0 {
		notes = append(notes, fmt.Sprintf("%d beyond", c.Lawful.Beyond))
	}
	text := c.Attack
	if len(notes) > 0 {
		text += " [" + strings.Join(notes, ", ") + "]"
	}
	t.served = append(t.served, served{c.Attack, text, onPhone(c)})
}

// onPhone reports whether an attack uses a phone, what is inside one, or whoever makes its
// programs.
func onPhone(c *attacks.Cell) bool {
	return slices.ContainsFunc(c.Needs, func(need world.Capability) bool {
		kind := world.KindOf(need.Principal)
		return kind == world.DeviceName || kind == world.ElementName ||
			kind == world.UserName || need.Principal == world.Vendor
	})
}

func after(c *attacks.Cell) (got, of int) {
	t, o := c.Content.Target, c.Content.Others
	return t.After + o.After, t.AfterTotal + o.AfterTotal
}

// more reports whether a opened a larger part than b, or as much with fewer
// principals.
func more(a, b *attacks.Cell, measure func(*attacks.Cell) (got, of int)) bool {
	x, ofX := measure(a)
	y, ofY := measure(b)
	return x*ofY > y*ofX || x*ofY == y*ofX && a.Parties < b.Parties
}
