package scorecard_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/faulttree"
	"doormat/attacks/odds"
	"doormat/demo"
	"doormat/demo/markdown"
	"doormat/demo/overhead"
	"doormat/demo/scorecard"
	"doormat/world"
)

// sample is a card of two columns, written by hand: in plain a phone opens its owner's messages, and
// in split any two of three trustees with a tap do as well, one of them in the end.
func sample() *scorecard.Input {
	s := world.Settings{Threshold: 2, Trustees: 3, Target: "A", At: 2}
	plain := world.Info{ID: overhead.Base, Principals: world.SharedPrincipals(world.Provider, world.DeviceName)}
	split := world.Info{ID: "split", KeyLife: func(_ world.Settings, m int) (int, int) { return (m - 1) / 3, 9 },
		Principals: append(world.SharedPrincipals(world.Provider, world.DeviceName, world.TrusteeName, world.Log),
			world.Principal{Name: "safe"})}
	in := &scorecard.Input{Infos: []world.Info{plain, split}, Base: &plain, Lines: map[string]int{"split": 70},
		Counts: map[string]*overhead.Count{
			overhead.Base: {Messages: 4, Phones: 400, Keys: []overhead.Keys{{Number: 3}}},
			"split":       {Messages: 4, Phones: 800, Keys: []overhead.Keys{{Number: 3}, {Number: 4}}},
		},
		Result: &attacks.Result{Settings: s, Conversation: attacks.Counts{Accounts: 2, Messages: 4}}}
	phone := faulttree.And(faulttree.Event("device:A.store@2"), faulttree.Event("network.tap"))
	var shares []*faulttree.Tree
	for i := range 3 {
		shares = append(shares, faulttree.Event(fmt.Sprintf("trustee:%d.store@2", i+1)))
	}
	end := faulttree.And(faulttree.Event("trustee:1.store@4"), faulttree.Event("network.tap"))
	quorum := faulttree.And(faulttree.AtLeast(2, shares...), faulttree.Event("network.tap"))
	never := faulttree.Never()
	targets := func(i int) bool { return i%2 == 0 }
	in.Cases = []odds.Case{
		{Moments: []int{2, 4}, Targets: targets, Messages: []*faulttree.Tree{phone, never, phone, phone}},
		{Moments: []int{2, 4}, Targets: targets, Messages: []*faulttree.Tree{faulttree.Or(phone, quorum),
			quorum, quorum, end}},
	}
	for _, d := range in.Infos {
		in.Result.Designs = append(in.Result.Designs, attacks.DesignRow{ID: d.ID, Name: d.ID})
	}
	for _, id := range []string{"device-theft", "quorum-theft", "narrow-order", "user-unlocks"} {
		kind := "attack"
		if !strings.HasSuffix(id, "-theft") {
			kind = "lawful"
		}
		in.Result.Attacks = append(in.Result.Attacks, attacks.AttackRow{ID: id, Kind: kind, Family: "theft"})
		for _, d := range in.Infos {
			c := attacks.Cell{Attack: id, Design: d.ID, Applicable: true, Principals: 2, Parties: 2,
				Lawful:  attacks.Lawful{Asked: 4, Served: 4, Beyond: 3},
				Content: attacks.Content{Target: attacks.Exposure{Recovered: 1, Total: 2, Before: 1, BeforeTotal: 1}}}
			if d.ID == overhead.Base && id != "device-theft" && id != "user-unlocks" {
				c = attacks.Cell{Attack: id, Design: d.ID, Missing: "nobody\x1b is there"}
			}
			in.Result.Cells = append(in.Result.Cells, c)
		}
	}
	return in
}

// cell finds a cell of the hand-written result.
func find(in *scorecard.Input, attack, design string) *attacks.Cell {
	for i := range in.Result.Cells {
		if c := &in.Result.Cells[i]; c.Attack == attack && c.Design == design {
			return c
		}
	}
	return nil
}

func card(t *testing.T, in *scorecard.Input) *scorecard.Card {
	t.Helper()
	c, err := scorecard.New(in)
	require.NoError(t, err)
	return c
}

// figure finds the figure of a question by the beginning of its words.
func figure(t *testing.T, c *scorecard.Card, question int, what string, column int) scorecard.Figure {
	t.Helper()
	row := c.Rows[question-1]
	for i, text := range row.Figures {
		if strings.HasPrefix(text, what) {
			return row.Cells[column].Figures[i]
		}
	}
	require.Fail(t, "no such figure", "%d %s", question, what)
	return scorecard.Figure{}
}

