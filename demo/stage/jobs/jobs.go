// Package jobs computes each result once, however many pages ask for it. A [Store] works on a few
// results at a time and keeps the last ones; a [Job] is one of them, waiting, running or done, and
// whoever follows it hears how far it is. A computation ends early when its time is up, when
// nobody has waited for it for a while, when what it is about was forgotten, and with the server:
// otherwise every page that somebody opened and left would go on computing.
//
// Its tests run under a clock of their own (testing/synctest) and compare no wall time.
//
// TestOnce lets many pages wait for one result, TestAbandoned stops what nobody waits
// for.
package jobs

import (
	"context"
	"errors"
	"fmt"
	"log"
	"runtime/debug"
	"slices"
	"sync"
	"time"
)

// A Store computes results by key, and keeps the last ones.
type Store struct {
	ctx   context.Context // of the server
	slots chan struct{}   // as many as computations run at a time
	heard func(Progress)  // see Tell

	mu     sync.Mutex
	jobs   []*Job // the one asked for last at the end
	number int    // of the newest job
}

// Bounds of a store. Weight is counted in messages times designs: a replay of a chat
// of 20,000 messages on two designs takes about 100 MB.
const (
	atOnce      = 2
	maxJobs     = 64
	maxWeight   = 250_000
	idleTimeout = 10 * time.Second // how long a job runs that nobody waits for
	// how long an error is kept, for the page that was waiting for it
	errorTTL = 10 * time.Second
)

var (
	errAbandoned = errors.New("stage: stopped, since nobody was waiting; ask again")
	errForgotten = errors.New("stage: stopped, since its chat was forgotten")
	errClosing   = errors.New("stage: the server is ending")
)

// New makes a store that works until ctx ends.
func New(ctx context.Context) *Store {
	return &Store{ctx: ctx, slots: make(chan struct{}, atOnce)}
}

// Tell has every report of every job told to heard as well, by whoever computes it. It is called
// before the first job begins.
func (s *Store) Tell(heard func(Progress)) { s.heard = heard }

// Done is closed when the store ends.
func (s *Store) Done() <-chan struct{} { return s.ctx.Done() }

// Peek gives what the job of that key made, if it has, without beginning it.
func (s *Store) Peek(key string) (value any, done bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if j.key == key && j.finished() && j.err == nil {
			return j.value, true
		}
	}
	return nil, false
}

// timeLimit is how long a computation of some weight may take: enough for every attack
// on a long chat. What nobody waits for any more ends long before.
func timeLimit(weight int) time.Duration {
	return 2*time.Minute + time.Duration(weight)*100*time.Millisecond
}

// Start returns the job of that key, and begins it if there is none: run computes its
// value. The key must say all that the value depends on. Weight is in messages times designs.
func (s *Store) Start(key string, weight int, run Run) *Job {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.IndexFunc(s.jobs, func(j *Job) bool { return j.key == key }); i >= 0 {
		j := s.jobs[i]
		s.jobs = slices.Delete(s.jobs, i, i+1)
		if !j.stale() {
			s.jobs = append(s.jobs, j)
			j.keepAlive()
			return j
		}
	}
	ctx, cancel := context.WithCancelCause(s.ctx)
	s.number++
	j := &Job{
		store: s, key: key, number: s.number, weight: weight, cancel: cancel,
		done: make(chan struct{}), changed: make(chan struct{}),
	}
	s.jobs = append(s.jobs, j)
	s.evict()
	j.timer = time.AfterFunc(idleTimeout, j.stopIfIdle)
	j.keepAlive()
	go s.compute(ctx, j, run)
	return j
}

// evict forgets the results not asked for longest, while there are too many. The
// newest stays, however heavy.
func (s *Store) evict() {
	total := 0
	for _, j := range s.jobs {
		total += j.weight
	}
	for i := 0; i < len(s.jobs)-1 && (len(s.jobs) > maxJobs || total > maxWeight); {
		if j := s.jobs[i]; j.finished() {
			total -= j.weight
			s.jobs = slices.Delete(s.jobs, i, i+1)
		} else {
			i++
		}
	}
}

// Forget drops results and stops computations whose key matches.
func (s *Store) Forget(match func(key string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.jobs = slices.DeleteFunc(s.jobs, func(j *Job) bool {
		gone := match(j.key)
		if gone {
			j.cancel(errForgotten)
		}
		return gone
	})
}

func (s *Store) compute(ctx context.Context, j *Job, run Run) {
	defer j.cancel(nil)
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		j.finish(nil, s.reason(ctx))
		return
	}
	limit := timeLimit(j.weight)
	ctx, cancel := context.WithTimeoutCause(ctx, limit,
		fmt.Errorf("stage: stopped after %s: too much for the stage; "+
			"choose fewer trustees or rarer refreshes, or use the command line", limit))
	defer cancel()
	// The run may take a while to notice that its context has ended; who waits hears at once.
	defer context.AfterFunc(ctx, func() { j.finish(nil, s.reason(ctx)) })()
	value, err := try(func() (any, error) { return run(ctx, j.report) })
	if err != nil && ctx.Err() != nil {
		err = s.reason(ctx)
	}
	j.finish(value, err)
}

// reason is why the context of a computation ended.
func (s *Store) reason(ctx context.Context) error {
	if s.ctx.Err() != nil {
		return errClosing
	}
	return context.Cause(ctx)
}

// try makes an error of a panic.
func try(run func() (any, error)) (value any, err error) {
	defer func() {
		if v := recover(); v != nil {
			log.Printf("stage: panic: %v\n%s", v, debug.Stack())
			value, err = nil, fmt.Errorf("stage: the run failed (%v); "+
				"that is a mistake in doormat, the terminal says more", v)
		}
	}()
	return run()
}
