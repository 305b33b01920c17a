package scene

import (
	"slices"
	"strings"

	"doormat/demo/replay"
	"doormat/demo/summary"
)

// Need is a capability that the attack declares, and whether it has been used.
type Need struct{ Name, State, Says string }

// Line is a line of the script.
type Line struct {
	Text, Comment string
	Runs          bool
}

// Needs lists the capabilities of the attack, as the design that has most of them
// expands them.
func Needs(p *replay.Replay, step *replay.Step) (list []Need) {
	most := 0
	for i := range step.Frames {
		if len(step.Frames[i].Cell.Needs) > len(step.Frames[most].Cell.Needs) {
			most = i
		}
	}
	f := &step.Frames[most]
	for _, c := range f.Cell.Needs {
		n := Need{Name: c.String(), State: "reach"}
		if step.Kind == replay.Opening {
			n.State = ""
		}
		can, done := summary.SurfaceWords(c.Surface)
		n.Says = can
		if slices.Contains(f.Used, n.Name) {
			n.State, n.Says = "used", done
		}
		list = append(list, n)
	}
	return list
}

// Script is the function that runs, and what it calls in the same file, if that is
// where the step is.
func Script(all []string, step *replay.Step) (first int, lines []Line) {
	first = 1
	for i, text := range all {
		if strings.HasPrefix(text, "def run(") {
			first = i + 1
		}
	}
	if step.From > 0 {
		first = min(first, step.From)
	}
	for i, text := range all[first-1:] {
		n := first + i
		body := strings.TrimLeft(text, " ")
		text = strings.Repeat(" ", (len(text)-len(body))/2) + body // the column is narrow
		code, comment, found := strings.Cut(text, "# ")
		l := Line{Text: text, Runs: step.From > 0 && n >= step.From && n <= step.To}
		if found {
			l.Text, l.Comment = strings.TrimRight(code, " ")+" ", "# "+comment
		}
		lines = append(lines, l)
	}
	return first, lines
}
