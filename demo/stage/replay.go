package stage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/drawing"
	"doormat/demo/replay"
	"doormat/demo/stage/scene"
	"doormat/demo/summary"
)

// replayPage is one step of one replay.
type replayPage struct {
	frame
	Act                          int
	Attack, Family, Kind         string
	N, Last                      int
	Headline, Text               string
	Steps                        []stepLink
	Back, Next, Restart, Predict string
	Wall                         string // the same on a wall
	Action                       string // of the form in which the room guesses
	Settings                     settings
	Needs                        []scene.Need
	First                        int
	Script                       []scene.Line
	Panels                       []panel
	Guessing                     []guessing
	Hidden                       []field
	Outcome                      bool
	Header                       technique.Header
	Moments, Command             string
	Legend                       template.HTML
}

type stepLink struct {
	N          int
	Title, URL string
	Here       bool
}

// replay serves one step.
func (s *Stage) replay(w http.ResponseWriter, r *http.Request) {
	brief, cancel := s.briefContext(r)
	defer cancel()
	at, p, ok := s.ready(brief, w, r)
	if !ok {
		return
	}
	waiting, before, err := s.before(brief, at)
	if err != nil {
		s.wait(w, p.Header, at.query, waiting.encode())
		return
	}
	s.warm(at.query)
	s.show(w, http.StatusOK, "replay", s.replayPage(at, p, before))
}

// ready gives the replay that an address names. Where it is still being run, or cannot
// be, it serves a page that says so.
func (s *Stage) ready(brief context.Context, w http.ResponseWriter,
	r *http.Request) (replayAddress, *replay.Replay, bool) {
	at, t, err := s.addressOf(r)
	if err != nil {
		s.fail(w, at.query, statusOf(err), titleOf(t), err)
		return at, nil, false
	}
	p, ok := s.await(brief, w, t, at.query, at.query.encode())
	return at, p, ok
}

// await gives the replay of an attack, or serves a page that says how far it is or why there is
// none; v are the parameters of the attack's events.
func (s *Stage) await(brief context.Context, w http.ResponseWriter, t technique.Technique,
	q choice, v url.Values) (*replay.Replay, bool) {
	p, err := s.replayOf(brief, t, q)
	h := t.Header()
	switch {
	case errors.Is(err, errUnderWay):
		s.wait(w, h, q, v)
	case err != nil:
		s.fail(w, q, statusOf(err), h.Title, err)
	}
	return p, err == nil
}

// wait shows how far the run of an attack is that a page waits for.
func (s *Stage) wait(w http.ResponseWriter, h technique.Header, q choice, v url.Values) {
	s.show(w, http.StatusOK, "waiting", frame{Title: h.Title, Waiting: true,
		Events: address("/events/replay/"+h.ID, v), Nav: s.nav(q, h.ID)})
}

// titleOf is the title of an attack, if there is one.
func titleOf(t technique.Technique) string {
	if t == nil {
		return "No such attack"
	}
	return t.Header().Title
}

// addressOf reads the address of a replay, and gives its attack if there is one.
func (s *Stage) addressOf(r *http.Request) (replayAddress, technique.Technique, error) {
	at := replayAddress{attack: r.PathValue("attack"), step: 1,
		guesses: parseGuesses(r.URL.Query()), was: canonical(r.URL.Query().Get("was"))}
	t, err := s.kit.Attack(at.attack)
	if err != nil {
		return at, nil, err
	}
	if at.query, err = parse(r.URL.Query()); err != nil {
		return at, t, err
	}
	if text := r.URL.Query().Get("step"); text != "" {
		if at.step, err = strconv.Atoi(text); err != nil || at.step < 1 {
			return at, t, demo.Usagef("step %q: want a number from 1", text)
		}
	}
	return at, t, nil
}

// replayOf gives the replay of an attack, or errUnderWay if it takes longer than
// people notice.
func (s *Stage) replayOf(brief context.Context, t technique.Technique,
	q choice) (*replay.Replay, error) {
	lab, _, err := s.lab(q)
	if err != nil {
		return nil, err
	}
	v, err := s.waitBriefly(brief, s.replaying(lab, t, q))
	if err != nil {
		return nil, err
	}
	return v.(*replay.Replay), nil
}

