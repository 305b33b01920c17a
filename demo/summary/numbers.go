package summary

import (
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/world"
)

// Meaning says in a few lines what a result shows, each line about one question
// and every design, in numbers from the cells; lines about nothing in the result
// are left out. It draws no conclusion about how likely anything is.
func Meaning(r *attacks.Result) []string {
	var all []*tally
	for _, d := range r.Designs {
		all = append(all, newTally(r, d))
	}
	lines := []string{breadth(r, all), future(all), chosen(r, all), lawful(all),
		keptMail(r), metadata(r)}
	for i := range lines {
		lines[i] = plain.Clean(lines[i])
	}
	return slices.DeleteFunc(lines, func(text string) bool { return text == "" })
}

// Cells finds the cells of a result by attack and design.
func Cells(r *attacks.Result) map[[2]string]*attacks.Cell {
	cells := map[[2]string]*attacks.Cell{}
	for i := range r.Cells {
		cells[[2]string{r.Cells[i].Attack, r.Cells[i].Design}] = &r.Cells[i]
	}
	return cells
}

// Granted reports whether an attack needs what nobody can compute, and is given it.
func Granted(needs []string) bool {
	return slices.Contains(needs, world.QuantumName+"."+string(world.Control))
}

// enumerate lists things: "a, b and c".
func enumerate(parts []string) string {
	last := len(parts) - 1
	if last < 1 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}

// breadth is about the most that one attack opened.
func breadth(r *attacks.Result, all []*tally) string {
	if !slices.ContainsFunc(all, func(t *tally) bool { return t.attacks > 0 }) {
		return ""
	}
	text := "The most that one attack opens: " + each(all, func(t *tally) string {
		if t.widest == nil {
			return "nothing"
		}
		got, of := recovered(t.widest)
		parts := []string{fmt.Sprintf("%d of %d messages", got, of)}
		if a := t.widest.Attachments; a.Total > 0 {
			parts = append(parts, fmt.Sprintf("%d of %s", a.Recovered,
				Count(a.Total, "attachment")))
		}
		if a := t.widest.Calls; a.Recovered > 0 {
			parts = append(parts, fmt.Sprintf("%d of %s", a.Recovered, Count(a.Total, "call")))
		}
		return enumerate(parts) + by(r, t.widest)
	})
	if slices.ContainsFunc(all, func(t *tally) bool { return t.apart != t.widest }) {
		text += " Leaving phones and their makers alone: " +
			each(all, func(t *tally) string {
				if t.apart == nil {
					return "nothing"
				}
				got, of := recovered(t.apart)
				return fmt.Sprintf("%d of %d", got, of) + by(r, t.apart)
			})
	}
	if !slices.ContainsFunc(r.Cells, func(c attacks.Cell) bool { return everyPhone(r, &c) }) {
		text += " No row has a vendor whose false update every phone runs."
	}
	return text
}

// by says which attack it was, what it took, and under which settings if it fixes any.
func by(r *attacks.Result, c *attacks.Cell) string {
	text := fmt.Sprintf(" (%s, %s", c.Attack, strings.TrimSuffix(Took("attack", c), " needed"))
	for _, a := range r.Attacks {
		if a.ID == c.Attack && len(a.Fixes) > 0 {
			text += " under " + strings.Join(a.Fixes, ", ")
		}
	}
	return text + ")"
}

// everyPhone reports whether an attack runs the programs of all phones, or signs
// programs for them as the vendor does.
func everyPhone(r *attacks.Result, c *attacks.Cell) bool {
	phones := 0
	for _, need := range c.Needs {
		if need.Principal == world.Vendor && need.Surface != world.Order {
			return true
		}
		if world.KindOf(need.Principal) == world.DeviceName && need.Surface == world.Control {
			phones++
		}
	}
	return phones >= r.Conversation.Accounts
}

// future is about what was written after an attack. Where the broadest attacks
// answer this as well, the line would say everything twice.
func future(all []*tally) string {
	if !slices.ContainsFunc(all, func(t *tally) bool { return t.later != t.widest }) {
		return ""
	}
	return "The most that one attack opens of what was written after it: " +
		each(all, func(t *tally) string {
			if t.later == nil {
				return "nothing"
			}
			got, of := after(t.later)
			return fmt.Sprintf("%d of %d (%s)", got, of, t.later.Attack)
		})
}

