package text

import (
	"fmt"
	"strings"

	"doormat/demo/chat"
	"doormat/demo/summary"
)

// Chat shows what was read in an export, and what was left out of it.
func Chat(s chat.Summary, width int) string {
	const few = 20
	p := newPage(width)
	p.field("Format", s.Format)
	p.field("Messages", fmt.Sprintf("%d, of them %s", s.Messages,
		summary.Count(s.Attachments, "attachment")))
	p.field("Accounts", fmt.Sprintf("%d: %s", len(s.Accounts), strings.Join(s.Accounts, ", ")))
	p.field("System", summary.Count(s.System, "line")+" of the app itself, dropped"+lineNumbers(
		s.SystemLines))
	p.field("Left out", summary.Count(len(s.LeftOut), "item"))
	for i, l := range s.LeftOut {
		if i == few {
			p.field("", fmt.Sprintf("and %d more; --format json lists all", len(s.LeftOut)-few))
			break
		}
		p.field("", place(l)+": "+l.Why)
	}
	return p.String()
}

// lineNumbers lists the first lines, behind a colon.
func lineNumbers(lines []int) string {
	const few = 20
	if len(lines) == 0 {
		return ""
	}
	text := ": " + strings.ReplaceAll(strings.Trim(fmt.Sprint(lines[:min(few, len(lines))]), "[]"),
		" ", ", ")
	if len(lines) > few {
		text += fmt.Sprintf(" and %d more; --format json lists all", len(lines)-few)
	}
	return text
}

// place says where something was left out: a line, a file, or both.
func place(l chat.LeftOut) string {
	switch {
	case l.Item == "":
		return fmt.Sprintf("line %d", l.Line)
	case l.Line == 0:
		return l.Item
	}
	return fmt.Sprintf("line %d, %s", l.Line, l.Item)
}
