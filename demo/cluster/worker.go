package cluster

import (
	"cmp"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"doormat/demo/plain"
)

// A Worker takes jobs of whichever runs are announced, until it is told to stop.
type Worker struct {
	Conn    *Conn
	Program string // see [Program]
	Version string // for people
	Name    string // which hosts tell; see [WorkerName]
	Slots   int    // how many jobs it computes at a time
	Do      Do
	Tell    func(string) // hears what people should know, one line each; may be nil

	own string // the secret of the host that this worker is part of, "" if it is of none

	mu     sync.Mutex
	runs   []*run
	told   map[string]bool
	woken  chan struct{}
	gate   sync.RWMutex // held whole by whoever takes a job that is to be alone
	shared struct {     // what the jobs of the last run have in common
		sync.Mutex
		digest string
		data   []byte
	}
}

// run is one that a worker takes part in.
type run struct {
	announcement
	queue, solitary jetstream.Consumer
}

// idle is how long a worker waits for a job before it looks around.
const idle = 2 * time.Second

// WorkerName is a name for a worker of this process: its machine, its process, and what keeps
// two of one machine's containers apart.
func WorkerName() string {
	host, _ := os.Hostname()
	return fmt.Sprintf("%s-%d-%s", cmp.Or(host, "worker"), os.Getpid(), secret()[:4])
}

// Run works until ctx ends. It then finishes what it has in hand.
func (w *Worker) Run(ctx context.Context) error {
	ctx, cancel := w.Conn.watch(ctx)
	defer cancel()
	w.woken, w.told = make(chan struct{}, 1), map[string]bool{}
	sub, err := w.Conn.nc.Subscribe(runsSubject, w.hear)
	if err != nil {
		return fmt.Errorf("listen for runs: %w", err)
	}
	defer func() { _ = sub.Unsubscribe() }()
	var wait sync.WaitGroup
	for i := range max(1, w.Slots) {
		wait.Go(func() { w.slot(ctx, i) })
	}
	hello := write(hello{w.Name, w.Program, w.Version, max(1, w.Slots)})
	for tick := time.NewTicker(time.Second); ; {
		_ = w.Conn.nc.Publish(helloSubject, hello)
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			wait.Wait()
			select {
			case <-w.Conn.failed.known:
				return w.Conn.failed.err
			default:
			}
			return w.Conn.nc.FlushTimeout(5 * time.Second)
		}
	}
}

// maxRuns is how many runs a worker remembers.
const maxRuns = 100

// hear learns of a run. Another program's is not taken: its answers would not be believed.
func (w *Worker) hear(m *nats.Msg) {
	var a announcement
	if Decode(m.Data, &a) != nil {
		return
	}
	if name, err := hex.DecodeString(a.Run); err != nil || len(name) != 16 {
		return
	}
	switch {
	case a.Program != w.Program:
		w.tell(fmt.Sprintf("run %.8s is of another program (doormat %s, build %.8s), and this is doormat %s, "+
			"build %.8s: nothing is taken from it", a.Run, a.Version, a.Program, w.Version, w.Program))
		return
	case slices.Contains(a.Banned, w.Name):
		w.tell(fmt.Sprintf("run %.8s takes no answers from this worker: one of them was not what the host "+
			"computed", a.Run))
		w.forget(a.Run)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	i := slices.IndexFunc(w.runs, func(r *run) bool { return r.Run == a.Run })
	switch {
	case i >= 0:
		w.runs[i] = &run{a, w.runs[i].queue, w.runs[i].solitary}
	case len(w.runs) < maxRuns:
		w.runs = append(w.runs, &run{announcement: a})
	}
	select {
	case w.woken <- struct{}{}:
	default:
	}
}

// tell says something once.
func (w *Worker) tell(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.Tell != nil && !w.told[text] && len(w.told) < 1000 {
		w.told[text] = true
		w.Tell(plain.Clean(text))
	}
}

func (w *Worker) forget(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.runs = slices.DeleteFunc(w.runs, func(r *run) bool { return r.Run == name })
}

// slot computes one job after another.
func (w *Worker) slot(ctx context.Context, turn int) {
	for ; ctx.Err() == nil; turn++ {
		w.mu.Lock()
		var r run
		if n := len(w.runs); n > 0 {
			r = *w.runs[turn%n]
		}
		w.mu.Unlock()
		if r.Run == "" {
			select {
			case <-ctx.Done():
			case <-w.woken:
			case <-time.After(time.Second / 4): // another slot may have been woken
			}
			continue
		}
		err := w.join(ctx, &r)
		if err == nil {
			err = w.turn(ctx, &r)
		}
		switch {
		case gone(err):
			w.forget(r.Run)
		case err != nil:
			w.look(r.Run)
			time.Sleep(time.Second / 4)
		}
	}
}

// look has the consumers of a run looked up again: a server may have forgotten them.
func (w *Worker) look(name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, r := range w.runs {
		if r.Run == name {
			w.runs[i] = &run{announcement: r.announcement}
		}
	}
}

// gone tells whether a run has ended.
func gone(err error) bool {
	return errors.Is(err, jetstream.ErrConsumerDeleted) || errors.Is(err, jetstream.ErrConsumerNotFound) ||
		errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrConsumerDoesNotExist)
}

