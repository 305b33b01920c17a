package cluster

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"
)

// double answers a job with itself twice, after what all have in common.
func double(_ context.Context, common, job []byte) (Answer, error) {
	if strings.HasPrefix(string(job), "bad") {
		return Answer{}, errors.New("no such design")
	}
	return Answer{Body: fmt.Appendf(nil, "%s %s%s", digest(common), job, job), Seconds: []float64{1}}, nil
}

// batch is n jobs.
func batch(n int) Batch {
	b := Batch{Common: []byte("in common")}
	for i := range n {
		b.Jobs = append(b.Jobs, fmt.Appendf(nil, "job %d;", i))
	}
	return b
}

// wanted is what one machine makes of the jobs.
func wanted(t *testing.T, b Batch) (list []Answer) {
	for _, job := range b.Jobs {
		a, err := double(context.Background(), b.Common, job)
		if err != nil {
			a.Failure = err.Error()
		}
		list = append(list, a)
	}
	return list
}

// notes keeps what people are told.
type notes struct {
	sync.Mutex
	lines []string
}

func (n *notes) add(text string) {
	n.Lock()
	defer n.Unlock()
	n.lines = append(n.lines, text)
}

func (n *notes) String() string {
	n.Lock()
	defer n.Unlock()
	return strings.Join(n.lines, "\n")
}

// TestMain lets eight tests wait at once, on however few processors.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// setting is a server in this process, and a host whose patience is short.
type setting struct {
	*EmbeddedServer
	t    *testing.T
	host *Host
	told *notes
}

func newSetting(t *testing.T) *setting {
	t.Parallel() // these tests wait more than they compute
	e, err := Start(true)
	require.NoError(t, err)
	t.Cleanup(e.Close)
	told := &notes{}
	return &setting{e, t, &Host{Conn: e.Host, Program: "this", Version: "1", Do: double, Warn: told.add,
		Check: func(job []byte, a Answer) error {
			if !strings.Contains(string(a.Body), string(job)) {
				return errors.New("another job's")
			}
			return nil
		}, AckWait: time.Second}, told}
}

// worker starts a worker that does as do says.
func (s *setting) worker(do Do) *Worker {
	conn, err := s.Worker()
	require.NoError(s.t, err)
	w := &Worker{Conn: conn, Program: "this", Version: "1", Name: WorkerName(), Slots: 2, Do: do, Tell: s.told.add}
	return s.start(w)
}

func (s *setting) start(w *Worker) *Worker {
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() { _ = w.Run(ctx) })
	s.t.Cleanup(func() {
		cancel()
		w.Conn.Close()
		wait.Wait()
	})
	return w
}

// run has the host compute the batch, and holds the answers to those of one machine.
func (s *setting) run(b Batch) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	got, err := s.host.Run(ctx, b)
	require.NoError(s.t, err, "%s", s.told)
	require.Equal(s.t, wanted(s.t, b), got)
	for range s.Host.js.StreamNames(ctx).Name() {
		s.t.Error("something was left on the server")
	}
}

func TestRun(t *testing.T) {
	s := newSetting(t)
	b := batch(50)
	b.Jobs = append(b.Jobs, []byte("bad one"), b.Jobs[3]) // a failure, and a job that is there twice
	s.worker(double)
	s.worker(double)
	var states []State
	s.host.Progress = func(st State) { states = append(states, st) }
	s.run(b)
	last := states[len(states)-1]
	require.Equal(t, [2]int{51, 51}, [2]int{last.Done, last.Jobs})
	s.host.Progress = nil
	b.Common = []byte(strings.Repeat("a long text, "+secret(), 30_000)) // travels in parts
	for range 70_000 {
		b.Common = append(b.Common, secret()[:16]...)
	}
	s.run(b)
}

// A worker that is lost loses nothing: what it had in hand is computed elsewhere, once.
func TestKilled(t *testing.T) {
	s := newSetting(t)
	var dying, done atomic.Int32
	var lost *Worker
	lost = s.worker(func(ctx context.Context, common, job []byte) (Answer, error) {
		if dying.Add(1) == 3 {
			lost.Conn.Close()
		}
		return double(ctx, common, job)
	})
	s.worker(func(ctx context.Context, common, job []byte) (Answer, error) {
		done.Add(1)
		time.Sleep(5 * time.Millisecond)
		return double(ctx, common, job)
	})
	s.run(batch(60))
	require.GreaterOrEqual(t, int(dying.Load()), 3)
	require.LessOrEqual(t, int(done.Load()), 60)
}

