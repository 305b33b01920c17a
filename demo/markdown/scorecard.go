package markdown

import (
	"fmt"
	"slices"
	"strings"

	"doormat/demo/bidi"
	"doormat/demo/scorecard"
)

// Scorecard is a card as a page of docs/, its lines of prose so wide; 0 leaves them alone.
func Scorecard(in *scorecard.Input, card *scorecard.Card, width int) string {
	d := Document{Width: width}
	d.Heading(1, scorecard.Title())
	for _, text := range scorecard.Leads(in) {
		d.Prose(Text(text))
	}
	d.Prose(scorecard.Linked)
	reasons := card.Reasons()
	heads := []string{"Question"}
	for _, design := range card.Designs {
		heads = append(heads, Link(Text(design.Name),
			"designs/"+design.ID+".md"))
	}
	d.Head(heads...)
	for _, row := range card.Rows {
		line := []string{question(&row)}
		for _, cell := range row.Cells {
			line = append(line, answer(&cell, reasons))
		}
		d.Row(line...)
	}
	d.Gap()
	d.Heading(2, "Why a figure is missing")
	for i, text := range reasons {
		d.Item(fmt.Sprintf("(%d) %s", i+1, Text(text)))
	}
	d.Gap()
	d.Heading(2, "How to read it")
	d.List(scorecard.Notes(in))
	return bidi.Markdown(d.String())
}

// question is the head of a row.
func question(row *scorecard.Row) string {
	lines := []string{fmt.Sprintf("**%d %s**", row.Number, Text(row.Name)),
		Text(row.Question)}
	for i, what := range row.Figures {
		lines = append(lines, scorecard.Letter(i)+" "+Text(what))
	}
	for _, by := range row.AskedBy {
		lines = append(lines, Link(Text(by), "sources.md"))
	}
	return strings.Join(lines, "<br>")
}

// answer has a line for each figure.
func answer(cell *scorecard.Cell, reasons []string) string {
	var lines []string
	for i, f := range cell.Figures {
		text := fmt.Sprintf("– (%d)", slices.Index(reasons, f.Reason)+1)
		if f.Measured {
			text = Text(f.Text) + " " + Link(Text(f.Source.Name()),
				f.Source.Link)
		}
		lines = append(lines, scorecard.Letter(i)+" "+text)
	}
	if !cell.Measured {
		lines = append([]string{scorecard.NotMeasurable}, lines...)
	}
	return strings.Join(lines, "<br>")
}
