// Package summary is what is said of a result, once, in plain words: how much of a cell was
// recovered, when an attack began, who noticed, what a sign or a word means. Every renderer
// (text, Markdown, HTML, drawings, slides, the stage and the terminal) asks it and decides
// about form only: where a number stands, its colour, whether a list is cut. So that no two
// of them can tell a reader different things of one cell; TestRenderersAgree holds them to
// it.
//
// Its functions are pure and compute nothing about security: numbers are those of an
// [attacks.Result]. Texts from outside come back as they are or, where it is said, cleaned.
package summary

import (
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/world"
)

// Count writes a number and its noun: "1 principal", "2 principals".
func Count(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return fmt.Sprintf("%d %s", n, noun)
}

// Fraction writes a part of a total where there is little room, "–" if there is no total.
func Fraction(part, total int) string {
	if total == 0 {
		return "–"
	}
	return fmt.Sprintf("%d/%d", part, total)
}

// OutOf writes a part of a total in words.
func OutOf(part, total int) string {
	if total == 0 {
		return "there are none"
	}
	return fmt.Sprintf("%d of %d", part, total)
}

// Moment says when an attack on a conversation of so many messages began.
func Moment(at, messages int) string {
	if at == 0 {
		return "before the first message"
	}
	return fmt.Sprintf("after message %d of %d", at, messages)
}

// Begun says when a cell's attack first used what it takes, of a chat of so many messages: of
// several break-ins the first, since a thief may come back for another.
func Begun(c *attacks.Cell, messages int) string {
	if c.Parties > 1 {
		return "the first " + Moment(c.At, messages)
	}
	return Moment(c.At, messages)
}

// Readers names whom a message is for: a group, or its recipients, the first few.
func Readers(m *world.Message) string {
	if m.Group != "" {
		return plain.Clean(m.Group)
	}
	return Some(m.To, 6)
}

// Quote repeats message number k. It is right for the texts of invented people only.
func Quote(k int, m *world.Message) string {
	return fmt.Sprintf("%d, %s to %s: “%s”", k, plain.Clean(m.From), Readers(m),
		plain.Clean(m.Text))
}

// Spread picks a few of a list, from its first to its last.
func Spread(list []int, few int) (picked []int) {
	few = min(few, len(list))
	for i := range few {
		picked = append(picked, list[i*(len(list)-1)/max(1, few-1)])
	}
	return picked
}

// DesignOf is the column of a result with an id, or one of that name if there is none.
func DesignOf(r *attacks.Result, id string) attacks.DesignRow {
	for _, d := range r.Designs {
		if d.ID == id {
			return d
		}
	}
	return attacks.DesignRow{ID: id, Name: id}
}

// Some names the first few of a list, each once.
func Some(list []string, few int) string {
	var names []string
	for _, name := range list {
		if name = plain.Clean(name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	text := strings.Join(names[:min(few, len(names))], ", ")
	if more := len(names) - few; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// Ranges writes sorted numbers as "1-4, 7, 9-12".
func Ranges(list []int) string {
	var parts []string
	for i := 0; i < len(list); {
		j := i
		for j+1 < len(list) && list[j+1] == list[j]+1 {
			j++
		}
		part := fmt.Sprint(list[i])
		if j > i {
			part += fmt.Sprintf("-%d", list[j])
		}
		parts, i = append(parts, part), j+1
	}
	return strings.Join(parts, ", ")
}

// Rule says what a rule takes and gives.
func Rule(r world.Rule) string {
	takes := r.Takes
	if r.All != "" {
		takes = append(slices.Clone(takes), "every "+r.All)
	}
	if len(takes) == 0 {
		takes = []world.Kind{"nothing"}
	}
	return join(takes, " + ") + " → " + join(r.Gives, ", ")
}

func join(kinds []world.Kind, separator string) string {
	list := make([]string, len(kinds))
	for i, k := range kinds {
		list[i] = string(k)
	}
	return strings.Join(list, separator)
}
