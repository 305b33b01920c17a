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
	Evidence  Of            `json:"evidence"`
	AppliedBy string        `json:"applied_by"`
	Why       string        `json:"why"`
	Phones    []PhoneInHand `json:"phones"`
}

// PhoneInHand is a phone that the police of a story have.
type PhoneInHand struct {
	Account string `json:"account"`
	Since   int    `json:"since"`   // messages typed by then
	Unlocks bool   `json:"unlocks"` // its user is there to unlock it
}

// Of is a part of a total.
type Of struct {
	Found int `json:"found"`
	Total int `json:"total"`
}

// A Way is how one script served an order in one design. What it asks for is its own: a broad
// order asks for more than what was declared, an interception for what is still to come. What
// Lawful serves are words; who wrote to whom and when is counted beside them, in Lawful.Metadata.
type Way struct {
	Design     string               `json:"design"`
	Attack     string               `json:"attack"`
	Title      string               `json:"title"`
	Phones     []string             `json:"phones"` // whose it needs in hand
	Exists     bool                 `json:"exists"` // whether the police of the story have those
	Lacks      string               `json:"lacks"`  // what else is in the way, "" if it exists
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
		Why: a.Why, Phones: []PhoneInHand{}}}
	for _, p := range a.Phones {
		w.Order.Phones = append(w.Order.Phones, PhoneInHand(p))
	}
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
			phones, lacks := inHand(c, cell)
			w.Ways = append(w.Ways, Way{Design: d.ID, Phones: phones,
				Exists: lacks == "", Lacks: lacks, Attack: t.ID, Title: t.Title,
				Lawful: cell.Lawful, Declared: found(declared, cell), People: cell.People,
				Evidence: found(c.Evidence, cell), Noticed: cell.Noticed, Error: cell.Error,
				Disclosed: cell.Disclosed, Remains: Remains(cell), Principals: cell.Principals})
		}
	}
	return w
}

// inHand lists whose phones somebody has to have in hand for what a cell did, and says what a
// conversation has not of them: what is copied from a phone, or from the chip in it, is copied by
// whoever has it, and a user unlocks what lies there. An implant comes from afar and needs neither.
func inHand(c *world.Conversation, cell *attacks.Cell) (phones []string, lacks string) {
	declared := world.SharedPrincipals(world.UserName, world.DeviceName, world.ElementName)
	settings := cell.Trace.Settings
	phones = []string{}
	var missing []string
	for _, need := range cell.Needs {
		kind := world.KindOf(need.Principal)
		if _, ok := declared.Named(kind); !ok || kind == world.DeviceName &&
			need.Surface != world.Store {
			continue
		}
		members, _ := declared.Members(need.Principal, settings, c.People(settings.Target))
		for _, member := range members {
			_, account, _ := strings.Cut(member, ":")
			if !slices.Contains(phones, account) {
				phones = append(phones, account)
			}
			why := absent(c.Application, account, cell.At, kind == world.UserName)
			if why != "" && !slices.Contains(missing, why) {
				missing = append(missing, why)
			}
		}
	}
	return phones, strings.Join(missing, "; ")
}

// absent says why somebody's phone is of no use when so many messages have been typed, "" if the
// police have it and, where its user has to unlock it, that user is there.
func absent(a *world.Application, account string, typed int, unlocked bool) string {
	i := slices.IndexFunc(a.Phones, func(p world.Phone) bool { return p.Account == account })
	name := plain.Clean(account)
	switch {
	case i < 0:
		return "the police do not have the phone of " + name
	case a.Phones[i].Since > typed:
		return fmt.Sprintf("the police have the phone of %s only after message %d", name,
			a.Phones[i].Since)
	case unlocked && !a.Phones[i].Unlocks:
		return "the police have the phone of " + name + ", who is not there to unlock it"
	}
	return ""
}

// InHand says whose phones the police have.
func InHand(list []PhoneInHand) string {
	var texts []string
	for _, p := range list {
		text := fmt.Sprintf("the phone of %s, since message %d", plain.Clean(p.Account), p.Since)
		if !p.Unlocks {
			text += ", whose user is not there to unlock it"
		}
		texts = append(texts, text)
	}
	if len(texts) == 0 {
		return "the police have nobody's phone"
	}
	return "the police have " + strings.Join(texts, "; ")
}

// WaysThat heads the ways to serve an order that a story has, or those that it has not.
func WaysThat(exist bool) string {
	if exist {
		return "Ways open to the police of this story"
	}
	return "Ways that would need a phone, or its user, that they do not have"
}

// WaysNote says how to read the numbers of ways.
const WaysNote = "Words and metadata are counted apart. Served counts messages whose words were " +
	"read. An order that gives who wrote to whom and when, and no word, counts as unserved, although " +
	"it yielded something, which is shown beside it. Both count what a way itself asks for, " +
	"which may be more or less than the order above. People and programs answer at once here: hours " +
	"are those that a design or a script makes one wait. What it costs to get into a phone, or to " +
	"make a vendor sign, no count here says. Whose words the law protects, as a doctor's or a " +
	"journalist's, is counted; what is written to them is not. Nothing here says which way is right."

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
