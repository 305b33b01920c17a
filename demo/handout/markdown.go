package handout

import (
	"fmt"
	"net/url"
	"strings"

	"doormat/demo/replay"
	"doormat/demo/report"
)

// A paper is Markdown under construction. Texts from outside go through plain or
// code; what the methods get is Markdown.
type paper struct{ strings.Builder }

// heading, prose, item and summary each write a block; level counts from 1.
func (d *paper) heading(level int, text string) {
	fmt.Fprintf(d, "%s %s\n\n", strings.Repeat("#", level), text)
}
func (d *paper) prose(text string) { fmt.Fprintf(d, "%s\n\n", text) }
func (d *paper) item(text string)  { fmt.Fprintf(d, "- %s\n", text) }

// head begins a table, row continues it, gap ends a table or a list.
func (d *paper) head(cells ...string) {
	d.row(cells...)
	fmt.Fprintf(d, "|%s\n", strings.Repeat(" --- |", len(cells)))
}
func (d *paper) row(cells ...string) { fmt.Fprintf(d, "| %s |\n", strings.Join(cells, " | ")) }
func (d *paper) gap()                { d.WriteByte('\n') }

// folded begins what a reader may unfold; unfold ends it.
func (d *paper) folded(summary string) {
	fmt.Fprintf(d, "<details>\n<summary>%s</summary>\n\n", summary)
}
func (d *paper) unfold() { d.WriteString("\n</details>\n\n") }

// block writes lines of code that nothing in them can end.
func (d *paper) block(indent, language, text string) {
	fence := "```"
	for strings.Contains(text, fence) {
		fence += "`"
	}
	text = strings.ReplaceAll(cleanLines(text), "\n", "\n"+indent)
	fmt.Fprintf(d, "%s%s%s\n%s%s\n%s%s\n\n", indent, fence, language, indent, text, indent, fence)
}

// plain makes text from outside harmless within a line.
func plain(text string) string { return report.Escape(prose(text)) }

// code writes names as code.
func code(names ...string) string {
	out := make([]string, len(names))
	for i, n := range names {
		fence := "`"
		for n = report.Clean(n); strings.Contains(n, fence); {
			fence += "`"
		}
		if len(fence) > 1 {
			n = " " + n + " "
		}
		out[i] = fence + strings.ReplaceAll(n, "|", `\|`) + fence
	}
	return strings.Join(out, ", ")
}

// markdown is the handout as a document for a repository.
func (h *Handout) markdown(name string, sections []*section) []byte {
	var d paper
	d.heading(1, title)
	d.prose(fmt.Sprintf("doormat %s over %s. The same [as a page](./%s), [as slides](./%s), [as numbers](./%s).", plain(h.Result.Doormat),
		plain(h.Result.Conversation.Title), escapeLink(name+".html"), escapeLink(name+"-slides.md"), escapeLink(name+".json")))
	h.front(&d, sections)
	d.heading(2, "All attacks on all designs")
	d.prose(plain(report.SettingsLine(h.Result)))
	d.prose(strings.TrimRight(report.MarkdownTable(h.Result, func(id string) string { return "#attack-" + id }), "\n"))
	d.heading(2, "What the numbers say")
	d.list(report.Meaning(h.Result))
	for _, f := range inFamilies(sections) {
		d.heading(2, f.Name)
		d.prose(f.About)
		for _, s := range f.Sections {
			s.markdown(&d, h.BuiltIn())
		}
	}
	h.back(&d, name)
	return []byte(strings.TrimRight(d.String(), "\n") + "\n")
}

func (d *paper) list(texts []string) {
	for _, text := range texts {
		d.item(plain(text))
	}
	d.gap()
}

// front is what stands before the table.
func (h *Handout) front(d *paper, sections []*section) {
	d.heading(2, "What this is, and is not")
	for _, text := range h.about() {
		d.prose(plain(text))
	}
	d.list(caveats())
	h.inShort(d, h.briefly(sections))
	d.heading(2, "Who talks")
	d.prose(fmt.Sprintf("Conversation: %s. The target is %s.", plain(h.Result.Conversation.Title), plain(h.Result.Settings.Target)))
	h.talk(d)
	if text := h.order(); text != "" {
		d.prose(plain(text))
	}
	d.heading(2, "The designs, and whom a user must trust")
	for _, w := range h.ways() {
		d.heading(3, plain(w.Name))
		d.prose(plain(w.Doc))
		d.prose("A user must trust:")
		d.list(w.Trusts)
	}
}