// chosen counts rows, and says what such a count is worth.
func chosen(r *attacks.Result, all []*tally) string {
	if !slices.ContainsFunc(all, func(t *tally) bool { return len(t.opened) > 0 }) {
		return ""
	}
	return "Somebody chose the rows, so counting them proves little. " + unnoticed(all) + common(r) +
		leftOut(r)
}

// unnoticed counts apart what opens something in every design: whoever adds rows to one
// design would otherwise change its share.
func unnoticed(all []*tally) string {
	everywhere := func(g gained) bool {
		return len(all) > 1 && !slices.ContainsFunc(all, func(t *tally) bool {
			return !slices.ContainsFunc(t.opened, func(o gained) bool {
				return o.attack == g.attack
			})
		})
	}
	count := func(t *tally, shared bool) (silent, opened int) {
		for _, g := range t.opened {
			if everywhere(g) != shared {
				continue
			}
			opened++
			if g.unnoticed {
				silent++
			}
		}
		return silent, opened
	}
	say := func(shared bool) string {
		return enumerate(grouped(all, func(t *tally) string {
			silent, opened := count(t, shared)
			if opened == 0 {
				return ""
			}
			return fmt.Sprintf("%d of %d", silent, opened)
		}, func(names, text string) string { return text + " (" + names + ")" }))
	}
	shared, own := say(true), say(false)
	switch {
	case shared == "":
		return "Of the attacks that open something, nobody was warned in " + own + "."
	case own == "":
		return "Of the attacks that open something in " + Every(len(all)) +
			", nobody was warned in " + shared + "."
	}
	return "Of the attacks that open something in " + Every(len(all)) + ", nobody was warned in " +
		shared + "; of the others, in " + own + "."
}

