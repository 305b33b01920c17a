package stage

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"

	"doormat/attacks"
	"doormat/demo/drawing"
	"doormat/demo/summary"
	"doormat/world"
)

// overviewPage shows all attacks at a glance.
type overviewPage struct {
	frame
	Settings settings
	Moments  []momentsView
	Progress string
	Heat     template.HTML
	Acts     template.HTML // the same of the story only
	Ask      string        // link that runs what takes long, "" if it was not asked for
	Made     bool          // the results were made ahead
	Measured bool          // they were measured here
}

// momentsPage shows one attack at every moment, in every design.
type momentsPage struct {
	frame
	Headline, Replay string
	Settings         settings
	Moments          []momentsView
}

// A momentsView is one picture of what is open, by the moment of the attack.
type momentsView struct {
	Title, About, URL string
	Picture           template.HTML // "" while it is being measured
}

// preset is a picture that says what counts: one attack in its showcase, with settings
// that show what they change.
type preset struct {
	attack, title, about string
	change               func(*choice)
}

var presets = []preset{
	{"device-theft", "One phone and a wiretap (×2)", "in every design; the phone keeps everything",
		func(q *choice) { q.Set("retention", "all") }},
	{"device-theft", "The same, a phone that deletes", "in every design; it keeps ten messages",
		func(q *choice) { q.Set("retention", "10") }},
	{"quorum-theft", "Escrow: a quorum, then the provider",
		"t trustees after message x, the provider at the end",
		func(q *choice) { q.Set("rotate", "0") }},
	{"quorum-theft", "The same, the key rotated",
		"a new key every 20 messages, the old one destroyed at the next",
		func(q *choice) { q.Set("rotate", "20") }},
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
	page := overviewPage{frame: frame{Title: "Overview", Nav: s.nav(q, "overview"),
		Events: "/events"}}
	page.Settings = newSettings(q, lab.Conversation, lab.Outline().Designs, lab.Settings,
		"/overview", url.Values{})
	if r.URL.Query().Get("all") == "" && deliveries(lab.Conversation) > long {
		v.Set("all", "yes")
		page.Ask = address("/overview", v)
		s.show(w, http.StatusOK, "overview", page)
		return
	}
	page.Events = address("/events/overview", v)
	brief, cancel := s.briefContext(r)
	defer cancel()
	for _, t := range s.presetTasks(q)[:1] {
		s.store.Start(t.key, t.weight, t.run) // the top of the page comes first
	}
	result, err := s.result(brief, lab, q)
	if err != nil && !errors.Is(err, errUnderWay) {
		s.fail(w, q, statusOf(err), "Overview", err)
		return
	}
	_, measured := s.measured(s.matrix(lab, q))
	page.Waiting, page.Made, page.Measured = err != nil, lab.Made() != nil && !measured, measured
	page.Acts = drawing.Heat(s.story(result), heatLink(q))
	page.Heat = drawing.Heat(result, heatLink(q))
	if page.Waiting {
		page.Progress = fmt.Sprintf("%d of %d done", len(result.Cells),
			len(lab.Attacks)*len(lab.Designs))
	}
	s.presets(brief, &page, q, lab)
	s.show(w, http.StatusOK, "overview", page)
}

// measured gives the matrix if it has been run here.
func (s *Stage) measured(t task) (*attacks.Result, bool) {
	if !slices.Contains(s.store.Keys(), t.key) {
		return nil, false
	}
	v, err, done := s.store.Start(t.key, t.weight, t.run).Peek()
	r, ok := v.(*attacks.Result)
	return r, ok && done && err == nil
}

// result gives the matrix, as it was measured here or made ahead, or what of it is there with
// errUnderWay. Events of the page measure again what was made ahead.
func (s *Stage) result(brief context.Context, lab *attacks.Lab, q choice) (*attacks.Result, error) {
	t := s.matrix(lab, q)
	if r, ok := s.measured(t); ok {
		return r, nil
	}
	if r := lab.Made(); r != nil {
		return r, nil
	}
	v, err := s.waitBriefly(brief, t)
	if errors.Is(err, errUnderWay) {
		part := lab.Outline()
		part.Cells = append(part.Cells, s.store.Start(t.key, t.weight, t.run).Cells()...)
		return part, err
	}
	if err != nil {
		return nil, err
	}
	return v.(*attacks.Result), nil
}

