package stage

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"doormat/demo/replay"
	"doormat/world"
)

// A field is a hidden field of a form: what the address says besides.
type field struct{ Name, Value string }

// settings is the form that changes what a page is about.
type settings struct {
	Line       string // the settings in words
	Action     string
	Query      choice
	Mailbox    string
	Mailboxes  []string
	Resend     string
	Resends    []string
	Target     string
	Accounts   []string
	At         int
	Messages   int
	RoundRobin string
	Hidden     []field
	Open       bool
	Problem    string
}

// newSettings makes the form for a page at action; extra are values of the address to
// keep.
func newSettings(q choice, conv *world.Conversation, s world.Settings, action string, extra url.Values) settings {
	f := settings{
		Action: action, Query: q, Mailbox: s.Mailbox, Mailboxes: []string{world.MailboxAll, world.MailboxDelivered},
		Resend: s.Resend, Resends: []string{world.ResendAsked, world.ResendAtOnce},
		Target: s.Target, Accounts: conv.Accounts, At: s.At, Messages: len(conv.Messages), RoundRobin: world.RoundRobin(s.Trustees),
		Line: describe(conv, s),
	}
	if q.Chat != "" {
		extra.Set("chat", q.Chat)
	}
	if q.Seed != defaults().Seed {
		extra.Set("seed", fmt.Sprint(q.Seed))
	}
	f.Hidden = hidden(extra)
	return f
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
func describe(conv *world.Conversation, s world.Settings) string {
	every := func(n int) string {
		if n == 0 {
			return "never"
		}
		return fmt.Sprintf("every %d messages", n)
	}
	keep := "everything"
	if s.Retention > 0 {
		keep = fmt.Sprintf("the newest %d", s.Retention)
	}
	mailbox := "everything"
	if s.Mailbox == world.MailboxDelivered {
		mailbox = "nothing that arrived"
	}
	resend := ""
	if s.Resend == world.ResendAtOnce {
		resend = ", and send at once under changed keys"
	}
	return fmt.Sprintf("%d of %d trustees (%s), provider in A · attack after message %d of %d at %s · new shares %s, new key %s · phones keep %s%s, the provider %s · %s",
		s.Threshold, s.Trustees, s.Jurisdictions, s.At, len(conv.Messages), s.Target, every(s.Refresh), every(s.Rotate), keep, resend, mailbox, conv.Title)
}

// own says which settings the attack chooses itself, whatever the form says.
func (f *settings) own(p *replay.Replay) {
	if text := ownMoment(p); text != "" {
		f.Line = strings.Replace(f.Line, fmt.Sprintf("attack after message %d of %d", f.At, f.Messages), text, 1)
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