// Figures are those of the cell, of the trees, of the counts and of what a design declares.
func TestFigures(t *testing.T) {
	c := card(t, sample())
	for _, want := range []struct {
		question int
		what     string
		column   int
		text     string
		number   int
		of       int
	}{
		{1, "the target's earlier messages", 0, "1 of 1", 1, 1},
		{1, "all earlier messages, by the stores", 0, "0 of 2", 0, 2},
		{1, "all earlier messages, by the stores", 1, "2 of 2", 2, 2},
		{2, "messages after the theft until the last that the phone's", 0,
			"2 of 2, the last: not within the conversation", 2, 2},
		{2, "messages after the theft until the last of those", 1, "1 of 2", 1, 2},
		{3, "messages beyond the order, in the narrowest", 0, "3", 3, 0},
		{6, "smallest set", 0, "no set of stores and taps does", 0, 0},
		{6, "smallest set", 1, "2: network, trustee", 2, 0},
		{7, "messages sealed under one key", 1, "3 of 4", 3, 4},
		{14, "who stands there", 1, "5: trustee ×3, log, safe", 5, 0},
		{20, "secret keys", 1, "7, 4 more", 7, 0},
		{20, "bytes of a message between phones", 1, "200, 100 more", 200, 0},
		{20, "lines of program", 1, "70", 70, 0},
	} {
		f := figure(t, c, want.question, want.what, want.column)
		require.Empty(t, f.Reason, want.what)
		require.Equal(t, want.text, f.Text, want.what)
		require.Equal(t, want.number, f.Number, want.what)
		require.Equal(t, want.of, f.Of, want.what)
	}
	gone := figure(t, c, 7, "messages sealed under one key", 0)
	require.False(t, gone.Measured)
	require.Equal(t, "nobody but the readers holds a key to a message", gone.Reason)
	nobody := figure(t, c, 17, "messages served where only t", 0)
	require.False(t, nobody.Measured)
	require.Equal(t, `nobody\x1b is there`, nobody.Reason)
	own := figure(t, c, 7, "who has to act", 0)
	require.Equal(t, scorecard.Source{Kind: scorecard.Attack, ID: "user-unlocks", Link: "attacks/user-unlocks.md",
		Command: "doormat attack run user-unlocks --designs e2ee"}, own.Source)
}

// A figure changes when its cell does, and no figure of another column or row of the matrix with it.
func TestChanges(t *testing.T) {
	in := sample()
	was := card(t, in)
	find(in, "quorum-theft", "split").Content.Others = attacks.Exposure{Recovered: 2, Total: 2, Before: 1, BeforeTotal: 1}
	is := card(t, in)
	changed := 0
	for i := range is.Rows {
		require.Equal(t, was.Rows[i].Cells[0], is.Rows[i].Cells[0])
		for n, f := range is.Rows[i].Cells[1].Figures {
			if f != was.Rows[i].Cells[1].Figures[n] {
				changed++
				require.Equal(t, "quorum-theft", f.Source.ID, "%d %s", i+1, is.Rows[i].Figures[n])
			}
		}
	}
	require.Positive(t, changed)
	holders := figure(t, is, 1, "all messages from before", 1)
	require.Equal(t, "2 of 2", holders.Text)

	find(in, "user-unlocks", overhead.Base).Lawful.Beyond = 5
	require.Equal(t, 5, figure(t, card(t, in), 3, "messages beyond the order, in the narrowest", 0).Number)
	find(in, "device-theft", overhead.Base).Error = "the script failed"
	f := figure(t, card(t, in), 1, "the target's earlier messages", 0)
	require.False(t, f.Measured)
	require.Equal(t, "device-theft failed: the script failed", f.Reason)
	require.NotContains(t, fmt.Sprint(card(t, in)), "\x1b", "reasons are clean")
}