// talk is the table of who talks.
func (h *Handout) talk(d *paper) {
	if h.BuiltIn() {
		d.head("who", "messages", "about")
		for _, p := range h.people() {
			d.row(plain(p.Name), fmt.Sprint(p.Messages), plain(p.About))
		}
	} else {
		d.head("account", "messages sent")
		for _, p := range h.people() {
			d.row(plain(p.Name), fmt.Sprint(p.Messages))
		}
	}
	d.gap()
}

// back is what stands after the attacks.
func (h *Handout) back(d *paper, name string) {
	d.heading(2, "Settings, and how to repeat this")
	d.head("setting", "value", "what it is")
	for _, s := range h.settings() {
		d.row(s.Name, plain(s.Value), s.Means)
	}
	d.gap()
	d.prose("In a checkout of doormat, with Go and nothing else:")
	for _, l := range h.repeat(name) {
		d.item(l.For + ":")
		d.gap()
		d.block("  ", "sh", l.Command)
	}
}

func (s *section) markdown(d *paper, texts bool) {
	d.prose(fmt.Sprintf(`<a id="attack-%s"></a>`, s.ID)) // where the table leads
	d.heading(3, fmt.Sprintf("%d. %s", s.Number, plain(s.Title)))
	d.prose(fmt.Sprintf("%s, %s, %s. Needs %s.%s%s", code(s.ID), s.Family, s.Kind, code(s.Needs...), more(" Builds by ", s.Applies), more(" Fixes ", s.Fixes)))
	d.prose(plain(s.Happens))
	heads := []string{""}
	for _, c := range s.Columns {
		heads = append(heads, plain(c.Design.Name))
	}
	d.head(heads...)
	for _, f := range s.Fields {
		row := []string{f.Name}
		for _, v := range f.Values {
			text := plain(v.Text)
			if v.More != "" {
				text += "<br>" + plain(v.More)
			}
			row = append(row, text)
		}
		d.row(row...)
	}
	d.gap()
	for _, c := range s.Columns {
		c.markdown(d, texts)
	}
	s.trace(d)
	d.prose("**Why it works, or does not.** " + plain(s.Why))
	d.prose("**What really happened.** " + plain(s.Really) + " Source: " + plain(s.Source))
	d.prose("**What to try next.** " + plain(s.Exercise))
	d.block("", "sh", s.Command)
}

func more(intro string, names []string) string {
	if len(names) == 0 {
		return ""
	}
	return intro + code(names...) + "."
}

// markdown writes what a design lost, and the proof of one message.
func (c column) markdown(d *paper, texts bool) {
	if open := c.Opened(); open != "" {
		d.prose(fmt.Sprintf("Opened in %s: messages %s.", plain(c.Design.Name), open))
		for _, text := range c.Samples {
			d.item("message " + plain(text))
		}
		if len(c.Samples) > 0 {
			d.gap()
		}
	}
	proof := c.Cell.Trace.Proof
	if len(proof) == 0 {
		return
	}
	d.folded(fmt.Sprintf("%s: the proof of message %d, computed from what was taken", plain(c.Design.Name), c.Cell.Trace.Proved))
	nodes := replay.Graph(proof)
	if len(nodes) < len(proof) {
		d.prose(fmt.Sprintf("It has %d steps; those alike share a line.", len(proof)))
	}
	for i, n := range nodes {
		how, data := report.Told(proof, n, texts)
		fmt.Fprintf(d, "%d. **%s** %s, %s\n", i+1, plain(n.Kind), plain(how), plain(data))
	}
	d.unfold()
}

// trace writes the script step by step.
func (s *section) trace(d *paper) {
	if len(s.Steps) == 0 {
		return
	}
	d.folded(fmt.Sprintf("The script, step by step: %s", count(len(s.Steps), "step")))
	for i, at := range s.Steps {
		fmt.Fprintf(d, "%d. **%s.** %s\n\n", i+1, plain(strings.TrimRight(at.Title, ".")), plain(sentence(at.Text)))
		if at.Code != "" {
			d.block("   ", "python", at.Code)
		}
		for _, did := range at.Did {
			fmt.Fprintf(d, "   - %s: %s\n", plain(did.Design), did.markdown())
		}
		d.gap()
	}
	d.unfold()
}

func (d did) markdown() string {
	text := code(d.Calls...)
	for _, more := range []string{d.So, d.Warned} {
		if more != "" {
			text += "; **" + plain(more) + "**"
		}
	}
	return text
}

// escapeLink writes a file's name as the address of a link beside this file.
func escapeLink(name string) string {
	return strings.NewReplacer("(", "%28", ")", "%29", "*", "%2A", "_", "%5F").Replace(url.PathEscape(name))
}
