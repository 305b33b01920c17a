package technique

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
	Draft         bool  `json:"draft"`    // nothing is written yet: besides Unstated, and not compared
	TargetBefore  Level `json:"target_before"`
	TargetAfter   Level `json:"target_after"`
	OthersBefore  Level `json:"others_before"`
	OthersAfter   Level `json:"others_after"`
	Forged        bool  `json:"forged"`
	Noticed       bool  `json:"noticed"`
	Served        bool  `json:"served"`   // every message in scope of the orders
	Files         Level `json:"files"`    // attachments; "" if nothing is stated
	Calls         Level `json:"calls"`    // heard; none if nothing is stated
	Metadata      Level `json:"metadata"` // who wrote to whom and when; "" if nothing is stated
	// Disclosed: somebody learns of the access later, by design; nil if nothing is stated.
	Disclosed *bool  `json:"disclosed"`
	Why       string `json:"why"`
}

// LeftOut names the parts of which an outcome says nothing, "" if there is none. A
// script may leave them out, and what it leaves out is not compared; the library may not.
func (o *Outcome) LeftOut() string {
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
	for _, p := range []struct {
		name  string
		level Level
	}{{"files", o.Files}, {"calls", o.Calls}, {"metadata", o.Metadata}} {
		if l := p.level; l != "" && l != None && l != Some && l != All {
			return fmt.Errorf("expectation: %s %q: want none, some or all", p.name, l)
		}
	}
	return nil
}

// A View is what an expectation may depend on: settings and the shape of the
// conversation, never its texts.
type View struct {
	Settings world.Settings `json:"settings"`
	End      int            `json:"end"`
	Partner  string         `json:"partner"`
	Since    int            `json:"since"` // see [world.Conversation.Window]
	Until    int            `json:"until"`
	Accounts []string       `json:"accounts"`
	Groups   []GroupRow     `json:"groups"` // as they are before the first message
	Messages []MessageRow   `json:"messages"`
	Calls    []CallRow      `json:"calls"`
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
	// From moment Made to before moment Destroyed others than the readers hold a key under
	// which the message is sealed, if the design has any: see KeyLife of [world.Info].
	Made      int `json:"made"`
	Destroyed int `json:"destroyed"`
}

// A CallRow is a call without what is said.
type CallRow struct {
	From     string   `json:"from"`
	To       []string `json:"to"`
	Speakers []string `json:"speakers"` // who says something
	After    int      `json:"after"`    // messages
	Begun    int      `json:"begun"`    // seconds since the first message
	Day      int      `json:"day"`      // midnights passed since the devices were switched on
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

// NewView is what an expectation of a design may know of a conversation under settings.
func NewView(c *world.Conversation, s world.Settings, of world.Info) View {
	v := View{Settings: s, End: len(c.Messages), Partner: c.Partner(s.Target), Accounts: c.Accounts}
	v.Since, v.Until = c.Window(s.Target, s.At)
	for _, g := range c.Groups {
		v.Groups = append(v.Groups, GroupRow(g))
	}
	for i, m := range c.Messages {
		sent := int(m.Sent.Sub(c.Messages[0].Sent).Seconds())
		row := MessageRow{i + 1, m.From, m.To, m.Group, len(m.Attachments), sent, c.Day(i + 1), 0,
			v.End + 1}
		if of.KeyLife != nil {
			made, destroyed := of.KeyLife(s, i+1)
			row.Made, row.Destroyed = made, min(destroyed, row.Destroyed)
		}
		v.Messages = append(v.Messages, row)
	}
	for i := range c.Calls {
		call := &c.Calls[i]
		begun := int(call.Begun.Sub(c.Messages[0].Sent).Seconds())
		v.Calls = append(v.Calls, CallRow{call.From, call.To, call.Speakers(), c.After(call), begun,
			c.DayOf(call.Begun)})
	}
	by, told := c.Told()
	for i, e := range c.Events {
		v.Events = append(v.Events, EventRow{e.After, string(e.Kind), e.Account, e.With, e.Group,
			by[i], told[i]})
	}
	return v
}

// LevelOf says how much of a part of the size from was opened.
func LevelOf(got, from int) Level {
	switch got {
	case 0:
		return None
	case from:
		return All
	}
	return Some
}
