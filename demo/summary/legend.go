package summary

import (
	"cmp"
	"slices"
	"strings"

	"doormat/attacks"
)

// A Sign is what stands in tables for something that takes longer to say.
type Sign struct {
	Class       string // as a name in a stylesheet
	Glyph, Word string
	Short       string // what explains it under a table, where the word does not
	Means       string // what explains it in a list
}

// Signs are those of all tables, the one for how many were used last.
func Signs() []Sign {
	return []Sign{
		{"all", All.Glyph, "all", "", "every message was recovered"},
		{"part", Part.Glyph, "part", "", "some were"},
		{"none", None.Glyph, "none", "none of the messages recovered",
			"this attack recovered nothing, and no more than that is said"},
		{"na", NotApplicable.Glyph, "not applicable", "",
			"the design has nobody or nothing that the attack needs: also a finding"},
		{"served", Served, "served", "order served in full",
			"the agency obtained every message in scope of the orders"},
		{"error", Failed.Glyph, "error", "", "the attack did not run to its end"},
		{"noticed", Warned, "noticed", "somebody noticed",
			"somebody's honest program gave a warning"},
		{"odd", "≠", "unexpected", "", "the outcome differs from what the attack expects"},
		{"parties", "×2", "break-ins", "two break-ins, or two who had to say yes; a country " +
			"counts as one",
			"how many break-ins, or how many had to say yes; a country counts as one"},
	}
}

// Key explains signs in a line, with a separator between them.
func Key(signs []Sign, separator string) string {
	var list []string
	for _, s := range signs {
		list = append(list, s.Glyph+" "+cmp.Or(s.Short, s.Word))
	}
	return strings.Join(list, separator)
}

// Words explain those words of a table that need it, as far as they stand there: first those
// beside the names of its rows, then those of its cells.
func Words(r *attacks.Result) (list []string) {
	for _, w := range []struct {
		text string
		used func(attacks.AttackRow) bool
	}{
		{"(control): what its title names is expected to stay closed",
			func(a attacks.AttackRow) bool { return a.Kind == "control" }},
		{"(lawful): an order of a court, which nobody resists",
			func(a attacks.AttackRow) bool { return a.Kind == "lawful" }},
		{"settings under a name: this attack always runs with these",
			func(a attacks.AttackRow) bool { return len(a.Fixes) > 0 }},
		{"granted, not computed: the attack is given keys that no computer of today can find",
			func(a attacks.AttackRow) bool { return Granted(a.Needs) }},
	} {
		if slices.ContainsFunc(r.Attacks, w.used) {
			list = append(list, w.text)
		}
	}
	for _, w := range []struct {
		text string
		used func(*attacks.Cell) bool
	}{
		{"people: those whose words were read; unnamed: those of them who are neither the target " +
			"nor named in a court's order",
			func(c *attacks.Cell) bool { return c.People.Read > 0 }},
		{"in a forward: messages that were not opened themselves, and whose words were, in a message " +
			"that forwards them",
			func(c *attacks.Cell) bool { return c.Forwarded.Recovered > 0 }},
		{"forged: messages on a screen under the name of somebody who did not write them",
			func(c *attacks.Cell) bool { return c.Forged > 0 }},
		{"served: of the messages that the order names, those that the agency read; beyond: those " +
			"that it was given besides, read or not",
			func(c *attacks.Cell) bool { return c.Lawful.Asked > 0 }},
		{"who and when: of the messages that the order names, those of which the agency learned " +
			"who wrote to whom and when, if not the words", MoreMetadata},
		{"agency served: what the agency got; the numbers above it are another adversary's; by no " +
			"order: what was got without one",
			func(c *attacks.Cell) bool {
				return c.ForOthers ||
					c.Lawful.Asked > 0 && c.ByNoOrder > 0
			}},
		{"disclosed: who is told later, by design, when the ninety days of an order's secrecy " +
			"are over",
			func(c *attacks.Cell) bool { return len(c.Disclosed) > 0 }},
		{"delivered: messages that reached everyone they were meant for; shown only where some " +
			"did not",
			func(c *attacks.Cell) bool { return c.Delivered.Messages < c.Delivered.Total }},
	} {
		if slices.ContainsFunc(r.Cells, func(c attacks.Cell) bool { return w.used(&c) }) {
			list = append(list, w.text)
		}
	}
	return list
}

// Caveats stand under every table.
func Caveats() []string {
	return []string{
		"Rows are not likelihoods: nothing here says how often an attack happens.",
		"None means that this attack recovered nothing, and no more than that.",
		"Links are not encrypted in transport, in any design: a tap sees whole packets.",
		Demonstration,
	}
}
