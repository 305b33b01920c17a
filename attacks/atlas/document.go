package atlas

import (
	"context"
	"math/big"
	"slices"

	"doormat/attacks"
	"doormat/attacks/bdd"
	"doormat/attacks/generic"
	"doormat/world"
)

// A Document is an atlas as it is written, in JSON with these names, every field always present.
type Document struct {
	Arrangement  string         `json:"arrangement"`
	Settings     world.Settings `json:"settings"`
	Moments      []int          `json:"moments"`
	Capabilities int            `json:"capabilities"` // stores at each moment, and the tap
	Goals        []GoalSets     `json:"goals"`
	Ideas        []Idea         `json:"ideas"`
	// Unscripted counts the ideas that no attack of the library shows.
	Unscripted int `json:"unscripted"`
	// Active are means of attacks that do more than copy and listen, if they were looked for.
	Active []Means `json:"active"`
	// Forged are sets with which a message is believed that nobody wrote, of those that were
	// tried: see [Forging].
	Forged []Means `json:"forged"`
	// Generic is what an adversary found who knows no design, if it ran.
	Generic     generic.Report `json:"generic"`
	Certificate Certificate    `json:"certificate"`
	Seconds     float64        `json:"seconds"`
	Spent       []Spent        `json:"spent"` // on each part of this, in order
}

// Spent is how long a part of an atlas took, without what else was asked for.
type Spent struct {
	Part    string  `json:"part"`
	Seconds float64 `json:"seconds"`
}

// An Idea is what the shapes of many messages and attachments have in common: kinds of
// principals, and how many of each.
type Idea struct {
	Text        string `json:"text"`
	Messages    []int  `json:"messages"`    // that it opens
	Attachments []int  `json:"attachments"` // that it opens
	Fewest      int    `json:"fewest"`      // minimal sets of one of these
	Most        int    `json:"most"`
	Script      string `json:"script"` // an attack of the library that shows it, "" for none
}

// GoalSets are the sets of one goal.
type GoalSets struct {
	Goal    string   `json:"goal"`
	Minimal *big.Int `json:"minimal"`
	Maximal *big.Int `json:"maximal"`
	// Shapes fold the minimal sets; none if there are more than were asked for.
	Shapes []Shape `json:"shapes"`
	// Several says that the goal is several things at once, such as every message. What opens
	// them all is made up of what opens each, and is no idea of its own.
	Several bool `json:"several"`
}

// Goal finds a goal by name, nil if there is none.
func (d *Document) Goal(name string) *GoalSets {
	for i := range d.Goals {
		if d.Goals[i].Goal == name {
			return &d.Goals[i]
		}
	}
	return nil
}

// Make explores a design, certifies what was found and writes it down. Sets are listed and tried
// for goals of at most limit minimal and limit maximal ones, and again of each kind are computed
// again from raw bytes.
func Make(ctx context.Context, lab *attacks.Lab, d world.Design, moments []int, limit,
	again int) (*Atlas, *Document, error) {
	start := clock(lab)
	var spent []Spent
	ended := func(part string) {
		before := start
		for _, s := range spent {
			before += s.Seconds
		}
		spent = append(spent, Spent{part, clock(lab) - before})
	}
	a, err := Explore(ctx, lab, d, moments)
	if err != nil {
		return nil, nil, err
	}
	ended("one run, and what follows from everything")
	a.Again = again
	certificate, err := a.Certify(ctx, limit)
	if err != nil {
		return nil, nil, err
	}
	ended("the certificate")
	by, err := scripts(ctx, lab, d)
	if err != nil {
		return nil, nil, err
	}
	ended("attacks of the library")
	doc := &Document{Arrangement: a.Info.ID, Settings: a.Settings, Moments: moments,
		Capabilities: len(a.Events), Goals: []GoalSets{}, Ideas: []Idea{}, Active: []Means{}, Forged: []Means{},
		Generic: generic.Report{Findings: []generic.Finding{}, Missed: []generic.Missed{}}, Certificate: certificate}
	ideas, folded := map[cast]int{}, map[bdd.Func][]Shape{}
	for i := range a.Goals {
		g := &a.Goals[i]
		sets := GoalSets{Goal: g.Name, Minimal: a.space.Count(g.function),
			Maximal: a.space.Count(a.space.Dual(g.function)), Shapes: []Shape{}, Several: g.Several}
		if known, ok := folded[g.function]; ok {
			sets.Shapes = slices.Clone(known)
		} else if sets.Minimal.IsInt64() && sets.Minimal.Int64() <= int64(limit) {
			folded[g.function] = a.Shapes(g)
			sets.Shapes = slices.Clone(folded[g.function])
		}
		for n := range sets.Shapes {
			s := &sets.Shapes[n]
			if found := by[s.cast]; found != nil && g.metadata {
				s.Script = found.metadata.id
			} else if found != nil {
				s.Script = found.content.id
			}
		}
		doc.Goals = append(doc.Goals, sets)
		doc.note(a, g, sets.Shapes, ideas)
	}
	for _, idea := range doc.Ideas {
		if idea.Script == "" {
			doc.Unscripted++
		}
	}
	ended("shapes")
	doc.Seconds, doc.Spent = clock(lab)-start, spent
	return a, doc, a.space.Err()
}

