package summary

import (
	"fmt"

	"doormat/attacks"
)

// A Measure is one number of a cell, which lesson files and sheets for a class ask for by name.
type Measure struct {
	Name, Doc string
	count     func(*attacks.Cell) (n, of int) // of is below 0 where it is no part of anything
}

// Measures are all of them.
var Measures = []Measure{
	{"read", "messages read, whomever they concern", recovered},
	{"target", "messages of the target read", func(c *attacks.Cell) (n, of int) {
		return c.Content.Target.Recovered, c.Content.Target.Total
	}},
	{"others", "messages of others read", func(c *attacks.Cell) (n, of int) {
		return c.Content.Others.Recovered, c.Content.Others.Total
	}},
	{"older", "messages read that are older than the attack", func(c *attacks.Cell) (n, of int) {
		t, o := c.Content.Target, c.Content.Others
		return t.Before + o.Before, t.BeforeTotal + o.BeforeTotal
	}},
	{"served", "messages that an order named and got", func(c *attacks.Cell) (n, of int) {
		return c.Lawful.Served, c.Lawful.Asked
	}},
	{"beyond", "messages read that the order does not name", func(c *attacks.Cell) (n, of int) {
		return c.Lawful.Beyond, -1
	}},
	{"people", "people of whom something was read", func(c *attacks.Cell) (n, of int) {
		return c.People.Read, -1
	}},
	{"unnamed", "people read whom no order names and who are not the target",
		func(c *attacks.Cell) (n, of int) { return c.People.Unnamed, -1 }},
	{"metadata", "messages of which it is known who wrote to whom and when",
		func(c *attacks.Cell) (n, of int) { return c.Metadata.Recovered, c.Metadata.Total }},
	{"taken", "how many were robbed, run or asked", func(c *attacks.Cell) (n, of int) {
		return c.Parties, -1
	}},
	{"noticed", "how many noticed at the time", func(c *attacks.Cell) (n, of int) {
		return len(Witnesses(c.Noticed)), -1
	}},
}

// MeasureNamed finds a measure, nil if there is none of that name.
func MeasureNamed(name string) *Measure {
	for i := range Measures {
		if Measures[i].Name == name {
			return &Measures[i]
		}
	}
	return nil
}

// MeasureNames lists their names.
func MeasureNames() (names []string) {
	for _, m := range Measures {
		names = append(names, m.Name)
	}
	return names
}

// Of is the number in a cell; of is below 0 where the number is no part of anything. Where
// nothing was measured it is 0.
func (m *Measure) Of(c *attacks.Cell) (n, of int) {
	if !Measured(c) {
		return 0, -1
	}
	return m.count(c)
}

// Say is the number in words, or why there is none.
func (m *Measure) Say(c *attacks.Cell) string {
	if !Measured(c) {
		return StateOf(c).Long()
	}
	if n, of := m.count(c); of >= 0 {
		return OutOf(n, of)
	} else {
		return fmt.Sprint(n)
	}
}
