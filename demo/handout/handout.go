// Package handout makes what people take home: one run, told in four files that agree.
// report.html is two printed sheets, or with [Handout.Full] the report on every attack;
// report.md the sheets for a repository; report-slides.md a short talk for Marp; report.json the
// document that `doormat matrix --format json` prints.
//
// It computes nothing about security. Numbers come from one [attacks.Result], beats from
// package wall, steps from package replay, pictures from package drawing, sentences about
// numbers from package summary. TestNumbersAgree and TestSheetsAgree read the numbers back.
//
// Rules of the page. It needs no network, no script and no other file, and forbids
// itself all three. It can be read on a phone, on paper and without seeing it: each
// picture has its numbers in words beside it. Names and texts may come from other
// people's files; TestHostileNames holds the formats to that. What people wrote to
// each other stands in it only if they are invented. Equal flags give equal bytes: no
// time of day, no seconds (in JSON, where matrix has them, only those differ).
package handout

import (
	"context"
	"path/filepath"

	"doormat/attacks"
	"doormat/attacks/atlas"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/bidi"
	"doormat/demo/data"
	"doormat/demo/summary"
)

// A Handout is a run and what is told of it.
type Handout struct {
	Result  *attacks.Result
	Options demo.Options // that the run was made with
	Lab     *attacks.Lab // that made it
	Full    bool         // every attack, with its script, its proof and its sources
	// What costs runs of its own, see [Handout.Enrich]. The pages do without it.
	Sweeps  []*summary.Sweep  // of the moment of an attack
	Atlases []*atlas.Document // of each design, in the whole report
}

// A File is one of the four, by what its name adds to that of the report.
type File struct {
	Suffix string // such as "-slides.md"
	Data   []byte
}

// Suffixes are those of all files, the page first.
var Suffixes = []string{".html", ".md", "-slides.md", ".json"}

// Files makes the four files, in the order of [Suffixes]. name is what their names
// begin with, such as "report".
func (h *Handout) Files(name string) ([]File, error) {
	page, document, err := h.pages(name)
	if err != nil {
		return nil, err
	}
	doc, err := data.JSON(h.Result)
	if err != nil {
		return nil, err
	}
	text := [][]byte{
		[]byte(bidi.HTML(string(page))), []byte(bidi.Markdown(string(document))),
		[]byte(bidi.Markdown(string(h.slides()))), doc,
	}
	files := make([]File, len(Suffixes))
	for i, suffix := range Suffixes {
		files[i] = File{suffix, text[i]}
	}
	return files, nil
}

// pages are the two sheets as HTML, or the whole report, and the sheets as Markdown.
func (h *Handout) pages(name string) (page, document []byte, err error) {
	s := h.sheet(name)
	if h.Full {
		page, err = h.report(name, h.sections())
	} else {
		page, err = s.html()
	}
	return page, s.markdown(), err
}

// roomy is the longest conversation for which more is run than the result needs.
const roomy = demo.MaxPoints

// Enrich runs what the maps need beyond the result: two attacks at every moment, and for the
// whole report the atlas of each design. Of a long conversation that would take too long.
func (h *Handout) Enrich(ctx context.Context) error {
	if len(h.Lab.Conversation.Messages) > roomy {
		return nil
	}
	for _, t := range h.overMoments() {
		s, err := h.sweep(ctx, t)
		if err != nil {
			return err
		}
		h.Sweeps = append(h.Sweeps, s)
	}
	for _, d := range h.Lab.Designs {
		if !h.Full {
			break
		}
		end := len(h.Lab.Conversation.Messages)
		_, doc, err := atlas.Make(ctx, h.Lab, d, atlas.Moments(end), atlas.Sets, atlas.Again)
		if err != nil {
			return err
		}
		h.Atlases = append(h.Atlases, doc)
	}
	return nil
}

// overTime is the range of a sweep over every moment.
var overTime = demo.Range{Over: "at"}

// overMoments are the attacks to show at every moment: two of the showcases.
func (h *Handout) overMoments() (list []technique.Technique) {
	const few = 2
	kit := demo.Kit{Attacks: h.Lab.Attacks}
	for _, header := range demo.Showcases(h.Lab.Attacks) {
		t, err := kit.Attack(header.ID)
		if err == nil && header.Kind == "attack" && overTime.Fits(header) == nil &&
			len(list) < few {
			list = append(list, t)
		}
	}
	return list
}

func (h *Handout) sweep(ctx context.Context, t technique.Technique) (*summary.Sweep, error) {
	points, err := overTime.Points(h.Lab.Settings, len(h.Lab.Conversation.Messages))
	if err != nil {
		return nil, err
	}
	l := *h.Lab
	l.Attacks = []technique.Technique{t}
	return overTime.Run(ctx, &l, points)
}

// BuiltIn reports whether the people of the conversation are invented, so that what
// they wrote may be shown.
func (h *Handout) BuiltIn() bool { return h.Options.Conversation == "" }

// options are those to repeat the run with. Where a file lay is nobody's business.
func (h *Handout) options() demo.Options {
	o := h.Options
	if o.Conversation != "" {
		o.Conversation = filepath.Base(o.Conversation)
	}
	return o
}

// program is how a reader with a checkout runs doormat.
const program = "go run ./cmd/doormat "

// command runs a verb under the options of this run.
func command(verb string, o demo.Options) string {
	if flags := o.Flags(); flags != "" {
		verb += " " + flags
	}
	return program + verb
}
