// Package lint helps those who write attacks: [New] gives a script to begin with, and [Check] tells
// everything that is wrong with one, at once.
//
// What a header must have, package technique checks when a script is loaded, and names that no
// design has, [technique.Names]. Here the attack is run: does it come to what it expects, and does
// it need all that it asks for (TestCheck)?
package lint

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/world"
)

// A Finding is something that is wrong with an attack that somebody writes.
type Finding struct {
	Design string `json:"design"` // in which it was found
	Kind   string `json:"kind"`   // "run", "expectation", "need"
	Text   string `json:"text"`
}

// Check runs the one attack of a lab on its columns and tells everything that is wrong with
// it: what went wrong in a run, outcomes that its header does not expect, and, in its showcase,
// needs without which it comes to the same.
func Check(ctx context.Context, lab *attacks.Lab) ([]Finding, error) {
	out := []Finding{}
	h := lab.Attacks[0].Header()
	r, err := lab.Run(ctx)
	if err != nil {
		return nil, err
	}
	for i := range r.Cells {
		c := &r.Cells[i]
		switch {
		case c.Error != "":
			out = append(out, Finding{c.Design, "run", c.Error})
		case !c.Expected:
			out = append(out, Finding{c.Design, "expectation", c.Trace.Surprise})
		}
		if c.Design != h.Showcase || c.Error != "" || h.Kind == "control" {
			continue
		}
		if !c.Applicable {
			out = append(out, Finding{c.Design, "need", "this is its showcase, and the attack is not " +
				"applicable there: " + c.Missing})
			continue
		}
		idle, err := idleNeeds(ctx, lab, c)
		if err != nil {
			return nil, err
		}
		for _, need := range idle {
			out = append(out, Finding{c.Design, "need", need + " is idle: without it the attack comes to " +
				"the same. Leave it out, or use it"})
		}
	}
	return out, nil
}

// idleNeeds lists the capabilities without which an attack comes to the same in its showcase.
func idleNeeds(ctx context.Context, lab *attacks.Lab, full *attacks.Cell) (idle []string, err error) {
	one := *lab
	one.Progress, one.Ahead = nil, nil
	one.Designs = slices.DeleteFunc(slices.Clone(lab.Designs), func(d world.Design) bool {
		return d.Info().ID != full.Design
	})
	for _, need := range world.Written(full.Needs) {
		one.Withhold = []string{need}
		r, err := one.Run(ctx)
		if err != nil {
			return nil, err
		}
		if c := &r.Cells[0]; c.Error == "" && outcome(c) == outcome(full) {
			idle = append(idle, need)
		}
	}
	return idle, nil
}

// outcome is all that counts of a cell.
func outcome(c *attacks.Cell) string {
	return fmt.Sprint(c.Content, c.Attachments, c.Metadata, c.Calls, c.Delivered, c.Forged, c.Lawful,
		len(c.Noticed), len(c.Disclosed))
}

//go:embed new.star
var template string

// New is a script for a new attack of that id: it runs, expects what it comes to, and says
// in comments what to change.
func New(id string) (string, error) {
	h := technique.Header{ID: id, Family: technique.Families[0], Kind: technique.Kinds[0],
		Needs: []string{"provider.store"}, Expects: []string{"e2ee"}}
	if err := h.CheckDraft(); err != nil {
		return "", err
	}
	return strings.ReplaceAll(template, "NEW-ID", id), nil
}
