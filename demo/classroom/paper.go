package classroom

import (
	"bytes"
	"embed"
	"html/template"
	"strings"

	"doormat/demo/markdown"
	"doormat/demo/plain"
)

// A paper is a sheet before it has a format: both formats say the same because they are made of
// the same paper.
type paper struct {
	Name  string // of its files
	Title string
	Lead  []string // paragraphs under the title
	Parts []part
}

// A part has a heading, and may begin a page.
type part struct {
	Heading string
	Page    bool
	Blocks  []block
}

// A block is one of these.
type block struct {
	Bold  string   // what the prose is about, before it
	Prose string   // a paragraph
	List  []string // of points
	Shell []string // lines to type
	Table *table
	Lines int // empty lines, to write on
}

type table struct {
	Head []string
	Rows [][]cell
}

// A cell of a table. Where it shows a number, it says of what; that can be read back.
type cell struct {
	Text                    string
	Code                    bool     // a command, or a name to be typed
	Blank                   bool     // to be filled in by hand
	Ticks                   []string // one of which is ticked
	Attack, Design, Measure string
}

func words(texts ...string) (row []cell) {
	for _, text := range texts {
		row = append(row, cell{Text: text})
	}
	return row
}

//go:embed page
var files embed.FS

// html is the paper as a page that prints. It needs no other file, no script, no network.
func (p paper) html(version string) (string, error) {
	style, err := files.ReadFile("page/paper.css")
	if err != nil {
		return "", err
	}
	t, err := template.New("").Funcs(template.FuncMap{
		"clean": func(text string) string { return plain.Clean(plain.Prose(text)) },
		"lines": func(n int) []struct{} { return make([]struct{}, n) },
	}).ParseFS(files, "page/paper.html")
	if err != nil {
		return "", err
	}
	var b bytes.Buffer
	err = t.ExecuteTemplate(&b, "paper.html", struct {
		paper
		Version string
		Style   template.CSS
	}{p, version, template.CSS(style)})
	return b.String(), err
}

// rule is what is written on in Markdown.
const rule = `\_\_\_\_`

// markdown is the same for a repository, or for an editor.
func (p paper) markdown() string {
	var d markdown.Document
	d.Heading(1, markdown.Text(p.Title))
	for _, text := range p.Lead {
		d.Prose(markdown.Text(text))
	}
	for _, part := range p.Parts {
		if part.Heading != "" {
			d.Heading(2, markdown.Text(part.Heading))
		}
		for _, b := range part.Blocks {
			b.markdown(&d)
		}
	}
	return strings.TrimRight(d.String(), "\n") + "\n"
}

func (b block) markdown(d *markdown.Document) {
	switch {
	case b.Bold != "":
		d.Prose(strings.TrimSpace("**" + markdown.Text(b.Bold) + "** " + markdown.Text(b.Prose)))
	case b.Prose != "":
		d.Prose(markdown.Text(b.Prose))
	case b.List != nil:
		d.List(b.List)
	case b.Shell != nil:
		d.Block("", "sh", strings.Join(b.Shell, "\n"))
	case b.Table != nil:
		d.Head(escaped(b.Table.Head)...)
		for _, row := range b.Table.Rows {
			var cells []string
			for _, c := range row {
				cells = append(cells, c.markdown())
			}
			d.Row(cells...)
		}
		d.Gap()
	}
	for range b.Lines {
		d.Prose(strings.Repeat(`\_`, 40))
	}
}

func escaped(texts []string) (list []string) {
	for _, text := range texts {
		list = append(list, markdown.Text(text))
	}
	return list
}

func (c cell) markdown() string {
	switch {
	case c.Blank:
		return rule
	case c.Ticks != nil:
		return "☐ " + strings.Join(c.Ticks, " ☐ ")
	case c.Code:
		return markdown.Code(c.Text)
	}
	return markdown.Text(c.Text)
}
