package scorecard

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"slices"

	"doormat/demo/bidi"
)

// Linked says where the links of a page lead: from docs/ to what a figure rests on.
const Linked = "Links lead to pages beside this one in docs/."

//go:embed page
var files embed.FS

// page is what the template of HTML shows.
type page struct {
	Title, Linked string
	Leads, Notes  []string
	Card          *Card
	Reasons       []string
	Style         template.CSS
}

// Why is the number of a reason.
func (p *page) Why(reason string) int { return slices.Index(p.Reasons, reason) + 1 }

// HTML is the card as a page of its own, for the folder docs/.
func HTML(in *Input, card *Card) (string, error) {
	style, err := files.ReadFile("page/scorecard.css")
	if err != nil {
		return "", err
	}
	t, err := template.New("scorecard.html").Funcs(template.FuncMap{"letter": Letter,
		"missing": func() string { return NotMeasurable }}).ParseFS(files, "page/*.html")
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = t.Execute(&b, &page{Title: Title(), Linked: Linked, Leads: Leads(in), Notes: Notes(in),
		Card:    card,
		Reasons: card.Reasons(), Style: template.CSS(style)})
	if err != nil {
		return "", fmt.Errorf("scorecard: %w", err)
	}
	return bidi.HTML(b.String()), nil
}
