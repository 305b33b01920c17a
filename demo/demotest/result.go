package demotest

import (
	"doormat/attacks"
	"doormat/attacks/deduce"
	"doormat/attacks/trace"
	"doormat/world"
)

// Evil is a name that clears the screen, sets the title in two ways, turns the
// direction of writing, ends a line and is no UTF-8.
const Evil = "E\x1b[2Jv\x1b]0;x\x07i\u009b2Jl\u202e\r\n|<b>\xff"

// Result is a result written by hand, in which somebody is called name: it has a cell for each of
// the designs d1... and each kind of outcome.
func Result(designs int, name string) *attacks.Result {
	r := &attacks.Result{Seed: 7, Conversation: attacks.Counts{Title: name,
		Messages: 20000, Accounts: 2},
		Settings: world.Settings{Threshold: 2, Trustees: 3, Target: name, At: 9, Mailbox: "all"}}
	for i := range designs {
		r.Designs = append(r.Designs, attacks.DesignRow{ID: "d" + string(rune('1'+i)), Name: name +
			" encryption with escrow"})
	}
	big := attacks.Exposure{Recovered: 9000, Total: 10000, After: 5000, AfterTotal: 5000}
	all := attacks.Exposure{Recovered: 10000, Total: 10000, After: 5000, AfterTotal: 5000}
	cells := map[string]attacks.Cell{
		"none": {Applicable: true, Parties: 1, Expected: true,
			Content: attacks.Content{Target: attacks.Exposure{Total: 10000},
				Others: attacks.Exposure{Total: 10000}}},
		"part": {Applicable: true, Parties: 2, Expected: true, Forged: 3, FalseClaims: 1,
			Content: attacks.Content{Target: big, Others: big},
			Noticed: []attacks.Evidence{{By: name, What: name, AfterMessage: 1}, {By: "b"},
				{By: "c"}, {By: "b"}},
			Disclosed: []attacks.Disclosure{{By: name, What: name}}, People: attacks.People{Read: 2,
				Unnamed: 1}},
		"everything": {Applicable: true, Parties: 2, Content: attacks.Content{Target: all,
			Others: all}, Trace: trace.Trace{Surprise: name,
			Opened: []int{1, 2, 3, 7}, Proved: 1,
			Events: []trace.Event{{Line: 1, Text: "take(" + name + ")", Times: 1},
				{Line: 2, Text: "next(4)", Times: 1}},
			Proof: deduce.Proof{{Fact: world.Fact{Kind: world.Kind(name), Data: []byte(name)},
				Origin: name},
				{Fact: world.Fact{Kind: world.Plaintext, Data: []byte("0123456789abcdef" + name)},
					Rule: name, Parents: []int{0}}}}},
		"absent": {Expected: true, Why: name},
		"failed": {Applicable: true, Error: name},
		"served": {Applicable: true, Parties: 1, Expected: true, Lawful: attacks.Lawful{Asked: 4,
			Served: 4}},
	}
	for _, id := range []string{"none", "part", "everything", "absent", "failed", "served"} {
		kind := "attack"
		if id == "served" {
			kind = "lawful"
		}
		r.Attacks = append(r.Attacks, attacks.AttackRow{ID: id, Title: name, Family: "theft",
			Kind: kind, Needs: []string{"provider.store"}})
		for _, d := range r.Designs {
			c := cells[id]
			c.Attack, c.Design = id, d.ID
			r.Cells = append(r.Cells, c)
		}
	}
	return r
}
