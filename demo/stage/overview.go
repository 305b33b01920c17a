package stage

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"

	"doormat/attacks"
	"doormat/demo/drawing"
	"doormat/demo/stage/jobs"
	"doormat/demo/summary"
	"doormat/world"
)

// overviewPage shows all attacks at a glance.
type overviewPage struct {
	frame
	Settings settings
	Progress string
	Heat     template.HTML
	Maps     string // address of the maps
	Ask      string // link that runs what takes long, "" if it was not asked for
	Made     bool   // the results were made ahead
	Measured bool   // they were measured here
}

// momentsPage shows one attack at every moment, in every design.
type momentsPage struct {
	frame
	Headline, Wall string
	Settings       settings
	Moments        []momentsView
}

// A momentsView is one picture of what is open, by the moment of the attack.
type momentsView struct {
	Title   string
	Picture template.HTML
}

// long is how many deliveries of messages make a run of everything take minutes: it is then run
// only when somebody asks.
const long = 1500

func (s *Stage) overview(w http.ResponseWriter, r *http.Request) {
	q, lab, ok := s.prepare(w, r, "Overview")
	if !ok {
		return
	}
	v := q.encode()
	page := overviewPage{frame: s.frame("Overview", q, "overview"), Maps: address("/closing", v)}
	page.Settings = newSettings(q, lab.Conversation, lab.Outline().Designs, lab.Settings,
		"/overview", url.Values{})
	if r.URL.Query().Get("all") == "" && lab.Conversation.Deliveries() > long {
		v.Set("all", "yes")
		page.Ask = address("/overview", v)
		s.show(w, http.StatusOK, "overview", page)
		return
	}
	t := s.matrix("matrix", lab, q)
	if streams(r) {
		s.follow(w, r, t, q)
		return
	}
	page.Events = address("/overview", v)
	result, err := s.result(r, lab, t, &page)
	if err != nil {
		s.fail(w, q, statusOf(err), "Overview", err)
		return
	}
	page.Heat = drawing.Heat(result, func(attack, _ string) string { return wallOf(attack, 1, q) })
	s.show(w, http.StatusOK, "overview", page)
}

// result gives the matrix, as it was measured here or made ahead, or what of it is there. Events
// of the page measure again what was made ahead.
func (s *Stage) result(r *http.Request, lab *attacks.Lab, t task,
	page *overviewPage) (*attacks.Result, error) {
	made := lab.Made()
	if v, done := s.store.Peek(t.key); done {
		page.Measured = true
		return v.(*attacks.Result), nil
	}
	if page.Made = made != nil; page.Made {
		return made, nil
	}
	v, err := s.waitBriefly(r, t)
	if page.Waiting = errors.Is(err, errUnderWay); page.Waiting {
		part := lab.Outline()
		part.Cells = append(part.Cells, s.start(t).Cells()...)
		page.Progress = fmt.Sprintf("%d of %d done", len(part.Cells),
			len(lab.Attacks)*len(lab.Designs))
		return part, nil
	}
	if err != nil {
		return nil, err
	}
	return v.(*attacks.Result), nil
}

func (s *Stage) momentsPage(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("attack")
	t, err := s.kit.Attack(id)
	if err != nil {
		s.fail(w, defaults(), statusOf(err), "No such attack", err)
		return
	}
	title := t.Header().Title
	q, lab, ok := s.prepare(w, r, title)
	if !ok {
		return
	}
	page := momentsPage{frame: s.frame(title, q, id), Headline: title, Wall: wallOf(id, 1, q)}
	v, ok := s.have(w, r, page.frame, q, s.moments(lab, t, lab.Designs, q))
	if !ok {
		return
	}
	page.Settings = newSettings(q, lab.Conversation, lab.Outline().Designs, lab.Settings,
		"/moments/"+id, url.Values{})
	for i, d := range lab.Designs {
		page.Moments = append(page.Moments, momentsView{d.Info().Name,
			drawing.Moments(v.(*summary.Sweep), i)})
	}
	s.show(w, http.StatusOK, "moments", page)
}

// closingMaps are the pictures that close the story: one attack in its showcase, with a setting
// that shows what it changes.
var closingMaps = []struct{ attack, title, setting, value string }{
	{"device-theft", "One phone and a wiretap (×2)", "retention", "all"},
	{"device-theft", "The same, a phone that deletes", "retention", "10"},
	{"quorum-theft", "Escrow: a quorum, then the provider", "rotate", "0"},
	{"quorum-theft", "The same, the key rotated", "rotate", "20"},
}

// maps draws them, those that the kit has and whose settings fit.
func (s *Stage) maps(q choice) task {
	var runs []task
	var titles []string
	all := task{key: "maps?" + q.encode().Encode()}
	for _, one := range closingMaps {
		changed := q
		changed.Set(one.setting, one.value)
		t, err := s.kit.Attack(one.attack)
		if err != nil {
			continue
		}
		d, err := s.kit.Design(t.Header().Showcase)
		if err != nil {
			continue
		}
		lab, err := s.lab(changed)
		if err != nil {
			continue
		}
		run := s.moments(lab, t, []world.Design{d}, changed)
		runs, titles, all.weight = append(runs, run), append(titles, one.title), all.weight+run.weight
	}
	all.run = func(ctx context.Context, report func(jobs.Progress)) (any, error) {
		var list []momentsView
		for i, t := range runs {
			v, err := t.run(ctx, func(p jobs.Progress) {
				report(jobs.Progress{Done: i*p.Total + p.Done, Total: len(runs) * p.Total,
					What: titles[i] + ": " + p.What})
			})
			if err != nil {
				return nil, err
			}
			list = append(list, momentsView{titles[i], drawing.Moments(v.(*summary.Sweep), 0)})
		}
		return list, nil
	}
	return all
}

// prepare reads the settings of a page's address and prepares a lab, or serves the
// error.
func (s *Stage) prepare(w http.ResponseWriter, r *http.Request,
	title string) (choice, *attacks.Lab, bool) {
	q, err := parse(r.URL.Query())
	var lab *attacks.Lab
	if err == nil {
		lab, err = s.lab(q)
	}
	if err != nil {
		s.fail(w, q, statusOf(err), title, err)
	}
	return q, lab, err == nil
}
