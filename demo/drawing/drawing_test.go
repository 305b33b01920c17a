package drawing

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html/template"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/wall"
	"doormat/world"
)

// evil would end tags and attributes, turn the direction of writing and run scripts.
const evil = "</title><script>alert(1)</script>'\" onload=alert(1) style='x' javascript:x \u202e\x00\x1b[2J\xff&lt;{{.}}"

// markup is what a browser makes of a picture: its words, and its elements with
// their attributes.
type markup struct {
	words string
	tags  []xml.StartElement
}

// parse reads a picture and refuses what no picture may hold.
func parse(t *testing.T, picture template.HTML) markup {
	t.Helper()
	require.NotEmpty(t, picture)
	m := markup{}
	d := xml.NewDecoder(strings.NewReader("<x>" + string(picture) + "</x>"))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		switch token := token.(type) {
		case xml.CharData:
			m.words += string(token)
		case xml.Comment, xml.Directive, xml.ProcInst:
			t.Fatalf("a %T in a picture", token)
		case xml.StartElement:
			m.tags = append(m.tags, token.Copy())
			require.NotContains(t, []string{"script", "style", "foreignObject", "iframe", "object", "image", "img", "use"}, token.Name.Local)
			for _, a := range token.Attr {
				require.NotContains(t, []string{"style", "id"}, a.Name.Local)
				require.False(t, strings.HasPrefix(strings.ToLower(a.Name.Local), "on"), a.Name.Local)
				require.NotContains(t, a.Value, "NaN")
				if a.Name.Local == "href" {
					require.Regexp(t, "^[/#]", a.Value, "an address of ours")
				}
				m.words += " " + a.Value
			}
		}
	}
	require.NotContains(t, m.words, "drawing:", "a template that could not be filled in")
	for _, r := range "\u202e\x1b\x00" {
		require.NotContains(t, m.words, string(r))
	}
	return m
}

// count counts elements of a name and class, "" for any.
func (m markup) count(name, class string) (n int) {
	for _, e := range m.tags {
		has := class == "" && !slices.ContainsFunc(e.Attr, func(a xml.Attr) bool { return a.Name.Local == "class" })
		for _, a := range e.Attr {
			has = has || class == "" || a.Name.Local == "class" && slices.Contains(strings.Fields(a.Value), class)
		}
		if e.Name.Local == name && has {
			n++
		}
	}
	return n
}

// imitation is a replay of one step before and one after a theft that opens every
// third message, on a design to which it applies and on one to which it does not.
func imitation(messages, accounts int, name string) *replay.Replay {
	conv := &world.Conversation{Title: name, Target: name}
	for i := range accounts {
		who := name
		if i > 0 {
			who = fmt.Sprintf("%d%s", i, name)
		}
		conv.Accounts = append(conv.Accounts, who)
	}
	cell := attacks.Cell{Design: "d", Attack: "a", Applicable: true, At: messages / 2, Expected: true}
	cell.Trace.Settings.Target = name
	before := replay.Frame{Opened: map[int]bool{}}
	after := replay.Frame{Opened: map[int]bool{}}
	for i := range messages {
		conv.Messages = append(conv.Messages, world.Message{From: conv.Accounts[i%accounts], To: []string{conv.Accounts[(i+1)%accounts]}, Text: name})
		part := &after.Content.Others
		if conv.Messages[i].Concerns(name) {
			part = &after.Content.Target
		}
		part.Total++
		if i < messages/2 {
			part.BeforeTotal++
		} else {
			part.AfterTotal++
		}
		if i%3 == 0 {
			part.Recovered++
			after.Opened[i+1], after.New = true, append(after.New, i+1)
			if i < messages/2 {
				part.Before++
			} else {
				part.After++
			}
		}
	}
	before.Content = attacks.Content{Target: attacks.Exposure{Total: after.Content.Target.Total}, Others: attacks.Exposure{Total: after.Content.Others.Total}}
	cell.Content = after.Content
	r := &attacks.Result{Settings: world.Settings{Target: name}, Designs: []attacks.DesignRow{{ID: "d", Name: name}, {ID: "e", Name: name}},
		Attacks: []attacks.AttackRow{{ID: "a", Title: name, Family: "theft", Kind: "control"}},
		Cells:   []attacks.Cell{cell, {Design: "e", Attack: "a", Why: name, Expected: true}}}
	before.Cell, after.Cell = &r.Cells[0], &r.Cells[0]
	absent := replay.Frame{Cell: &r.Cells[1], Opened: map[int]bool{}}
	return &replay.Replay{Result: r, Conversation: conv, Steps: []replay.Step{{Frames: []replay.Frame{before, absent}}, {Frames: []replay.Frame{after, absent}}}}
}

