package scene

import (
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/replay"
	"doormat/demo/summary"
)

// A Counter is a number that the last row can read.
type Counter struct {
	Label, Value, Note string
	// all, part, none, alarm, served: a class, said in Value or Note as well
	State string
	Glyph string
	Was   string // the value under the settings before, if it differs
}

// Long tells of a value that the big type would not fit.
func (c Counter) Long() bool { return len(c.Value) > 9 }

// Part is a counter of how much is open.
func Part(label string, got, of int) Counter {
	s := summary.Extent(got, of)
	c := Counter{Label: label, Value: summary.OutOf(got, of), State: s.Word, Glyph: s.Glyph}
	if s == summary.Absent {
		c.State = summary.None.Word
	}
	return c
}

func exposure(label string, e attacks.Exposure) Counter {
	c := Part(label, e.Recovered, e.Total)
	if e.Total > 0 {
		c.Note = fmt.Sprintf("before %s · after %s", summary.Fraction(e.Before, e.BeforeTotal),
			summary.Fraction(e.After, e.AfterTotal))
	}
	return c
}

// Counters sum up a frame; what the harness counts only at the end is left to the
// outcome.
func Counters(kind string, s *replay.Step, f *replay.Frame) []Counter {
	target := f.Cell.Trace.Settings.Target
	list := []Counter{exposure(target+"’s messages", f.Content.Target), exposure("everybody else’s",
		f.Content.Others), noticed(s, f)}
	if s.Kind != replay.Outcome {
		return list
	}
	c := f.Cell
	if c.Lawful.Asked > 0 {
		served := Part("lawful order served", c.Lawful.Served, c.Lawful.Asked)
		served.State, served.Note = "served", "messages in its scope"
		if summary.Full(c) {
			served.Glyph = summary.Served
		}
		if summary.MoreMetadata(c) {
			served.Note += fmt.Sprintf("; who wrote to whom and when, of %d of them",
				c.Lawful.Metadata.Recovered)
		}
		list = append([]Counter{served}, list...)
	}
	took := Counter{Label: "break-ins needed", Value: fmt.Sprintf("× %d", c.Parties)}
	if kind == "lawful" {
		took.Label = "had to say yes"
	}
	list = append(list, took)
	for _, p := range attacks.Parts() {
		if n := p.Count(c); n.Total > 0 {
			list = append(list, Part(p.What, n.Recovered, n.Total))
		}
	}
	if c.Forged > 0 {
		list = append(list, Counter{Label: "forged messages shown", Value: fmt.Sprint(c.Forged),
			State: "all", Glyph: "!"})
	}
	if c.FalseClaims > 0 {
		list = append(list, Counter{Label: "false claims", Value: fmt.Sprint(c.FalseClaims),
			State: "part", Glyph: "≠"})
	}
	return list
}

func noticed(s *replay.Step, f *replay.Frame) Counter {
	if len(f.Noticed) == 0 {
		c := Counter{Label: "noticed by", Value: "nobody", State: "none", Glyph: "○",
			Note: "no program here warned"}
		if to := summary.DisclosedTo(f.Cell); s.Kind == replay.Outcome && to != "" {
			c.Value, c.Note = summary.Nobody(f.Cell), c.Note+"; told later, by design: "+to
		}
		return c
	}
	return Counter{Label: "noticed by", Value: summary.Some(summary.Witnesses(f.Noticed), 1),
		State: "alarm", Glyph: summary.Warned,
		Note: fmt.Sprintf("after message %d", f.Noticed[0].AfterMessage)}
}

// Warnings are what honest programs said, each once, the first few.
func Warnings(list []attacks.Evidence) []string {
	const few = 3
	var out []string
	for _, e := range list {
		text := fmt.Sprintf("%s: %s", e.By, e.What)
		if slices.Contains(out, text) {
			continue
		}
		if len(out) == few {
			return append(out, fmt.Sprintf("and more: %d warnings in all", len(list)))
		}
		out = append(out, text)
	}
	return out
}

// Compare notes in counters what they were under other settings.
func Compare(now, before []Counter) {
	for i := range now {
		for _, b := range before {
			if was := strings.TrimSpace(b.Value); b.Label == now[i].Label && was != now[i].Value {
				now[i].Was = was
			}
		}
	}
}
