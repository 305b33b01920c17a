package stage

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/replay"
	"doormat/demo/summary"
	"doormat/world"
)

// A field is a hidden field of a form: what the address says besides.
type field struct{ Name, Value string }

// settings is the form that changes what a page is about.
type settings struct {
	Line     string // the settings in words
	Action   string
	Inputs   []input
	Hidden   []field
	Open     bool
	Problem  string
	at       int // as the line says it
	messages int
}

// An input is the field of a form for a parameter: a choice of words, a number from Least to
// Most, or a text.
type input struct {
	Parameter                string // its name
	Key, Label, Value, Usual string
	Fixed                    string // where the value changes nothing, "" if nowhere
	Choices                  []string
	Number                   bool
	Least, Most              int
	Slider                   bool
}

// slide makes a slider of the field. A phone that keeps all keeps as many messages as there are.
func (in *input) slide(messages int) {
	in.Slider, in.Number, in.Least = true, true, 1
	if _, err := strconv.Atoi(in.Value); err != nil {
		in.Value, in.Most = strconv.Itoa(messages), messages
	}
}

// first sorts the foremost settings of a form before the others, in their order.
func (in *input) first() int {
	if i := slices.Index(foremost, in.Parameter); i >= 0 && in.Slider {
		return i
	}
	return len(foremost)
}

// newSettings makes the form for a page at action, which shows these columns; extra are values of
// the address to keep.
func newSettings(q choice, conv *world.Conversation, columns []attacks.DesignRow, s world.Settings,
	action string, extra url.Values) settings {
	f := settings{Action: action, Line: describe(conv, columns, s), at: s.At,
		messages: len(conv.Messages)}
	for _, p := range append(world.Parameters(), ownOf(columns)...) {
		in := input{Parameter: p.Name, Key: p.Key(), Label: cmp.Or(p.Label, p.Name), Value: p.Text(s),
			Choices: p.Words, Number: p.Number() && !p.Word, Least: 1,
			Most: min(p.Most(s, len(conv.Messages)), len(conv.Messages))}
		if p.IsOwn() {
			in.Value = q.Value(p)
		}
		in.Fixed, _ = summary.FixedBy(columns, p.Name)
		switch {
		case p.Name == "trustees":
			in.Most = maxTrustees
		case p.Name == "jurisdictions":
			in.Value, in.Usual = q.Given[p.Name], world.RoundRobin(s.Trustees)
		case p.Whose:
			in.Choices = conv.Accounts
		case p.Zero != "":
			in.Least = 0
		}
		if in.Number {
			in.Choices = nil
		}
		f.Inputs = append(f.Inputs, in)
	}
	if q.Chat != "" {
		extra.Set("chat", q.Chat)
	}
	if q.Story != "" {
		extra.Set("story", q.Story)
	}
	if q.Seed != defaults().Seed {
		extra.Set("seed", fmt.Sprint(q.Seed))
	}
	f.Hidden = hidden(extra)
	return f
}

// ownOf lists the parameters that the designs of some columns have for themselves.
func ownOf(columns []attacks.DesignRow) (own []world.Parameter) {
	for _, d := range demo.Designs() {
		if slices.ContainsFunc(columns,
			func(c attacks.DesignRow) bool { return c.ID == d.Info().ID }) {
			own = world.WithOwn(own, d.Info())
		}
	}
	return own
}

// hidden lists values as hidden fields, in a fixed order.
func hidden(v url.Values) (list []field) {
	var names []string
	for name := range v {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range v[name] {
			list = append(list, field{name, value})
		}
	}
	return list
}

// describe tells of settings in a line.
func describe(conv *world.Conversation, columns []attacks.DesignRow, s world.Settings) string {
	line := []string{
		fmt.Sprintf("%d of %d trustees (%s), provider in A", s.Threshold, s.Trustees,
			s.Jurisdictions),
		fmt.Sprintf("attack after message %d of %d at %s", s.At, len(conv.Messages), s.Target),
	}
	for _, p := range world.Parameters() {
		fixed, all := summary.FixedBy(columns, p.Name)
		if p.Phrase != "" && !all {
			line = append(line, fmt.Sprintf(p.Phrase, p.Say(p.Text(s))))
		}
		if fixed != "" {
			line = append(line, p.Name+" fixed: "+fixed)
		}
	}
	line = append(line, summary.OwnSettings(s)...)
	return strings.Join(append(line, conv.Title), " · ")
}

// own says which settings the attack chooses itself, whatever the form says.
func (f *settings) own(p *replay.Replay) {
	if text := ownMoment(p); text != "" {
		f.Line = strings.Replace(f.Line, fmt.Sprintf("attack after message %d of %d", f.at,
			f.messages), text, 1)
	}
	for _, a := range p.Result.Attacks {
		if len(a.Fixes) > 0 {
			f.Line = "the attack fixes " + strings.Join(a.Fixes, ", ") + " · " + f.Line
		}
	}
}

// ownMoment says when an attack begins that does not wait for the moment in the
// settings, "" if it does.
func ownMoment(p *replay.Replay) string {
	for i := range p.Result.Cells {
		c := &p.Result.Cells[i]
		switch {
		case !c.Applicable || c.Error != "" || c.At == c.Trace.Settings.At:
		case c.At == 0:
			return "begins before message 1, by itself, and aims"
		default:
			return fmt.Sprintf("begins after message %d, by itself, and aims", c.At)
		}
	}
	return ""
}
