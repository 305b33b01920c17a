// Package pages writes the part of docs/ that says what the program does now: a
// page for each attack and each design, their indexes, and the default matrix.
//
// Headers, rules and scripts are printed as they stand in the program, outcomes
// as one run over the built-in conversation under the default settings measured
// them. Nothing else goes in, no time of day and no seconds, so that the pages
// are the same wherever they are made. TestDocs fails when docs/ holds other
// pages than these, and says what to run. The remaining tests hold the documents
// written by hand to what can be checked of them: links, the session in the
// README, the example script, the list of third-party modules.
package pages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/markdown"
	"doormat/demo/scorecard/gather"
	"doormat/world"
)

// Folders of docs/ that hold nothing but pages.
var folders = []string{"attacks", "designs"}

// mark begins every page, so that [Pages.Write] removes what it wrote and nothing else.
const mark = "<!-- Made by: go run ./cmd/doormat docs. Do not edit. -->\n\n"

// lineWidth is how long a line of prose may be, in characters.
const lineWidth = 110

// A document is a page under construction.
type document struct{ markdown.Document }

func newDocument() *document { return &document{markdown.Document{Width: lineWidth}} }

// Pages are the texts of files by path, relative to docs/, with slashes.
type Pages map[string]string

// Render runs every attack of the kit on every design under the default settings
// and makes the pages.
//
// root is the source tree, in which lines of program are counted.
func Render(ctx context.Context, kit demo.Kit, root string) (Pages, error) {
	r, err := measure(ctx, kit)
	if err != nil {
		return nil, err
	}
	return render(ctx, kit, r, root)
}

// render makes all pages but those named without.
func render(ctx context.Context, kit demo.Kit, r *results, root string, without ...string) (Pages,
	error) {
	counts, err := gather.Counts(ctx, r.lab)
	if err != nil {
		return nil, fmt.Errorf("pages: %w", err)
	}
	added, lines, err := overheads(kit, counts, root)
	if err != nil {
		return nil, err
	}
	searched, err := ReadSearches(filepath.Join(root, "docs"))
	if err != nil {
		return nil, err
	}
	p := Pages{"matrix.md": matrix(r), "attacks/README.md": attackIndex(kit.Attacks, r),
		"designs/README.md": designIndex(kit.Designs)}
	for i, a := range kit.Attacks {
		h := a.Header()
		p["attacks/"+h.ID+".md"] = attack(h, a.Source(), r, i)
	}
	for _, d := range kit.Designs {
		id := d.Info().ID
		p["designs/"+id+".md"], err = design(ctx, d, kit.Attacks, r.lab, added[id])
		if err != nil {
			return nil, fmt.Errorf("pages: design %s: %w", id, err)
		}
	}
	for name, text := range map[string]func() (string, error){
		"scorecard.md":     func() (string, error) { return card(ctx, r, counts, lines) },
		"searches.md":      func() (string, error) { return searches(searched, kit.Designs) },
		"builtins.md":      builtins,
		"challenges.md":    challenges,
		"results.json":     func() (string, error) { return made(r.Result) },
		searchFile:         func() (string, error) { return searchText(searched) },
		"lines.json":       func() (string, error) { return lineNumbers(lines) },
		"images/story.svg": func() (string, error) { return moving(ctx, kit) },
	} {
		if slices.Contains(without, name) {
			continue
		}
		if p[name], err = text(); err != nil {
			return nil, fmt.Errorf("pages: %s: %w", name, err)
		}
	}
	for name, text := range p {
		if strings.HasSuffix(name, ".md") {
			p[name] = mark + strings.TrimRight(text, "\n") + "\n"
		}
	}
	return p, nil
}

// made is the document of the default run, without what varies, a line a cell so that
// changes show.
func made(r *attacks.Result) (string, error) {
	head, cells := *r, r.Cells
	head.Cells = []attacks.Cell{}
	text, err := json.Marshal(head)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(strings.TrimSuffix(string(text), "]}"))
	for i, c := range cells {
		c.Seconds = 0
		if text, err = json.Marshal(c); err != nil {
			return "", err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("\n" + string(text))
	}
	b.WriteString("\n]}\n")
	return b.String(), nil
}

func matrix(r *results) string {
	d := newDocument()
	d.Heading(1, "The default matrix")
	d.Prose("Every attack on every design, over the built-in conversation and under the default " +
		"settings. The same, in a terminal: `go run ./cmd/doormat matrix --designs all`. What " +
		"each attack is: [attacks](attacks/README.md).")
	return d.String() + markdown.Result(r.Result)
}

// Write makes dir hold these pages: it writes what is missing or differs and
// removes what an earlier version of the program wrote.
func (p Pages) Write(dir string) error {
	stale, err := p.Stale(dir)
	if err != nil {
		return err
	}
	for _, name := range stale {
		file := filepath.Join(dir, filepath.FromSlash(name))
		text, wanted := p[name]
		if !wanted {
			err = os.Remove(file)
		} else if err = os.MkdirAll(filepath.Dir(file), 0o755); err == nil {
			err = os.WriteFile(file, []byte(text), 0o644)
		}
		if err != nil {
			return fmt.Errorf("pages: %w", err)
		}
	}
	return nil
}

// Stale lists the pages that dir lacks or has otherwise, and the files that were
// pages once. Files of another origin among them are an error: they are in the
// wrong folder.
func (p Pages) Stale(dir string) ([]string, error) {
	var stale []string
	for _, name := range slices.Sorted(maps.Keys(p)) {
		text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("pages: %w", err)
		}
		if string(text) != p[name] {
			stale = append(stale, name)
		}
	}
	for _, folder := range folders {
		entries, err := os.ReadDir(filepath.Join(dir, folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("pages: %w", err)
		}
		for _, e := range entries {
			name := folder + "/" + e.Name()
			if _, wanted := p[name]; wanted {
				continue
			}
			text, err := os.ReadFile(filepath.Join(dir, folder, e.Name()))
			if err != nil || !strings.HasPrefix(string(text), mark) {
				return nil, fmt.Errorf("pages: %s is no page of ours: %s holds made pages only",
					name, folder)
			}
			stale = append(stale, name)
		}
	}
	return stale, nil
}

// showcaseOf lists the attacks whose header names the design.
func showcaseOf(d world.Info, list []technique.Technique) []technique.Header {
	var out []technique.Header
	for _, a := range list {
		if h := a.Header(); h.Showcase == d.ID {
			out = append(out, h)
		}
	}
	return out
}
