package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"doormat/attacks/technique"
)

// Serve runs one operation on a script for the process at the other end: it reads
// a request, loads the script that is in it, and answers. The script's own errors
// go to the other end; an error of Serve means that the connection failed. helpers
// are those of [Load].
func Serve(r io.Reader, w io.Writer, helpers ...fs.FS) error {
	l := newLines(r, w)
	var q request
	if err := l.read(&q); err != nil {
		return fmt.Errorf("script: request: %w", err)
	}
	answer, err := perform(q, l, helpers)
	if err != nil {
		answer = report{Error: err.Error()}
		if answer.Error == "" {
			answer.Error = "the script failed without a word"
		}
	}
	return l.write(answer)
}

func perform(q request, l *lines, helpers []fs.FS) (report, error) {
	print := l.print
	if q.Do != doHeader {
		print = nil // the top level runs each time, and says its piece once
	}
	t, err := load(&program{name: q.Name, steps: maxSteps, draft: q.Draft, print: print}, q.Source,
		helpers)
	if err != nil {
		return report{}, err
	}
	t.print = l.print
	switch q.Do {
	case doHeader:
		h := t.Header()
		return report{Header: &h}, nil
	case doExpect:
		o, err := t.Expect(q.Keys, q.View)
		return report{Outcome: &o}, err
	case doRun:
		return report{Done: true}, t.Run(context.Background(), linePort{l})
	}
	return report{}, fmt.Errorf("no such request: %s", q.Do)
}

// print sends a line that the script prints to the other end, which shows it. A
// connection that fails is noticed by the call that follows.
func (l *lines) print(text string) { _ = l.write(report{Print: text[:min(len(text), maxPrinted)]}) }

// linePort is the [technique.Port] of a script whose adversary is in another process.
type linePort struct{ *lines }

// Call implements [technique.Port].
func (p linePort) Call(c technique.Call) (any, error) {
	if err := p.write(report{Call: encodeCall(c)}); err != nil {
		return nil, err
	}
	var r reply
	if err := p.read(&r); err != nil {
		return nil, err
	}
	if r.Error != "" {
		return nil, errors.New(r.Error)
	}
	return fromWire(r.Value)
}
