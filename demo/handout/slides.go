package handout

import (
	"encoding/base64"
	"fmt"
	"html"
	"slices"
	"strings"

	"doormat/attacks/technique"
	"doormat/demo/drawing"
	"doormat/demo/markdown"
	"doormat/demo/plain"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/demo/wall"
	"doormat/docs"
)

// slides is a short talk for Marp (https://marp.app), in Markdown: slides are parted
// by rules. Each beat of an act is a slide, a sentence over the walls; what the guide for
// teachers says of the act stands in the notes of the speaker.
func (h *Handout) slides() []byte {
	c := h.Result.Conversation
	list := []string{h.slide(title, func(d *markdown.Document) {
		d.Prose(fmt.Sprintf("%s: %s, %s, seed %d", markdown.Text(c.Title),
			summary.Count(c.Messages, "message"), summary.Count(c.Accounts, "account"),
			h.Result.Seed))
		d.Prose("The target is " + markdown.Text(h.Result.Settings.Target) + ".")
		d.Prose(summary.Demonstration)
		note(d, "■ Each tile is a message. A padlock: only its readers can read it. Filled, with "+
			"words: somebody else reads it. A bar marks the target's. The dashed line is the attack.")
	}), h.slide("What is done here", func(d *markdown.Document) {
		for _, sentence := range slices.Concat(h.opening(), summary.Expectations()) {
			d.Item(sentence)
		}
	})}
	for _, a := range h.acts() {
		said := h.notes(a)
		for i, b := range a.Beats {
			list = append(list, h.slide(markdown.Text(b.Sentence), func(d *markdown.Document) {
				walls(d, b.Worlds[:min(worlds, len(b.Worlds))], a.Columns)
				switch {
				case i == wall.Beats-1:
					d.List(h.verdicts(a.Header))
				case b.Reading != nil:
					d.Prose(markdown.Text(quote(b)))
				}
				note(d, said)
				said = ""
			}))
		}
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

// verdicts are an attack's cells in a line each.
func (h *Handout) verdicts(a technique.Header) (list []string) {
	for i := range h.Result.Cells {
		if c := &h.Result.Cells[i]; c.Attack == a.ID {
			list = append(list, summary.DesignOf(h.Result, c.Design).Name+": "+
				summary.Verdict(a.Kind, c))
		}
	}
	return list
}

// walls writes them as an image in the text itself. Marp lets no other SVG pass.
func walls(d *markdown.Document, list []wall.World, columns int) {
	var says []string
	for _, w := range list {
		says = append(says, w.Called()+": "+w.Number)
	}
	fmt.Fprintf(d, "<img alt=\"%s\" src=\"data:image/svg+xml;base64,%s\" />\n\n",
		html.EscapeString(strings.Join(says, "; ")),
		base64.StdEncoding.EncodeToString([]byte(drawing.Walls(list, columns))))
}

// note writes what a speaker says, which Marp keeps from the slide.
func note(d *markdown.Document, text string) {
	if text = strings.TrimSpace(plain.Clean(text)); text != "" {
		inert := strings.NewReplacer("--", "–", "<", "‹", ">", "›")
		fmt.Fprintf(d, "<!--\n%s\n-->\n", inert.Replace(text))
	}
}

// notes are what the guide for teachers says of an attack on the chat that it is about, of
// others what the attack says of itself.
func (h *Handout) notes(a act) string {
	if told := h.Options.Tale(); told == nil || told.ID != story.All()[0].ID {
		return plain.Prose(a.Why)
	}
	if text := lesson(a.ID); text != "" {
		return "From the guide for teachers; its numbers are those of the default run.\n\n" + text
	}
	return plain.Prose(a.Why)
}

// lesson is the part of the guide's lesson that begins with an attack, else the question and the
// answer that the guide has for it.
func lesson(id string) string {
	for part := range strings.SplitSeq(docs.Teaching, "\n### ") {
		part, _, _ = strings.Cut(part, "\n## ")
		_, runs, _ := strings.Cut(part, "doormat attack run ")
		if first, _, _ := strings.Cut(runs, " "); first == id && strings.Contains(part, "\nAsk: ") {
			return withoutCode(part)
		}
	}
	for line := range strings.Lines(docs.Teaching) {
		if cells := strings.Split(line, " | "); strings.HasPrefix(line, "| [`"+id+"`]") &&
			len(cells) > 2 {
			return cells[1] + "\n\n" + strings.TrimSuffix(strings.TrimSpace(cells[len(cells)-1]), " |")
		}
	}
	return ""
}

// withoutCode leaves out blocks of code, and the heading.
func withoutCode(text string) string {
	_, text, _ = strings.Cut(text, "\n")
	var keep []string
	for i, part := range strings.Split(text, "```") {
		if i%2 == 0 {
			keep = append(keep, strings.TrimSpace(part))
		}
	}
	return strings.Join(keep, "\n\n")
}
