package stage

import (
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"

	"doormat/attacks"
	"doormat/attacks/deduce"
	"doormat/demo"
	"doormat/demo/drawing"
	"doormat/demo/replay"
	"doormat/demo/summary"
)

// claimPage opens one claim: from the loot through each rule to the plaintext.
type claimPage struct {
	frame
	Back, Headline, Text string
	Proof, Steps         template.HTML
}

// claim serves the proof of one message.
func (s *Stage) claim(w http.ResponseWriter, r *http.Request) {
	brief, cancel := s.briefContext(r)
	defer cancel()
	at, p, ok := s.ready(brief, w, r)
	if !ok {
		return
	}
	page, err := s.claimPage(r, at, p)
	if err != nil {
		s.fail(w, at.query, statusOf(err), p.Header.Title, err)
		return
	}
	s.show(w, http.StatusOK, "claim", page)
}

func (s *Stage) claimPage(r *http.Request, at replayAddress, p *replay.Replay) (claimPage, error) {
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
	page := claimPage{
		frame: frame{Title: fmt.Sprintf("How message %d was read", k), Events: "/events",
			Nav: s.nav(at.query, at.attack)},
		Back: at.url(), Headline: fmt.Sprintf("How message %d was read", k),
		Text: fmt.Sprintf("%s to %s, under %s. Every box was copied, overheard, or computed from "+
			"boxes before it; without any one of the copied or overheard pieces here, the others "+
			"here do not give it. What else was taken may.", m.From, summary.Readers(m),
			p.Result.Designs[design].Name),
	}
	own := func(s deduce.Step) bool { return s.Origin == deduce.Made || made(p, s) }
	if slices.ContainsFunc(proof, own) {
		page.Text = fmt.Sprintf("%s to %s, under %s. Every box was copied, overheard, made by "+
			"the adversary, or computed from the boxes before it.",
			m.From, summary.Readers(m), p.Result.Designs[design].Name)
	}
	texts := at.query.Chat == ""
	page.Proof, page.Steps = drawing.Proof(replay.Graph(proof), proof, texts),
		drawing.Steps(proof, texts)
	return page, nil
}

// made reports whether a step built something rather than read it: such a proof is
// kept whole.
func made(p *replay.Replay, s deduce.Step) bool { return slices.Contains(p.Header.Applies, s.Rule) }