// join looks up the consumers of a run, once.
func (w *Worker) join(ctx context.Context, r *run) (err error) {
	if r.queue != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if r.queue, err = w.Conn.js.Consumer(ctx, jobsStream(r.Run), queue); err != nil {
		return err
	}
	if r.solitary, err = w.Conn.js.Consumer(ctx, jobsStream(r.Run), solitary); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, known := range w.runs {
		if known.Run == r.Run {
			known.queue, known.solitary = r.queue, r.solitary
		}
	}
	return nil
}

// turn takes what there is to be taken: a job that wants to be alone when nothing else is in
// hand, others beside those of other slots.
func (w *Worker) turn(ctx context.Context, r *run) error {
	if r.Alone > 0 {
		w.gate.Lock()
		_, err := w.take(ctx, r, r.solitary)
		w.gate.Unlock()
		if err != nil {
			return err
		}
	}
	w.gate.RLock()
	defer w.gate.RUnlock()
	n, err := w.take(ctx, r, r.queue)
	if n > 0 || err != nil {
		return err
	}
	messages, err := r.queue.Fetch(1, jetstream.FetchMaxWait(idle))
	if err != nil {
		return err
	}
	_, err = w.work(ctx, r, r.queue, messages)
	return err
}

// take fetches what lies there and computes it.
func (w *Worker) take(ctx context.Context, r *run, from jetstream.Consumer) (int, error) {
	messages, err := from.FetchNoWait(max(1, from.CachedInfo().Config.MaxRequestBatch))
	if err != nil {
		return 0, err
	}
	return w.work(ctx, r, from, messages)
}

// work computes jobs, has the answers written, and acknowledges each job whose answer is. Who
// was told to stop finishes what it has.
func (w *Worker) work(ctx context.Context, r *run, from jetstream.Consumer, batch jetstream.MessageBatch) (
	n int, err error) {
	ctx = context.WithoutCancel(ctx)
	type written struct {
		job    jetstream.Msg
		answer *nats.Msg
		ack    jetstream.PubAckFuture
	}
	var list []written
	beat := w.beat(from.CachedInfo().Config.AckWait)
	defer beat.stop()
	for job := range batch.Messages() {
		n++
		beat.add(job)
		answer, err := w.answer(ctx, r, job)
		if err != nil {
			_ = job.NakWithDelay(time.Second)
			return n, err
		}
		ack, err := w.Conn.js.PublishMsgAsync(answer)
		if err != nil {
			ack = nil
		}
		list = append(list, written{job, answer, ack})
	}
	for _, one := range list {
		if w.written(ctx, one.answer, one.ack) {
			_ = one.job.Ack()
		}
	}
	return n, batch.Error()
}

// heartbeat tells the server that jobs are being worked on.
type heartbeat struct {
	mu   sync.Mutex
	jobs []jetstream.Msg
	done chan struct{}
}

func (w *Worker) beat(wait time.Duration) *heartbeat {
	h := &heartbeat{done: make(chan struct{})}
	go func() {
		tick := time.NewTicker(max(wait/4, time.Second/20))
		defer tick.Stop()
		for {
			select {
			case <-h.done:
				return
			case <-tick.C:
				h.mu.Lock()
				for _, job := range h.jobs {
					_ = job.InProgress()
				}
				h.mu.Unlock()
			}
		}
	}()
	return h
}

