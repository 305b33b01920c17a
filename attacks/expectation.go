package attacks

import (
	"errors"
	"fmt"
	"strings"

	"doormat/world"
)

// A Level says how much of a part was opened.
type Level string

const (
	None Level = "none"
	Some Level = "some"
	All  Level = "all"
)

// An Outcome is what an attack expects of a design. "some" means more than
// nothing and less than all.
type Outcome struct {
	NotApplicable bool  `json:"not_applicable"`
	Unstated      bool  `json:"unstated"` // nothing is written: right where the attack is not applicable
	TargetBefore  Level `json:"target_before"`
	TargetAfter   Level `json:"target_after"`
	OthersBefore  Level `json:"others_before"`
	OthersAfter   Level `json:"others_after"`
	Forged        bool  `json:"forged"`
	Noticed       bool  `json:"noticed"`
	Served        bool  `json:"served"`   // every message in scope of the orders
	Files         Level `json:"files"`    // attachments; "" if nothing is stated
	Metadata      Level `json:"metadata"` // who wrote to whom and when; "" if nothing is stated
	// Disclosed: somebody learns of the access later, by design; nil if nothing is stated.
	Disclosed *bool  `json:"disclosed"`
	Why       string `json:"why"`
}

// unstated names the parts of which an outcome says nothing, "" if there is none. A
// script may leave them out, and what it leaves out is not compared; the library may not.
func (o *Outcome) unstated() string {
	var parts []string
	if o.Files == "" {
		parts = append(parts, "attachments")
	}
	if o.Metadata == "" {
		parts = append(parts, "metadata")
	}
	return strings.Join(parts, " and ")
}

// Check refuses an outcome that is not one.
func (o *Outcome) Check() error {
	if o.Unstated {
		return nil
	}
	if o.Why == "" {
		return errors.New("expectation: why is empty")
	}
	if o.NotApplicable {
		return nil
	}
	for _, l := range []Level{o.TargetBefore, o.TargetAfter, o.OthersBefore, o.OthersAfter} {
		if l != None && l != Some && l != All {
			return fmt.Errorf("expectation: %q: want none, some or all", l)
		}
	}
	for name, l := range map[string]Level{"files": o.Files, "metadata": o.Metadata} {
		if l != "" && l != None && l != Some && l != All {
			return fmt.Errorf("expectation: %s %q: want none, some or all", name, l)
		}
	}
	return nil
}

// A View is what an expectation may depend on: settings and the shape of the
// conversation, never its texts.
type View struct {
	Settings world.Settings `json:"settings"`
	End      int            `json:"end"`
	SeatsInA int            `json:"seats_in_a"` // trustees placed with the provider
	Partner  string         `json:"partner"`
	Accounts []string       `json:"accounts"`
	Groups   []GroupRow     `json:"groups"` // as they are before the first message
	Messages []MessageRow   `json:"messages"`
	Events   []EventRow     `json:"events"`
}

// A GroupRow is who is in a group before the first message.
type GroupRow struct {
	Name    string   `json:"name"`
	Members []string `json:"members"`
}

// A MessageRow is a message without its text.
type MessageRow struct {
	Number int      `json:"number"`
	From   string   `json:"from"`
	To     []string `json:"to"`
	Group  string   `json:"group"`
	Files  int      `json:"files"` // attachments
	Sent   int      `json:"sent"`  // seconds since the first message
	Day    int      `json:"day"`   // midnights passed since the devices were switched on
}

// An EventRow is an event of the conversation.
type EventRow struct {
	After   int      `json:"after"`
	Kind    string   `json:"kind"`
	Account string   `json:"account"`
	With    string   `json:"with"`
	Group   string   `json:"group"`
	By      string   `json:"by"`   // whose phone tells of a change of a group, "" for other events
	Told    []string `json:"told"` // whom it tells
}

// NewView is what an expectation may know of a conversation under settings.
func NewView(c *world.Conversation, s world.Settings) View {
	v := View{Settings: s, End: len(c.Messages), Partner: c.Partner(s.Target), Accounts: c.Accounts}
	seats, _ := s.Seats() // checked with the settings
	for _, place := range seats {
		if place == world.Home {
			v.SeatsInA++
		}
	}
	for _, g := range c.Groups {
		v.Groups = append(v.Groups, GroupRow(g))
	}
	for i, m := range c.Messages {
		sent := int(m.Sent.Sub(c.Messages[0].Sent).Seconds())
		v.Messages = append(v.Messages, MessageRow{i + 1, m.From, m.To, m.Group, len(m.Attachments), sent, c.Day(i + 1)})
	}
	by, told := c.Told()
	for i, e := range c.Events {
		v.Events = append(v.Events, EventRow{e.After, string(e.Kind), e.Account, e.With, e.Group, by[i], told[i]})
	}
	return v
}

// met compares what was measured with what was expected and names every
// difference, "" if there is none. Parts of which there is nothing are not
// compared.
func (o *Outcome) met(c *Cell) string {
	parts := []struct {
		name      string
		want      Level
		got, from int
	}{
		{"target before", o.TargetBefore, c.Content.Target.Before, c.Content.Target.BeforeTotal},
		{"target after", o.TargetAfter, c.Content.Target.After, c.Content.Target.AfterTotal},
		{"others before", o.OthersBefore, c.Content.Others.Before, c.Content.Others.BeforeTotal},
		{"others after", o.OthersAfter, c.Content.Others.After, c.Content.Others.AfterTotal},
		{"attachments", o.Files, c.Attachments.Recovered, c.Attachments.Total},
		{"metadata", o.Metadata, c.Metadata.Recovered, c.Metadata.Total},
	}
	var unlike []string
	for _, p := range parts {
		if p.want != "" && p.from > 0 && LevelOf(p.got, p.from) != p.want {
			unlike = append(unlike, fmt.Sprintf("%s: expected %s, measured %d of %d", p.name, p.want, p.got, p.from))
		}
	}
	type flag struct {
		name      string
		want, got bool
	}
	flags := []flag{
		{"forged", o.Forged, c.Forged > 0},
		{"noticed", o.Noticed, len(c.Noticed) > 0},
		{"served", o.Served || c.Lawful.Asked == 0, c.Lawful.Served == c.Lawful.Asked},
	}
	if o.Disclosed != nil {
		flags = append(flags, flag{"disclosed", *o.Disclosed, len(c.Disclosed) > 0})
	}
	for _, f := range flags {
		if f.want != f.got {
			unlike = append(unlike, fmt.Sprintf("%s: expected %v, measured %v", f.name, f.want, f.got))
		}
	}
	if c.Smuggled > 0 {
		unlike = append(unlike, fmt.Sprintf("smuggled: %d claims of what the script had handed in itself, or nobody had typed yet", c.Smuggled))
	}
	return strings.Join(unlike, "; ")
}

// LevelOf says how much so many of a part are.
func LevelOf(got, from int) Level {
	switch got {
	case 0:
		return None
	case from:
		return All
	}
	return Some
}
