package cluster

import (
	"bytes"
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// live hands out jobs and takes answers until each has one that stands.
func (r *hosted) live(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	greetings, err := r.Conn.nc.Subscribe(helloSubject, r.greet)
	if err != nil {
		return err
	}
	defer func() { _ = greetings.Unsubscribe() }()
	messages := make(chan jetstream.Msg, 1024)
	stop, old, err := r.listen(ctx, messages)
	if err != nil {
		return fmt.Errorf("JetStream: %w", err)
	}
	defer stop()
	go r.compute(ctx)
	r.begun, r.last = time.Now(), time.Now()
	type audited struct {
		found []finding
		err   error
	}
	audits := make(chan audited, 1)
	auditing, published := false, false
	tick := time.NewTicker(r.quiet() / 2)
	defer tick.Stop()
	for len(r.answers) < len(r.jobs) || len(r.mine) > 0 {
		if !published && (old <= 0 || time.Since(r.begun) > forgotten) { // answers of an earlier call have been read
			published = true
			go r.publish(ctx, firstTime, r.carried()...)
			r.announce()
		}
		select {
		case m := <-messages:
			old--
			r.take(ctx, m)
		case c := <-r.found:
			r.settle(ctx, c)
		case a := <-audits:
			if auditing = false; a.err != nil {
				return a.err
			}
			r.heed(ctx, a.found)
		case <-tick.C:
			r.announce()
			if r.report(); published && !auditing && time.Since(r.last) > r.quiet() {
				auditing = true
				go func(missing []string) {
					found, err := r.audit(ctx, missing)
					audits <- audited{found, err}
				}(r.missing())
			}
			r.help()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	r.report()
	return nil
}

// listen hands on the answers on the server, and tells how many there are now.
func (r *hosted) listen(ctx context.Context, into chan<- jetstream.Msg) (stop func(), old int, err error) {
	filter := subject(r.name, "result", "*")
	err = retry(ctx, func(ctx context.Context) error {
		info, err := r.streams.results.Info(ctx, jetstream.WithSubjectFilter(filter))
		if err == nil {
			old = len(info.State.Subjects)
		}
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	var answers jetstream.Consumer
	err = retry(ctx, func(ctx context.Context) (err error) {
		answers, err = r.streams.results.OrderedConsumer(ctx, jetstream.OrderedConsumerConfig{
			FilterSubjects: []string{filter}})
		return err
	})
	if err != nil {
		return nil, 0, err
	}
	consuming, err := answers.Consume(func(m jetstream.Msg) {
		select {
		case into <- m:
		case <-ctx.Done():
		}
	})
	if err != nil {
		return nil, 0, err
	}
	return consuming.Stop, old, nil
}

// missing lists the jobs without an answer, in their order.
func (r *hosted) missing() (list []string) {
	listed := map[string]bool{}
	for _, key := range r.order {
		if r.answers[key] == nil && !listed[key] {
			listed[key] = true
			list = append(list, key)
		}
	}
	return list
}

// carried lists the missing jobs that the server carries; this machine computes the others.
func (r *hosted) carried() (list []string) {
	for _, key := range r.missing() {
		if size := base64.StdEncoding.EncodedLen(len(r.jobs[key])); int64(size) <= maxMessage(r.Conn) {
			list = append(list, key)
			continue
		}
		r.warnOnce("large", fmt.Sprintf("a job takes %d bytes, and more than the server carries: this machine computes "+
			"what is as large; to have it travel, give the server a larger max_payload", len(r.jobs[key])))
		r.computeSelf(key)
	}
	return list
}

// take looks at a message, and takes it as the answer to a job or clears it away.
func (r *hosted) take(ctx context.Context, m jetstream.Msg) {
	key := m.Subject()[strings.LastIndexByte(m.Subject(), '.')+1:]
	job, known := r.jobs[key]
	res, why := r.judge(key, known, m.Data())
	if why == nil && r.banned[res.Worker] {
		why = errors.New("an answer of this worker was not what this machine computed")
	}
	var a Answer
	if why == nil {
		a, why = res.answer()
	}
	if why == nil && a.Failure == "" {
		if err := r.Check(job, a); err != nil {
			why = fmt.Errorf("malformed: %w", err)
		}
	}
	switch {
	case why == nil && r.answers[key] == nil:
		r.accept(key, &a, res)
	case why != nil:
		r.refuse(ctx, m, key, known, res, why)
	}
}

// judge reads a message and says why it is no answer to a job, if it is none.
func (r *hosted) judge(key string, known bool, data []byte) (res result, why error) {
	if err := Decode(data, &res); err != nil {
		return res, fmt.Errorf("malformed: %w", err)
	}
	switch {
	case !known:
		return res, errors.New("there is no such job")
	case res.Program != r.Program:
		return res, fmt.Errorf("it runs another program (build %.8s, and this is %.8s)", res.Program, r.Program)
	case res.Token != token(r.secret, key):
		return res, errors.New("it was not given the job that it answers")
	}
	return res, nil
}

// answer unpacks.
func (res *result) answer() (a Answer, err error) {
	a = Answer{Body: res.Body, Seconds: res.Seconds, Failure: res.Failure}
	if res.Packed {
		if a.Body, err = unpack(res.Body, maxBody); err != nil {
			return a, fmt.Errorf("malformed: %w", err)
		}
	}
	return a, nil
}

// accept takes an answer. Those of the host's own workers it would compute no otherwise; of
// others it computes some again, and every one that says that there is none.
func (r *hosted) accept(key string, a *Answer, res result) {
	r.answers[key], r.by[key], r.last = a, res.Worker, time.Now()
	if r.fresh++; time.Since(r.shown) > time.Second/10 {
		r.report()
	}
	if own := res.Own == r.own && r.own != ""; !own && (r.chosen[key] || a.Failure != "") {
		r.computeSelf(key)
	}
}

// refuse deletes a message from the server, names whoever sent it, and has the job done anew.
func (r *hosted) refuse(ctx context.Context, m jetstream.Msg, key string, known bool, res result, why error) {
	who := "a worker"
	if res.Worker != "" {
		who = fmt.Sprintf("worker %.80q", res.Worker)
	}
	r.warnOnce("refused", fmt.Sprintf("%s: an answer was refused: %v", who, why))
	if meta, err := m.Metadata(); err == nil {
		seq := meta.Sequence.Stream
		_ = retry(ctx, func(ctx context.Context) error { return r.streams.results.DeleteMsg(ctx, seq) })
	}
	if !known || r.answers[key] != nil {
		return
	}
	if r.refused[key]++; r.refused[key] >= refusals {
		r.computeSelf(key)
		return
	}
	go r.publish(ctx, "job", key)
}

// warnOnce tells something once, and of one kind only so much: a crowd of strangers drowns nothing.
func (r *hosted) warnOnce(kind, text string) {
	r.mu.Lock()
	news := !r.warned[text] && r.warnings[kind] < maxWarnings
	if news {
		r.warned[text] = true
		r.warnings[kind]++
	}
	r.mu.Unlock()
	if news {
		r.warn(text)
	}
}

// computeSelf has the host compute a job.
func (r *hosted) computeSelf(key string) {
	if !r.mine[key] {
		r.mine[key] = true
		r.tasks <- key // as many fit as there are jobs
	}
}

// compute does what the host computes itself, one job after another.
func (r *hosted) compute(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case key := <-r.tasks:
			a, err := r.Do(withDraw(ctx, token(r.secret, key)), r.batch.Common, r.jobs[key])
			if err != nil {
				a = Answer{Failure: err.Error()}
			}
			select {
			case r.found <- computed{key, a}:
			case <-ctx.Done():
			}
		}
	}
}

// settle compares an answer with what the host computed. Whoever answered otherwise is named,
// and all that it answered is done anew.
func (r *hosted) settle(ctx context.Context, c computed) {
	delete(r.mine, c.key)
	theirs, who := r.answers[c.key], r.by[c.key]
	r.answers[c.key], r.by[c.key], r.last = &c.answer, "", time.Now()
	if theirs == nil {
		r.fresh++
		return
	}
	if who == "" || bytes.Equal(theirs.Body, c.answer.Body) && theirs.Failure == c.answer.Failure {
		return
	}
	if r.Excused != nil && r.Excused(r.jobs[c.key], *theirs, c.answer) {
		r.warnOnce("excused", fmt.Sprintf("worker %.80q answered job %.8s otherwise than this machine does, which may "+
			"come of a lack of time or memory: this machine's answer counts", who, c.key))
		return
	}
	var again []string
	r.banned[who] = true
	for key, by := range r.by {
		if by == who && !r.mine[key] {
			again = append(again, key)
			delete(r.answers, key)
			delete(r.by, key)
		}
	}
	slices.Sort(again)
	r.warn(fmt.Sprintf("worker %.80q answered job %.8s otherwise than this machine does: it lies, or is broken; "+
		"its %d other answers are computed anew, and no more are taken from it", who, c.key, len(again)))
	r.announce()
	go func() {
		for _, key := range again {
			at := subject(r.name, "result", key)
			_ = retry(ctx, func(ctx context.Context) error {
				return r.streams.results.Purge(ctx, jetstream.WithPurgeSubject(at))
			})
		}
		r.publish(ctx, "job", again...)
	}()
}

// greet notes that a worker is there.
func (r *hosted) greet(m *nats.Msg) {
	var h hello
	if Decode(m.Data, &h) != nil || len(h.Worker) > 200 {
		return
	}
	if h.Program != r.Program {
		r.warnOnce("version", fmt.Sprintf("worker %.80q is of another version (doormat %.20s, build %.8s, and this is build %.8s): "+
			"it gets no work", h.Worker, h.Version, h.Program, r.Program))
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, known := r.seen[h.Worker]; known || len(r.seen) < crowd {
		r.seen[h.Worker] = time.Now()
	}
}

// workers counts those that are there.
func (r *hosted) workers() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, at := range r.seen {
		if time.Since(at) < forgotten {
			n++
		}
	}
	return n
}

// announce tells workers of the run.
func (r *hosted) announce() {
	_ = r.Conn.nc.Publish(runsSubject, write(announcement{r.name, r.Program, r.Version, len(r.aside),
		slices.Sorted(maps.Keys(r.banned))}))
}

func (r *hosted) report() {
	if r.shown = time.Now(); r.Progress == nil {
		return
	}
	s := State{Done: len(r.answers), Jobs: len(r.jobs), Workers: r.workers(),
		Rate: float64(r.fresh) / time.Since(r.begun).Seconds()}
	if s.Rate > 0 {
		s.Left = time.Duration(float64(s.Jobs-s.Done) / s.Rate * float64(time.Second))
	}
	r.Progress(s)
}

// help has the host compute a job when nobody has answered for long: whoever holds the jobs may
// never give them back.
func (r *hosted) help() {
	if time.Since(r.last) < cmp.Or(r.Patience, 2*time.Minute) || len(r.mine) > 0 {
		return
	}
	for _, key := range r.missing() {
		r.warnOnce("help", "no worker has answered for a while: this machine computes jobs as well")
		r.computeSelf(key)
		return
	}
}

// quiet is after how long without an answer the host looks where jobs have gone.
func (r *hosted) quiet() time.Duration { return min(2*time.Second, cmp.Or(r.AckWait, 2*time.Second)) }
