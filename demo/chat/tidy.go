package chat

import (
	"fmt"
	"slices"
	"strings"
)

// dropNotices takes out authors who are not people. An iPhone puts the group's
// own name before its notices, each beginning with U+200E:
//
//	[26/03/2017, 19:01:28] Mill Lane: ‎You created this group
//
// so a name that writes nothing but such notices is counted as the app. Where
// nobody writes anything else, all stay.
func (r *reader) dropNotices() {
	c := r.chat
	isPerson := func(name string) bool { return c.Format != IOS || r.people[name] }
	if !slices.ContainsFunc(c.Accounts, isPerson) {
		return
	}
	notices := map[string][]int{}
	c.Messages = slices.DeleteFunc(c.Messages, func(m Message) bool {
		if !isPerson(m.From) {
			notices[m.From] = append(notices[m.From], m.Line)
			c.System++
			return true
		}
		return false
	})
	c.Accounts = slices.DeleteFunc(c.Accounts, func(name string) bool {
		if lines := notices[name]; len(lines) > 0 {
			r.warn(fmt.Sprintf("%q writes nothing but notices of the app (%s): counted as system, not as an account", name, listLines(lines)))
			return true
		}
		return false
	})
}

func (r *reader) warnOfClock() {
	if n := len(r.late); n > 0 {
		r.warn(fmt.Sprintf("dated before the message above, kept in the file's order with the time above: %s", listLines(r.late)))
	}
}

// listLines names the first few of the lines.
func listLines(lines []int) string {
	const few = 5
	if len(lines) == 1 {
		return fmt.Sprintf("line %d", lines[0])
	}
	text := fmt.Sprint(lines[:min(few, len(lines))])
	text = "lines " + strings.ReplaceAll(strings.Trim(text, "[]"), " ", ", ")
	if len(lines) > few {
		text += fmt.Sprintf(" and %d more", len(lines)-few)
	}
	return text
}
