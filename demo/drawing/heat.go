package drawing

import (
	"fmt"
	"html/template"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// Heat draws a result as a heat map: a table for each family, a row for each attack,
// a cell for each design. link gives the address that a cell leads to; with nil
// nothing is a link. Cells that are not there yet show that they run; each stands in
// a td whose data-attack and data-design say which it is, so that what [Cell] makes
// can take its place.
func Heat(r *attacks.Result, link func(attack, design string) string) template.HTML {
	if r == nil {
		return ""
	}
	h := heat{Designs: designs(r), Signs: summary.Signs()[:8]}
	switch n := len(r.Designs); {
	case n > 7:
		h.Wide = "widest"
	case n > 3:
		h.Wide = "wide"
	}
	for _, a := range r.Attacks {
		i := slices.IndexFunc(h.Families, func(f family) bool { return f.Name == a.Family })
		if i < 0 {
			i = len(h.Families)
			h.Families = append(h.Families, family{Name: a.Family})
		}
		h.Families[i].Rows = append(h.Families[i].Rows, heatRow(r, a, link))
	}
	return render("heat", h)
}

// heat, family, row and field are what the template fills in.
type heat struct {
	Designs  []string
	Wide     string // a class: "" for a few columns, which leave room for two tables on a line
	Families []family
	Signs    []summary.Sign
}

type family struct {
	Name string
	Rows []row
}

type row struct {
	ID, Title, Kind string
	Fields          []field
}

type field struct {
	Attack, Design string
	Cell           template.HTML
}

func designs(r *attacks.Result) (names []string) {
	for _, d := range r.Designs {
		names = append(names, plain.Short(d.Name, longName))
	}
	return names
}

func heatRow(r *attacks.Result, a attacks.AttackRow, link func(attack, design string) string) row {
	line := row{ID: plain.Short(a.ID, longName), Title: plain.Short(a.Title, 2*longName)}
	if a.Kind != "attack" {
		line.Kind = a.Kind
	}
	for _, d := range r.Designs {
		f := field{Attack: plain.Short(a.ID, longName), Design: plain.Short(d.ID, longName)}
		href := ""
		if link != nil {
			href = link(a.ID, d.ID)
		}
		at := slices.IndexFunc(r.Cells, func(c attacks.Cell) bool {
			return c.Attack == a.ID &&
				c.Design == d.ID
		})
		if at < 0 {
			f.Cell = Cell(nil, "")
		} else {
			f.Cell = Cell(&r.Cells[at], href)
		}
		line.Fields = append(line.Fields, f)
	}
	return line
}

// Cell draws one cell of [Heat], that of a nil cell while it runs: what was recovered
// of the target's messages and of others', how many principals were taken (×), and
// marks: ! somebody noticed, ✓ served in full, ≠ unexpected. It leads to href, unless
// that is "".
func Cell(c *attacks.Cell, href string) template.HTML {
	v := cell{Class: "running", Glyph: "…", Word: "running", Href: href}
	if c != nil {
		v.fill(c)
	}
	return render("cell", v)
}

// cell is what the template of a cell fills in.
type cell struct {
	Class, Glyph, Word string
	Marks              []mark
	Target, Others     string // "" if nothing was measured
	Parties            int
	Words              string // the rest, for those who hover or listen
	Href               string
}

// A mark is a glyph and what it means.
type mark struct{ Glyph, Word string }

func (v *cell) fill(c *attacks.Cell) {
	state := summary.StateOf(c)
	v.Glyph, v.Word, v.Class = state.Glyph, state.Word, state.Class()
	if summary.Measured(c) {
		v.Target, v.Others, v.Parties = summary.Fraction(c.Content.Target.Recovered,
			c.Content.Target.Total), summary.Fraction(c.Content.Others.Recovered,
			c.Content.Others.Total), c.Parties
		v.Words = fmt.Sprintf("%d needed: break-ins, or who had to say yes", c.Parties)
	} else {
		v.Words = plain.Short(c.Error+c.Why, longText)
	}
	if names := summary.Witnesses(c.Noticed); len(names) > 0 {
		v.Marks = append(v.Marks, mark{summary.Warned, "noticed by " + summary.Some(names, 1)})
	}
	if text := summary.Orders(c); text != "" {
		v.Marks = append(v.Marks, mark{text,
			strings.Replace(strings.TrimPrefix(text, summary.Served+" "), "/", " of ", 1)})
	}
	if summary.Surprise(c) != "" {
		glyph, word, _ := strings.Cut(summary.Unexpected, " ")
		v.Marks = append(v.Marks, mark{glyph, word})
	}
}
