package stage

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/drawing"
	"doormat/demo/replay"
	"doormat/demo/stage/jobs"
	"doormat/world"
)

// A task is a run that pages wait for and share.
type task struct {
	key    string
	weight int // deliveries times designs: how long it takes and how much it keeps
	run    jobs.Run
}

func (s *Stage) start(t task) *jobs.Job { return s.store.Start(t.key, t.weight, t.run) }

// pageWait is how long a page waits for its run before it shows how far it is: less
// than people notice.
const pageWait = 100 * time.Millisecond

// errUnderWay says that a run takes longer than people notice.
var errUnderWay = errors.New("the run is under way")

// waitBriefly gives what a task made, or errUnderWay when the moment that a page may wait is over.
// In a tab, a page waits for all of it.
func (s *Stage) waitBriefly(r *http.Request, t task) (any, error) {
	brief := r.Context()
	if !s.inTab {
		var cancel context.CancelFunc
		brief, cancel = context.WithTimeoutCause(brief, pageWait, errUnderWay)
		defer cancel()
	}
	return s.start(t).Wait(brief)
}

// have gives what a task made for a page. Until it is there it serves how far the task is, as a
// page, or as events to a page that asks its own address for them.
func (s *Stage) have(w http.ResponseWriter, r *http.Request, f frame, q choice,
	t task) (any, bool) {
	if streams(r) {
		s.follow(w, r, t, q)
		return nil, false
	}
	v, err := s.waitBriefly(r, t)
	switch {
	case errors.Is(err, errUnderWay):
		f.Waiting, f.Events = true, r.URL.RequestURI()
		s.show(w, http.StatusOK, "waiting", f)
	case err != nil:
		s.fail(w, q, statusOf(err), f.Title, err)
	}
	return v, err == nil
}

// streams tells of a request for events.
func streams(r *http.Request) bool { return r.Header.Get("Accept") == "text/event-stream" }

// follow streams how far a task is: of a matrix, its cells as they are done.
func (s *Stage) follow(w http.ResponseWriter, r *http.Request, t task, q choice) {
	s.hub.Watch(w, r, s.start(t), func(p jobs.Progress) (string, any) {
		if p.Cell == nil {
			return "progress", progressed{p.Done, p.Total, p.What}
		}
		return "cell", cellEvent{p.Cell.Attack, p.Cell.Design,
			string(drawing.Cell(p.Cell, wallOf(p.Cell.Attack, 1, q)))}
	})
}

// progressed is what a page shows of a run under way.
type progressed struct {
	Done  int    `json:"done"`
	Total int    `json:"total"`
	What  string `json:"what"`
}

// cellEvent is a finished cell, as the drawing has it.
type cellEvent struct {
	Attack string `json:"attack"`
	Design string `json:"design"`
	HTML   string `json:"html"`
}

// await gives the replay of an attack, or serves what stands in the way of a page of this title.
func (s *Stage) await(w http.ResponseWriter, r *http.Request, title string,
	t technique.Technique, q choice) (*replay.Replay, bool) {
	f := s.frame(title, q, t.Header().ID)
	lab, err := s.lab(q)
	if err != nil {
		s.fail(w, q, statusOf(err), f.Title, err)
		return nil, false
	}
	v, ok := s.have(w, r, f, q, s.replaying(lab, t, q))
	if !ok {
		return nil, false
	}
	s.warm(q)
	return v.(*replay.Replay), true
}

// Warm starts the runs of the first page and its story before anybody asks.
func (s *Stage) Warm() { s.warm(s.initial) }

// warm starts the runs of the story, so that no act keeps the room waiting. A long
// chat's runs wait until somebody asks.
func (s *Stage) warm(q choice) {
	lab, err := s.lab(q)
	if err != nil || s.inTab || lab.Conversation.Deliveries() > long {
		return
	}
	for _, h := range s.acts {
		if t, err := s.kit.Attack(h.ID); err == nil {
			s.start(s.replaying(lab, t, q))
		}
	}
}

// weight is how long a run of a lab takes, and how much it keeps.
func weight(lab *attacks.Lab) int { return lab.Conversation.Deliveries() * len(lab.Designs) }

// replaying runs one attack and keeps all that its replay shows. Its key has what the attack
// needs: a room may have chosen whom it robs.
func (s *Stage) replaying(lab *attacks.Lab, t technique.Technique, q choice) task {
	messages := len(lab.Conversation.Messages)
	h := t.Header()
	return task{"replay/" + h.ID + "?" + q.encode().Encode() + " " + strings.Join(h.Needs, " "),
		weight(lab), func(ctx context.Context, report func(jobs.Progress)) (any, error) {
			l := *lab
			l.Typed = func(design string, message int) {
				report(jobs.Progress{Done: message, Total: messages,
					What: fmt.Sprintf("%s: message %d of %d", design, message, messages)})
			}
			return replay.Run(ctx, &l, t)
		}}
}

// matrix runs the attacks of a lab on every design; name tells apart labs of the same settings.
func (s *Stage) matrix(name string, lab *attacks.Lab, q choice) task {
	return task{name + "?" + q.encode().Encode(), weight(lab),
		func(ctx context.Context, report func(jobs.Progress)) (any, error) {
			l := *lab
			l.Progress = func(done, total int, c *attacks.Cell) {
				cell := *c
				report(jobs.Progress{Done: done, Total: total, What: fmt.Sprintf("%d of %d done",
					done, total), Cell: &cell})
			}
			return l.Run(ctx)
		}}
}

// columns is how many moments a picture has at most.
const columns = 72

// moments runs an attack at moments spread over the conversation, on the given
// designs.
func (s *Stage) moments(lab *attacks.Lab, t technique.Technique,
	designs []world.Design, q choice) task {
	key := "moments/" + t.Header().ID + "?" + q.encode().Encode()
	for _, d := range designs {
		key += "&design=" + d.Info().ID
	}
	l := *lab
	l.Attacks, l.Designs = []technique.Technique{t}, designs
	return task{key, weight(&l), func(ctx context.Context, report func(jobs.Progress)) (any, error) {
		l := l
		l.Progress = func(done, total int, _ *attacks.Cell) {
			report(jobs.Progress{Done: done, Total: total, What: fmt.Sprintf("%d of %d runs", done,
				total)})
		}
		messages := len(lab.Conversation.Messages)
		step := (messages + columns - 1) / columns
		moments := demo.Range{Over: "at", Step: strconv.Itoa(step)}
		points, err := moments.Points(l.Settings, messages)
		if err != nil {
			return nil, err
		}
		return moments.Run(ctx, &l, points)
	}}
}
