package stage

import (
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"doormat/attacks"
	"doormat/attacks/deduce"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/drawing"
	"doormat/demo/replay"
	"doormat/demo/summary"
)

// replayPage tells of an attack in full: its capabilities, its script and what each line did.
type replayPage struct {
	frame
	Header        technique.Header
	Wall, Moments string
	Settings      settings
	Told          template.HTML
}

// claimPage opens one claim: from the loot through each rule to the plaintext.
type claimPage struct {
	frame
	Back, Headline, Text string
	Proof, Steps         template.HTML
}

// replayOf is the address of an attack in full.
func replayOf(attack string, q choice) string { return address("/replay/"+attack, q.encode()) }

// claimOf is the address of the proof of a message.
func claimOf(attack, design string, message int, q choice) string {
	return address(fmt.Sprintf("/replay/%s/claim/%s/%d", attack, design, message), q.encode())
}

func (s *Stage) replay(w http.ResponseWriter, r *http.Request) {
	q, p, ok := s.replayed(w, r)
	if !ok {
		return
	}
	h := p.Header
	page := replayPage{frame: s.frame(h.Title, q, h.ID), Header: h, Wall: wallOf(h.ID, 1, q),
		Settings: newSettings(q, p.Conversation, p.Result.Designs, p.Settings(), "/replay/"+h.ID,
			url.Values{})}
	page.Settings.own(p)
	if ownMoment(p) == "" {
		page.Moments = address("/moments/"+h.ID, q.encode())
	}
	told := drawing.Attack{Replay: p, Command: s.command(q, p),
		Link: func(c *attacks.Cell) string { return claimOf(h.ID, c.Design, c.Trace.Proved, q) }}
	if q.Chat == "" {
		told.Story = q.Tale()
	}
	page.Told = told.HTML()
	s.show(w, http.StatusOK, "replay", page)
}

// replayed gives the replay that an address names, or serves what stands in the way.
func (s *Stage) replayed(w http.ResponseWriter, r *http.Request) (choice, *replay.Replay, bool) {
	t, err := s.kit.Attack(r.PathValue("attack"))
	if err != nil {
		s.fail(w, defaults(), statusOf(err), "No such attack", err)
		return choice{}, nil, false
	}
	q, err := parse(r.URL.Query())
	if err != nil {
		s.fail(w, q, statusOf(err), t.Header().Title, err)
		return q, nil, false
	}
	p, ok := s.await(w, r, t.Header().Title, t, q)
	return q, p, ok
}

// claim serves the proof of one message.
func (s *Stage) claim(w http.ResponseWriter, r *http.Request) {
	q, p, ok := s.replayed(w, r)
	if !ok {
		return
	}
	page, err := s.claimPage(r, q, p)
	if err != nil {
		s.fail(w, q, statusOf(err), p.Header.Title, err)
		return
	}
	s.show(w, http.StatusOK, "claim", page)
}

func (s *Stage) claimPage(r *http.Request, q choice, p *replay.Replay) (claimPage, error) {
	design := slices.IndexFunc(p.Result.Designs,
		func(d attacks.DesignRow) bool { return d.ID == r.PathValue("design") })
	k, err := strconv.Atoi(r.PathValue("message"))
	if design < 0 || err != nil || k < 1 || k > len(p.Conversation.Messages) {
		return claimPage{}, demo.Usagef("no message %q in design %q", r.PathValue("message"),
			r.PathValue("design"))
	}
	proof, err := p.Prove(r.Context(), design, k)
	if err != nil {
		return claimPage{}, demo.Usagef("%v", err)
	}
	m := &p.Conversation.Messages[k-1]
	head := fmt.Sprintf("How message %d was read", k)
	how := "copied, overheard, or computed from boxes before it; without any one of the copied or " +
		"overheard pieces here, the others here do not give it. What else was taken may."
	if slices.ContainsFunc(proof, func(s deduce.Step) bool { // such a proof is kept whole
		return s.Origin == deduce.Made || slices.Contains(p.Header.Applies, s.Rule)
	}) {
		how = "copied, overheard, made by the adversary, or computed from the boxes before it."
	}
	texts := q.Chat == ""
	return claimPage{frame: s.frame(head, q, p.Header.ID), Back: wallOf(p.Header.ID, 3, q),
		Headline: head, Text: fmt.Sprintf("%s to %s, under %s. Every box was %s", m.From,
			summary.Readers(m), p.Result.Designs[design].Name, how),
		Proof: drawing.Proof(replay.Graph(proof), proof, texts),
		Steps: drawing.Steps(proof, texts)}, nil
}
