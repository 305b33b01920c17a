package overhead

import (
	"fmt"
	"strings"
	"time"

	"doormat/demo/plain"
)

// Basis says what the rows of a count rest on.
const Basis = "Counted in one run of the built-in conversation under the default settings, unless " +
	"others are given, with nobody who attacks: keys and what is kept when the last message has arrived, bytes for each " +
	"of all messages, with their files and calls. What is kept includes names and times. Lines " +
	"are those of the packages that it brings, without comments and tests, to two digits."

// A Row is one line of a table.
type Row struct{ What, Much string }

// Rows say what a run came to beside that of the base, which is nil for the base itself. lines
// are those that the arrangement adds.
func (c *Count) Rows(base *Count, lines int) []Row {
	beside := func(of func(*Count) int) string {
		n := of(c)
		text := plain.Number(n) + " bytes"
		if base == nil || n == of(base) {
			return text
		}
		if more := n - of(base); more > 0 {
			return fmt.Sprintf("%s, %s more", text, plain.Number(more))
		} else {
			return fmt.Sprintf("%s, %s less", text, plain.Number(-more))
		}
	}
	a := func(n func(*Count) int) func(*Count) int {
		return func(c *Count) int { return n(c) / c.Messages }
	}
	rows := []Row{
		{"secret keys", c.keys(base)},
		{"a message, between phones and provider", beside(a(func(c *Count) int { return c.Phones }))},
		{"a message, between others", beside(a(func(c *Count) int { return c.Machines }))},
		{"a message, kept by the provider", beside(a(func(c *Count) int { return c.Kept }))},
		{"a message, kept by others", beside(a(func(c *Count) int { return c.Others }))},
		{"the story's order and its answers", beside(func(c *Count) int { return c.Order })},
	}
	if base != nil {
		rows = append(rows, Row{"lines of program", plain.Number(lines) + " more"})
	}
	return rows
}

// keys lists the secret keys, or those that the base has not.
func (c *Count) keys(base *Count) string {
	had := map[Keys]int{}
	if base != nil {
		for _, k := range base.Keys {
			had[Keys{Principal: k.Principal, Kind: k.Kind}] = k.Number
		}
	}
	var more []string
	gone := 0
	for _, k := range c.Keys {
		key := Keys{Principal: k.Principal, Kind: k.Kind}
		if n := k.Number - had[key]; n > 0 {
			more = append(more, fmt.Sprintf("%s: %s ×%d", k.Principal, k.Kind, n))
		}
		had[key] = max(0, had[key]-k.Number)
	}
	for _, n := range had {
		gone += n
	}
	text := strings.Join(more, ", ")
	if base != nil {
		switch {
		case text == "":
			text = "none more"
		default:
			text = "more: " + text
		}
		if gone > 0 {
			text += fmt.Sprintf("; %d less", gone)
		}
	}
	return text
}

// TimeRows say how long it took, on the machine at hand.
func (c *Count) TimeRows(base *Count) []Row {
	beside := func(of func(*Count) time.Duration, digits int) string {
		ms := func(c *Count) float64 { return of(c).Seconds() * 1e3 }
		text := fmt.Sprintf("%.*f ms", digits, ms(c))
		if base != nil {
			text += fmt.Sprintf(", %.*f in %s", digits, ms(base), Base)
		}
		return text
	}
	return []Row{
		{"to set up", beside(func(c *Count) time.Duration { return c.Times.SetUp }, 0)},
		{"a message, from typing to reading", beside(func(c *Count) time.Duration {
			return c.Times.Messages / time.Duration(c.Messages)
		}, 2)},
		{"the story's order", beside(func(c *Count) time.Duration { return c.Times.Order }, 1)},
	}
}
