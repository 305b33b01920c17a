package summary

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/world"
)

// Settings stand over a result: whatever changes what is measured. The parameter that a
// sweep goes over is x; "" is none.
func Settings(r *attacks.Result, over string) string {
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
		columns, all := FixedBy(r.Designs, p.Name)
		if columns != "" {
			fixes += " Columns fix " + p.Name + ": " + columns + "."
		}
		if p.Phrase != "" && !all {
			others = append(others, fmt.Sprintf(p.Phrase, said[p.Name]))
		}
	}
	others = append(others, OwnSettings(s)...)
	others = append(others, fmt.Sprintf("seed %d", r.Seed)+drawText(r))
	rest := strings.Join(others, ", ")
	return plain.Clean(fmt.Sprintf("%s: %s, %s. Target %s. Attacks begin after message %s unless "+
		"they say otherwise. Escrow %s of %d trustees (%s), provider in A. %s.%s",
		r.Conversation.Title, Content(r.Conversation), Count(r.Conversation.Accounts, "account"),
		s.Target, said["at"], said["threshold"], s.Trustees, s.Jurisdictions,
		strings.ToUpper(rest[:1])+rest[1:], fixes))
}

// OwnSettings are the values that were given to parameters of single designs, as "name value".
func OwnSettings(s world.Settings) (list []string) {
	values := s.Own.All()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = append(list, name+" "+values[name])
	}
	return list
}

// Content says how much is said in a conversation.
func Content(c attacks.Counts) string {
	text := Count(c.Messages, "message")
	if c.Attachments > 0 {
		text += ", " + Count(c.Attachments, "attachment")
	}
	if c.Calls > 0 {
		text += ", " + Count(c.Calls, "call")
	}
	return text
}

// drawText tells on what draw the salts of a script from a file depend.
func drawText(r *attacks.Result) string {
	switch {
	case r.Draw == "":
		return ""
	case r.DrawGiven:
		return ", draw " + r.Draw + " (given, not fresh: what the script opened under this draw " +
			"only counts as smuggled)"
	}
	return ", draw " + r.Draw
}