// A worker that says of jobs that they are done, has no answer to them and dies, loses none: the host
// misses them.
func TestLost(t *testing.T) {
	s := newSetting(t)
	var liar *Worker
	var once sync.Once
	lost := make(chan struct{})
	liar = s.worker(func(ctx context.Context, common, job []byte) (Answer, error) {
		once.Do(func() {
			for name := range s.Host.js.StreamNames(ctx).Name() {
				for seq := range 30 {
					_ = liar.Conn.nc.Publish(fmt.Sprintf("$JS.ACK.%s.%s.1.%d.%d.0.0", name, queue, seq+1, seq+1), []byte("+ACK"))
				}
			}
			_ = liar.Conn.nc.Flush()
			liar.Conn.Close()
			close(lost)
		})
		<-lost
		return double(ctx, common, job)
	})
	go func() {
		<-lost
		s.worker(double)
	}()
	s.run(batch(30))
}

// A job that kills whoever takes it is told as failed, and those that were in hand with it are not.
func TestKiller(t *testing.T) {
	s := newSetting(t)
	b := batch(20)
	killed := 0
	var mu sync.Mutex
	var start func()
	start = func() {
		var w *Worker
		w = s.worker(func(ctx context.Context, common, job []byte) (Answer, error) {
			if string(job) == string(b.Jobs[2]) {
				mu.Lock()
				killed++
				mu.Unlock()
				w.Conn.Close()
				start() // as whatever runs workers does when one dies
			}
			return double(ctx, common, job)
		})
	}
	start()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	got, err := s.host.Run(ctx, b)
	require.NoError(t, err)
	want := wanted(t, b)
	want[2] = Answer{Failure: "three workers were given this job and none came back from it: it was given up"}
	require.Equal(t, want, got)
	require.Equal(t, 3, killed)
}

// Who interrupts a run finds it again, and what was done is not done anew.
func TestResume(t *testing.T) {
	s := newSetting(t)
	b := batch(40)
	var calls atomic.Int32
	ctx, cancel := context.WithCancel(context.Background())
	w := s.worker(func(ctx context.Context, common, job []byte) (Answer, error) {
		if calls.Add(1) == 20 {
			cancel()
		}
		return double(ctx, common, job)
	})
	_, err := s.host.Run(ctx, b)
	require.ErrorIs(t, err, context.Canceled)
	w.Conn.nc.Flush()
	s.run(b)
	require.LessOrEqual(t, int(calls.Load()), 42) // two were in hand when it was interrupted
}

// Who lies about one job in a hundred is found out if that job is looked at, and everything
// that it said is computed anew.
func TestLiar(t *testing.T) {
	s := newSetting(t)
	liar := s.worker(func(_ context.Context, common, job []byte) (Answer, error) {
		return Answer{Body: fmt.Appendf(nil, "%s lies", job), Seconds: []float64{1}}, nil
	})
	s.worker(func(ctx context.Context, common, job []byte) (Answer, error) {
		time.Sleep(20 * time.Millisecond)
		return double(ctx, common, job)
	})
	b := batch(50)
	for len(s.told.lines) == 0 { // until the job that is looked at is one of the liar's
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		got, err := s.host.Run(ctx, b)
		cancel()
		require.NoError(t, err)
		if s.told.String() != "" {
			require.Equal(t, wanted(t, b), got)
		}
		b.Jobs = append(b.Jobs, fmt.Appendf(nil, "one more %d", len(b.Jobs)))
	}
	require.Contains(t, s.told.String(), fmt.Sprintf("worker %q answered job ", liar.Name))
}

// Another program's worker gets nothing, and is named on both sides.
func TestOtherVersion(t *testing.T) {
	s := newSetting(t)
	conn, err := s.Worker()
	require.NoError(t, err)
	s.start(&Worker{Conn: conn, Program: "another", Version: "0", Name: "old", Slots: 1,
		Do: func(context.Context, []byte, []byte) (Answer, error) {
			t.Error("it was given a job")
			return Answer{}, nil
		}, Tell: s.told.add})
	s.worker(func(ctx context.Context, common, job []byte) (Answer, error) {
		time.Sleep(150 * time.Millisecond)
		return double(ctx, common, job)
	})
	s.run(batch(20))
	require.Contains(t, s.told.String(), `worker "old" is of another version`)
	require.Contains(t, s.told.String(), "is of another program (doormat 1, build this)")
}

// Hostile: what strangers and workers can send is refused, bounded, and changes no answer.
func TestHostile(t *testing.T) {
	s := newSetting(t)
	_, err := Server{URL: strings.Replace(s.Join, "worker:", "worker:x", 1)}.Dial("stranger")
	require.ErrorContains(t, err, "Authorization Violation")
	require.NotContains(t, err.Error(), "worker")
	_, err = Server{URL: s.Join[:7] + s.Join[strings.Index(s.Join, "@")+1:]}.Dial("stranger")
	require.ErrorContains(t, err, "Authorization Violation")

	thief, err := Server{URL: s.Join}.Dial("thief")
	require.NoError(t, err)
	defer thief.Close()
	var once sync.Once
	s.worker(func(ctx context.Context, common, job []byte) (Answer, error) {
		once.Do(func() { s.harass(thief) })
		return double(ctx, common, job)
	})
	s.run(batch(30))
	for _, why := range []string{`unknown field "surprise"`, "there is no such job", "it was not given the job that it answers"} {
		require.Contains(t, s.told.String(), why, "%s", why)
	}
	require.LessOrEqual(t, len(s.told.lines), 150, "a crowd drowns nothing")
}

