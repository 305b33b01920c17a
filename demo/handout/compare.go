package handout

import (
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world"
)

// compare fills the table that sets designs beside each other. What there is none of
// in any design has no row.
func (s *section) compare(messages int) {
	for _, f := range compared(messages) {
		row := field{Name: f.name}
		always := f.name == "Recovered" || f.name == "As expected" || f.name == "Why"
		worth := always
		for _, col := range s.Columns {
			v := value{Text: "–"}
			if always || summary.Measured(col.Cell) {
				v = f.of(col.Cell)
				worth = worth || v.Text != "" && v != number("false-claims", 0) &&
					v != number("forged", 0)
			}
			row.Values = append(row.Values, v)
		}
		if worth {
			s.Fields = append(s.Fields, row)
		}
	}
}

func glance(c *attacks.Cell) value { return value{Text: summary.StateOf(c).Long()} }

func exposure(key string, e attacks.Exposure) value {
	if e.Total == 0 {
		return value{Text: summary.Absent.Word}
	}
	v := value{key, e.Recovered, e.Total, summary.OutOf(e.Recovered, e.Total), ""}
	if e.BeforeTotal > 0 && e.AfterTotal > 0 {
		v.More = fmt.Sprintf("before %s, after %s", summary.OutOf(e.Before, e.BeforeTotal),
			summary.OutOf(e.After, e.AfterTotal))
	}
	return v
}

func counted(key string, c attacks.Count) value {
	if c.Total == 0 {
		return value{}
	}
	return value{key, c.Recovered, c.Total, summary.OutOf(c.Recovered, c.Total), ""}
}

func number(key string, n int) value { return value{key, n, 0, fmt.Sprint(n), ""} }

func served(c *attacks.Cell) value {
	if c.Lawful.Asked == 0 {
		return value{}
	}
	v := value{"served", c.Lawful.Served, c.Lawful.Asked, summary.Orders(c), ""}
	var more []string
	if summary.MoreMetadata(c) {
		more = append(more, "who wrote to whom and when, of "+
			summary.OutOf(c.Lawful.Metadata.Recovered, c.Lawful.Metadata.Total))
	}
	if c.Lawful.Beyond > 0 {
		more = append(more, fmt.Sprintf("beyond the orders came %d, read or not", c.Lawful.Beyond))
	}
	v.More = strings.Join(more, "; ")
	return v
}

// noticed names who noticed what, the first few.
func noticed(c *attacks.Cell) value {
	const few = 3
	v := value{Key: "noticed", Got: len(c.Noticed), Text: summary.Nobody(c)}
	if len(c.Noticed) == 0 {
		if to := summary.DisclosedTo(c); to != "" {
			v.More = "told later, by design: " + to
		}
		return v
	}
	var parts []string
	for _, e := range c.Noticed[:min(few, len(c.Noticed))] {
		parts = append(parts, summary.Warning(e))
	}
	if more := len(c.Noticed) - few; more > 0 {
		parts = append(parts, "and "+summary.Count(more, "more warning"))
	}
	v.Text = summary.Warned + " " + summary.Some(summary.Witnesses(c.Noticed), few)
	v.More = strings.Join(parts, "; ")
	return v
}

func used(c *attacks.Cell) value {
	return value{"parties", c.Parties, 0, fmt.Sprintf("×%d", c.Parties),
		summary.Some(world.Written(c.Needs), 12)}
}

func expected(c *attacks.Cell) value {
	if c.Error != "" || !c.Expected {
		return value{Text: summary.Reason(c)}
	}
	return value{Text: "yes"}
}

// A comparison is a line of the comparison of designs: its name, and how it is read off a cell.
type comparison struct {
	name string
	of   func(*attacks.Cell) value
}

// compared lists the lines, of a conversation of so many messages.
func compared(messages int) []comparison {
	var parts []comparison
	for _, p := range attacks.Parts() {
		parts = append(parts, comparison{strings.ToUpper(p.What[:1]) + p.What[1:],
			func(c *attacks.Cell) value { return counted(p.Name, p.Count(c)) }})
	}
	return slices.Concat([]comparison{
		{"Recovered", glance},
		{"Messages of the target",
			func(c *attacks.Cell) value { return exposure("target", c.Content.Target) }},
		{"Messages of others",
			func(c *attacks.Cell) value { return exposure("others", c.Content.Others) }},
	}, parts, []comparison{
		{"Forged messages shown",
			func(c *attacks.Cell) value { return number("forged", c.Forged) }},
		{"False claims of the script",
			func(c *attacks.Cell) value { return number("false-claims", c.FalseClaims) }},
		{"Of what orders asked for", served},
		{"Noticed by", noticed},
		{"Break-ins needed, or who had to say yes", used},
		{"Began",
			func(c *attacks.Cell) value { return value{Text: summary.Moment(c.At, messages)} }},
		{"As expected", expected},
		{"Why", func(c *attacks.Cell) value { return value{Text: plain.Sentence(c.Why)} }},
	})
}
