package scorecard

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world"
)

// A part is one figure of a question: of is asked of each column.
type part struct {
	what string // in words, as the row's head has it
	unit string
	of   func(*column) Figure
}

// A field reads a number, and the total that it is part of, out of a cell of the matrix. Of a number
// that is part of none the total is [alone].
type field func(*attacks.Cell) (n, of int)

const alone = -1

func targetBefore(c *attacks.Cell) (n, of int) {
	return c.Content.Target.Before, c.Content.Target.BeforeTotal
}
func targetAfter(c *attacks.Cell) (n, of int) {
	return c.Content.Target.After, c.Content.Target.AfterTotal
}
func target(c *attacks.Cell) (n, of int) {
	return c.Content.Target.Recovered, c.Content.Target.Total
}
func others(c *attacks.Cell) (n, of int) {
	return c.Content.Others.Recovered, c.Content.Others.Total
}
func everybody(c *attacks.Cell) (n, of int) {
	return c.Content.Target.Recovered + c.Content.Others.Recovered,
		c.Content.Target.Total + c.Content.Others.Total
}
func before(c *attacks.Cell) (n, of int) {
	return c.Content.Target.Before + c.Content.Others.Before,
		c.Content.Target.BeforeTotal + c.Content.Others.BeforeTotal
}
func after(c *attacks.Cell) (n, of int) {
	return c.Content.Target.After + c.Content.Others.After,
		c.Content.Target.AfterTotal + c.Content.Others.AfterTotal
}
func served(c *attacks.Cell) (n, of int) { return c.Lawful.Served, c.Lawful.Asked }
func beyond(c *attacks.Cell) (n, of int) { return c.Lawful.Beyond, alone }
func delay(c *attacks.Cell) (n, of int)  { return c.Lawful.DelayHours, alone }
func evidence(c *attacks.Cell) (n, of int) {
	return c.Lawful.Evidence.Recovered, c.Lawful.Evidence.Total
}
func metadata(c *attacks.Cell) (n, of int)   { return c.Metadata.Recovered, c.Metadata.Total }
func forged(c *attacks.Cell) (n, of int)     { return c.Forged, alone }
func unnamed(c *attacks.Cell) (n, of int)    { return c.People.Unnamed, alone }
func principals(c *attacks.Cell) (n, of int) { return c.Principals, alone }
func breakIns(c *attacks.Cell) (n, of int)   { return c.Parties, alone }
func delivered(c *attacks.Cell) (n, of int)  { return c.Delivered.Messages, c.Delivered.Total }
func orderMetadata(c *attacks.Cell) (n, of int) {
	return c.Lawful.Metadata.Recovered, c.Lawful.Metadata.Total
}

// shows is the source that one attack is.
func (c *column) shows(id string) Source {
	return Source{Kind: Attack, ID: id, Command: c.command("attack run "+id, "--designs "+c.info.ID),
		Link: "attacks/" + id + ".md", Ahead: c.Ahead}
}

// counts is the source that several attacks are.
func (c *column) counts() Source {
	return Source{Kind: Rows, ID: c.info.ID, Command: c.command("matrix", "--designs "+c.info.ID),
		Link: "matrix.md", Ahead: c.Ahead}
}

func (c *column) command(verb, rest string) string {
	return strings.TrimSpace("doormat " + verb + " " + rest + " " + c.Flags)
}

// number is a figure.
func number(n, of int, from Source) Figure {
	f := Figure{Measured: true, Number: n, Of: max(of, 0), Text: plain.Number(n), Source: from}
	if of >= 0 {
		f.Text = plain.Number(n) + " of " + plain.Number(of)
	}
	return f
}

// lacking is a figure that there is not.
func lacking(reason string, from Source) Figure { return Figure{Reason: reason, Source: from} }

// of reads a field of one row.
func (c *column) of(id string, read field) Figure {
	from, cell := c.shows(id), c.cells[id]
	switch {
	case cell == nil:
		return lacking("the attack "+id+" was not run", from)
	case cell.Error != "":
		return lacking(id+" failed: "+plain.Clean(cell.Error), from)
	case !cell.Applicable:
		return lacking(plain.Clean(cmp.Or(cell.Missing, cell.Why)), from)
	}
	n, of := read(cell)
	if of == 0 {
		return lacking("nothing of the kind happens in "+id, from)
	}
	return number(n, of, from)
}

// most reads a field of each of some attacks, and gives the largest part of its total; of equal ones,
// the first. Why there is none, the first says.
func most(read field, ids ...string) func(*column) Figure {
	return func(c *column) Figure {
		best := c.of(ids[0], read)
		for _, id := range ids[1:] {
			f := c.of(id, read)
			if f.Measured && (!best.Measured || f.exceeds(best)) {
				best = f
			}
		}
		return best
	}
}

// exceeds compares parts of totals, without fractions.
func (f Figure) exceeds(g Figure) bool { return f.Number*max(g.Of, 1) > g.Number*max(f.Of, 1) }

// A pick chooses rows of the matrix.
type pick func(*column, *attacks.AttackRow, *attacks.Cell) bool

// picked are the cells that were measured and that all of some picks choose, in the order of rows.
func (c *column) picked(picks ...pick) (list []*attacks.Cell) {
	for i := range c.Result.Attacks {
		a := &c.Result.Attacks[i]
		cell := c.cells[a.ID]
		if cell != nil && summary.Measured(cell) &&
			!slices.ContainsFunc(picks, func(p pick) bool { return !p(c, a, cell) }) {
			list = append(list, cell)
		}
	}
	return list
}

