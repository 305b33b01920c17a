package summary

import (
	"fmt"
	"slices"

	"doormat/attacks"
	"doormat/demo/plain"
)

// A Balance is what escrow gives and what it costs, in lines about one run: the first design
// with escrow beside the first without.
type Balance struct{ Gives, Costs []string }

// Weigh reads a balance off a result, nil if it has no two such designs. Its lines are numbers
// of single rows and say which; whether they outweigh each other is not for a program to say.
func Weigh(r *attacks.Result) *Balance {
	without, with := -1, -1
	for i, d := range r.Designs {
		switch escrow := slices.Contains(d.Classes, "escrow"); {
		case escrow && with < 0:
			with = i
		case !escrow && without < 0:
			without = i
		}
	}
	if without < 0 || with < 0 {
		return nil
	}
	w := weighing{r: r, of: r.Conversation.Messages, a: r.Designs[without], b: r.Designs[with]}
	w.cells = Cells(r)
	b := &Balance{Gives: []string{w.ordered(), w.served(), w.refused()},
		Costs: []string{w.robbed(), w.people(), w.wider()}}
	none := func(text string) bool { return text == "" }
	b.Gives, b.Costs = slices.DeleteFunc(b.Gives, none), slices.DeleteFunc(b.Costs, none)
	return b
}

type weighing struct {
	r     *attacks.Result
	cells map[[2]string]*attacks.Cell
	of    int
	a, b  attacks.DesignRow // without and with escrow
}

// pairs calls visit with every row that was measured with escrow and does not rest on keys that
// nobody can compute.
func (w *weighing) pairs(visit func(row attacks.AttackRow, a, b *attacks.Cell)) {
	for _, row := range w.r.Attacks {
		a, b := w.cells[[2]string{row.ID, w.a.ID}], w.cells[[2]string{row.ID, w.b.ID}]
		if a != nil && b != nil && a.Error == "" && Measured(b) && !Granted(row.Needs) {
			visit(row, a, b)
		}
	}
}

// ordered is the order that reads the fewest messages and nothing beyond its scope.
func (w *weighing) ordered() string {
	var best *attacks.Cell
	w.pairs(func(row attacks.AttackRow, a, b *attacks.Cell) {
		if row.Kind == "lawful" && !a.Applicable && Full(b) && b.Lawful.Beyond == 0 &&
			(best == nil || b.Lawful.Asked < best.Lawful.Asked) {
			best = b
		}
	})
	if best == nil {
		return ""
	}
	return fmt.Sprintf("A court reads what it orders and no more: %d of %d messages (%s). %s has "+
		"nobody who could answer.", best.Lawful.Served, w.of, best.Attack, plain.Clean(w.a.Name))
}

// served counts orders that no phone is needed for.
func (w *weighing) served() string {
	served, of, without := 0, 0, 0
	w.pairs(func(row attacks.AttackRow, a, b *attacks.Cell) {
		if row.Kind != "lawful" || b.Lawful.Asked == 0 || onPhone(b) {
			return
		}
		of++
		if Full(b) {
			served++
		}
		if Full(a) {
			without++
		}
	})
	if of == 0 {
		return ""
	}
	return fmt.Sprintf("Of %s that need no phone, escrow serves %d in full; without it, %d.",
		Count(of, "kind")+" of order", served, without)
}

// refused is the control in which most were robbed or run, and nothing opened.
func (w *weighing) refused() string {
	count := 0
	var most *attacks.Cell
	w.pairs(func(row attacks.AttackRow, a, b *attacks.Cell) {
		if got, _ := recovered(b); row.Kind != "control" || a.Applicable || got > 0 {
			return
		}
		if count++; most == nil || b.Parties > most.Parties {
			most = b
		}
	})
	if most == nil {
		return ""
	}
	return fmt.Sprintf("It holds where it says so: %s to get round it read 0 of %d, one of them "+
		"after %s (%s).", Count(count, "attempt"), w.of, Count(most.Parties, "break-in"), most.Attack)
}

// worst is the theft that reads most with escrow and finds nobody to rob without.
func (w *weighing) worst() (row attacks.AttackRow, worst *attacks.Cell) {
	w.pairs(func(r attacks.AttackRow, a, b *attacks.Cell) {
		if r.Family == "theft" && r.Kind == "attack" && !a.Applicable && gain(r, b) > 0 &&
			(worst == nil || more(b, worst, recovered)) {
			row, worst = r, b
		}
	})
	return row, worst
}

func (w *weighing) robbed() string {
	row, c := w.worst()
	if c == nil {
		return ""
	}
	got, _ := recovered(c)
	past, of := c.Content.Target.Before+c.Content.Others.Before,
		c.Content.Target.BeforeTotal+c.Content.Others.BeforeTotal
	return fmt.Sprintf("%s: %d of %d messages, %d of the %d older than the theft among them. "+
		"%s has nobody to rob.", plain.Clean(row.Title), got, w.of, past, of, plain.Clean(w.a.Name))
}

func (w *weighing) people() string {
	_, c := w.worst()
	if c == nil || c.People.Read == 0 {
		return ""
	}
	noticed := "Nobody was warned"
	if len(c.Noticed) > 0 {
		noticed = "Somebody was warned"
	}
	return fmt.Sprintf("It took %s and read %s, %d of whom no order names. %s.",
		Count(c.Parties, "break-in"), people(c.People.Read), c.People.Unnamed, noticed)
}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}

// wider counts attacks that read more with escrow than without, and those that read less.
func (w *weighing) wider() string {
	wider, narrower, of := 0, 0, 0
	w.pairs(func(row attacks.AttackRow, a, b *attacks.Cell) {
		x, _ := recovered(a)
		y, _ := recovered(b)
		if row.Kind != "attack" || row.Family == "evasion" || gain(row, a)+gain(row, b) == 0 {
			return
		}
		of++
		switch {
		case y > x:
			wider++
		case x > y:
			narrower++
		}
	})
	if of == 0 {
		return ""
	}
	return fmt.Sprintf("Of %s that read something, %d read more than without escrow and %d less. "+
		"Somebody chose the rows.", Count(of, "attack"), wider, narrower)
}
