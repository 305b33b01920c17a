package pages

import (
	"context"
	"encoding/json"
	"fmt"

	"doormat/demo"
	"doormat/demo/markdown"
	"doormat/demo/overhead"
	"doormat/demo/scorecard"
	"doormat/demo/scorecard/gather"
	"doormat/world"
)

// overheads says of each design of the kit what it costs beside end-to-end encryption, and counts
// the lines of program that it adds. Of a kit without end-to-end encryption there is nothing to say.
func overheads(kit demo.Kit, counts map[string]*overhead.Count,
	root string) (map[string][]overhead.Row, map[string]int, error) {
	rows, lines := map[string][]overhead.Row{}, map[string]int{}
	base, err := kit.Design(overhead.Base)
	if err != nil {
		return rows, lines, nil
	}
	of := counts[overhead.Base]
	rows[overhead.Base] = of.Rows(nil, 0)
	for _, d := range kit.Designs {
		id := d.Info().ID
		if id == overhead.Base {
			continue
		}
		if lines[id], err = overhead.Lines(root, base, d); err != nil {
			return nil, nil, fmt.Errorf("pages: %w", err)
		}
		rows[id] = counts[id].Rows(of, lines[id])
	}
	return rows, lines, nil
}

// card is the page with the scorecard.
func card(ctx context.Context, r *results, counts map[string]*overhead.Count,
	lines map[string]int) (string, error) {
	in, err := gather.Input(ctx, r.lab, r.Result, counts, lines)
	if err != nil {
		return "", err
	}
	c, err := scorecard.New(in)
	if err != nil {
		return "", err
	}
	return markdown.Scorecard(in, c, lineWidth), nil
}

// lineNumbers is the document that the program reads to say how many lines an arrangement adds.
func lineNumbers(lines map[string]int) (string, error) {
	text, err := json.MarshalIndent(lines, "", " ")
	return string(text) + "\n", err
}

// costs is the section of a design's page about what it costs.
func (d *document) costs(i world.Info, rows []overhead.Row) {
	if len(rows) == 0 {
		return
	}
	if i.ID == overhead.Base {
		d.Heading(2, "What it costs")
	} else {
		d.Heading(2, "What it adds to end-to-end encryption")
	}
	d.Prose(overhead.Basis + " Times are of a machine: `go run ./cmd/doormat design show " +
		i.ID + "` takes them.")
	d.Head("what", "how much")
	for _, r := range rows {
		d.Row(markdown.Text(r.What), markdown.Text(r.Much))
	}
	d.Gap()
}