func kind(name string) pick {
	return func(_ *column, a *attacks.AttackRow, _ *attacks.Cell) bool { return a.Kind == name }
}

// reads chooses rows in which something is read, readsAll those in which every message is,
// readsTarget those in which one of the target's is, and fully those in which all that was asked for
// is served.
func reads(_ *column, _ *attacks.AttackRow, cell *attacks.Cell) bool {
	n, _ := everybody(cell)
	return n > 0
}
func fully(_ *column, _ *attacks.AttackRow, cell *attacks.Cell) bool { return summary.Full(cell) }
func readsAll(_ *column, _ *attacks.AttackRow, cell *attacks.Cell) bool {
	n, of := everybody(cell)
	return n == of && n > 0
}
func readsTarget(_ *column, _ *attacks.AttackRow, cell *attacks.Cell) bool {
	return cell.Content.Target.Recovered > 0
}

// silent chooses rows in which nobody notices anything, and nobody is told.
func silent(_ *column, _ *attacks.AttackRow, cell *attacks.Cell) bool {
	return len(cell.Noticed) == 0 && len(cell.Disclosed) == 0
}

// unlogged chooses rows of which the public learns nothing from a log.
func unlogged(_ *column, _ *attacks.AttackRow, cell *attacks.Cell) bool {
	return !slices.ContainsFunc(cell.Disclosed,
		func(d attacks.Disclosure) bool { return d.By == world.Monitor })
}

// forges chooses rows in which a message is forged in this column or another.
func forges(c *column, a *attacks.AttackRow, _ *attacks.Cell) bool {
	return slices.ContainsFunc(c.Result.Cells, func(cell attacks.Cell) bool {
		return cell.Attack == a.ID && cell.Forged > 0
	})
}

// knows is after how many hours somebody learns of an order: at once who is asked to unlock a phone,
// and others when they are told, by name.
func knows(c *attacks.Cell) (n, of int) {
	if slices.ContainsFunc(c.Noticed, func(e attacks.Evidence) bool {
		return world.KindOf(e.By) == world.UserName
	}) {
		return 0, alone
	}
	for _, d := range c.Disclosed {
		if _, personal := world.AccountOf(d.By); personal {
			return d.AfterHours, alone
		}
	}
	return 0, 0
}

// targetKnows chooses rows of which the target learns: a phone of its own warns, or it is told.
func targetKnows(c *column, _ *attacks.AttackRow, cell *attacks.Cell) bool {
	own := func(by string) bool {
		account, personal := world.AccountOf(by)
		return personal && account == c.Result.Settings.Target
	}
	return slices.ContainsFunc(cell.Noticed, func(e attacks.Evidence) bool { return own(e.By) }) ||
		slices.ContainsFunc(cell.Disclosed, func(d attacks.Disclosure) bool { return own(d.By) })
}

// without chooses rows that need nobody of some names.
func without(names ...string) pick {
	return func(_ *column, _ *attacks.AttackRow, cell *attacks.Cell) bool {
		return !slices.ContainsFunc(cell.Needs, func(n world.Capability) bool {
			return slices.Contains(names, world.KindOf(n.Principal))
		})
	}
}

// share counts the rows that picks choose, among those that from chooses.
func share(nothing string, from []pick, picks ...pick) func(*column) Figure {
	return func(c *column) Figure {
		all := len(c.picked(from...))
		if all == 0 {
			return lacking(nothing, c.counts())
		}
		return number(len(c.picked(slices.Concat(from, picks)...)), all, c.counts())
	}
}

// Among the rows that picks choose, fewest gives the smallest number with the row that reads most for
// it, narrowest the smallest with the row that reads least, and largest the largest, with the row
// that reads most.
func fewest(nothing string, read field, picks ...pick) func(*column) Figure {
	return extreme(nothing, read, -1, 1, picks)
}
func narrowest(nothing string, read field, picks ...pick) func(*column) Figure {
	return extreme(nothing, read, -1, -1, picks)
}
func largest(nothing string, read field, picks ...pick) func(*column) Figure {
	return extreme(nothing, read, 1, 1, picks)
}

// extreme has signs that say whether more is better, of the number and of what is read.
func extreme(nothing string, read field, sign, reading int, picks []pick) func(*column) Figure {
	return func(c *column) Figure {
		var best *attacks.Cell
		for _, cell := range c.picked(picks...) {
			if _, of := read(cell); of == 0 {
				continue
			}
			if best == nil {
				best = cell
				continue
			}
			a, _ := read(cell)
			b, _ := read(best)
			more, _ := everybody(cell)
			less, _ := everybody(best)
			if sign*a > sign*b || a == b && reading*more > reading*less {
				best = cell
			}
		}
		if best == nil {
			return lacking(nothing, c.counts())
		}
		n, of := read(best)
		return number(n, of, c.shows(best.Attack))
	}
}

// reach adds to a figure how much its row reads.
func reach(figure func(*column) Figure) func(*column) Figure {
	return func(c *column) Figure {
		f := figure(c)
		if cell := c.cells[f.Source.ID]; f.Measured && cell != nil {
			n, of := everybody(cell)
			f.Text += fmt.Sprintf(", reading %d of %d", n, of)
		}
		return f
	}
}

// never is a figure that doormat does not give.
func never(reason string) func(*column) Figure {
	return func(*column) Figure { return lacking(reason, Source{Kind: None}) }
}
