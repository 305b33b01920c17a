package report

import (
	"fmt"

	"doormat/attacks"
)

// settingsLine stands over a result: whatever changes what is measured.
func settingsLine(r *attacks.Result) string { return settingsText(r, "") }

// settingsText tells of the settings of a result; the one that a sweep goes over
// is x.
func settingsText(r *attacks.Result, over string) string {
	s := r.Settings
	value := func(setting string, v any) string {
		if setting == over {
			return "x"
		}
		return fmt.Sprint(v)
	}
	said := count(r.Conversation.Messages, "message")
	if n := r.Conversation.Attachments; n > 0 {
		said += ", " + count(n, "attachment")
	}
	return fmt.Sprintf("%s: %s, %s. Target %s. Attacks begin after message %s unless they say otherwise. Escrow %s of %d trustees (%s), provider in A. "+
		"Retention %s, mailbox %s, shares refreshed %s, key rotated %s, seed %d%s.",
		r.Conversation.Title, said, count(r.Conversation.Accounts, "account"),
		s.Target, value("at", s.At), value("threshold", s.Threshold), s.Trustees, s.Jurisdictions,
		value("retention", s.Retention), s.Mailbox,
		every(value("refresh", s.Refresh)), every(value("rotate", s.Rotate)), r.Seed, drawText(r))
}

// drawText tells on what draw the salts of a script from a file depend.
func drawText(r *attacks.Result) string {
	switch {
	case r.Draw == "":
		return ""
	case r.DrawGiven:
		return ", draw " + r.Draw + " (given, not fresh: what the script opened under this draw only counts as smuggled)"
	}
	return ", draw " + r.Draw
}

// every tells how often something is done that is done every so many messages.
func every(messages string) string {
	if messages == "0" {
		return "never"
	}
	return "every " + messages
}

// legend explains the signs, and what the table does not say.
func legend(p *page) {
	for _, text := range []string{
		"■ all  ◧ part  □ none of the messages recovered  – not applicable",
		"✓ order served in full  ! somebody was warned  ≠ unexpected",
		"×2 principals used: robbed, run, or made to answer; a jurisdiction counts one",
		"target: messages that the target sent or received; others: the rest",
	} {
		p.prose(0, text)
	}
	p.gap()
	for _, text := range caveats {
		p.prose(0, text)
	}
}

// caveats stand under every table.
var caveats = []string{
	"Rows are not likelihoods: nothing here says how often an attack happens.",
	"None means that this attack recovered nothing, and no more than that.",
	"Links are not encrypted in transport, in any design: a tap sees whole packets.",
	"This is a demonstration. It protects nobody's real messages.",
}
