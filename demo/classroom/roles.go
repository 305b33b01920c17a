package classroom

import (
	"fmt"

	"doormat/attacks"
	"doormat/demo/summary"
)

// A fact compares a number with escrow and without it: of one attack, or of two that come to the
// same end in two ways. Which camp it speaks for is computed, not written: more of a good thing
// with escrow speaks for it, more of a bad thing against it.
type fact struct {
	with, without string // attacks; without "" for the same
	measure       string
}

// good are measures of which somebody wants more; of all others, less.
var good = map[string]bool{"served": true, "noticed": true}

// The camps.
const (
	forAccess = 1
	neither   = 0
	against   = -1
)

// other is the attack in the column without escrow.
func (f fact) other() string {
	if f.without == "" {
		return f.with
	}
	return f.without
}

// speaks says for which camp a fact speaks in this run.
func (r *Room) speaks(f fact) int {
	m := summary.MeasureNamed(f.measure)
	a, _ := m.Of(r.cell(f.with, r.with.ID))
	b, _ := m.Of(r.cell(f.other(), r.without.ID))
	switch {
	case a == b:
		return neither
	case (a > b) == good[f.measure]:
		return forAccess
	}
	return against
}

// A role is a card. What is measured stands in facts.
type role struct {
	name, who, wants, argument, question string
	camp                                 int
	facts                                [3]fact
	mind                                 string // what would change it, a number of changes
	changes                              fact
}

var (
	robbed   = fact{"quorum-theft", "", "unnamed"}
	narrow   = fact{"narrow-order", "user-unlocks", "beyond"}
	inSecret = fact{"secret-order", "", "read"}
	future   = fact{"intercept-order", "", "served"}
	refused  = fact{"narrow-order", "user-refuses", "served"}
	mistyped = fact{"mistyped-target", "", "others"}
)

// roles are the cards, in the order in which they may speak: three for a spare key, three against
// it, and a judge between them.
var roles = []role{
	{"Minister", "You answer to parliament for public safety, and to everybody for the law.",
		"A way for courts to read the messages of suspects, which does not depend on their consent.",
		"A law that cannot be carried out is none. A court should decide who is read, not a company " +
			"and not a suspect’s phone.",
		"Who appoints the people who hold the parts of the key after the next election, and who can " +
			"stop them?",
		forAccess, [3]fact{future, narrow, inSecret},
		"What a government reads in secret, with a spare key and without: if the first were always " +
			"far above the second.", inSecret},
	{"Police", "You lead an investigation. A court has signed, and the clock runs.",
		"The messages that the order names, in time to be of use.",
		"People who are harmed have nobody else. We ask a court each time, and we get what it names.",
		"You have who wrote to whom and when without opening anything. Why is that not enough?",
		forAccess, [3]fact{refused, {"reporters-source", "", "metadata"}, mistyped},
		"How much of an order is served without a spare key: if it were as much as with one.", future},
	{"Provider", "You run the service. Your customers are everybody.",
		"To keep what your customers were promised, and to obey the law of each country you are in.",
		"What I cannot read I cannot lose. A spare key makes me worth robbing.",
		"You decide whose key is whose, and a court can order you to lie about it. How can your " +
			"customers tell that you do not?",
		against, [3]fact{{"quorum-theft", "", "read"}, inSecret, future},
		"What a thief of the spare key reads: if it were no more than what a thief of one phone reads.",
		fact{"quorum-theft", "device-theft", "read"}},
	{"Judge", "You sign orders, or you do not. You are shown one side of a case.",
		"That what you sign is done, no more and no less, and that somebody can check it afterwards.",
		"An order should open what it names. Whatever opens more, or cannot be checked, I cannot sign.",
		"An order that you sign names the wrong person. Who finds out, and when?",
		neither, [3]fact{refused, narrow, mistyped},
		"What is read beyond an order, on either side: if it were none for a searched phone as well.",
		narrow},
	{"Victim", "Something was done to you, and whoever did it wrote about it.",
		"That the message that proves it is found, and that the rest of your life stays yours.",
		"The right not to be read is worth little to somebody whom nobody protects.",
		"Your own messages are under the same spare key. Whom do you trust with them, and for how long?",
		forAccess, [3]fact{refused, future, robbed},
		"How many people a thief of the spare key reads whom no order names: if you were one of them.",
		robbed},
	{"Journalist", "You write about people with power. Some of them sign orders.",
		"That nobody can find out who talks to you, and that nobody has to fear it.",
		"Whoever can be read does not talk. A key that a court can use, a government can use.",
		"Who wrote to you and when is known without opening a word. What does a ban on spare keys " +
			"protect your sources from, then?",
		against, [3]fact{robbed, inSecret, narrow},
		"What a government reads in secret without a spare key: if it were as much as with one.",
		inSecret},
	{"Source", "You know something that others should know, and you told a journalist.",
		"Not to be found: neither by a court, nor by a thief, nor by whoever is your superior.",
		"I cannot choose who will hold the parts of the key in ten years. What I wrote today is still " +
			"there then.",
		"Without a spare key a court may have a program put on your phone. Would you rather that?",
		against, [3]fact{{"quorum-theft-later", "", "read"}, {"device-theft", "", "read"},
			{"intercept-order", "phone-implant-ordered", "beyond"}},
		"What somebody reads who copies your phone: if that were already everything, in both designs.",
		fact{"device-theft", "", "target"}},
}