// Of several rows that would answer, the worst does, whatever their order.
func TestWorst(t *testing.T) {
	in := sample()
	find(in, "user-unlocks", "split").Lawful = attacks.Lawful{Asked: 4, Served: 4, Beyond: 9}
	find(in, "narrow-order", "split").Lawful = attacks.Lawful{Asked: 4, Served: 4}
	c := card(t, in)
	require.Equal(t, "narrow-order", figure(t, c, 3, "messages beyond the order, in the narrowest", 1).Source.ID)
	require.Equal(t, 9, figure(t, c, 3, "messages beyond the order, in the way that opens most", 1).Number)
	find(in, "user-unlocks", "split").Lawful.Served = 3 // not in full: no way of that kind
	require.Equal(t, 0, figure(t, card(t, in), 3, "messages beyond the order, in the way that opens most", 1).Number)

	in.Result.Attacks = append(in.Result.Attacks, attacks.AttackRow{ID: "quorum-collusion", Kind: "attack"})
	in.Result.Cells = append(in.Result.Cells, attacks.Cell{Attack: "quorum-collusion", Design: "split",
		Applicable: true, Noticed: []attacks.Evidence{{By: "log"}},
		Content: attacks.Content{Target: attacks.Exposure{Before: 3, BeforeTotal: 4}}})
	require.Equal(t, "quorum-theft", figure(t, card(t, in), 1, "all messages from before", 1).Source.ID,
		"1 of 1 is more than 3 of 4")

	silent := figure(t, c, 6, "fewest break-ins", 1)
	require.Equal(t, "2, reading 1 of 2", silent.Text)
	find(in, "quorum-theft", "split").Noticed = []attacks.Evidence{{By: "log"}}
	find(in, "device-theft", "split").Needs = []world.Capability{{Principal: "device:A", Surface: world.Store}}
	silent = figure(t, card(t, in), 6, "fewest break-ins", 1)
	require.Equal(t, "no such attack reads anything", silent.Reason)
}

// add puts a row of its own into a hand-written result, in the column split.
func add(in *scorecard.Input, kind string, c attacks.Cell) *attacks.Cell {
	c.Design, c.Applicable = "split", true
	in.Result.Attacks = append(in.Result.Attacks, attacks.AttackRow{ID: c.Attack, Kind: kind})
	in.Result.Cells = append(in.Result.Cells, c)
	return &in.Result.Cells[len(in.Result.Cells)-1]
}

func reading(n int) attacks.Content {
	return attacks.Content{Others: attacks.Exposure{Recovered: n, Total: 4}}
}

// A country counts as one, whoever sits in it; of as few, the widest row is shown.
func TestCountryIsOne(t *testing.T) {
	in := sample()
	country := []world.Capability{{Principal: "jurisdiction:A", Surface: world.Control}}
	add(in, "attack", attacks.Cell{Attack: "prekey-swap-unchecked", Parties: 1, Principals: 1,
		Needs: []world.Capability{{Principal: world.Provider, Surface: world.Control}}, Content: reading(1)})
	add(in, "attack", attacks.Cell{Attack: "secret-order", Parties: 1, Principals: 4, Needs: country,
		Content: reading(4)})
	add(in, "attack", attacks.Cell{Attack: "secret-order-spread", Parties: 1, Principals: 3, Needs: country,
		Content: reading(2)})
	c := card(t, in)
	for _, what := range []string{"fewest break-ins", "the same without whoever makes", "fewest of those by which every"} {
		require.Equal(t, "1, reading 4 of 4", figure(t, c, 6, what, 1).Text)
	}
	require.Equal(t, "2 of 4", figure(t, c, 18, "messages exposed to a country that holds the provider", 1).Text,
		"one key part short is not more than the provider, and a quorum is")
}

// Who unlocks a phone knows of it at once, although the law's notice comes later.
func TestKnows(t *testing.T) {
	in := sample()
	notice := []attacks.Disclosure{{By: "user:A", AfterHours: 9}}
	cell := find(in, "user-unlocks", overhead.Base)
	cell.Disclosed = notice
	require.Equal(t, 9, figure(t, card(t, in), 12, "hours from the signing", 0).Number)
	cell.Noticed = []attacks.Evidence{{By: "user:A"}}
	require.Equal(t, "0", figure(t, card(t, in), 12, "hours from the signing", 0).Text)
}

// What is missing from the log is counted, and not what is there.
func TestMissingFromLog(t *testing.T) {
	in := sample()
	require.Equal(t, "2 of 2", figure(t, card(t, in), 13, "lawful rows", 1).Text)
	find(in, "narrow-order", "split").Disclosed = []attacks.Disclosure{{By: world.Monitor}}
	require.Equal(t, "1 of 2", figure(t, card(t, in), 13, "lawful rows", 1).Text)
}

// The widest order that was served is shown, also where it opens nothing beyond its scope; and ways
// that are compared answer one order.
func TestOneOrder(t *testing.T) {
	in := sample()
	add(in, "lawful", attacks.Cell{Attack: "broad-order", Lawful: attacks.Lawful{Asked: 4, Served: 4},
		Content: reading(4)})
	add(in, "lawful", attacks.Cell{Attack: "intercept-order", Lawful: attacks.Lawful{Asked: 3, Served: 3},
		People: attacks.People{Read: 3, Unnamed: 2}, Content: reading(3)})
	find(in, "narrow-order", "split").People = attacks.People{Read: 2, Unnamed: 1}
	c := card(t, in)
	require.Equal(t, "broad-order", figure(t, c, 3, "all messages opened by the widest", 1).Source.ID)
	require.Equal(t, "user-unlocks", figure(t, c, 3, "people whom an order", 0).Source.ID)
	require.Equal(t, 1, figure(t, c, 3, "people whom an order", 1).Number)
	require.Equal(t, 2, figure(t, c, 3, "the same for an order for all its later", 1).Number)
	find(in, "narrow-order", "split").Lawful.Served = 0
	require.Equal(t, "user-unlocks", figure(t, card(t, in), 3, "people whom an order", 1).Source.ID)
}