// TestInert draws hostile and huge names: they stay words, and few.
func TestInert(t *testing.T) {
	for _, name := range []string{evil, strings.Repeat("x<y ", 2500), strings.Repeat("\u0301\u202e", 5000)} {
		p := imitation(30, 12, name)
		p.Result.Cells[0].Error = name
		p.Header.Title, p.Header.Needs, p.Header.Why, p.Script = "t", []string{name}, "w", []string{name}
		pictures := map[string]template.HTML{
			"heat": Heat(p.Result, func(a, d string) string { return "/" + a + d }), "cell": Cell(&p.Result.Cells[0], ""),
		}
		for what, picture := range pictures {
			m := parse(t, picture)
			require.Less(t, len(picture), 150_000, what)
			require.NotContains(t, m.words, strings.Repeat("x<y ", 200), what)
		}
		parse(t, Attack{Replay: p, Command: name, Link: func(*attacks.Cell) string { return "javascript:alert(1)" }}.HTML())
		require.Contains(t, parse(t, pictures["heat"]).words, plain.Short(name, longName))
	}
}

func TestCell(t *testing.T) {
	some := attacks.Exposure{Recovered: 2, Total: 4}
	all := attacks.Exposure{Recovered: 4, Total: 4}
	for _, test := range []struct {
		cell *attacks.Cell
		want []string
	}{
		{nil, []string{"… running"}},
		{&attacks.Cell{Applicable: true, Expected: true, Parties: 1, Content: attacks.Content{Target: attacks.Exposure{Total: 4}}}, []string{"□ none", "target 0/4", "others –", "×1", "none"}},
		{&attacks.Cell{Applicable: true, Expected: true, Parties: 3, Content: attacks.Content{Target: some, Others: all}, Noticed: []attacks.Evidence{{}}}, []string{"◧ part", "2/4", "4/4", "true! said noticed", "×3", "part"}},
		{&attacks.Cell{Applicable: true, Expected: true, Content: attacks.Content{Target: all, Others: all}, Lawful: attacks.Lawful{Asked: 2, Served: 2}}, []string{"■ all", "true✓ served 2/2 said served 2 of 2", "all"}},
		{&attacks.Cell{Applicable: true, Content: attacks.Content{Target: all}, Lawful: attacks.Lawful{Asked: 2, Served: 1}}, []string{"true≠ said unexpected"}},
		{&attacks.Cell{Expected: true, Why: "no trustee"}, []string{"– n/a", "no trustee", "na"}},
		{&attacks.Cell{Applicable: true, Error: "boom"}, []string{"✗ error", "boom", "error"}},
	} {
		m := parse(t, Cell(test.cell, "/there"))
		require.Equal(t, 1, m.count("a", "cell"))
		for _, want := range test.want {
			require.Contains(t, m.words, want)
		}
		require.Zero(t, parse(t, Cell(test.cell, "")).count("a", "cell"))
		require.Equal(t, test.cell != nil && test.cell.Lawful.Served == 2, strings.Contains(m.words, "✓"))
	}
}