// presets draws the pictures that are there, and starts the others.
func (s *Stage) presets(brief context.Context, page *overviewPage, q choice, lab *attacks.Lab) {
	for _, one := range presets {
		d := s.showcase(one.attack)
		if d == nil {
			continue
		}
		changed := q
		one.change(&changed)
		view := momentsView{Title: one.title, About: one.about, URL: address("/moments/"+one.attack,
			changed.encode())}
		var done bool
		var err error
		if view.Picture, done, err = s.picture(brief, one.attack, []world.Design{d}, changed,
			0); err != nil {
			continue // the kit has no such attack, or the settings do not fit it
		}
		page.Waiting = page.Waiting || !done
		page.Moments = append(page.Moments, view)
	}
}

// showcase is the column in which no need of an attack is idle, nil if there is none here.
func (s *Stage) showcase(attack string) world.Design {
	t, err := s.kit.Attack(attack)
	if err != nil {
		return nil
	}
	d, err := s.kit.Design(t.Header().Showcase)
	if err != nil {
		return nil
	}
	return d
}

// picture draws one design of a sweep over the moments, if it has been run.
func (s *Stage) picture(brief context.Context, attack string, designs []world.Design, q choice,
	design int) (template.HTML, bool, error) {
	lab, _, err := s.lab(q)
	if err != nil {
		return "", false, err
	}
	t, err := s.kit.Attack(attack)
	if err != nil {
		return "", false, err
	}
	v, err := s.waitBriefly(brief, s.moments(lab, t, designs, q))
	if errors.Is(err, errUnderWay) {
		return "", false, nil
	}
	if err != nil {
		return "", false, err
	}
	return drawing.Moments(v.(*summary.Sweep), design), true, nil
}

func (s *Stage) momentsPage(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("attack")
	t, err := s.kit.Attack(id)
	if err != nil {
		s.fail(w, defaults(), statusOf(err), "No such attack", err)
		return
	}
	q, lab, ok := s.prepare(w, r, t.Header().Title)
	if !ok {
		return
	}
	page := momentsPage{frame: frame{Title: t.Header().Title, Nav: s.nav(q, id),
		Events: address("/events/moments/"+id, q.encode())},
		Headline: t.Header().Title, Replay: replayAddress{attack: id, query: q}.url()}
	page.Settings = newSettings(q, lab.Conversation, lab.Outline().Designs, lab.Settings,
		"/moments/"+id, url.Values{})
	brief, cancel := s.briefContext(r)
	defer cancel()
	for i, d := range lab.Designs {
		view := momentsView{Title: d.Info().Name}
		var done bool
		if view.Picture, done, err = s.picture(brief, id, lab.Designs, q, i); err != nil {
			s.fail(w, q, statusOf(err), t.Header().Title, err)
			return
		}
		page.Waiting = page.Waiting || !done
		page.Moments = append(page.Moments, view)
	}
	s.show(w, http.StatusOK, "moments", page)
}

// prepare reads the settings of a page's address and prepares a lab, or serves the
// error.
func (s *Stage) prepare(w http.ResponseWriter, r *http.Request,
	title string) (choice, *attacks.Lab, bool) {
	q, err := parse(r.URL.Query())
	var lab *attacks.Lab
	if err == nil {
		lab, _, err = s.lab(q)
	}
	if err != nil {
		s.fail(w, q, statusOf(err), title, err)
		return q, nil, false
	}
	return q, lab, true
}

// story is the part of a result that the acts tell.
func (s *Stage) story(r *attacks.Result) *attacks.Result {
	part := *r
	part.Attacks = nil
	for _, h := range s.acts {
		for _, a := range r.Attacks {
			if a.ID == h.ID {
				part.Attacks = append(part.Attacks, a)
			}
		}
	}
	return &part
}
