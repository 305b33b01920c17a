// Package drawing makes pictures of results and replays, as HTML and SVG: what is
// open ([Wall]), how a message was read ([Proof], [Steps]), all attacks on all
// designs ([Heat], [Cell]), a theft at every moment ([Moments]), and one attack in
// full ([Attack]). A local web page and a self-contained report show the same ones.
//
// It computes nothing about security: it draws what package replay and package
// summary hand it, and says the numbers in words beside every picture, for those who
// do not see it. TestWordsAgree holds the two together.
//
// Rules of the pictures. Nothing is said by colour alone: open is filled and shows a
// lock that is open, closed is an outline; states have a glyph and a word. Names and
// texts may come from other people's files: html/template writes them all, after
// [plain.Clean], and long ones are cut. There is no script, no style attribute and
// no id, so that a page may forbid the first two (Content-Security-Policy:
// default-src 'self') and show two pictures of a kind. What a page needs is [CSS].
// TestInert holds the package to this.
package drawing

import (
	"embed"
	"html/template"
	"strconv"
	"strings"
	"sync"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// CSS is the one stylesheet of all pictures, for both themes, print and forced
// colours. It sets properties --dm-… on the root element, which a page may use, and
// rules below .dm-… classes. An attribute data-theme="dark" or "light" on the html
// element overrides what the reader's system prefers.
//
//go:embed drawing.css
var CSS string

//go:embed templates/*.html
var files embed.FS

// templates are parsed by the first picture, since most commands draw none.
var templates = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Funcs(template.FuncMap{
		"clean":    plain.Clean,
		"lengthy":  plain.Lines,
		"prose":    func(text string) string { return plain.Clean(plain.Prose(text)) },
		"measured": summary.Measured,
		"state":    func(c *attacks.Cell) string { return summary.StateOf(c).Class() },
	}).ParseFS(files, "templates/*.html"))
})

// render fills in a template. Its data are our own structs, so that an error is a
// mistake in this package; the tests render everything.
func render(name string, data any) template.HTML {
	var b strings.Builder
	if err := templates().ExecuteTemplate(&b, name, data); err != nil {
		return template.HTML(template.HTMLEscapeString("drawing: " + err.Error()))
	}
	return template.HTML(b.String())
}

// A px is a length in a picture's own units, about a pixel each. It prints with one
// decimal at most.
type px float64

func (p px) String() string {
	return strings.TrimSuffix(strconv.FormatFloat(float64(p), 'f', 1, 64), ".0")
}

// How much of a text from outside a picture shows.
const (
	shortName = 12  // beside a picture
	longName  = 40  // in words
	longText  = 600 // a reason, a message
)
