package summary

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/world"
)

// What a cell says besides numbers of messages.
const (
	Unexpected = "≠ unexpected"
	Served     = "✓" // before what was served in full
	Warned     = "!" // before those who noticed
)

// Remarks are what a cell says besides its content, each short.
func Remarks(c *attacks.Cell) []string {
	if !c.Applicable {
		return []string{plain.Clean(c.Why)}
	}
	var out []string
	say := func(told bool, format string, args ...any) {
		if told {
			out = append(out, fmt.Sprintf(format, args...))
		}
	}
	_, of := recovered(c)
	say(of == 0, "nothing to recover")
	say(c.Forwarded.Recovered > 0, "in a forward %d", c.Forwarded.Recovered)
	say(c.Attachments.Recovered > 0, "attachments %d/%d", c.Attachments.Recovered,
		c.Attachments.Total)
	say(c.Calls.Recovered > 0, "calls %d/%d", c.Calls.Recovered, c.Calls.Total)
	say(c.People.Read > 0, "people %d, unnamed %d", c.People.Read, c.People.Unnamed)
	beyond := ""
	if c.Lawful.Beyond > 0 {
		beyond = fmt.Sprintf(" beyond %d", c.Lawful.Beyond)
	}
	say(c.Lawful.Asked > 0, "%s%s", Orders(c), beyond)
	say(MoreMetadata(c), "who and when %d/%d", c.Lawful.Metadata.Recovered,
		c.Lawful.Metadata.Total)
	say(c.Lawful.Asked > 0 && c.ByNoOrder > 0, "by no order %d", c.ByNoOrder)
	say(c.Forged > 0, "forged %d", c.Forged)
	say(len(c.Noticed) > 0, "%s noticed by %s", Warned, Some(Witnesses(c.Noticed), 1))
	say(len(c.Disclosed) > 0, "disclosed to %s", DisclosedTo(c))
	say(c.Delivered.Messages < c.Delivered.Total, "delivered %d/%d", c.Delivered.Messages,
		c.Delivered.Total)
	say(c.FalseClaims > 0, "%s", Count(c.FalseClaims, "false claim"))
	say(c.Smuggled > 0, "smuggled %d", c.Smuggled)
	return out
}

// Took says how many were robbed, run or asked: of an order that is meant to be served, and where
// nobody is robbed, who had to say yes.
func Took(kind string, c *attacks.Cell) string {
	asked := 0
	for _, need := range c.Needs {
		if need.Surface == world.Order {
			asked++
		}
	}
	switch {
	case kind == "lawful", asked > 0 && asked == len(c.Needs):
		return fmt.Sprintf("%d had to say yes", c.Parties)
	case asked > 0:
		return fmt.Sprintf("%d needed, by break-in or by consent", c.Parties)
	}
	return Count(c.Parties, "break-in") + " needed"
}

// Verdict is a cell of an attack of that kind in a line: its state, whom it took, what came
// besides, and whether that was expected; where nothing was counted, why.
func Verdict(kind string, c *attacks.Cell) string {
	switch {
	case c.Error != "":
		return plain.Clean(Absence(c))
	case !c.Applicable:
		return NotApplicable.String() + ". " + plain.Clean(Absence(c))
	}
	parts := append([]string{StateOf(c).String(), Took(kind, c)}, Remarks(c)...)
	if len(c.Noticed) == 0 {
		parts = append(parts, "noticed by "+Nobody(c))
	}
	if Surprise(c) != "" {
		parts = append(parts, Unexpected)
	}
	return strings.Join(parts, "; ")
}

// Orders says how much of what courts' orders named was served, "" if nothing was. What was
// recovered is the agency's, unless it says that the agency is somebody else.
func Orders(c *attacks.Cell) string {
	if c.Lawful.Asked == 0 {
		return ""
	}
	text := "served " + Fraction(c.Lawful.Served, c.Lawful.Asked)
	if c.ForOthers {
		text = "agency " + text
	}
	if Full(c) {
		text = Served + " " + text
	}
	return text
}

// MoreMetadata reports whether orders gave who wrote to whom and when, of messages whose words
// they did not serve.
func MoreMetadata(c *attacks.Cell) bool { return c.Lawful.Metadata.Recovered > c.Lawful.Served }

// Full reports whether orders were served in full.
func Full(c *attacks.Cell) bool { return c.Lawful.Asked > 0 && c.Lawful.Served == c.Lawful.Asked }

// Witnesses names everybody who noticed, once.
func Witnesses(list []attacks.Evidence) (names []string) {
	for _, e := range list {
		if by := plain.Clean(e.By); !slices.Contains(names, by) {
			names = append(names, by)
		}
	}
	return names
}

// Warning says what somebody noticed, and when.
func Warning(e attacks.Evidence) string {
	return fmt.Sprintf("%s after message %d: %s", e.By, e.AfterMessage, e.What)
}

// Nobody says that nobody noticed: at the time, if somebody is told later.
func Nobody(c *attacks.Cell) string {
	if len(c.Disclosed) > 0 {
		return "nobody at the time"
	}
	return "nobody"
}

// DisclosedTo names the first who were told of an access later, by design, "" if nobody
// was: then nobody's having noticed is not all there is to say.
func DisclosedTo(c *attacks.Cell) string {
	var names []string
	for _, d := range c.Disclosed {
		names = append(names, strings.TrimPrefix(d.By, "user:"))
	}
	return Some(names, 2)
}

// Surprise tells how a cell differs from what its attack expects, "" if it does not.
func Surprise(c *attacks.Cell) string {
	if c.Error != "" || c.Expected {
		return ""
	}
	return plain.Clean(cmp.Or(c.Trace.Surprise, "the outcome differs from what the attack expects"))
}
