// Package scorecard answers the questions that published reviews put to every proposal for lawful
// access, with figures: questions are rows, arrangements are columns.
//
// questions.go lists the questions, who asks them, and of what each figure is a measure. No figure
// is typed in. A figure is a field of one cell of the matrix (rows.go), or counts such cells; or it
// is what a set of stores and taps reads (stores.go), by the trees of package atlas; or a count of
// keys, bytes and lines of package overhead, or follows from what a design declares (declared.go).
// Where several attacks would answer, the figure is that of the one that finds most, and the attack
// is named: nobody may choose the mildest.
//
// A figure that would not fit its question is left out, and the reason is given: an attack that
// does not apply, a total of nothing, or something that doormat does not do. Nothing is added up
// over questions, and no column has a mark: that would be a weight that somebody chose.
//
// TestChanges changes one cell of a result written by hand and sees one figure change; TestWhole
// finds no blank in any column.
package scorecard

import (
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/attacks/odds"
	"doormat/demo/overhead"
	"doormat/world"
)

// A Card is the questions and their answers, in JSON with these names, every field always present.
type Card struct {
	Designs []attacks.DesignRow `json:"designs"`
	Rows    []Row               `json:"rows"`
}

// A Row is a question and the answer of each arrangement, in the order of designs.
type Row struct {
	Number   int      `json:"number"`
	Name     string   `json:"name"`
	Question string   `json:"question"`
	AskedBy  []string `json:"asked_by"` // short forms of docs/sources.md
	Figures  []string `json:"figures"`  // what the figures of each cell are
	Cells    []Cell   `json:"cells"`
}

// A Cell is the answer of one arrangement.
type Cell struct {
	Design   string   `json:"design"`
	Measured bool     `json:"measured"` // at least one figure was
	Text     string   `json:"text"`
	Figures  []Figure `json:"figures"` // one for each of the row's
	Reason   string   `json:"reason"`  // why nothing was measured, "" if something was
}

// A Figure is one number and where it comes from.
type Figure struct {
	Measured bool   `json:"measured"`
	Number   int    `json:"number"`
	Of       int    `json:"of"` // 0 for a number that is part of no total
	Unit     string `json:"unit"`
	Text     string `json:"text"`
	Reason   string `json:"reason"` // why there is no number, "" if there is one
	Source   Source `json:"source"`
}

// A Source says where a figure comes from, and how anybody sees it again.
type Source struct {
	Kind    string `json:"kind"`    // one of [Kinds]
	ID      string `json:"id"`      // of an attack, or of the arrangement
	Command string `json:"command"` // "" if there is nothing to see
	Link    string `json:"link"`    // relative to docs/, "" if there is none
	Ahead   bool   `json:"ahead"`   // it was made ahead, under these very settings
}

// Kinds of sources.
const (
	Attack   = "attack"   // one row of the matrix
	Rows     = "rows"     // several, counted
	Atlas    = "atlas"    // sets of stores and taps
	Count    = "count"    // keys, bytes and lines
	Declared = "declared" // by the design
	None     = "none"     // doormat has nothing that answers
)

// Input is what a card rests on.
type Input struct {
	Result *attacks.Result
	Ahead  bool         // the result was made ahead
	Infos  []world.Info // of the result's designs, in order
	Base   *world.Info  // of pure end-to-end encryption, nil if the program has none
	Cases  []odds.Case  // what opens messages, of each design, in order; see demo.OddsCases
	Counts map[string]*overhead.Count
	Lines  map[string]int // that each design adds
	Flags  string         // of the run, but for designs and attacks
}

// column is what is known of one arrangement.
type column struct {
	*Input
	info     world.Info
	settings world.Settings
	cells    map[string]*attacks.Cell // by attack
	opens    *odds.Case
}

// New makes the card.
func New(in *Input) (*Card, error) {
	card := &Card{Designs: in.Result.Designs, Rows: []Row{}}
	var columns []*column
	for i, info := range in.Infos {
		c := &column{Input: in, info: info, cells: map[string]*attacks.Cell{}, opens: &in.Cases[i]}
		var err error
		if c.settings, err = in.Result.Settings.Override(info.Fixed, info.Parameters...); err != nil {
			return nil, err
		}
		for n := range in.Result.Cells {
			if cell := &in.Result.Cells[n]; cell.Design == info.ID {
				c.cells[cell.Attack] = cell
			}
		}
		columns = append(columns, c)
	}
	for i, q := range questions {
		row := Row{Number: i + 1, Name: q.name, Question: q.asks, AskedBy: q.by, Figures: []string{},
			Cells: []Cell{}}
		for _, p := range q.parts {
			row.Figures = append(row.Figures, p.what)
		}
		for _, c := range columns {
			row.Cells = append(row.Cells, c.answer(q))
		}
		card.Rows = append(card.Rows, row)
	}
	return card, nil
}

// answer fills a cell.
func (c *column) answer(q question) Cell {
	cell := Cell{Design: c.info.ID, Figures: []Figure{}}
	var texts, reasons []string
	for i, p := range q.parts {
		f := p.of(c)
		if f.Unit == "" {
			f.Unit = p.unit
		}
		if f.Measured {
			cell.Measured = true
		} else if !slices.Contains(reasons, f.Reason) {
			reasons = append(reasons, f.Reason)
		}
		cell.Figures = append(cell.Figures, f)
		texts = append(texts, Letter(i)+" "+f.Words())
	}
	cell.Text = strings.Join(texts, "; ")
	if !cell.Measured {
		cell.Reason = strings.Join(reasons, "; ")
		cell.Text = NotMeasurable + ": " + cell.Reason
	}
	return cell
}

// NotMeasurable stands where there is no figure; the reason follows.
const NotMeasurable = "not measurable here"

// Letter names the figure with that index within its row.
func Letter(i int) string { return string(rune('a' + i)) }

// Words says a figure and what shows it.
func (f Figure) Words() string {
	if !f.Measured {
		return "– (" + f.Reason + ")"
	}
	return f.Text + " (" + f.Source.Name() + ")"
}

// Name is how a source is called in a table.
func (s Source) Name() string {
	if s.Kind == Attack {
		return s.ID
	}
	return s.Kind
}

// Questions are how many there are, and Cited whom they name as having asked them.
func Questions() int { return len(questions) }

// Cited lists the sources, each once.
func Cited() (all []string) {
	for _, q := range questions {
		for _, by := range q.by {
			if !slices.Contains(all, by) {
				all = append(all, by)
			}
		}
	}
	return all
}
