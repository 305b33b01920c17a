// Package classroom makes what a teacher prints before a lesson: exercises and a worksheet without
// answers, the key to it, a card for each role in a debate, a plan for each lesson of package
// lesson, and a sheet for predictions to each that the whole class sees. Each is one HTML file that
// prints on A4 and Letter, in black on white, and one Markdown file that says the same.
//
// Every number is measured by the run that the sheets are made from, and none is typed in: a
// [Room] is that run. What students get is made of declarations only (titles, numbers of
// messages, settings), so that it has no answer to give away: TestNoAnswers changes everything
// that was measured and finds the same bytes. TestKey and TestFacts read the numbers of the other
// sheets back and compare them with results that were made another time.
//
// Words about a cell are those of package summary; whom a number speaks for, on a role card, is
// computed from the number ([fact]).
package classroom

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/bidi"
	"doormat/demo/lesson"
	"doormat/demo/summary"
	"doormat/world"
)

// A Room is a run and what is told of it in class.
type Room struct {
	Options demo.Options
	Lab     *attacks.Lab
	Result  *attacks.Result
	Lessons []*lesson.Lesson           // in the order of [lesson.BuiltIn]
	own     map[string]*attacks.Result // of acts with settings of their own, by their names

	with, without attacks.DesignRow // a column with escrow, and one without
}

// worksheetRows are the attacks of the worksheet: each side has its own.
var worksheetRows = []string{"wiretap", "device-theft", "quorum-theft", "colluders-below-threshold",
	"narrow-order", "user-unlocks", "intercept-order", "broad-order", "mistyped-target",
	"secret-order", "encrypt-underneath"}

// New runs what the sheets tell. Of the columns chosen, the first with escrow and the first
// without are told on role cards; without one of each the error is a [demo.UsageError].
func New(ctx context.Context, kit demo.Kit, o demo.Options, c *world.Conversation) (*Room, error) {
	r := &Room{Options: o, own: map[string]*attacks.Result{}}
	for _, id := range lesson.BuiltIn {
		l, err := lesson.Open(id)
		if err != nil {
			return nil, err
		}
		r.Lessons = append(r.Lessons, l)
	}
	o.Attacks = r.attacks()
	lab, err := o.Lab(kit, c)
	if err != nil {
		return nil, err
	}
	r.Lab = lab
	if err := demo.CheckSize(lab, 1); err != nil {
		return nil, err
	}
	r.Result = lab.Outline()
	if err := r.pair(); err != nil {
		return nil, err
	}
	if r.Result, err = lab.Run(ctx); err != nil {
		return nil, err
	}
	for _, l := range r.Lessons {
		l.Fill(c, lab.Settings)
	}
	return r, r.runOwn(ctx, kit, o, c)
}

// attacks are those that some sheet tells, each once.
func (r *Room) attacks() (ids []string) {
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, id := range worksheetRows {
		add(id)
	}
	for _, l := range r.Lessons {
		for _, s := range l.Steps {
			add(s.Attack)
		}
	}
	for _, role := range roles {
		for _, f := range append(role.facts[:], role.changes) {
			add(f.with)
			add(f.without)
		}
	}
	return ids
}

// pair finds the two columns of the debate.
func (r *Room) pair() error {
	for _, d := range r.Result.Designs {
		switch escrow := slices.Contains(d.Classes, "escrow"); {
		case escrow && r.with.ID == "":
			r.with = d
		case !escrow && r.without.ID == "":
			r.without = d
		}
	}
	if r.with.ID == "" || r.without.ID == "" {
		return demo.Usagef("--designs: role cards compare a column with escrow and one without: " +
			"give one of each, such as e2ee,threshold")
	}
	return nil
}