// harass does what somebody with a worker's credentials can do.
func (s *setting) harass(thief *Conn) {
	t, ctx := s.t, context.Background()
	var name string
	for n := range s.Host.js.StreamNames(ctx).Name() {
		name = n[strings.LastIndexByte(n, '_')+1:]
	}
	b := batch(30)
	put := func(key string, data []byte) error {
		_, err := thief.js.Publish(ctx, subject(name, "result", key), data)
		return err
	}
	for i := range b.Jobs[2:] { // answers for jobs of others
		key := digest([]byte("this"), []byte(digest(b.Common)), b.Jobs[i])
		_ = put(key, write(result{Token: secret(), Program: "this", Worker: "thief", Seconds: []float64{},
			Body: b.Jobs[i]}))
	}
	key := digest([]byte("this"), []byte(digest(b.Common)), b.Jobs[29])
	require.NoError(t, put(key, []byte(`{"token":"","surprise":1}`)))
	require.NoError(t, put("nothing", write(result{Program: "this", Worker: "thief", Seconds: []float64{}})))
	for i := range 3000 { // a flood
		_ = thief.nc.Publish(subject(name, "result", fmt.Sprint("flood", i)), make([]byte, 10_000))
		_ = thief.nc.Publish(helloSubject, []byte(fmt.Sprintf(`{"worker":"crowd %d"}`, i)))
	}
	require.ErrorIs(t, put(key, make([]byte, 9<<20)), nats.ErrMaxPayload)
	for _, forbidden := range []string{"$JS.API.STREAM.DELETE." + jobsStream(name),
		"$JS.API.STREAM.INFO." + resultsStream(name), "$JS.API.STREAM.MSG.GET." + jobsStream(name),
		"$JS.API.DIRECT.GET." + jobsStream(name) + "." + subject(name, "job", key),
		subject(name, "job", key), runsSubject} {
		_, err := thief.nc.Request(forbidden, nil, 50*time.Millisecond)
		require.Error(t, err, forbidden)
	}
	_, err := thief.nc.SubscribeSync(hostInbox + ".>")
	require.NoError(t, err) // the server's answer comes later, and ends the subscription
	require.NoError(t, thief.nc.Flush())
	require.ErrorContains(t, thief.nc.LastError(), "ermissions")
}

// What nobody clears away is bounded: the server keeps as many answers as there are jobs and some
// more, and ends the connection of whoever sends one that is larger than it takes.
func TestBounds(t *testing.T) {
	s := newSetting(t)
	ctx := t.Context()
	r, err := s.host.open(ctx, batch(5)) // nobody reads the answers
	require.NoError(t, err)
	thief, err := Server{URL: s.Join}.Dial("thief")
	require.NoError(t, err)
	defer thief.Close()
	for i := range 3000 {
		require.NoError(t, thief.nc.Publish(subject(r.name, "result", fmt.Sprint("flood", i)), make([]byte, 1000)))
	}
	require.NoError(t, thief.nc.Flush())
	held := func() uint64 {
		info, err := r.streams.results.Info(ctx)
		require.NoError(t, err)
		return info.State.Msgs
	}
	// The server has the messages when it has answered the flush, and stores them after that.
	last := held()
	require.Eventually(t, func() bool {
		before := last
		last = held()
		return last == before && last >= 1024
	}, time.Minute, 200*time.Millisecond)
	require.EqualValues(t, 5+MaxCommon/chunk+1024, last)

	address, err := url.Parse(s.Join)
	require.NoError(t, err)
	raw, err := net.Dial("tcp", address.Host) // a client library would not even try
	require.NoError(t, err)
	defer raw.Close()
	password, _ := address.User.Password()
	fmt.Fprintf(raw, "CONNECT {\"user\":\"worker\",\"pass\":%q,\"verbose\":false}\r\nPUB %s %d\r\n", password,
		subject(r.name, "result", r.order[0]), 9<<20)
	require.NoError(t, raw.SetReadDeadline(time.Now().Add(20*time.Second)))
	said, err := io.ReadAll(raw)
	require.NoError(t, err, "the server hangs up")
	require.Contains(t, string(said), "Maximum Payload Violation")
	require.NoError(t, r.erase())
}

