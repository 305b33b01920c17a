package stage

import (
	"slices"
	"strings"

	"doormat/demo/replay"
	"doormat/demo/summary"
)

// need is a capability that the attack declares, and whether it has been used.
type need struct{ Name, State, Says string }

// line is a line of the script.
type line struct {
	Text, Comment string
	Runs          bool
}

// needs lists the capabilities of the attack, as the design that has most of them
// expands them.
func needs(p *replay.Replay, step *replay.Step) (list []need) {
	most := 0
	for i := range step.Frames {
		if len(step.Frames[i].Cell.Needs) > len(step.Frames[most].Cell.Needs) {
			most = i
		}
	}
	f := &step.Frames[most]
	for _, c := range f.Cell.Needs {
		n := need{Name: c.String(), State: "reach"}
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

// script is the function that runs, and what it calls in the same file, if that is
// where the step is.
func script(all []string, step *replay.Step) (first int, lines []line) {
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
		l := line{Text: text, Runs: step.From > 0 && n >= step.From && n <= step.To}
		if found {
			l.Text, l.Comment = strings.TrimRight(code, " ")+" ", "# "+comment
		}
		lines = append(lines, l)
	}
	return first, lines
}