func (h *heartbeat) add(job jetstream.Msg) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.jobs = append(h.jobs, job)
}

func (h *heartbeat) stop() { close(h.done) }

// written waits until the server has written an answer, or has one for this job already. It
// tries again for as long as servers may need to elect a leader and a host to clear away what a
// stranger has filled the stream with; after that somebody else computes the job.
func (w *Worker) written(ctx context.Context, answer *nats.Msg, ack jetstream.PubAckFuture) bool {
	var err error
	for range 60 {
		if ack == nil {
			try, cancel := context.WithTimeout(ctx, 5*time.Second)
			_, err = w.Conn.js.PublishMsg(try, answer)
			cancel()
		} else {
			select {
			case <-ack.Ok():
				err = nil
			case err = <-ack.Err():
			case <-time.After(5 * time.Second):
				err = context.DeadlineExceeded
			}
		}
		if err == nil || answered(err) {
			return true
		}
		if errors.Is(err, nats.ErrConnectionClosed) {
			return false
		}
		ack = nil
		time.Sleep(time.Second / 4)
	}
	w.tell(fmt.Sprintf("an answer could not be delivered: %v", err))
	return false
}

// answered tells whether the server has an answer already: it keeps one for each job.
func answered(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && api.Description == "maximum messages per subject exceeded"
}

// answer computes a job and makes the message that answers it. A job that is none, or an answer
// that is too large, is a failure; an error means that the job could not be begun.
func (w *Worker) answer(ctx context.Context, r *run, job jetstream.Msg) (*nats.Msg, error) {
	var e envelope
	key := job.Subject()[len(job.Subject())-32:]
	res := result{Program: w.Program, Worker: w.Name, Own: w.own, Seconds: []float64{}}
	if err := Decode(job.Data(), &e); err != nil {
		res.Failure = "not a job: " + err.Error()
		return nats.NewMsg(subject(r.Run, "result", key)), nil
	}
	res.Token = e.Token
	common, err := w.common(ctx, r.Run, e)
	if err != nil {
		return nil, err
	}
	a, err := w.Do(withDraw(ctx, e.Token), common, e.Body)
	if res.Failure = a.Failure; err != nil {
		res.Failure = err.Error()
	}
	res.Seconds = append(res.Seconds, a.Seconds...)
	res.Body, res.Packed = pack(a.Body)
	m := nats.NewMsg(subject(r.Run, "result", key))
	if m.Data = write(res); int64(len(m.Data)) > maxMessage(w.Conn) {
		res.Failure = fmt.Sprintf("the answer takes %d bytes, and the server carries %d: give it a larger "+
			"max_payload", len(m.Data), maxMessage(w.Conn))
		res.Body, res.Packed, res.Seconds = nil, false, []float64{}
		m.Data = write(res)
	}
	return m, nil
}

// maxMessage is what the server carries, less room for a header.
func maxMessage(c *Conn) int64 { return max(c.nc.MaxPayload()-4096, 4096) }

// common gets what the jobs of a run have in common, once.
func (w *Worker) common(ctx context.Context, run string, e envelope) ([]byte, error) {
	w.shared.Lock()
	defer w.shared.Unlock()
	if w.shared.digest == e.Common {
		return w.shared.data, nil
	}
	var packed []byte
	for i := range e.Parts {
		var part *nats.Msg
		at := "$JS.API.DIRECT.GET." + resultsStream(run) + "." + subject(run, "input", fmt.Sprint(i))
		err := retry(ctx, func(ctx context.Context) (err error) {
			part, err = w.Conn.nc.RequestWithContext(ctx, at, nil)
			return err
		})
		if err != nil {
			return nil, err
		}
		if status := part.Header.Get("Status"); status != "" {
			return nil, fmt.Errorf("what the jobs have in common is not there (%s)", status)
		}
		packed = append(packed, part.Data...)
		if len(packed) > MaxCommon {
			return nil, fmt.Errorf("what the jobs have in common is more than %d bytes", MaxCommon)
		}
	}
	data, err := unpack(packed, MaxCommon)
	if err != nil || digest(data) != e.Common {
		return nil, errors.New("what the jobs have in common arrived garbled")
	}
	w.shared.digest, w.shared.data = e.Common, data
	return data, nil
}