func (s *Stage) replayPage(at replayAddress, p, before *replay.Replay) replayPage {
	at.step = min(at.step, len(p.Steps))
	step := &p.Steps[at.step-1]
	page := replayPage{
		frame:  frame{Title: p.Header.Title, Events: "/events", Nav: s.nav(at.query, at.attack)},
		Attack: p.Header.ID, Family: p.Header.Family, Kind: p.Header.Kind, N: at.step,
		Last:     len(p.Steps),
		Headline: step.Title, Text: step.Text, Header: p.Header,
		Outcome: step.Kind == replay.Outcome,
		Restart: at.at(1), Predict: at.at(2) + "#predict", Action: "/replay/" + at.attack,
		Command: s.command(at, p), Legend: drawing.Legend(), Wall: wallOf(at.attack, 1, at.query),
	}
	for i := range page.Nav.Acts { // whoever goes step by step stays with it
		page.Nav.Acts[i].URL = at.of(page.Nav.Acts[i].ID)
	}
	s.walk(&page, at, p)
	form := replayAddress{attack: at.attack, query: defaults(), step: at.step}
	if step.Kind == replay.Outcome {
		form.step = lastStep
	}
	extra := form.values()
	extra.Set("was", cmp.Or(at.query.encode().Encode(), "defaults"))
	page.Settings = newSettings(at.query, p.Conversation, p.Result.Designs, p.Settings(),
		"/replay/"+at.attack, extra)
	page.Settings.own(p)
	if ownMoment(p) == "" {
		page.Moments = address("/moments/"+at.attack, at.query.encode())
	}
	page.Needs = scene.Needs(p, step)
	page.First, page.Script = scene.Script(p.Script, step)
	for i := range step.Frames {
		page.Panels = append(page.Panels, s.panel(at, p, i, before))
	}
	if step.Kind == replay.Means {
		page.ask(at, p)
	}
	return page
}

// lastStep is beyond any replay: its outcome.
const lastStep = 999

// walk links the steps, and the acts of the story at both ends.
func (s *Stage) walk(page *replayPage, at replayAddress, p *replay.Replay) {
	for i, st := range p.Steps {
		page.Steps = append(page.Steps, stepLink{i + 1, st.Title, at.at(i + 1), i+1 == at.step})
	}
	here := slices.IndexFunc(s.acts, func(h technique.Header) bool { return h.ID == at.attack })
	page.Act = here + 1
	switch {
	case at.step > 1:
		page.Back = at.at(at.step - 1)
	case here > 0:
		page.Back = at.of(s.acts[here-1].ID)
	default:
		page.Back = page.Nav.Home
	}
	switch {
	case at.step < len(p.Steps):
		page.Next = at.at(at.step + 1)
	case here >= 0 && here+1 < len(s.acts):
		page.Next = at.of(s.acts[here+1].ID)
	case here >= 0:
		page.Next = page.Nav.Overview
	}
}

// panel shows one design.
func (s *Stage) panel(at replayAddress, p *replay.Replay, design int, before *replay.Replay) panel {
	step := &p.Steps[at.step-1]
	f, c, d := &step.Frames[design], &p.Result.Cells[design], p.Result.Designs[design]
	link := func(k int) string {
		return address(fmt.Sprintf("/replay/%s/claim/%s/%d", at.attack, d.ID, k), at.values())
	}
	cards, seats := scene.Cards(p, design, step)
	v := panel{ID: d.ID, Name: d.Name, About: s.about(d, c), Cards: cards,
		Seats: seats, Did: f.Did,
		Timeline: drawing.Timeline(p, design, at.step-1, link)}
	if step.Kind == replay.Opening {
		v.Journey = drawing.Journey(p.Journey(design))
	}
	if c.Error != "" || step.Kind == replay.Outcome && !c.Expected {
		v.Problem = summary.Reason(c)
	}
	if !c.Applicable {
		v.Absent = summary.Absence(c)
		return v
	}
	v.Counters, v.Noticed = scene.Counters(p.Header.Kind, step, f), scene.Warnings(f.Noticed)
	if step.Kind != replay.Outcome {
		return v
	}
	v.Why, v.Guess = c.Why, at.guesses[d.ID].compare(c.Content)
	if k := c.Trace.Proved; k > 0 {
		v.Proof = link(k)
	}
	if at.query.Chat == "" {
		v.Sample = sample(at.query.Tale(), p, c)
	}
	if before != nil && design < len(before.Result.Cells) {
		last := &before.Steps[len(before.Steps)-1]
		scene.Compare(v.Counters, scene.Counters(before.Header.Kind, last, &last.Frames[design]))
		v.Changed = drawing.Timeline(before, design, len(before.Steps)-1, nil)
	}
	return v
}

// before is the replay under the settings before the last change, nil if nothing was
// changed; with errUnderWay come the settings that are run.
func (s *Stage) before(brief context.Context, at replayAddress) (choice, *replay.Replay, error) {
	q, err := parseText(at.was)
	if at.was == "" || err != nil || q.encode().Encode() == at.query.encode().Encode() {
		return q, nil, nil
	}
	t, err := s.kit.Attack(at.attack)
	if err != nil {
		return q, nil, err
	}
	p, err := s.replayOf(brief, t, q)
	if err != nil && !errors.Is(err, errUnderWay) {
		return q, nil, nil // such as a chat that is gone: there is nothing to compare with
	}
	return q, p, err
}

// canonical is the shortest text of settings, "" if they make no sense.
func canonical(was string) string {
	q, err := parseText(was)
	if was == "" || err != nil {
		return ""
	}
	return cmp.Or(q.encode().Encode(), "defaults")
}
