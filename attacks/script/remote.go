package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"doormat/attacks/technique"
)

// A script from outside runs in another process, because Starlark bounds steps
// and not memory. This file is the side of the process that keeps the truth,
// serve.go that of the one that runs the script and holds no secret,
// wire.go the lines between them.
//
// Each operation (read the header, compute an expectation, run) has a process of
// its own, so that no state crosses from one to the next: it gets one request,
// sends any number of calls, each answered by one reply, and ends with a result
// or an error. What it sends is hostile input; FuzzRemoteRun feeds it to a
// real adversary.

// MaxSource is how many bytes a script from outside may have.
const MaxSource = 1 << 20

// A Dial starts a process that calls [Serve] on the other end of the connection.
// The process ends when the context does, or when the connection is closed. Close
// may be called twice. If the process ended by itself, Close says why, in words
// for a user.
type Dial func(context.Context) (io.ReadWriteCloser, error)

// remote is an [technique.Technique] whose script runs behind a connection.
type remote struct {
	name   string
	source []byte
	draft  bool // its header needs no prose
	header technique.Header
	dial   Dial
	print  func(string)
}

// maxPrinted bounds what one operation on a script may print, in bytes.
const maxPrinted = 64 << 10

// Remote loads a script in a process that dial starts. Errors in the script carry
// file, line and column, as those of [Load]. Of a draft no prose is asked. print hears each line
// that the script prints, from several goroutines; it may be nil.
func Remote(ctx context.Context, name string, source []byte, draft bool, dial Dial,
	print func(string)) (technique.Technique, error) {
	if len(source) > MaxSource {
		return nil, fmt.Errorf("%s: %d bytes, the limit for a script is %d", name, len(source),
			MaxSource)
	}
	if !utf8.Valid(source) {
		return nil, fmt.Errorf("%s: this is not UTF-8 text; save it as UTF-8, as a file ending in .star", name)
	}
	t := &remote{name: name, source: source, draft: draft, dial: dial, print: print}
	r, err := t.ask(ctx, request{Do: doHeader})
	if err != nil {
		return nil, err
	}
	if r.Header == nil {
		return nil, t.misbehaved("want a header")
	}
	check := r.Header.Check
	if draft {
		check = r.Header.CheckDraft
	}
	if err := check(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t.header = *r.Header
	return t, nil
}

// Header implements [technique.Technique].
func (t *remote) Header() technique.Header { return t.header }

// Source implements [technique.Technique].
func (t *remote) Source() string { return string(t.source) }

// Expect implements [technique.Technique].
func (t *remote) Expect(keys []string, v technique.View) (technique.Outcome, error) {
	r, err := t.ask(context.Background(), request{Do: doExpect, Keys: keys, View: v})
	if err != nil {
		return technique.Outcome{}, err
	}
	if r.Outcome == nil {
		return technique.Outcome{}, t.misbehaved("want an expectation")
	}
	if err := r.Outcome.Check(); err != nil {
		return technique.Outcome{}, fmt.Errorf("%s: %w", t.name, err)
	}
	return *r.Outcome, nil
}

// ask makes a request that is answered without calls.
func (t *remote) ask(ctx context.Context, q request) (report, error) {
	s, err := t.open(ctx, q)
	if err != nil {
		return report{}, err
	}
	defer s.conn.Close()
	return s.report()
}

// Run implements [technique.Technique].
func (t *remote) Run(ctx context.Context, port technique.Port) error {
	s, err := t.open(ctx, request{Do: doRun})
	if err != nil {
		return err
	}
	defer s.conn.Close()
	if err = s.serve(port); err != nil {
		// The script may have ended in the middle of a loop over packets.
		_, _ = port.Call(technique.Call{Method: "release"})
	}
	return err
}

// Silent gives the same technique, which does not print again what it printed before.
func (t *remote) Silent() technique.Technique {
	silent := *t
	silent.print = nil
	return &silent
}

func (t *remote) misbehaved(why string) error {
	return fmt.Errorf("%s: the script's process broke the protocol: %s", t.name, why)
}

// session is one conversation with one process.
type session struct {
	*remote
	ctx   context.Context
	conn  io.ReadWriteCloser
	lines *lines
	room  int // bytes that the script may still print
}

func (t *remote) open(ctx context.Context, q request) (*session, error) {
	conn, err := t.dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t.name, err)
	}
	s := &session{t, ctx, conn, newLines(conn, conn), maxPrinted}
	q.Name, q.Source, q.Draft = t.name, t.source, t.draft
	if err := s.lines.write(q); err != nil {
		return nil, s.broken(err)
	}
	return s, nil
}

// broken explains why a connection failed: the process knows better than the pipe.
func (s *session) broken(err error) error {
	cause := s.conn.Close()
	switch {
	case s.ctx.Err() != nil:
		return context.Cause(s.ctx)
	case cause != nil:
		return fmt.Errorf("%s: %w", s.name, cause)
	}
	return s.misbehaved(err.Error())
}

// report reads lines up to one that does not just print. An error of the script is
// returned as an error.
func (s *session) report() (report, error) {
	for {
		var r report
		if err := s.lines.read(&r); err != nil {
			return r, s.broken(err)
		}
		if err := r.check(); err != nil {
			return r, s.misbehaved(err.Error())
		}
		switch {
		case r.Print != "":
			s.hear(r.Print)
		case r.Error != "":
			return r, errors.New(r.Error)
		default:
			return r, nil
		}
	}
}

// hear hands on what the script prints, as far as there is room.
func (s *session) hear(text string) {
	if s.print == nil || s.room <= 0 {
		return
	}
	if s.room -= len(text); s.room <= 0 {
		text = fmt.Sprintf("%s: it prints more than %d bytes; the rest is not shown", s.name,
			maxPrinted)
	}
	s.print(text)
}

// serve answers calls until the script ends. After a call that failed only the
// packet at hand may be released: the script is over, as no script can catch an
// error.
func (s *session) serve(port technique.Port) error {
	failed := false
	for range technique.MaxCalls {
		r, err := s.report()
		switch {
		case err != nil:
			return err
		case r.Done:
			return nil
		case r.Call == nil:
			return s.misbehaved("want a call")
		case failed && r.Call.Method != "release":
			return s.misbehaved("a call after one that failed")
		}
		call, err := r.Call.decode()
		if err != nil {
			return s.misbehaved(err.Error())
		}
		out, err := port.Call(call)
		failed = failed || err != nil
		err = s.lines.write(newReply(out, err))
		if errors.Is(err, errTooLong) {
			failed = true
			err = s.lines.write(reply{Error: err.Error()})
		}
		if err != nil {
			return s.broken(err)
		}
	}
	return fmt.Errorf("%s: more than %d calls: does the script end?", s.name, technique.MaxCalls)
}