// whole checks that nothing is blank: every figure has a number or a reason, and says where it is from.
func whole(t *testing.T, c *scorecard.Card, columns int) {
	t.Helper()
	require.Len(t, c.Rows, 24)
	for i, row := range c.Rows {
		require.Equal(t, i+1, row.Number)
		require.NotEmpty(t, row.AskedBy)
		require.Len(t, row.Cells, columns)
		for n, cell := range row.Cells {
			require.Equal(t, c.Designs[n].ID, cell.Design)
			require.NotEmpty(t, cell.Text)
			require.Equal(t, cell.Measured, cell.Reason == "")
			require.Len(t, cell.Figures, len(row.Figures))
			for k, f := range cell.Figures {
				require.Equal(t, f.Measured, f.Reason == "", "%d %s", row.Number, row.Figures[k])
				require.Equal(t, f.Measured, f.Text != "")
				require.NotEmpty(t, f.Source.Kind)
				if f.Measured {
					require.NotEmpty(t, f.Source.Command)
					require.NotEmpty(t, f.Source.Link)
				}
			}
		}
	}
	text, err := json.Marshal(c.Rows)
	require.NoError(t, err)
	require.NotContains(t, string(text), "null")
}

// The attacks that questions name are in the library.
func TestNames(t *testing.T) {
	source, err := os.ReadFile("questions.go")
	require.NoError(t, err)
	list, err := demo.Attacks()
	require.NoError(t, err)
	known := []string{"non-scalability", "super-encryption", "break-ins"} // questions, and a unit
	for _, a := range list {
		known = append(known, a.Header().ID)
	}
	names := regexp.MustCompile(`"([a-z0-9]+(?:-[a-z0-9]+)+)"`).FindAllSubmatch(source, -1)
	require.NotEmpty(t, names)
	for _, m := range names {
		require.Contains(t, known, string(m[1]))
	}
}

// No cell of a card is blank, of whatever attacks there are.
func TestWhole(t *testing.T) {
	whole(t, card(t, sample()), 2)

	ahead, err := demo.Ahead()
	require.NoError(t, err)
	require.Len(t, ahead.Designs, len(demo.Designs()), "docs/results.json is stale, run: go run ./cmd/doormat docs")
	in := &scorecard.Input{Result: ahead, Ahead: true, Cases: make([]odds.Case, len(ahead.Designs))}
	for i, d := range demo.Designs() {
		in.Infos = append(in.Infos, d.Info())
		in.Cases[i] = odds.Case{Moments: []int{36, 72}, Targets: func(int) bool { return true },
			Messages: []*faulttree.Tree{faulttree.Never()}}
	}
	in.Base = &in.Infos[0]
	c := card(t, in)
	whole(t, c, len(ahead.Designs))
	at := slices.IndexFunc(in.Infos, func(i world.Info) bool { return i.ID == "threshold" })
	require.Equal(t, "12: trustee ×5, log, witness ×4, monitor, supplier", figure(t, c, 14, "who stands", at).Text,
		"one supplier writes for all")
	for _, reason := range c.Reasons() {
		require.NotContains(t, reason, "was not run")
		require.NotContains(t, reason, "failed")
	}
}

// A page says every figure and every reason, and cannot be broken by a name.
func TestPages(t *testing.T) {
	in := sample()
	in.Result.Designs[0].Name = "<b>|x"
	in.Ahead = true
	c := card(t, in)
	page, err := scorecard.HTML(in, c)
	require.NoError(t, err)
	text := markdown.Scorecard(in, c, 0)
	require.NotContains(t, page, "<b>|x")
	require.NotContains(t, text, "<b>|x")
	for _, said := range []string{page, text} {
		require.Contains(t, said, "made ahead")
		require.Contains(t, said, "2: network, trustee")
		require.Contains(t, said, "attacks/device-theft.md")
		require.Contains(t, said, "In split no attack and no set of the atlas gets into the safe")
		for _, reason := range c.Reasons() {
			require.Contains(t, said, strings.FieldsFunc(reason, func(r rune) bool { return r == '\\' || r == '\'' })[0])
		}
	}
	require.Equal(t, 1+24, strings.Count(page, "<tr>"))
}
