package stage

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/replay"
	"doormat/demo/story"
	"doormat/demo/summary"
)

// A panel is one design on the stage.
type panel struct {
	ID, Name, About string
	Absent          string // why the attack is not applicable, "" if it is
	Cards, Seats    []card
	Journey         template.HTML
	Timeline        template.HTML
	Counters        []counter
	Did             []string
	Noticed         []string
	Why             string
	Sample          string        // one text that was read, of invented people only
	Problem         string        // what went wrong, or otherwise than expected
	Changed         template.HTML // what the change of settings did to the picture
	Guess           []guessed
	Proof           string // link to the proof of one claim
}

// A counter is a number that the last row can read.
type counter struct {
	Label, Value, Note string
	// all, part, none, alarm, served: a class, said in Value or Note as well
	State string
	Glyph string
	Was   string // the value under the settings before, if it differs
}

// about says in a sentence what protects messages, as the settings have it.
func (s *Stage) about(d attacks.DesignRow, c *attacks.Cell) string {
	design, err := s.kit.Design(d.ID)
	if err != nil {
		return ""
	}
	return summary.Promise(design.Info(), c.Trace.Settings)
}

// Long tells of a value that the big type would not fit.
func (c counter) Long() bool { return len(c.Value) > 9 }

// part is a counter of how much is open.
func part(label string, got, of int) counter {
	s := summary.Extent(got, of)
	c := counter{Label: label, Value: summary.OutOf(got, of), State: s.Word, Glyph: s.Glyph}
	if s == summary.Absent {
		c.State = summary.None.Word
	}
	return c
}

func exposure(label string, e attacks.Exposure) counter {
	c := part(label, e.Recovered, e.Total)
	if e.Total > 0 {
		c.Note = fmt.Sprintf("before %s · after %s", summary.Fraction(e.Before, e.BeforeTotal),
			summary.Fraction(e.After, e.AfterTotal))
	}
	return c
}

// counters sum up a frame; what the harness counts only at the end is left to the
// outcome.
func counters(kind string, s *replay.Step, f *replay.Frame) []counter {
	target := f.Cell.Trace.Settings.Target
	list := []counter{exposure(target+"’s messages", f.Content.Target), exposure("everybody else’s",
		f.Content.Others), noticed(s, f)}
	if s.Kind != replay.Outcome {
		return list
	}
	c := f.Cell
	if c.Lawful.Asked > 0 {
		served := part("lawful order served", c.Lawful.Served, c.Lawful.Asked)
		served.State, served.Note = "served", "messages in its scope"
		if summary.Full(c) {
			served.Glyph = summary.Served
		}
		if summary.MoreMetadata(c) {
			served.Note += fmt.Sprintf("; who wrote to whom and when, of %d of them",
				c.Lawful.Metadata.Recovered)
		}
		list = append([]counter{served}, list...)
	}
	took := counter{Label: "break-ins needed", Value: fmt.Sprintf("× %d", c.Parties)}
	if kind == "lawful" {
		took.Label = "had to say yes"
	}
	list = append(list, took)
	for _, p := range attacks.Parts() {
		if n := p.Count(c); n.Total > 0 {
			list = append(list, part(p.What, n.Recovered, n.Total))
		}
	}
	if c.Forged > 0 {
		list = append(list, counter{Label: "forged messages shown", Value: fmt.Sprint(c.Forged),
			State: "all", Glyph: "!"})
	}
	if c.FalseClaims > 0 {
		list = append(list, counter{Label: "false claims", Value: fmt.Sprint(c.FalseClaims),
			State: "part", Glyph: "≠"})
	}
	return list
}

func noticed(s *replay.Step, f *replay.Frame) counter {
	if len(f.Noticed) == 0 {
		c := counter{Label: "noticed by", Value: "nobody", State: "none", Glyph: "○",
			Note: "no program here warned"}
		if to := summary.DisclosedTo(f.Cell); s.Kind == replay.Outcome && to != "" {
			c.Value, c.Note = summary.Nobody(f.Cell), c.Note+"; told later, by design: "+to
		}
		return c
	}
	return counter{Label: "noticed by", Value: summary.Some(summary.Witnesses(f.Noticed), 1),
		State: "alarm", Glyph: summary.Warned,
		Note: fmt.Sprintf("after message %d", f.Noticed[0].AfterMessage)}
}

// warnings are what honest programs said, each once, the first few.
func warnings(list []attacks.Evidence) []string {
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

// compared notes in counters what they were under other settings.
func compared(now, before []counter) {
	for i := range now {
		for _, b := range before {
			if was := strings.TrimSpace(b.Value); b.Label == now[i].Label && was != now[i].Value {
				now[i].Was = was
			}
		}
	}
}

// sample quotes the message that the outcome's proof is about and, of an order, tells
// whether it found what the court was after.
func sample(told *story.Story, p *replay.Replay, c *attacks.Cell) string {
	k := c.Trace.Proved
	if k == 0 {
		return ""
	}
	text := "Recovered, among others: message " + summary.Quote(k, &p.Conversation.Messages[k-1])
	if p.Header.Kind == "lawful" {
		text += " " + told.Found(p.Conversation, c.Trace.Opened)
	}
	return text
}
