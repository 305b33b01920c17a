package pages

import (
	"context"
	"encoding/json"
	"fmt"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/markdown"
	"doormat/demo/overhead"
	"doormat/world"
)

// overheads counts what each design of the kit costs beside end-to-end encryption, and the lines
// of program that it adds. Of a kit without end-to-end encryption there is nothing to say.
func overheads(ctx context.Context, kit demo.Kit, lab *attacks.Lab,
	root string) (map[string][]overhead.Row, map[string]int, error) {
	rows, lines := map[string][]overhead.Row{}, map[string]int{}
	base, err := kit.Design(overhead.Base)
	if err != nil {
		return rows, lines, nil
	}
	count := func(d world.Design) (*overhead.Count, error) {
		return overhead.Measure(ctx, d, lab.Settings, lab.Conversation, lab.Seed, 1)
	}
	of, err := count(base)
	if err != nil {
		return nil, nil, fmt.Errorf("pages: design %s: %w", overhead.Base, err)
	}
	rows[overhead.Base] = of.Rows(nil, 0)
	for _, d := range kit.Designs {
		id := d.Info().ID
		if id == overhead.Base {
			continue
		}
		if lines[id], err = overhead.Lines(root, base, d); err != nil {
			return nil, nil, fmt.Errorf("pages: %w", err)
		}
		c, err := count(d)
		if err != nil {
			return nil, nil, fmt.Errorf("pages: design %s: %w", id, err)
		}
		rows[id] = c.Rows(of, lines[id])
	}
	return rows, lines, nil
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
