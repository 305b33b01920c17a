package report

import (
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/summary"
	"doormat/world"
)

// settingsLine stands over a result: whatever changes what is measured.
func settingsLine(r *attacks.Result) string { return settingsText(r, "") }

// settingsText tells of the settings of a result; the one that a sweep goes over
// is x.
func settingsText(r *attacks.Result, over string) string {
	s := r.Settings
	said := map[string]string{}
	var others []string
	fixes := ""
	for _, p := range world.Parameters() {
		text := p.Text(s)
		if p.Name == over {
			text = "x"
		}
		said[p.Name] = p.Say(text)
		columns, all := summary.FixedBy(r.Designs, p.Name)
		if columns != "" {
			fixes += " Columns fix " + p.Name + ": " + columns + "."
		}
		if p.Phrase != "" && !all {
			others = append(others, fmt.Sprintf(p.Phrase, said[p.Name]))
		}
	}
	rest := strings.Join(others, ", ")
	content := summary.Count(r.Conversation.Messages, "message")
	if n := r.Conversation.Attachments; n > 0 {
		content += ", " + summary.Count(n, "attachment")
	}
	return fmt.Sprintf("%s: %s, %s. Target %s. Attacks begin after message %s unless they say otherwise. Escrow %s of %d trustees (%s), provider in A. "+
		"%s, seed %d%s.%s",
		r.Conversation.Title, content, summary.Count(r.Conversation.Accounts, "account"),
		s.Target, said["at"], said["threshold"], s.Trustees, s.Jurisdictions,
		strings.ToUpper(rest[:1])+rest[1:], r.Seed, drawText(r), fixes)
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

// legend explains the signs, and what the table does not say.
func legend(p *page, r *attacks.Result) {
	for _, text := range append([]string{
		"■ all  ◧ part  □ none of the messages recovered  – not applicable",
		"✓ order served in full  ✗ error  ! somebody was warned  ≠ unexpected",
		"×2 principals used: robbed, run, or made to answer; a jurisdiction counts one",
		"target: messages that the target sent or received; others: the rest",
	}, words(r)...) {
		p.prose(0, text)
	}
	if len(r.Elsewhere) > 0 {
		p.prose(0, "Columns besides these: "+strings.Join(r.Elsewhere, ", ")+". To see all: --designs all")
	}
	p.gap()
	for _, text := range caveats {
		p.prose(0, text)
	}
}

// words explains those words of a table that need it, as far as they stand there.
func words(r *attacks.Result) (list []string) {
	for _, w := range []struct {
		text string
		used func(*attacks.Cell) bool
	}{
		{"people: whose words were read; unnamed: those of them who are neither the target nor named in a court's order",
			func(c *attacks.Cell) bool { return c.People.Read > 0 }},
		{"forged: messages on screens as from somebody who did not write them to that reader",
			func(c *attacks.Cell) bool { return c.Forged > 0 }},
		{"served: the part of what a court's order names that the agency read by it; beyond: what came with it, read or not",
			func(c *attacks.Cell) bool { return c.Lawful.Asked > 0 }},
		{"agency served: the numbers above are another adversary's, not the agency's; by no order: those got otherwise",
			func(c *attacks.Cell) bool { return c.Trace.Other || c.Lawful.Asked > 0 && c.Trace.Apart > 0 }},
		{"disclosed: told later, by design: an order is published when its ninety days of secrecy are over",
			func(c *attacks.Cell) bool { return len(c.Disclosed) > 0 }},
		{"delivered: messages that reached the screens of all whom they were for, where some did not",
			func(c *attacks.Cell) bool { return c.Delivered.Messages < c.Delivered.Total }},
	} {
		if slices.ContainsFunc(r.Cells, func(c attacks.Cell) bool { return w.used(&c) }) {
			list = append(list, w.text)
		}
	}
	return list
}

// caveats stand under every table.
var caveats = []string{
	"Rows are not likelihoods: nothing here says how often an attack happens.",
	"None means that this attack recovered nothing, and no more than that.",
	"Links are not encrypted in transport, in any design: a tap sees whole packets.",
	"This is a demonstration. It protects nobody's real messages.",
}
