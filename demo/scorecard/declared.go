package scorecard

import (
	"strings"

	"doormat/demo/overhead"
	"doormat/demo/plain"
	"doormat/escrow/supplier"
	"doormat/world"
)

// declares is the source that a design is.
func (c *column) declares(kind string) Source {
	return Source{Kind: kind, ID: c.info.ID, Command: "doormat design show " + c.info.ID,
		Link: "designs/" + c.info.ID + ".md"}
}

// underOneKey is how many messages at most are sealed under one key that others than their readers
// hold, as the design declares.
func underOneKey(c *column) Figure {
	from, all := c.declares(Declared), len(c.opens.Messages)
	switch {
	case c.info.KeyLife != nil:
		with := map[int]int{}
		most := 0
		for k := range all {
			made, _ := c.info.KeyLife(c.settings, k+1)
			with[made]++
			most = max(most, with[made])
		}
		return number(most, all, from)
	case c.info.KeysWith != "":
		return number(all, all, from)
	}
	return lacking("nobody but the readers holds a key to a message", from)
}

// newParties is who stands in an arrangement and not in pure end-to-end encryption.
func newParties(c *column) Figure {
	from := c.declares(Declared)
	if c.Base == nil {
		return lacking("this program has no "+overhead.Base+" to compare with", from)
	}
	all := 0
	var names []string
	for _, p := range c.info.Principals {
		if _, had := c.Base.Principals.Named(p.Name); had {
			continue
		}
		n := 1
		switch {
		case p.Name == supplier.Name && c.settings.Own.Value(supplier.Suppliers) == supplier.One:
			// All trustees run the programs of the first, and nobody has to trust the others.
		case p.Count == world.PerAccount:
			n = c.Result.Conversation.Accounts
		case p.Several():
			var err error
			if n, err = world.Index(p.Count, c.settings); err != nil {
				return lacking(err.Error(), from)
			}
		}
		all += n
		names = append(names, times(p.Name, n))
	}
	f := number(all, alone, from)
	if all > 0 {
		f.Text += ": " + strings.Join(names, ", ")
	}
	return f
}

// counted reads a number out of a count of keys and bytes, and sets the base's beside it.
func counted(read func(*overhead.Count) int) func(*column) Figure {
	return func(c *column) Figure {
		from, count := c.declares(Count), c.Counts[c.info.ID]
		if count == nil {
			return lacking("it was not counted", from)
		}
		n := read(count)
		f := number(n, alone, from)
		if base := c.Counts[overhead.Base]; base != nil && c.info.ID != overhead.Base {
			switch more := n - read(base); {
			case more > 0:
				f.Text += ", " + plain.Number(more) + " more"
			case more < 0:
				f.Text += ", " + plain.Number(-more) + " less"
			}
		}
		return f
	}
}

func secretKeys(c *overhead.Count) (n int) {
	for _, k := range c.Keys {
		n += k.Number
	}
	return n
}
func aMessage(read func(*overhead.Count) int) func(*overhead.Count) int {
	return func(c *overhead.Count) int { return read(c) / c.Messages }
}
func stored(c *overhead.Count) int { return c.Kept + c.Others }

// anOrder is the bytes of an order, if the conversation declares one.
func anOrder(c *column) Figure {
	if count := c.Counts[c.info.ID]; count != nil && count.Order == 0 {
		return lacking("the conversation declares no order", c.declares(Count))
	}
	return counted(func(c *overhead.Count) int { return c.Order })(c)
}

// addedLines are lines of program.
func addedLines(c *column) Figure {
	from := c.declares(Count)
	if c.info.ID == overhead.Base {
		return number(0, alone, from)
	}
	n, known := c.Lines[c.info.ID]
	if !known {
		return lacking("its lines were not counted", from)
	}
	return number(n, alone, from)
}
