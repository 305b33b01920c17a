package handout

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/markdown"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// slides is a short talk for Marp (https://marp.app), in Markdown: slides are parted
// by rules. It shows no more on a slide than can be read from the last row.
func (h *Handout) slides(sections []*section) []byte {
	c := h.Result.Conversation
	list := []string{h.slide(title, func(d *markdown.Document) {
		d.Prose(fmt.Sprintf("Conversation: %s: %s, %s, seed %d", markdown.Text(c.Title),
			summary.Count(c.Messages, "message"), summary.Count(c.Accounts, "account"),
			h.Result.Seed))
		d.Prose(summary.Demonstration)
	}), h.slide("What is done here", func(d *markdown.Document) {
		for _, sentence := range slices.Concat(h.opening(), summary.Expectations()) {
			d.Item(sentence)
		}
	}), h.slide("Who talks", h.introduce)}
	for _, w := range h.designs() {
		list = append(list, h.slide(markdown.Text(w.Name), func(d *markdown.Document) {
			d.Prose(markdown.Text(short(w.Doc)))
			d.Prose("A user must trust:")
			for _, t := range w.Trusts {
				d.Item(markdown.Text(t))
			}
		}))
	}
	for _, s := range h.briefly(sections) {
		list = append(list, h.slide(markdown.Text(s.Title), s.slide))
	}
	list = append(list, h.slide("All attacks, counted", h.counted))
	for _, text := range summary.Meaning(h.Result) {
		head, rest, _ := strings.Cut(text, ": ")
		list = append(list, h.slide("What the numbers say",
			func(d *markdown.Document) {
				d.Prose("**" + markdown.Text(head) + ":** " +
					markdown.Text(rest))
			}))
	}
	list = append(list, h.slide("What this does not say",
		func(d *markdown.Document) { d.List(caveats()) }),
		h.slide("Do it again", func(d *markdown.Document) {
			for _, l := range h.repeat("report")[1:] {
				d.Prose(l.For + ":")
				d.Block("", "sh", l.Command)
			}
		}))
	const matter = "---\nmarp: true\npaginate: true\ntitle: " + title + "\n---\n\n"
	return []byte(matter + strings.Join(list, "\n---\n\n"))
}

func (h *Handout) slide(head string, write func(*markdown.Document)) string {
	var d markdown.Document
	level := 2
	if head == title {
		level = 1
	}
	d.Heading(level, head)
	write(&d)
	return strings.TrimRight(d.String(), "\n") + "\n"
}

// introduce names the first few who talk.
func (h *Handout) introduce(d *markdown.Document) {
	const few = 7
	for i, p := range h.people() {
		if i == few {
			break
		}
		text := fmt.Sprintf("%s: %s", markdown.Text(p.Name), summary.Count(p.Messages, "message"))
		if p.About != "" {
			text = fmt.Sprintf("%s (%d): %s", markdown.Text(p.Name), p.Messages,
				markdown.Text(p.About))
		}
		d.Item(text)
	}
	d.Gap()
	d.Prose("The target is " + markdown.Text(h.Result.Settings.Target) + ".")
}

// slide shows one attack's numbers per design.
func (s *section) slide(d *markdown.Document) {
	d.Prose(markdown.Text(short(s.Happens)))
	d.Head("design", "recovered", "target", "others", "noticed by", "principals")
	for _, c := range s.Columns {
		row := []string{markdown.Text(c.Design.Name), markdown.Text(glance(c.Cell).Text), "–",
			"–", "–", "–"}
		if summary.Measured(c.Cell) {
			x, y := c.Cell.Content.Target, c.Cell.Content.Others
			row = []string{row[0], row[1], summary.Fraction(x.Recovered, x.Total),
				summary.Fraction(y.Recovered, y.Total), markdown.Text(noticed(c.Cell).Text),
				fmt.Sprintf("×%d", c.Cell.Parties)}
		}
		if summary.Surprise(c.Cell) != "" {
			row[1] += " " + summary.Unexpected
		}
		d.Row(row...)
	}
	d.Gap()
	for _, c := range s.Columns {
		if text := remark(c.Cell); text != "" {
			d.Item(markdown.Text(c.Design.Name) + ": " + markdown.Text(text))
		}
	}
}

// remark is what a cell says besides, and why.
func remark(c *attacks.Cell) string {
	text := plain.Sentence(cmp.Or(c.Error, c.Why))
	if orders := summary.Orders(c); orders != "" {
		text = orders + ". " + text
	}
	return text
}

// counted is the table of all attacks on one slide.
func (h *Handout) counted(d *markdown.Document) {
	heads := []string{"family"}
	for _, w := range h.Result.Designs {
		heads = append(heads, markdown.Text(w.Name))
	}
	d.Head(heads...)
	for _, t := range h.tallies() {
		row := []string{t.Family}
		for _, said := range t.Counts {
			row = append(row, strings.Join(said, ", "))
		}
		d.Row(row...)
	}
	d.Gap()
	d.Prose("Somebody chose the rows: counting them proves little, and they are not likelihoods.")
}
