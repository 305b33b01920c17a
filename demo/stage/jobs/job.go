package jobs

import (
	"context"
	"iter"
	"slices"
	"time"

	"doormat/attacks"
)

// A Progress is news of a computation.
type Progress struct {
	Done, Total int
	What        string        // what is counted, or how far it is, in words
	Cell        *attacks.Cell // that was finished, nil for other news
	Cells       int           // finished so far, this one included; set by Follow
}

// A Run computes a value. It may report from as many goroutines as it likes.
type Run = func(ctx context.Context, report func(Progress)) (any, error)

// A Job is a computation, waiting, running or done. Its fields are guarded by the
// store's mutex, except those that are written before done closes.
type Job struct {
	store  *Store
	key    string
	number int // see Number
	weight int
	cancel context.CancelCauseFunc

	done  chan struct{}
	value any
	err   error
	when  time.Time // it was done

	listeners int
	until     time.Time // it goes on without listeners
	timer     *time.Timer

	changed chan struct{} // closed at the next report
	version int
	cells   []Progress
	state   []version // the last of each What without a cell, the newest at the end
}

// version is news with its place among all news.
type version struct {
	Progress
	at int
}

// topics bounds how many values of What are kept.
const topics = 8

// minInterval is how long a listener is left alone, so that it hears once of what happened
// meanwhile.
const minInterval = 100 * time.Millisecond

// Number differs from that of every other job of the store.
func (j *Job) Number() int { return j.number }

// Cells lists those that are finished so far.
func (j *Job) Cells() (list []attacks.Cell) {
	j.store.mu.Lock()
	defer j.store.mu.Unlock()
	for _, p := range j.cells {
		list = append(list, *p.Cell)
	}
	return list
}

// finished reports whether the job is done.
func (j *Job) finished() bool {
	select {
	case <-j.done:
		return true
	default:
		return false
	}
}

// stale reports whether the job has failed too long ago to say so again.
func (j *Job) stale() bool { return j.finished() && j.err != nil && time.Since(j.when) > errorTTL }

// finish ends the job, unless it has ended.
func (j *Job) finish(value any, err error) {
	j.store.mu.Lock()
	defer j.store.mu.Unlock()
	if j.finished() {
		return
	}
	j.value, j.err, j.when = value, err, time.Now()
	j.timer.Stop()
	close(j.done)
}

// keepAlive lets the job go on for a while without listeners.
func (j *Job) keepAlive() {
	if j.listeners == 0 && !j.finished() {
		j.until = time.Now().Add(idleTimeout)
		j.timer.Reset(idleTimeout)
	}
}

// stopIfIdle stops the job if nobody has come. The next who asks begins a new one.
func (j *Job) stopIfIdle() {
	j.store.mu.Lock()
	defer j.store.mu.Unlock()
	if j.listeners > 0 || j.finished() || time.Now().Before(j.until) {
		return
	}
	j.store.jobs = slices.DeleteFunc(j.store.jobs, func(o *Job) bool { return o == j })
	j.cancel(errAbandoned)
}

// listen counts a listener until the function it returns is called.
func (j *Job) listen() func() {
	j.store.mu.Lock()
	defer j.store.mu.Unlock()
	j.listeners++
	return func() {
		j.store.mu.Lock()
		defer j.store.mu.Unlock()
		j.listeners--
		j.keepAlive()
	}
}

// Wait returns what the job gives, or the cause of ctx's end.
func (j *Job) Wait(ctx context.Context) (any, error) {
	defer j.listen()()
	select {
	case <-j.done:
	case <-ctx.Done():
		if !j.finished() {
			return nil, context.Cause(ctx)
		}
	}
	return j.value, j.err
}

// report passes on news and never waits for listeners.
func (j *Job) report(p Progress) {
	if j.store.heard != nil {
		j.store.heard(p)
	}
	j.store.mu.Lock()
	defer j.store.mu.Unlock()
	if j.finished() {
		return
	}
	j.version++
	if p.Cell != nil {
		p.Cells = len(j.cells) + 1
		j.cells = append(j.cells, p)
	} else {
		j.state = slices.DeleteFunc(j.state, func(v version) bool { return v.What == p.What })
		j.state = append(j.state[max(0, len(j.state)+1-topics):], version{p, j.version})
	}
	close(j.changed)
	j.changed = make(chan struct{})
}

// news lists the cells after the first so many, and the other news after a version.
func (j *Job) news(cells, after int) (list []Progress, now int, changed chan struct{}, done bool) {
	j.store.mu.Lock()
	defer j.store.mu.Unlock()
	cells = min(cells, len(j.cells))
	for _, v := range j.state {
		if v.at > after {
			v.Cells = cells
			list = append(list, v.Progress)
		}
	}
	list = append(list, j.cells[cells:]...)
	return list, j.version, j.changed, j.finished()
}

// Follow yields what has happened so far, without the first so many cells, and what
// happens until the job is done or ctx ends. Every cell comes once; of other news comes
// the latest of each What, and of many only the last few.
func (j *Job) Follow(ctx context.Context, cells int) iter.Seq[Progress] {
	return func(yield func(Progress) bool) {
		defer j.listen()()
		for seen := 0; ; {
			list, now, changed, done := j.news(cells, seen)
			for _, p := range list {
				if !yield(p) {
					return
				}
				cells = p.Cells
			}
			if seen = now; done {
				return
			}
			select {
			case <-changed:
				gather(ctx, j.done)
			case <-j.done:
			case <-ctx.Done():
			}
			if ctx.Err() != nil {
				return
			}
		}
	}
}

// gather waits for minInterval, or less if there is no time for it.
func gather(ctx context.Context, done <-chan struct{}) {
	t := time.NewTimer(minInterval)
	defer t.Stop()
	select {
	case <-t.C:
	case <-done:
	case <-ctx.Done():
	}
}
