package handout

import (
	"fmt"
	"net/url"
	"strings"

	"doormat/demo/markdown"
	"doormat/demo/plain"
	"doormat/demo/replay"
	"doormat/demo/summary"
)

// markdown is the handout as a document for a repository.
func (h *Handout) markdown(name string, sections []*section) []byte {
	var d markdown.Document
	d.Heading(1, title)
	d.Prose(fmt.Sprintf("doormat %s over %s. The same [as a page](./%s), [as slides](./%s), [as "+
		"numbers](./%s).", markdown.Text(h.Result.Doormat),
		markdown.Text(h.Result.Conversation.Title), escapeLink(name+".html"),
		escapeLink(name+"-slides.md"), escapeLink(name+".json")))
	h.front(&d, sections)
	d.Heading(2, "All attacks on all designs")
	d.Prose(markdown.Text(summary.Settings(h.Result, "")))
	d.Table(h.Result, func(id string) string { return "#attack-" + id })
	d.Heading(2, "What the numbers say")
	d.List(summary.Meaning(h.Result))
	for _, f := range inFamilies(sections) {
		d.Heading(2, f.Name)
		d.Prose(f.About)
		for _, s := range f.Sections {
			s.markdown(&d, h.BuiltIn())
		}
	}
	h.back(&d, name)
	return []byte(strings.TrimRight(d.String(), "\n") + "\n")
}

// front is what stands before the table.
func (h *Handout) front(d *markdown.Document, sections []*section) {
	d.Heading(2, "What this is, and is not")
	for _, text := range h.about() {
		d.Prose(markdown.Text(text))
	}
	d.List(caveats())
	h.inShort(d, h.briefly(sections))
	d.Heading(2, "Who talks")
	d.Prose(fmt.Sprintf("Conversation: %s. The target is %s.",
		markdown.Text(h.Result.Conversation.Title), markdown.Text(h.Result.Settings.Target)))
	h.talk(d)
	if text := h.order(); text != "" {
		d.Prose(markdown.Text(text))
	}
	d.Heading(2, "The designs, and whom a user must trust")
	for _, w := range h.designs() {
		d.Heading(3, markdown.Text(w.Name))
		d.Prose(markdown.Text(w.Doc))
		d.Prose("A user must trust:")
		d.List(w.Trusts)
	}
}

// talk is the table of who talks.
func (h *Handout) talk(d *markdown.Document) {
	if h.BuiltIn() {
		d.Head("who", "messages", "about")
		for _, p := range h.people() {
			d.Row(markdown.Text(p.Name), fmt.Sprint(p.Messages), markdown.Text(p.About))
		}
	} else {
		d.Head("account", "messages sent")
		for _, p := range h.people() {
			d.Row(markdown.Text(p.Name), fmt.Sprint(p.Messages))
		}
	}
	d.Gap()
}

// back is what stands after the attacks.
func (h *Handout) back(d *markdown.Document, name string) {
	d.Heading(2, "Settings, and how to repeat this")
	d.Head("setting", "value", "what it is")
	for _, s := range h.settings() {
		d.Row(s.Name, markdown.Text(s.Value), s.Means)
	}
	d.Gap()
	d.Prose("In a checkout of doormat, with Go and nothing else:")
	for _, l := range h.repeat(name) {
		d.Item(l.For + ":")
		d.Gap()
		d.Block("  ", "sh", l.Command)
	}
}

func (s *section) markdown(d *markdown.Document, texts bool) {
	d.Prose(fmt.Sprintf(`<a id="attack-%s"></a>`, s.ID)) // where the table leads
	d.Heading(3, fmt.Sprintf("%d. %s", s.Number, markdown.Text(s.Title)))
	d.Prose(fmt.Sprintf("%s, %s, %s. Needs %s.%s%s", markdown.Code(s.ID), s.Family, s.Kind,
		markdown.Code(s.Needs...), more(" Builds by ", s.Applies), more(" Fixes ", s.Fixes)))
	d.Prose(markdown.Text(s.Happens))
	heads := []string{""}
	for _, c := range s.Columns {
		heads = append(heads, markdown.Text(c.Design.Name))
	}
	d.Head(heads...)
	for _, f := range s.Fields {
		row := []string{f.Name}
		for _, v := range f.Values {
			text := markdown.Text(v.Text)
			if v.More != "" {
				text += "<br>" + markdown.Text(v.More)
			}
			row = append(row, text)
		}
		d.Row(row...)
	}
	d.Gap()
	for _, c := range s.Columns {
		c.markdown(d, texts)
	}
	s.trace(d)
	d.Prose("**Why it works, or does not.** " + markdown.Text(s.Why))
	d.Prose("**What really happened.** " + markdown.Text(s.Really) + " Source: " +
		markdown.Text(s.Source))
	d.Prose("**What to try next.** " + markdown.Text(s.Exercise))
	d.Block("", "sh", s.Command)
}

func more(intro string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return intro + markdown.Code(names...) + "."
}

// markdown writes what a design lost, and the proof of one message.
func (c column) markdown(d *markdown.Document, texts bool) {
	if open := c.Opened(); open != "" {
		d.Prose(fmt.Sprintf("Opened in %s: messages %s.", markdown.Text(c.Design.Name), open))
		for _, text := range c.Samples {
			d.Item("message " + markdown.Text(text))
		}
		if len(c.Samples) > 0 {
			d.Gap()
		}
	}
	proof := c.Cell.Trace.Proof
	if len(proof) == 0 {
		return
	}
	d.Fold(fmt.Sprintf("%s: the proof of message %d, computed from what was taken",
		markdown.Text(c.Design.Name), c.Cell.Trace.Proved))
	nodes := replay.Graph(proof)
	if len(nodes) < len(proof) {
		d.Prose(fmt.Sprintf("It has %d steps; those alike share a line.", len(proof)))
	}
	for i, n := range nodes {
		how, data := replay.Told(proof, n, texts)
		fmt.Fprintf(d, "%d. **%s** %s, %s\n", i+1, markdown.Text(n.Kind), markdown.Text(how),
			markdown.Text(data))
	}
	d.Unfold()
}

// trace writes the script step by step.
func (s *section) trace(d *markdown.Document) {
	if len(s.Steps) == 0 {
		return
	}
	d.Fold(fmt.Sprintf("The script, step by step: %s", summary.Count(len(s.Steps), "step")))
	for i, at := range s.Steps {
		fmt.Fprintf(d, "%d. **%s.** %s\n\n", i+1, markdown.Text(strings.TrimRight(at.Title, ".")),
			markdown.Text(plain.Sentence(at.Text)))
		if at.Code != "" {
			d.Block("   ", "python", at.Code)
		}
		for _, did := range at.Did {
			fmt.Fprintf(d, "   - %s: %s\n", markdown.Text(did.Design), did.markdown())
		}
		d.Gap()
	}
	d.Unfold()
}

func (d did) markdown() string {
	text := markdown.Code(d.Calls...)
	for _, more := range []string{d.So, d.Warned} {
		if more != "" {
			text += "; **" + markdown.Text(more) + "**"
		}
	}
	return text
}

// escapeLink writes a file's name as the address of a link beside this file.
func escapeLink(name string) string {
	return strings.NewReplacer("(", "%28", ")", "%29", "*", "%2A", "_",
		"%5F").Replace(url.PathEscape(name))
}
