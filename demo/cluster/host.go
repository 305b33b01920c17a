package cluster

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"doormat/demo/plain"
)

// A Host has jobs for others.
type Host struct {
	Conn    *Conn
	Program string // see [Program]
	Version string // for people
	Do      Do     // computes a job here, to check an answer
	// Check says what is wrong with an answer that cannot be one to this job; it is not asked
	// about failures. Nothing else stands between what a worker sends and the result.
	Check func(job []byte, a Answer) error
	// Excused tells whether an honest worker may have answered otherwise than this machine, such
	// as a slow one that ran out of time. Then it is named and the answer of this machine counts,
	// and that is all. Nil if none may.
	Excused  func(job []byte, theirs, ours Answer) bool
	Progress func(State)  // hears how far the work is, every second and some more often; may be nil
	Warn     func(string) // hears what people should know, one line each; may be nil

	Disk     bool          // streams lie on the servers' disks, not in memory
	AckWait  time.Duration // how long a worker may be silent; 15 seconds if zero
	Patience time.Duration // without any answer, before the host computes a job itself; 2 minutes if zero
	Batch    int           // how many jobs a worker may fetch at a time; one if zero: see [Host.Run]

	own string
}

// A State is how far a run is.
type State struct {
	Done, Jobs int
	Workers    int           // that have been heard of within the last seconds
	Rate       float64       // jobs a second, since this call began
	Left       time.Duration // until the end at this rate, 0 if there is none yet
}

// Bounds on how long things lie on the servers and how often they are tried.
const (
	keep      = 3 * 24 * time.Hour // what an interrupted run leaves is forgotten after that
	together  = 2                  // deliveries of a job to workers with others in hand
	refusals  = 3                  // answers to a job that are refused before the host computes it
	checkEach = 100                // one job of so many is computed again
	lately    = 10 * time.Minute   // for so long a job that was handed out first is not handed out first again
	forgotten = 10 * time.Second   // a worker that was not heard of for so long has gone
	crowd     = 10_000             // workers that are remembered

	maxWarnings = 50 // of a kind
)

// Own makes w a worker of this host's process: its answers are not computed again.
func (h *Host) Own(w *Worker) *Worker {
	if h.own == "" {
		h.own = secret()
	}
	w.own = h.own
	return w
}

// Run has the jobs computed, and gives an answer to each in their order. If ctx ends before,
// what was done stays on the servers, and the same call goes on from there.
//
// With a Batch above 1 workers fetch as many jobs at a time, which pays where a job takes less
// than a message. Then a job that kills workers takes those down that came with it.
func (h *Host) Run(ctx context.Context, b Batch) ([]Answer, error) {
	ctx, cancel := h.Conn.watch(ctx)
	defer cancel()
	r, err := h.open(ctx, b)
	if err != nil {
		return nil, err
	}
	if err := r.live(ctx); err != nil {
		return nil, err
	}
	if err := r.erase(); err != nil {
		h.warn("what this run left on the server could not be deleted: " + err.Error())
	}
	answers := make([]Answer, len(b.Jobs))
	for i, key := range r.order {
		answers[i] = *r.answers[key]
	}
	return answers, nil
}

func (h *Host) warn(text string) {
	if h.Warn != nil {
		h.Warn(plain.Clean(text))
	}
}

// hosted is a run as its host sees it.
type hosted struct {
	*Host
	batch   Batch
	name    string
	order   []string          // keys of the jobs
	jobs    map[string][]byte // by key
	secret  []byte            // from which tokens follow
	common  string
	parts   int
	streams struct{ jobs, results jetstream.Stream }
	queue   jetstream.Consumer
	lone    jetstream.Consumer

	answers map[string]*Answer // taken, by key
	by      map[string]string  // whose they are
	chosen  map[string]bool    // to be computed again
	refused map[string]int     // answers refused, by key
	banned  map[string]bool    // workers
	aside   map[string]bool    // jobs that want a worker alone
	mine    map[string]bool    // jobs that the host is computing

	mu       sync.Mutex           // of what follows
	warned   map[string]bool      // what was told
	warnings map[string]int       // how much, by kind
	seen     map[string]time.Time // workers, and when they were heard of
	hands    sync.Mutex           // who hands out jobs, or looks where they are, is alone

	begun time.Time
	shown time.Time // when progress was
	last  time.Time // of the last answer
	fresh int       // answers taken since begun
	found chan computed
	tasks chan string
}

// computed is what the host made of a job.
type computed struct {
	key    string
	answer Answer
}

// open names the run and makes its streams, or finds those of an earlier call.
func (h *Host) open(ctx context.Context, b Batch) (*hosted, error) {
	if len(b.Common) > MaxCommon {
		return nil, fmt.Errorf("what the jobs have in common takes %d bytes: want at most %d", len(b.Common), MaxCommon)
	}
	r := &hosted{Host: h, batch: b, jobs: map[string][]byte{}, common: digest(b.Common),
		answers: map[string]*Answer{}, by: map[string]string{}, chosen: map[string]bool{},
		refused: map[string]int{}, banned: map[string]bool{}, aside: map[string]bool{},
		mine: map[string]bool{}, warned: map[string]bool{}, warnings: map[string]int{}, seen: map[string]time.Time{},
		found: make(chan computed), tasks: make(chan string, len(b.Jobs))}
	all := []byte{}
	for _, job := range b.Jobs {
		key := digest([]byte(h.Program), []byte(r.common), job)
		r.order, r.jobs[key], all = append(r.order, key), job, append(all, key...)
	}
	r.name = digest([]byte(h.Program), all)
	for range (len(r.jobs) + checkEach - 1) / checkEach { // equal draws are one: no more than 1%
		r.chosen[r.order[rand.IntN(len(r.order))]] = true
	}
	if err := r.makeStreams(ctx); err != nil {
		return nil, fmt.Errorf("JetStream: %w", err)
	}
	return r, r.shareCommon(ctx)
}