// runOwn runs acts of lessons that have settings of their own.
func (r *Room) runOwn(ctx context.Context, kit demo.Kit, o demo.Options,
	c *world.Conversation) error {
	for _, l := range r.Lessons {
		for i := range l.Steps {
			s := &l.Steps[i]
			if len(s.Values) == 0 || r.own[s.Named()] != nil {
				continue
			}
			own := o
			own.Attacks = []string{s.Attack}
			for _, v := range s.Values {
				own.Set(v[0], v[1])
			}
			lab, err := own.Lab(kit, c)
			if err != nil {
				return err
			}
			lab.Memo = r.Lab.Memo
			if r.own[s.Named()], err = lab.Run(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// Cells are those of all runs, for whoever tells how they ended.
func (r *Room) Cells() []attacks.Cell {
	list := slices.Clone(r.Result.Cells)
	for _, l := range r.Lessons {
		for i := range l.Steps {
			if own := r.own[l.Steps[i].Named()]; own != nil {
				list = append(list, own.Cells...)
			}
		}
	}
	return list
}

// resultOf is the run of an act by its name: the common one, or its own ([lesson.Step.Named]).
func (r *Room) resultOf(act string) *attacks.Result {
	if own := r.own[act]; own != nil {
		return own
	}
	return r.Result
}

// cell finds what an act measured in a column.
func (r *Room) cell(act, design string) *attacks.Cell {
	id, _, _ := strings.Cut(act, " ")
	return summary.Cells(r.resultOf(act))[[2]string{id, design}]
}

// header is what an attack says of itself.
func (r *Room) header(id string) technique.Header {
	for _, t := range r.Lab.Attacks {
		if h := t.Header(); h.ID == id {
			return h
		}
	}
	return technique.Header{ID: id, Title: id}
}

// flags are those with which others repeat the run; where a file lay is nobody's business.
func (r *Room) flags() string {
	o := r.Options
	o.Attacks = nil
	if o.Conversation != "" {
		o.Conversation = filepath.Base(o.Conversation)
	}
	return o.Flags()
}

// command runs an act as this run did.
func (r *Room) command(act string) string {
	words := strings.Fields(act)
	other := *r
	for _, word := range words[1:] {
		name, value, _ := strings.Cut(word, "=")
		other.Options.Set(name, value)
	}
	return strings.TrimSpace("doormat attack run " + words[0] + " " + other.flags())
}

// rows are those of the worksheet: its attacks, and acts of lessons that have settings of their
// own.
func (r *Room) rows() []string {
	list := slices.Clone(worksheetRows)
	for _, l := range r.Lessons {
		for i := range l.Steps {
			if s := &l.Steps[i]; len(s.Values) > 0 && !slices.Contains(list, s.Named()) {
				list = append(list, s.Named())
			}
		}
	}
	return list
}

// A File is one sheet in one format.
type File struct {
	Name string // such as "worksheet.html"
	Data []byte
}

// papers are all sheets.
func (r *Room) papers() []paper {
	list := []paper{exercises(), r.worksheet(), r.key(), r.cards()}
	for i, l := range r.Lessons {
		id := lesson.BuiltIn[i]
		if list = append(list, r.plan(id, l)); wholeClass(l) {
			list = append(list, r.predictions(id, l))
		}
	}
	return list
}

// Names are those of the files, in the order of [Room.Files]. They are known before anything runs.
func Names() (list []string) {
	names := []string{"exercises", "worksheet", "key", "roles"}
	for _, id := range lesson.BuiltIn {
		names = append(names, "plan-"+id)
		if l, err := lesson.Open(id); err == nil && wholeClass(l) {
			names = append(names, "predictions-"+id)
		}
	}
	for _, name := range names {
		list = append(list, name+".html", name+".md")
	}
	return list
}

// Files are all sheets in both formats.
func (r *Room) Files() ([]File, error) {
	var list []File
	for _, p := range r.papers() {
		page, err := p.html(r.Result.Doormat)
		if err != nil {
			return nil, fmt.Errorf("classroom: %s: %w", p.Name, err)
		}
		list = append(list, File{p.Name + ".html", []byte(bidi.HTML(page))},
			File{p.Name + ".md", []byte(bidi.Markdown(p.markdown()))})
	}
	return list, nil
}