// leftOut names the attacks that are not counted, because what they rest on was granted.
func leftOut(r *attacks.Result) string {
	var ids []string
	for _, a := range r.Attacks {
		if Granted(a.Needs) {
			ids = append(ids, a.ID)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return " Not counted: " + strings.Join(ids, ", ") + ", which is given keys that no computer of " +
		"today can find."
}

// common names the attacks that opened something, and as much in every design.
func common(r *attacks.Result) string {
	if len(r.Designs) < 2 {
		return ""
	}
	cells := Cells(r)
	var same []string
	opened := 0
	for _, a := range r.Attacks {
		equal, most := true, 0
		first := cells[[2]string{a.ID, r.Designs[0].ID}]
		for _, d := range r.Designs {
			c := cells[[2]string{a.ID, d.ID}]
			if c == nil {
				return ""
			}
			most = max(most, gain(a, c))
			equal = equal && c.Content == first.Content && c.Attachments == first.Attachments &&
				c.Calls == first.Calls && c.Applicable
		}
		if most > 0 {
			opened++
			if equal {
				same = append(same, a.ID)
			}
		}
	}
	return fmt.Sprintf(" Of %s that opened something somewhere, %d opened just as much in %s%s.",
		Count(opened, "attack"), len(same), Every(len(r.Designs)), parenthesis(same))
}

// lawful is about what courts got. An order for everybody, or for the wrong person,
// is served like any other, so the line says of whom. What is served in every design is
// said once.
func lawful(all []*tally) string {
	if !slices.ContainsFunc(all, func(t *tally) bool { return t.orders+t.absent > 0 }) {
		return ""
	}
	var common []served
	for _, s := range all[0].served {
		if len(all) > 1 && !slices.ContainsFunc(all, func(t *tally) bool {
			return !slices.ContainsFunc(t.served, func(o served) bool {
				return o.attack == s.attack
			})
		}) {
			common = append(common, s)
		}
	}
	text, phones := "What a court gets when nobody resists: ", 0
	for _, s := range common {
		if s.phone {
			phones++
		}
	}
	if len(common) > 0 {
		text += fmt.Sprintf("%s %s served in full in %s, %d of them on a phone or by its "+
			"maker%s.", Count(len(common), "order"), verb(len(common), "is", "are"),
			Every(len(all)), phones, telling(common))
		if !slices.ContainsFunc(all, func(t *tally) bool {
			return t.orders > len(common) || t.absent > 0
		}) {
			return text
		}
		text += " Of the other orders, some of which ask for the same messages: "
	}
	return text + each(all, func(t *tally) string {
		own := slices.DeleteFunc(slices.Clone(t.served), func(s served) bool {
			return slices.ContainsFunc(common, func(o served) bool { return o.attack == s.attack })
		})
		text := fmt.Sprintf("%d of %d are served in full%s", len(own), t.orders-len(common),
			telling(own))
		if t.wordless > 0 {
			text += fmt.Sprintf(", %d gave no words, only who wrote to whom and when", t.wordless)
		}
		if t.absent > 0 {
			text += fmt.Sprintf(", and for %d more there is nobody to ask", t.absent)
		}
		return text
	})
}

// telling names orders that were served: all that opened more than the target's or more than they
// name, or everything, and the first few of the others.
func telling(list []served) string {
	var ids []string
	plain := 0
	for _, s := range list {
		if s.text != s.attack {
			ids = append(ids, s.text)
		}
	}
	for _, s := range list {
		if s.text == s.attack {
			if plain++; plain > 3 {
				ids = append(ids, "…")
				break
			}
			ids = append(ids, s.text)
		}
	}
	if len(ids) == 0 {
		return ""
	}
	return " (" + strings.Join(ids, ", ") + ")"
}

// metadata is about who wrote to whom and when, which the table leaves out: a row
// that says none may have all of it.
func metadata(r *attacks.Result) string {
	least, of := 0, 0
	for i, d := range r.Designs {
		most := 0
		for j := range r.Cells {
			if c := &r.Cells[j]; c.Design == d.ID {
				most, of = max(most, c.Metadata.Recovered), max(of, c.Metadata.Total)
			}
		}
		if i == 0 || most < least {
			least = most
		}
	}
	if least == 0 {
		return ""
	}
	text := fmt.Sprintf("Who wrote to whom and when: in %s some attack learns it of %d of %d "+
		"messages, since links are plain here", Every(len(r.Designs)), least, of)
	if blind := onlyMetadata(r, least); len(blind) > 0 {
		text += ", even where it opens none" + parenthesis(blind)
	}
	return text + "."
}

// onlyMetadata names the attacks that had the metadata of so many messages in every
// design, and the text of none.
func onlyMetadata(r *attacks.Result, least int) (ids []string) {
	for _, a := range r.Attacks {
		if !slices.ContainsFunc(r.Cells, func(c attacks.Cell) bool {
			got, _ := recovered(&c)
			return c.Attack == a.ID && (got > 0 || c.Metadata.Recovered < least)
		}) {
			ids = append(ids, a.ID)
		}
	}
	return ids
}

// parenthesis names the first few of a list, if there are any.
func parenthesis(ids []string) string {
	const few = 6
	switch {
	case len(ids) == 0:
		return ""
	case len(ids) > few:
		ids = append(ids[:few:few], "…")
	}
	return " (" + strings.Join(ids, ", ") + ")"
}

// Every says that all of so many designs are meant.
func Every(designs int) string {
	if designs == 2 {
		return "both designs"
	}
	return "every design"
}

// each joins what is to be said of every design.
func each(all []*tally, say func(*tally) string) string {
	return strings.Join(grouped(all, say, func(names, text string) string {
		return names + ", " + text
	}), "; ") + "."
}

// grouped says things of designs, in their order. Designs of which the same is to be said stand
// together, and those of which nothing is to be said are left out.
func grouped(all []*tally, say func(*tally) string, join func(names, text string) string,
) (parts []string) {
	var texts []string
	names := map[string][]string{}
	for _, t := range all {
		text := say(t)
		if names[text] == nil && text != "" {
			texts = append(texts, text)
		}
		names[text] = append(names[text], t.name)
	}
	for _, text := range texts {
		of := "with " + enumerate(names[text])
		if len(all) > 1 && len(names[text]) == len(all) {
			of = "in " + Every(len(all))
		}
		parts = append(parts, join(of, text))
	}
	return parts
}