// An answer that comes twice counts once.
func TestTwice(t *testing.T) {
	s := newSetting(t)
	var w *Worker
	w = s.worker(func(ctx context.Context, common, job []byte) (Answer, error) {
		w.mu.Lock()
		r := w.runs[0].Run
		w.mu.Unlock()
		a, err := double(ctx, common, job)
		key := digest([]byte("this"), []byte(digest(common)), job)
		for range 3 {
			m := nats.NewMsg(subject(r, "result", key))
			m.Data = []byte("none")
			_ = w.Conn.nc.PublishMsg(m)
		}
		return a, err
	})
	s.run(batch(10))
	require.Contains(t, s.told.String(), "malformed")

	ctx := context.Background()
	r, err := s.host.open(ctx, batch(1)) // nobody reads the answers
	require.NoError(t, err)
	at := subject(r.name, "result", r.order[0])
	_, err = w.Conn.js.Publish(ctx, at, []byte("first"))
	require.NoError(t, err)
	_, err = w.Conn.js.Publish(ctx, at, []byte("second"))
	require.True(t, answered(err), "%v", err)
	require.NoError(t, r.erase())
}

// An answer bomb is no answer.
func TestUnpack(t *testing.T) {
	body := []byte(strings.Repeat("doormat ", 10_000))
	packed, done := pack(body)
	require.True(t, done)
	got, err := unpack(packed, len(body))
	require.NoError(t, err)
	require.Equal(t, body, got)
	_, err = unpack(packed, len(body)-1)
	require.ErrorContains(t, err, "more than 79999 bytes when unpacked")
	_, err = unpack([]byte("no"), 10)
	require.Error(t, err)
	_, err = (&result{Packed: true, Body: deflated(make([]byte, maxBody+1))}).answer()
	require.ErrorContains(t, err, "malformed: more than")
}

// A draw is the same whoever computes a job, and another for each job and in each run. A job that is
// larger than the server carries is computed by the host, and holds up nothing.
func TestDraw(t *testing.T) {
	t.Parallel()
	port := serve(t, users)
	at := func(user string) Server { return Server{URL: fmt.Sprintf("nats://%s@127.0.0.1:%d", user, port)} }
	conn, err := at("host:h").DialHost("host")
	require.NoError(t, err)
	defer conn.Close()
	told := &notes{}
	draws := func(ctx context.Context, _, job []byte) (Answer, error) {
		return Answer{Body: fmt.Appendf(nil, "%.10s %x", job, Draw(ctx)), Seconds: []float64{}}, nil
	}
	h := &Host{Conn: conn, Program: "this", Do: draws, Check: func([]byte, Answer) error { return nil }, Warn: told.add}
	other, err := at("worker:w").Dial("worker")
	require.NoError(t, err)
	(&setting{t: t}).start(&Worker{Conn: other, Program: "this", Name: "w", Slots: 1, Do: draws})
	b := batch(3)
	b.Jobs = append(b.Jobs, make([]byte, 2<<20))
	seen := map[string]bool{}
	for range 2 {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		got, err := h.Run(ctx, b) // one of the jobs at least is computed twice, and compared
		cancel()
		require.NoError(t, err)
		for _, a := range got {
			seen[string(a.Body)] = true
			require.Regexp(t, " [0-9a-f]{64}$", string(a.Body))
		}
	}
	require.Len(t, seen, 8)
	require.Contains(t, told.String(), "a job takes 2097152 bytes, and more than the server carries")
	require.NotContains(t, told.String(), "it lies")
}

// Whoever answers otherwise than the host for a reason that an honest machine may have is named, and
// no more: the host's answer counts.
func TestExcused(t *testing.T) {
	s := newSetting(t)
	slow := s.worker(func(context.Context, []byte, []byte) (Answer, error) {
		return Answer{}, errors.New("stopped") // every failure is computed again
	})
	s.host.Excused = func(_ []byte, theirs, _ Answer) bool { return theirs.Failure == "stopped" }
	s.run(batch(4))
	require.Contains(t, s.told.String(), fmt.Sprintf("worker %q answered job ", slow.Name))
	require.Contains(t, s.told.String(), "this machine's answer counts")
	require.NotContains(t, s.told.String(), "it lies")
}

// A job that takes longer than a worker may be silent is done once: the worker says that it is at it.
func TestSlow(t *testing.T) {
	s := newSetting(t)
	var calls atomic.Int32
	slow := func(ctx context.Context, common, job []byte) (Answer, error) {
		calls.Add(1)
		time.Sleep(3 * time.Second)
		return double(ctx, common, job)
	}
	s.host.AckWait = 2 * time.Second
	s.worker(slow)
	s.worker(slow)
	s.run(batch(1))
	require.EqualValues(t, 1, calls.Load())
}