// makeStreams makes the streams of jobs and of answers, and the consumers of jobs.
func (r *hosted) makeStreams(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, opening, errOpening)
	defer cancel()
	storage := jetstream.MemoryStorage
	if r.Disk {
		storage = jetstream.FileStorage
	}
	base := jetstream.StreamConfig{Storage: storage, Replicas: r.Conn.replicas(), MaxAge: keep,
		MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, DiscardNewPerSubject: true, AllowDirect: true}
	jobs, results := base, base
	jobs.Name, jobs.Retention, jobs.Duplicates = jobsStream(r.name), jetstream.WorkQueuePolicy, lately
	jobs.Subjects = []string{subject(r.name, "job", "*"), subject(r.name, "alone", "*")}
	results.Name = resultsStream(r.name)
	results.Subjects = []string{subject(r.name, "result", "*"), subject(r.name, "input", "*")}
	results.MaxMsgs = int64(len(r.jobs)) + MaxCommon/chunk + 1024 // room for what is refused
	results.Metadata = map[string]string{"doormat-key": secret() + secret()}
	err := retry(ctx, func(ctx context.Context) (err error) {
		r.streams.results, err = r.Conn.js.CreateStream(ctx, results)
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) { // of an earlier call
			r.streams.results, err = r.Conn.js.Stream(ctx, results.Name)
		}
		if err != nil {
			return err
		}
		r.streams.jobs, err = r.Conn.js.CreateStream(ctx, jobs)
		if errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			r.streams.jobs, err = r.Conn.js.Stream(ctx, jobs.Name)
		}
		return err
	})
	if err != nil {
		return err
	}
	r.secret, err = hex.DecodeString(r.streams.results.CachedInfo().Config.Metadata["doormat-key"])
	if err != nil || len(r.secret) != 32 {
		return fmt.Errorf("the stream %s is none of doormat's", results.Name)
	}
	r.queue, err = r.consumer(ctx, queue, "job", together)
	if err == nil {
		r.lone, err = r.consumer(ctx, solitary, "alone", 1)
	}
	return err
}

func (r *hosted) consumer(ctx context.Context, name, what string, deliver int) (c jetstream.Consumer, err error) {
	config := jetstream.ConsumerConfig{Durable: name, FilterSubject: subject(r.name, what, "*"),
		AckPolicy: jetstream.AckExplicitPolicy, AckWait: cmp.Or(r.AckWait, 15*time.Second), MaxDeliver: deliver,
		MaxRequestBatch: max(1, r.Batch), MaxAckPending: 100_000, MaxWaiting: 10_000}
	return c, retry(ctx, func(ctx context.Context) (err error) {
		c, err = r.streams.jobs.CreateOrUpdateConsumer(ctx, config)
		return err
	})
}

// shareCommon writes what the jobs have in common, in parts.
func (r *hosted) shareCommon(ctx context.Context) error {
	packed := deflated(r.batch.Common)
	for ; r.parts == 0 || r.parts*chunk < len(packed); r.parts++ {
		part := packed[r.parts*chunk : min(len(packed), (r.parts+1)*chunk)]
		err := retry(ctx, func(ctx context.Context) error {
			_, err := r.Conn.js.Publish(ctx, subject(r.name, "input", fmt.Sprint(r.parts)), part)
			if answered(err) {
				return nil
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// firstTime has [hosted.publish] hand out jobs for the first time.
const firstTime = ""

// publish puts jobs on the stream; those that lie there stay as they are. What does not arrive,
// [hosted.audit] misses later. The first time jobs have an id, so that those whose answer comes
// just when an interrupted run is taken up are not handed out again.
func (r *hosted) publish(ctx context.Context, what string, keys ...string) {
	r.hands.Lock()
	defer r.hands.Unlock()
	for _, key := range keys {
		if ctx.Err() != nil {
			return
		}
		e := envelope{token(r.secret, key), r.common, r.parts, r.jobs[key]}
		var options []jetstream.PublishOpt
		if what == firstTime {
			options = append(options, jetstream.WithMsgID(key))
		}
		_, _ = r.Conn.js.PublishAsync(subject(r.name, cmp.Or(what, "job"), key), write(e), options...)
	}
	select {
	case <-r.Conn.js.PublishAsyncComplete():
	case <-time.After(5 * time.Second):
	case <-ctx.Done():
	}
}

// erase deletes everything that the server has of the run.
func (r *hosted) erase() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute) // servers may be electing
	defer cancel()
	for _, name := range []string{jobsStream(r.name), resultsStream(r.name)} {
		err := retry(ctx, func(ctx context.Context) error {
			if err := r.Conn.js.DeleteStream(ctx, name); !errors.Is(err, jetstream.ErrStreamNotFound) {
				return err
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
