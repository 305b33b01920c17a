package pages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/attacks/atlas"
	"doormat/attacks/generic"
	"doormat/demo/markdown"
	"doormat/demo/summary"
	"doormat/world"
)

// A Searched is what the adversary of package generic found in one arrangement.
type Searched struct {
	Arrangement string         `json:"arrangement"`
	Report      generic.Report `json:"report"` // without seconds
}

// searchFile has the searches made ahead, which take an hour: [Search] makes them again.
const searchFile = "searches.json"

// ReadSearches reads them from the folder of the documents.
func ReadSearches(dir string) (list []Searched, err error) {
	text, err := os.ReadFile(filepath.Join(dir, searchFile))
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("pages: %s: %w", searchFile, err)
	}
	return list, nil
}

// Search lets that adversary loose on one design of the lab, and compares it with the lab's attacks.
func Search(ctx context.Context, lab *attacks.Lab, d world.Design) (Searched, error) {
	var doc atlas.Document
	if err := doc.FindActive(ctx, lab, d, true); err != nil {
		return Searched{}, fmt.Errorf("pages: %s: %w", d.Info().ID, err)
	}
	doc.Generic.Seconds = 0
	return Searched{d.Info().ID, doc.Generic}, nil
}

// searchText writes searches, a line each so that changes show.
func searchText(list []Searched) (string, error) {
	var lines []string
	for _, s := range list {
		text, err := json.Marshal(s)
		if err != nil {
			return "", err
		}
		lines = append(lines, string(text))
	}
	return "[\n" + strings.Join(lines, ",\n") + "\n]\n", nil
}

// WriteSearches makes the searches of a lab's designs again, under its own settings, and writes them to
// the folder of the documents, among those of other designs.
func WriteSearches(ctx context.Context, lab *attacks.Lab, dir string) error {
	list, err := ReadSearches(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, d := range lab.Designs {
		s, err := Search(ctx, lab, d)
		if err != nil {
			return err
		}
		list = slices.DeleteFunc(list, func(old Searched) bool { return old.Arrangement == s.Arrangement })
		list = append(list, s)
		text, err := searchText(list)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, searchFile), []byte(text), 0o644); err != nil {
			return fmt.Errorf("pages: %w", err)
		}
	}
	return nil
}

// searches is the page about them.
func searches(list []Searched, designs []world.Design) (string, error) {
	d := newDocument()
	d.Heading(1, "Without a script")
	d.Prose("What `go run ./cmd/doormat atlas ARRANGEMENT --generic` finds in the built-in conversation under " +
		"the default settings: an adversary who knows no design gets each set of at most two capabilities, " +
		"and does with it what the list of rules says that it can do. " + summary.AtlasGenericScope)
	d.Prose("*Found* counts sets with which something was read or forged that no part of the set was enough " +
		"for, and *unscripted* those of them with a part that no attack of the library shows. *Missed* counts " +
		"what attacks of the library reach with at most two capabilities, and this adversary does not.")
	d.Head("Column", "Alone", "Pairs", "Run of these", "Runs", "Found", "Unscripted", "Missed", "Not compared")
	var done []Searched
	for _, one := range designs {
		id := one.Info().ID
		column := markdown.Link("`"+id+"`", "designs/"+id+".md")
		at := slices.IndexFunc(list, func(s Searched) bool { return s.Arrangement == id })
		if at < 0 {
			d.Row(column, "not searched yet", "", "", "", "", "", "", "")
			continue
		}
		r := list[at].Report
		row := []string{column}
		for _, n := range []int{r.Single, r.Pairs, r.Tried, r.Runs, len(r.Findings), r.Unscripted,
			len(r.Missed), r.Apart} {
			row = append(row, fmt.Sprint(n))
		}
		d.Row(row...)
		done = append(done, list[at])
	}
	if len(done) != len(list) {
		return "", fmt.Errorf("pages: %s is about a column that there is not, or twice about one", searchFile)
	}
	d.Gap()
	for _, s := range done {
		d.searched(s)
	}
	return d.String(), nil
}

// searched is the section of one arrangement.
func (d *document) searched(s Searched) {
	d.Heading(2, "`"+s.Arrangement+"`")
	for _, f := range s.Report.Findings {
		d.Item(fmt.Sprintf("%s: %s: %s", markdown.Code(f.Needs...), summary.AtlasFound(f),
			markdown.Text(summary.AtlasFinding(f))))
	}
	d.Gap()
	d.Prose(markdown.Text(summary.AtlasBlind(s.Report)))
}
