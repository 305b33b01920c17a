package replay

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"doormat/attacks/trace"
	"doormat/demo/summary"
)

func (p *Replay) opening() string {
	c := p.Conversation
	text := fmt.Sprintf("%d messages of %d accounts", len(c.Messages), len(c.Accounts))
	if n := len(c.Groups); n > 0 {
		text += fmt.Sprintf(", %s", summary.Count(n, "group"))
	}
	if n := c.Attachments(); n > 0 {
		text += fmt.Sprintf(", %s", summary.Count(n, "attachment"))
	}
	if n := len(c.Calls); n > 0 {
		text += fmt.Sprintf(", %s", summary.Count(n, "call"))
	}
	return text + fmt.Sprintf(". The target is %s.", p.Result.Settings.Target)
}

// means is the title of the step that names capabilities.
func (p *Replay) means() string {
	if p.Header.Kind == "lawful" {
		return "What the agency may use"
	}
	return "What the adversary may use"
}

// scripted is a step of the script, told by what its author wrote beside the lines or,
// where there is nothing, by what the calls are.
func (p *Replay) scripted(t alignedStep) Step {
	if t.from == 0 {
		return Step{Kind: After, Title: "Life goes on after the script's end"}
	}
	s := Step{Kind: Script, From: t.from, To: t.to}
	var events []trace.Event
	for _, group := range t.of {
		if group != nil {
			events = group.events
			break
		}
	}
	s.Title = p.comment(t.from, t.to)
	if title := title(events); s.Title == "" {
		s.Title = title
	} else {
		s.Text = title
	}
	return s
}

// comment is what the author wrote at the end of the lines or, if there is nothing,
// on lines of its own right above them.
func (p *Replay) comment(from, to int) string {
	var parts []string
	for i := from; i <= min(to, len(p.Script)); i++ {
		if _, text, ok := strings.Cut(p.Script[i-1], "  # "); ok {
			parts = append(parts, strings.TrimSpace(text))
		}
	}
	if len(parts) == 0 {
		for i := from - 1; i >= 1; i-- {
			text, ok := strings.CutPrefix(strings.TrimSpace(p.Script[i-1]), "# ")
			if !ok {
				break
			}
			parts = append([]string{text}, parts...)
		}
		parts = []string{strings.Join(parts, " ")}
	}
	return capital(strings.Join(parts, "; "))
}

func capital(text string) string {
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	if strings.HasPrefix(text[size:], " ") {
		return text // a variable, such as t
	}
	return string(unicode.ToUpper(first)) + text[size:]
}

// titles tells what calls do, for people who do not read scripts. Of a step of many calls that
// comes first which matters most.
var titles = []struct{ method, says string }{
	{"claim", "What opened? Checked byte for byte"},
	{"order", "The agency applies to the court for an order"},
	{"hold", "It takes over a principal"},
	{"replace", "It replaces packets"},
	{"send", "It sends packets that it made"},
	{"drop", "It drops packets"},
	{"next", "It handles packets as they come"},
	{"take", "It copies what a principal holds"},
	{"tap", "It begins to listen to the network"},
	{"solve", "The quantum computer finds private keys"},
	{"saturate", "It tries every lock with the keys that it has"},
	{"apply", "It applies a rule to what it has"},
	{"attempt", "It tries a rule on what it has"},
	{"advance", "Time passes"},
	{"wait", "Hours pass"},
	{"rest", "Days pass without a message"},
	{"deliver", "It lets packets pass"},
	{"facts", "It looks through what it has"},
	{"read", "It reads a fact"},
}

func title(events []trace.Event) string {
	for _, t := range titles {
		if slices.ContainsFunc(events, func(e trace.Event) bool { return e.Method == t.method }) {
			return t.says
		}
	}
	return "The script goes on"
}

// did lists the calls of a step, the first few of a long loop.
func did(events []trace.Event) []string {
	const few = 4
	var list []string
	for i, e := range events {
		if i == few && len(events) > few+1 {
			return append(list, fmt.Sprintf("… and %d more calls", calls(events[few:])))
		}
		text := e.Text
		if e.Times > 1 {
			text += fmt.Sprintf(" … %d times", e.Times)
		}
		list = append(list, text)
	}
	return list
}

func calls(events []trace.Event) (n int) {
	for _, e := range events {
		n += e.Times
	}
	return n
}
