package handout

import (
	"fmt"
	"strings"

	"doormat/attacks"
	"doormat/demo/report"
)

// slides is a short talk for Marp (https://marp.app), in Markdown: slides are parted
// by rules. It shows no more on a slide than can be read from the last row.
func (h *Handout) slides(sections []*section) []byte {
	c := h.Result.Conversation
	list := []string{h.slide(title, func(d *paper) {
		d.prose(fmt.Sprintf("Conversation: %s: %s, %s, seed %d", plain(c.Title), count(c.Messages, "message"), count(c.Accounts, "account"), h.Result.Seed))
		d.prose("This is a demonstration. It protects nobody's real messages.")
	}), h.slide("What is done here", func(d *paper) {
		d.item(fmt.Sprintf("One conversation goes through %s of protecting messages.", count(len(h.Result.Designs), "way")))
		d.item("Adversaries with stated means take real keys and real ciphertext.")
		d.item("What they say is a message is compared, byte for byte, with what was said.")
		d.item("Each attack says beforehand what it expects, and why.")
	}), h.slide("Who talks", h.introduce)}
	for _, w := range h.ways() {
		list = append(list, h.slide(plain(w.Name), func(d *paper) {
			d.prose(plain(short(w.Doc)))
			d.prose("A user must trust:")
			for _, t := range w.Trusts {
				d.item(plain(t))
			}
		}))
	}
	for _, s := range h.briefly(sections) {
		list = append(list, h.slide(plain(s.Title), s.slide))
	}
	list = append(list, h.slide("All attacks, counted", h.counted))
	for _, text := range report.Meaning(h.Result) {
		head, rest, _ := strings.Cut(text, ": ")
		list = append(list, h.slide("What the numbers say", func(d *paper) { d.prose("**" + plain(head) + ":** " + plain(rest)) }))
	}
	list = append(list, h.slide("What this does not say", func(d *paper) { d.list(caveats()) }),
		h.slide("Do it again", func(d *paper) {
			for _, l := range h.repeat("report")[1:] {
				d.prose(l.For + ":")
				d.block("", "sh", l.Command)
			}
		}))
	const matter = "---\nmarp: true\npaginate: true\ntitle: " + title + "\n---\n\n"
	return []byte(matter + strings.Join(list, "\n---\n\n"))
}

func (h *Handout) slide(head string, write func(*paper)) string {
	var d paper
	level := 2
	if head == title {
		level = 1
	}
	d.heading(level, head)
	write(&d)
	return strings.TrimRight(d.String(), "\n") + "\n"
}

// introduce names the first few who talk.
func (h *Handout) introduce(d *paper) {
	const few = 7
	for i, p := range h.people() {
		if i == few {
			break
		}
		text := fmt.Sprintf("%s: %s", plain(p.Name), count(p.Messages, "message"))
		if p.About != "" {
			text = fmt.Sprintf("%s (%d): %s", plain(p.Name), p.Messages, plain(p.About))
		}
		d.item(text)
	}
	d.gap()
	d.prose("The target is " + plain(h.Result.Settings.Target) + ".")
}

// slide shows one attack's numbers per design.
func (s *section) slide(d *paper) {
	d.prose(plain(short(s.Happens)))
	d.head("design", "recovered", "target", "others", "noticed by", "principals")
	for _, c := range s.Columns {
		row := []string{plain(c.Design.Name), plain(glance(c.Cell).Text), "–", "–", "–", "–"}
		if measured(c.Cell) {
			x, y := c.Cell.Content.Target, c.Cell.Content.Others
			row = []string{row[0], row[1], fmt.Sprintf("%d/%d", x.Recovered, x.Total), fmt.Sprintf("%d/%d", y.Recovered, y.Total), plain(noticed(c.Cell).Text), fmt.Sprintf("×%d", c.Cell.Parties)}
		}
		if report.Surprise(c.Cell) != "" {
			row[1] += " ≠ unexpected"
		}
		d.row(row...)
	}
	d.gap()
	for _, c := range s.Columns {
		if text := remark(c.Cell); text != "" {
			d.item(plain(c.Design.Name) + ": " + plain(text))
		}
	}
}

// remark is what a cell says besides, and why.
func remark(c *attacks.Cell) string {
	if c.Lawful.Asked > 0 {
		return fmt.Sprintf("%d in scope of the order, %d served. %s", c.Lawful.Asked, c.Lawful.Served, sentence(c.Why))
	}
	return sentence(c.Why)
}

// counted is the table of all attacks on one slide.
func (h *Handout) counted(d *paper) {
	heads := []string{"family"}
	for _, w := range h.Result.Designs {
		heads = append(heads, plain(w.Name))
	}
	d.head(heads...)
	for _, t := range h.tallies() {
		row := []string{t.Family}
		for _, said := range t.Counts {
			row = append(row, strings.Join(said, ", "))
		}
		d.row(row...)
	}
	d.gap()
	d.prose("Somebody chose the rows: counting them proves little, and they are not likelihoods.")
}
