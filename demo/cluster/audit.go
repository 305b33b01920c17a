package cluster

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// A finding is where a job without an answer is.
type finding struct {
	key   string
	where place
}

type place int

const (
	nowhere  place = iota // the server has lost it: it is handed out again
	shelved               // workers with others in hand did not come back from it
	hopeless              // nor did one that had nothing else
)

// audits is how many jobs are looked for at a time.
const audits = 1000

// audit looks where jobs are that nobody holds and that wait for nobody. While some are held or
// wait, it finds nothing. An error means that the streams are gone.
func (r *hosted) audit(ctx context.Context, missing []string) (found []finding, err error) {
	r.hands.Lock()
	defer r.hands.Unlock()
	for _, c := range []jetstream.Consumer{r.queue, r.lone} {
		if busy, err := r.busy(ctx, c); busy || err != nil {
			return nil, err
		}
	}
	for _, key := range missing[:min(len(missing), audits)] {
		answer, err1 := r.lies(ctx, r.streams.results, "result", key)
		normal, err2 := r.lies(ctx, r.streams.jobs, "job", key)
		alone, err3 := r.lies(ctx, r.streams.jobs, "alone", key)
		switch {
		case errors.Join(err1, err2, err3) != nil:
			return found, nil
		case answer: // on its way
		case alone:
			found = append(found, finding{key, hopeless})
		case normal:
			found = append(found, finding{key, shelved})
		default:
			found = append(found, finding{key, nowhere})
		}
	}
	return found, nil
}

// busy tells whether a consumer has jobs to give, or has given some that it waits for. One that
// does not answer counts as busy; it is an error if there is none any more.
func (r *hosted) busy(ctx context.Context, c jetstream.Consumer) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	info, err := c.Info(ctx)
	if errors.Is(err, jetstream.ErrConsumerNotFound) || errors.Is(err, jetstream.ErrStreamNotFound) {
		return false, errors.New("the server has lost the jobs of this run, or another call has ended it: " +
			"start it again")
	}
	return err != nil || info.NumPending > 0 || info.NumAckPending > 0, nil
}

// lies tells whether a stream has a message for a job.
func (r *hosted) lies(ctx context.Context, in jetstream.Stream, what, key string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	_, err := in.GetLastMsgForSubject(ctx, subject(r.name, what, key))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return false, nil
	}
	return err == nil, err
}

// heed acts on what an audit found, where no answer has come meanwhile.
func (r *hosted) heed(ctx context.Context, list []finding) {
	var again, alone []string
	for _, f := range list {
		switch {
		case r.answers[f.key] != nil || r.mine[f.key]:
		case f.where == nowhere:
			again = append(again, f.key)
		case f.where == shelved:
			r.aside[f.key] = true
			alone = append(alone, f.key)
		default:
			r.answers[f.key] = &Answer{Failure: "three workers were given this job and none came back from it: " +
				"it was given up"}
			r.last = time.Now()
		}
	}
	if len(alone) > 0 {
		r.announce()
	}
	go func() {
		r.publish(ctx, "job", again...)
		r.publish(ctx, "alone", alone...)
	}()
}
