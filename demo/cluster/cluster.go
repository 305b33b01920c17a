// Package cluster hands out jobs to workers on many machines and gathers their answers, over
// NATS with JetStream (docs.nats.io), a message system that people who run clusters know. It
// knows nothing of attacks: a job and its answer are bytes, and package demo/cluster/tasks
// says what doormat's are.
//
// A [Host] has a [Batch] of jobs. It puts them on a stream with work-queue retention
// (host.go), from which each [Worker] pulls one at a time (worker.go). A worker says every few
// seconds that it is still at it; if it falls silent, the server gives the job to another. The
// answer goes to a second stream, one message for each job, and only when the server has
// written it does the worker acknowledge the job. So whoever is killed when, a job is either
// on the first stream or has its answer on the second, and an answer that comes twice is
// refused by the server (TestKilled, TestTwice).
//
// Streams bear the name of the run, a hash over the program and all jobs: the same call made
// again finds them and goes on (TestResume), and another build of the program never sees
// them. When a run ends, its host deletes both streams. They lie in memory unless asked.
//
// What a worker sends is not believed. Each job carries a token that only its holder knows;
// answers without it, for other jobs, from another program, malformed or oversized are
// refused and bounded (TestHostile, TestBounds). Of a hundred jobs the host computes one again, and
// whoever answered otherwise is named and all its answers are computed anew (TestLiar). A job
// that three workers did not come back from is told as failed and holds up nobody
// (TestKiller): two of them may have had others in hand, the third had nothing else.
package cluster

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync"
)

// A Batch is the work of one run: what all jobs have in common, which travels once, and the
// jobs, which may be equal.
type Batch struct {
	Common []byte // at most MaxCommon bytes
	Jobs   [][]byte
}

// An Answer is what came of a job.
type Answer struct {
	Body    []byte    // the same whoever computes it
	Seconds []float64 // what differs from run to run
	Failure string    // why there is no Body, "" if there is
}

// Do computes a job. It may be called from several goroutines at once; ctx has the job's [Draw].
type Do func(ctx context.Context, common, job []byte) (Answer, error)

// Draw is 32 bytes with which to seed what must be random in a job and yet the same whoever
// computes it, so that answers can be compared: whoever made the job could not know them. They
// are nil outside of [Do].
func Draw(ctx context.Context) []byte {
	draw, _ := ctx.Value(drawKey{}).([]byte)
	return draw
}

// drawKey is under what a context has the draw of its job.
type drawKey struct{}

// withDraw has the draw follow from the job's token, which follows from a secret of the run.
func withDraw(ctx context.Context, token string) context.Context {
	sum := sha256.Sum256([]byte("draw:" + token))
	return context.WithValue(ctx, drawKey{}, sum[:])
}

// Bounds on what travels, in bytes.
const (
	MaxCommon = 64 << 20
	maxBody   = 64 << 20  // of an answer, unpacked
	chunk     = 512 << 10 // of what jobs have in common; NATS carries 1 MB unless told otherwise
	small     = 1 << 10   // below this, packing costs more than it saves
)

// Names that host and workers know. Everything of one run stands below its name.
const (
	runsSubject  = "doormat.runs"  // hosts say here which runs there are
	helloSubject = "doormat.hello" // workers say here that they are there
	queue        = "workers"       // consumer of jobs
	solitary     = "alone"         // consumer of jobs of which the last two workers did not come back
)

func jobsStream(run string) string    { return "DOORMAT_JOBS_" + run }
func resultsStream(run string) string { return "DOORMAT_RESULTS_" + run }

func subject(run, what, key string) string { return "doormat." + run + "." + what + "." + key }

// envelope is a job as it travels.
type envelope struct {
	Token  string `json:"token"`  // shows that whoever answers was given the job
	Common string `json:"common"` // digest of what all jobs have in common
	Parts  int    `json:"parts"`  // in how many messages that travels
	Body   []byte `json:"body"`
}

// result is an answer as it travels.
type result struct {
	Token   string    `json:"token"`
	Program string    `json:"program"`
	Worker  string    `json:"worker"`
	Own     string    `json:"own"` // the secret of a host's own workers, "" of others
	Failure string    `json:"failure"`
	Seconds []float64 `json:"seconds"`
	Packed  bool      `json:"packed"` // Body is deflated
	Body    []byte    `json:"body"`
}

// announcement says that a run is under way.
type announcement struct {
	Run     string   `json:"run"`
	Program string   `json:"program"`
	Version string   `json:"version"`
	Alone   int      `json:"alone"`  // jobs that a worker is to take with nothing else in hand
	Banned  []string `json:"banned"` // workers whose answers are not taken
}

// hello says that a worker is there.
type hello struct {
	Worker  string `json:"worker"`
	Program string `json:"program"`
	Version string `json:"version"`
	Slots   int    `json:"slots"`
}

// digest names bytes.
func digest(parts ...[]byte) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:", len(p))
		h.Write(p)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// token is what shows that a worker was given a job.
func token(key []byte, job string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(job))
	return hex.EncodeToString(mac.Sum(nil)[:16])
}

// pack deflates what is not small.
func pack(body []byte) (packed []byte, done bool) {
	if len(body) < small {
		return body, false
	}
	return deflated(body), true
}

func deflated(body []byte) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestSpeed) // the level is a valid one
	_, _ = w.Write(body)                         // a buffer takes everything
	_ = w.Close()
	return b.Bytes()
}

// unpack is the reverse, for at most so many bytes.
func unpack(packed []byte, limit int) ([]byte, error) {
	r := flate.NewReader(bytes.NewReader(packed))
	body, err := io.ReadAll(io.LimitReader(r, int64(limit)+1))
	if err == nil && len(body) > limit {
		err = fmt.Errorf("more than %d bytes when unpacked", limit)
	}
	return body, err
}

// Decode reads one JSON value strictly: unknown fields and what follows the value are errors.
func Decode(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows after the end")
	}
	return nil
}

// write encodes what always can be.
func write(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

// Program identifies the program that runs, so that no two that might answer differently work
// on one run. A build of a committed revision is named by that revision, the modules and the
// compiler, so machines of several kinds can work together; any other by the executable's bytes.
var Program = sync.OnceValues(func() (string, error) {
	info, ok := debug.ReadBuildInfo()
	if ok {
		var revision, modified string
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				revision = s.Value
			case "vcs.modified":
				modified = s.Value
			}
		}
		if revision != "" && modified == "false" {
			list := []string{revision, info.GoVersion}
			for _, m := range info.Deps {
				list = append(list, m.Path+" "+m.Version+" "+m.Sum)
			}
			return digest([]byte(strings.Join(list, "\n"))), nil
		}
	}
	path, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("which program this is: %w", err)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("which program this is: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("which program this is: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
})
