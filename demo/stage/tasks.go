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

// errUnderWay says that a run takes longer than people notice.
var errUnderWay = errors.New("the run is under way")

// waitBriefly gives what a task made, or errUnderWay when the moment that the page may wait
// is over, see briefly.
func (s *Stage) waitBriefly(brief context.Context, t task) (any, error) {
	v, err := s.store.Start(t.key, t.weight, t.run).Wait(brief)
	if err != nil && brief.Err() != nil && errors.Is(err, context.Cause(brief)) {
		return nil, errUnderWay
	}
	return v, err
}

// briefContext is the moment that a page waits for all its runs together.
func (s *Stage) briefContext(r *http.Request) (context.Context, context.CancelFunc) {
	if s.inTab {
		return context.WithCancel(r.Context())
	}
	return context.WithTimeout(r.Context(), pageWait)
}

// Warm starts the runs of the first page and its story before anybody asks.
func (s *Stage) Warm() { s.warm(s.initial) }

// warm starts the runs of the story, so that no act keeps the room waiting. A long
// chat's runs wait until somebody asks.
func (s *Stage) warm(q choice) {
	lab, conv, err := s.lab(q)
	if err != nil || s.inTab || deliveries(conv) > long {
		return
	}
	for _, h := range s.acts {
		if t, err := s.kit.Attack(h.ID); err == nil {
			one := s.replaying(lab, t, q)
			s.store.Start(one.key, one.weight, one.run)
		}
	}
}

// deliveries counts messages as often as they are delivered: what a run takes and
// keeps grows with it.
func deliveries(c *world.Conversation) (n int) {
	for i := range c.Messages {
		n += len(c.Messages[i].To)
	}
	return n
}

// replaying runs one attack and keeps all that its replay shows. Its key has what the attack
// needs: a room may have chosen whom it robs.
func (s *Stage) replaying(lab *attacks.Lab, t technique.Technique, q choice) task {
	messages := len(lab.Conversation.Messages)
	h := t.Header()
	return task{"replay/" + h.ID + "?" + q.encode().Encode() + " " + strings.Join(h.Needs, " "),
		deliveries(lab.Conversation) * len(lab.Designs),
		func(ctx context.Context, report func(jobs.Progress)) (any, error) {
			l := *lab
			l.Typed = func(design string, message int) {
				report(jobs.Progress{Done: message, Total: messages,
					What: fmt.Sprintf("%s: message %d of %d", design, message, messages)})
			}
			return replay.Run(ctx, &l, t)
		}}
}

// matrix runs every attack on every design.
func (s *Stage) matrix(lab *attacks.Lab, q choice) task {
	return task{"matrix?" + q.encode().Encode(), deliveries(lab.Conversation) * len(lab.Designs),
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
	messages := len(lab.Conversation.Messages)
	return task{key, deliveries(lab.Conversation) * len(designs), func(ctx context.Context,
		show func(jobs.Progress)) (any, error) {
		l := *lab
		l.Attacks, l.Designs = []technique.Technique{t}, designs
		l.Progress = func(done, total int, _ *attacks.Cell) {
			show(jobs.Progress{Done: done, Total: total, What: fmt.Sprintf("%d of %d runs", done,
				total)})
		}
		step := (messages + columns - 1) / columns
		moments := demo.Range{Over: "at", Step: strconv.Itoa(step)}
		points, err := moments.Points(l.Settings, messages)
		if err != nil {
			return nil, err
		}
		return moments.Run(ctx, &l, points)
	}}
}

// pageWait is how long a page waits for its run before it shows how far it is: less
// than people notice.
const pageWait = 100 * time.Millisecond