// cards are a page for each role.
func (r *Room) cards() paper {
	chat := "an invented chat"
	if r.Options.Conversation != "" {
		chat = "somebody’s own chat"
	}
	p := paper{Name: "roles", Title: "Role cards", Lead: []string{
		fmt.Sprintf("%d cards, a page each. Draw lots; whoever argues well for what they do not think "+
			"has learned most. Numbers were measured in one run of %s, in two designs: %s (no spare "+
			"key) and %s. They are not likelihoods.", len(roles), chat, r.without.Name,
			r.with.Name)}}
	for i, role := range roles {
		p.Parts = append(p.Parts, r.card(role, i > 0))
	}
	return p
}

// card is a part that fits on a page.
func (r *Room) card(role role, page bool) part {
	t := &table{Head: []string{"Measured", "With a spare key", "Without", "See it", "Speaks"}}
	for _, f := range role.facts {
		t.Rows = append(t.Rows, append(r.row(f), cell{Text: sides(r.speaks(f), role.camp)}))
	}
	change := &table{Head: []string{"In this run", "With a spare key", "Without", "See it"},
		Rows: [][]cell{r.row(role.changes)}}
	return part{Heading: role.name, Page: page, Blocks: []block{
		{Bold: "Who you are.", Prose: role.who},
		{Bold: "What you want.", Prose: role.wants},
		{Bold: "Your best argument.", Prose: role.argument},
		{Bold: "Three facts.", Prose: "Each was measured. Use what speaks for you, and know what " +
			"speaks against you before somebody else says it."},
		{Table: t},
		{Bold: "A question that you have to answer.", Prose: role.question},
		{Bold: "A number that would change your mind.", Prose: role.mind},
		{Table: change},
		{Bold: "Notes.", Lines: 2},
	}}
}

// sides says for whom a fact speaks, to somebody of a camp.
func sides(speaks, camp int) string {
	switch {
	case speaks == neither:
		return "for neither side"
	case camp == neither && speaks == forAccess:
		return "for a spare key"
	case camp == neither:
		return "against a spare key"
	case speaks == camp:
		return "+ for you"
	}
	return "− against you"
}

// row is a fact in a table: what is counted, both numbers, and the commands.
func (r *Room) row(f fact) []cell {
	m := summary.MeasureNamed(f.measure)
	what := "Number of " + m.Doc + ": " + r.header(f.with).Title
	commands := r.command(f.with)
	if f.other() != f.with {
		what += "; without a spare key: " + r.header(f.other()).Title
		commands += "; " + r.command(f.other())
	}
	return []cell{{Text: what}, r.number(f.measure, f.with, r.with),
		r.number(f.measure, f.other(), r.without), {Text: commands, Code: true}}
}

func (r *Room) number(measure, attack string, d attacks.DesignRow) cell {
	c := r.measured(measure, attack, d.ID)
	if cell := r.cell(attack, d.ID); !cell.Applicable {
		c.Text = "nobody to turn to"
	}
	return c
}
