package summary

import (
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/world"
)

// Ways are one order of a court by each way in which a design can serve it.
type Ways struct {
	Order OrderAsked `json:"order"`
	Ways  []Way      `json:"ways"`

	Designs []attacks.DesignRow `json:"-"` // in order, those that offer no way included
}

// OrderAsked is the order that a conversation declares.
type OrderAsked struct {
	Conversation string   `json:"conversation"`
	Accounts     []string `json:"accounts"`
	Since        int      `json:"since"` // the first message of the window
	Until        int      `json:"until"` // and the last
	Messages     int      `json:"messages"`
	// messages in its scope for whose sake it is signed, of all of these
	Evidence  Of     `json:"evidence"`
	AppliedBy string `json:"applied_by"`
	Why       string `json:"why"`
}

// Of is a part of a total.
type Of struct {
	Found int `json:"found"`
	Total int `json:"total"`
}

// A Way is how one script served an order in one design. What it asks for is its own: a broad
// order asks for more than what was declared, an interception for what is still to come.
type Way struct {
	Design     string               `json:"design"`
	Attack     string               `json:"attack"`
	Title      string               `json:"title"`
	Lawful     attacks.Lawful       `json:"lawful"`
	Declared   Of                   `json:"declared"` // of the declared order's messages
	Evidence   Of                   `json:"evidence"` // of what the order is signed for
	People     attacks.People       `json:"people"`
	Noticed    []attacks.Evidence   `json:"noticed"`
	Disclosed  []attacks.Disclosure `json:"disclosed"`
	Remains    string               `json:"remains"` // what power is left afterwards
	Principals int                  `json:"principals"`
	Error      string               `json:"error"`
}

// NewWays reads them off a result of scripts of the kind "lawful". What opened is in the trace
// of a cell, so the result has to be of a run and not of a document.
func NewWays(c *world.Conversation, r *attacks.Result) *Ways {
	a := c.Application
	w := &Ways{Ways: []Way{}, Designs: r.Designs, Order: OrderAsked{Conversation: c.Title,
		Accounts: slices.Clone(a.Accounts), Since: a.Since, Until: a.Until, AppliedBy: a.By,
		Why: a.Why}}
	var declared, sought []int
	for i := range c.Messages {
		if k := i + 1; a.Asks(k, &c.Messages[i]) {
			declared = append(declared, k)
			if slices.Contains(c.Evidence, k) {
				sought = append(sought, k)
			}
		}
	}
	w.Order.Messages = len(declared)
	w.Order.Evidence = Of{len(sought), len(c.Evidence)}
	for _, d := range r.Designs {
		for _, t := range r.Attacks {
			cell := Cells(r)[[2]string{t.ID, d.ID}]
			if t.Kind != "lawful" || cell == nil || !cell.Applicable {
				continue
			}
			w.Ways = append(w.Ways, Way{Design: d.ID, Attack: t.ID, Title: t.Title,
				Lawful: cell.Lawful, Declared: found(declared, cell), People: cell.People,
				Evidence: found(c.Evidence, cell), Noticed: cell.Noticed, Error: cell.Error,
				Disclosed: cell.Disclosed, Remains: Remains(cell), Principals: cell.Principals})
		}
	}
	return w
}

// found counts those of some messages that a cell opened.
func found(of []int, c *attacks.Cell) Of {
	n := 0
	for _, k := range of {
		if slices.Contains(c.Trace.Opened, k) {
			n++
		}
	}
	return Of{n, len(of)}
}

// remaining says what each surface leaves in the hands of whoever was let in.
var remaining = []struct {
	surface world.Surface
	text    string
}{
	{world.Control, "whoever runs the program of %s can go on until it is replaced"},
	{world.Tamper, "whoever changes what passes %s can go on until that is ended"},
	{world.Tap, "whoever listens to %s can go on until that is ended"},
	{world.Store, "what was copied from %s stays copied, keys included"},
}

// Remains says what power is left once an order has been served, by what was used for it.
func Remains(c *attacks.Cell) string {
	var parts []string
	for _, r := range remaining {
		var names []string
		for _, need := range c.Needs {
			if need.Surface == r.surface {
				names = append(names, need.Principal)
			}
		}
		if len(names) > 0 {
			parts = append(parts, fmt.Sprintf(r.text, plain.Clean(strings.Join(names, ", "))))
		}
	}
	compelled := world.Capability{Principal: world.Vendor, Surface: world.Order}
	if slices.Contains(c.Needs, compelled) {
		parts = append(parts, "the vendor's signed update stays on the phone until another "+
			"replaces it")
	}
	if len(parts) == 0 {
		return "what was handed over; what lies outside the order needs a new one"
	}
	return strings.Join(parts, "; ")
}