// note adds what opens one message or attachment to the ideas.
func (d *Document) note(a *Atlas, g *Goal, shapes []Shape, at map[cast]int) {
	if g.Message+g.Attachment == 0 {
		return
	}
	sets := map[cast]int{}
	var order []cast
	for _, s := range shapes {
		if sets[s.cast] == 0 {
			order = append(order, s.cast)
		}
		sets[s.cast] += s.Sets
	}
	for _, c := range order {
		i, known := at[c]
		if !known {
			i = len(d.Ideas)
			at[c] = i
			d.Ideas = append(d.Ideas, Idea{Text: c.words(a.Info.Principals), Messages: []int{},
				Attachments: []int{}, Fewest: sets[c]})
		}
		idea := &d.Ideas[i]
		idea.Fewest, idea.Most = min(idea.Fewest, sets[c]), max(idea.Most, sets[c])
		if g.Message > 0 {
			idea.Messages = append(idea.Messages, g.Message)
		} else {
			idea.Attachments = append(idea.Attachments, g.Attachment)
		}
		idea.Script = shapes[slices.IndexFunc(shapes, func(s Shape) bool { return s.cast == c })].Script
	}
}

// FindActive adds to a document what attacks of the library need that do more than copy and listen,
// and, if asked to, what an adversary finds who knows no design.
func (d *Document) FindActive(ctx context.Context, lab *attacks.Lab, design world.Design, search bool) error {
	means, forging, err := FindMeans(ctx, lab, design)
	if err != nil {
		return err
	}
	d.Active = means
	if search {
		report, err := generic.Search(ctx, lab, design)
		if err != nil {
			return err
		}
		library, err := library(ctx, lab, design, slices.Concat(means, forging))
		if err != nil {
			return err
		}
		report.Compare(library, design.Info().Principals)
		d.Generic = *report
	}
	d.Forged = Forging(forging, &d.Generic)
	return nil
}

// library lists what attacks reach with which capabilities: those that act, and those that only copy
// and listen.
func library(ctx context.Context, lab *attacks.Lab, d world.Design, means []Means) (list []generic.Shown, err error) {
	for _, m := range means {
		list = append(list, generic.Shown{Script: m.Script, Needs: m.Needs, Goals: m.Goals, Fixes: len(m.Fixes) > 0})
	}
	cells, err := passive(ctx, lab, d)
	if err != nil {
		return nil, err
	}
	own := map[string]bool{}
	for _, t := range lab.Attacks {
		h := t.Header()
		own[h.ID] = len(fixes(h, lab.Settings, d.Info())) > 0
	}
	for _, c := range cells {
		list = append(list, generic.Shown{Script: c.Attack, Needs: world.Written(c.Needs),
			Goals: generic.Goals(&c), Fixes: own[c.Attack]})
	}
	return list, nil
}

func clock(lab *attacks.Lab) float64 {
	if lab.Clock == nil {
		return 0
	}
	return lab.Clock()
}
