package chat

import (
	"fmt"
	"slices"
	"strings"

	"doormat/demo/chat/spelling"
	"doormat/demo/chat/stamp"
)

// warnOfHeaders tells of lines that look like headers and stayed in a text, by shape.
func (r *reader) warnOfHeaders() {
	const few = 5
	lines, shapes := map[string][]int{}, []string{}
	for _, n := range r.near {
		if lines[n.shape] == nil {
			shapes = append(shapes, n.shape)
		}
		lines[n.shape] = append(lines[n.shape], n.line)
	}
	for i, shape := range shapes {
		if i == few {
			var rest []int
			for _, s := range shapes[few:] {
				rest = append(rest, lines[s]...)
			}
			slices.Sort(rest)
			r.warn(fmt.Sprintf("%d more shapes of lines that look like headers: %s",
				len(shapes)-few, listLines(rest)))
			return
		}
		r.warn(fmt.Sprintf("looks like a header (%q, where 9 is a digit and x a letter), but not "+
			"like those above, and stays in the text above: %s", shape, listLines(lines[shape])))
	}
}

func (r *reader) warnOfClock() {
	for _, calendar := range stamp.Calendars() {
		if lines := r.calendar[calendar]; len(lines) > 0 {
			r.warn("no chat can have been in that year, which is read as one " + calendar + ": " +
				listLines(lines))
		}
	}
	if len(r.future) > 0 {
		r.warn("dated in the future (another calendar, another order of day and month, or a " +
			"clock that was wrong): " +
			listLines(r.future))
	}
	if len(r.late) > 0 {
		r.warn("dated before the message above, kept in the file's order with the time above: " +
			listLines(r.late))
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

// An oddLine is what the error that no message was found shows: the first line that
// begins like a date, as far as the date goes.
type oddLine struct {
	line  int
	begin string
}

// see looks at one line.
func (o *oddLine) see(n int, line string) {
	const most = 40
	plain := []rune(spelling.Clean(line[:min(len(line), 4*most)]))
	plain = plain[:min(len(plain), most)]
	text := string(plain)
	if i := strings.Index(text, " - "); i > 0 {
		text = text[:i]
	} else if i := strings.IndexByte(text, ']'); i > 0 {
		text = text[:i+1]
	}
	if first, _, _ := strings.Cut(text, ": "); o.line == 0 && text != "" && stamp.Nearly(first) {
		o.line, o.begin = n, first
	}
}

// hint is a part of that error.
func (o *oddLine) hint() string {
	if o.line == 0 {
		return ""
	}
	return fmt.Sprintf("; line %d begins like a date that is not read, %q", o.line, o.begin)
}