func TestHeat(t *testing.T) {
	r := imitation(12, 3, "Ann").Result
	r.Attacks = append(r.Attacks, attacks.AttackRow{ID: "b", Title: "t", Family: "insider", Kind: "attack"}, attacks.AttackRow{ID: "c", Title: "t", Family: "theft"})
	m := parse(t, Heat(r, func(a, d string) string { return "/" + a + "/" + d }))
	require.Equal(t, 2, m.count("table", ""), "a family each")
	require.Equal(t, 6, m.count("td", ""))
	require.Equal(t, 4, m.count("span", "running"))
	require.Equal(t, []int{1, 1}, []int{m.count("a", "part"), m.count("a", "na")})
	require.Contains(t, m.words, "/a/d")
	require.Empty(t, Heat(nil, nil))
	require.NotEmpty(t, Heat(&attacks.Result{}, nil))
}

// TestContrast computes the ratios of WCAG 2.2 for both themes: 4.5 for text and 3
// for shapes, on every ground that they stand on.
func TestContrast(t *testing.T) {
	colours := map[string][2]float64{}
	for _, m := range regexp.MustCompile(`--dm-([a-z-]+): light-dark\(#(\w{6}), #(\w{6})\);`).FindAllStringSubmatch(CSS, -1) {
		colours[m[1]] = [2]float64{luminance(t, m[2]), luminance(t, m[3])}
	}
	for _, pair := range []struct {
		over, on string
		least    float64
	}{
		{"ink", "paper", 7}, {"ink", "panel", 7}, {"soft", "paper", 4.5}, {"soft", "panel", 4.5}, {"open-text", "paper", 4.5}, {"open-text", "panel", 4.5},
		{"target", "paper", 4.5}, {"target", "panel", 4.5}, {"alarm", "paper", 4.5}, {"alarm", "panel", 4.5}, {"on-open", "open", 4.5},
		{"open", "paper", 3}, {"open", "panel", 3}, {"closed", "paper", 3}, {"closed", "panel", 3},
	} {
		for theme := range 2 {
			over, on := colours[pair.over][theme], colours[pair.on][theme]
			require.Contains(t, colours, pair.over)
			require.Contains(t, colours, pair.on)
			ratio := (max(over, on) + 0.05) / (min(over, on) + 0.05)
			require.GreaterOrEqual(t, ratio, pair.least, "%s on %s, theme %d", pair.over, pair.on, theme)
		}
	}
}

func luminance(t *testing.T, hex string) float64 {
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		require.NoError(t, err)
		v := float64(n) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}

// TestWallShapes: a wall is told apart without colour. A locked tile has a padlock, an open one
// its words, and one that nobody can attack neither.
func TestWallShapes(t *testing.T) {
	tile := func(s wall.State, text string) wall.Tile { return wall.Tile{Initial: "S", State: s, Text: text} }
	draw := func(tiles ...wall.Tile) string {
		return string(Wall(wall.World{Name: "<W>", Number: "1 of 3", Before: tiles}, 12))
	}
	locked, open, calm := draw(tile(wall.Locked, "")), draw(tile(wall.Opened, "I've <found> a lump")), draw(tile(wall.Calm, ""))
	require.Equal(t, 2, strings.Count(locked, `fill="#00568a"`)+strings.Count(locked, `fill="none" stroke="#00568a"`), "body and shackle")
	require.NotContains(t, open+calm, "#00568a")
	require.Contains(t, open, "I&#39;ve")
	require.NotContains(t, open, "<found>")
	require.Contains(t, calm, "stroke-dasharray=\"2 3\"")
	require.NotContains(t, locked+open, "stroke-dasharray=\"2 3\"")
	both := string(Walls([]wall.World{{Name: "A", Number: "1"}, {Name: "B", Number: "2"}}, 12))
	require.Equal(t, 1+2*2, strings.Count(both, "<svg"))
}
