// Package sandbox runs a script from outside in a process of its own, so that no
// script can take doormat down with it: an endless loop is killed when its time is
// up, and one that asks for too much memory dies alone.
//
// Starlark has no files, no network and no clock, so a script cannot do harm by
// what it says; it can only use things up. Steps are bounded by package attacks,
// time by the parent ([Box.Timeout]), memory by the kernel (RLIMIT_DATA and RLIMIT_AS
// on Linux) or, elsewhere, by a watch over the heap that is only nearly as good. The
// process holds no secret: it gets the script's text and what the script's calls
// return. The protocol is that of script.Remote and script.Serve.
//
// The transcript cmd/doormat/testdata/script.txt holds the scripts that this is about.
//
// TestNothingIsInherited has a process tell all that it got from its parent,
// TestProcessesEnd shows that one which does not end is ended.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"doormat/attacks/library"
	"doormat/attacks/script"
)

// MaxMemory is what a script's process may allocate, in bytes.
const MaxMemory = 256 << 20

// Box says how to start a script's process.
type Box struct {
	Program string        // path of an executable
	Args    []string      // its arguments, the name of the program first; it must call Child
	Timeout time.Duration // wall clock, for one process
}

// Child is the script's side of the process: it gives up what it may not use up
// and serves one request on stdin and stdout.
func Child(in io.Reader, out io.Writer) error {
	debug.SetMemoryLimit(MaxMemory / 2) // collect garbage early, the hard limit is near
	if err := limitMemory(MaxMemory); err != nil {
		return fmt.Errorf("script: memory limit: %w", err)
	}
	return script.Serve(in, out, library.Files)
}

// Dial implements [script.Dial].
func (b Box) Dial(ctx context.Context) (io.ReadWriteCloser, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, b.Timeout, errTimeout)
	p := &process{ctx: ctx, cancel: cancel, box: b, complaint: &head{}}
	p.cmd = exec.CommandContext(ctx, b.Program)
	p.cmd.Args = b.Args
	// Nothing of ours is a script's business. Each thread takes memory, and the GNU C library
	// would set 64 MB of addresses aside for each, which count against the limit.
	p.cmd.Env = []string{"GOMAXPROCS=2", "MALLOC_ARENA_MAX=1"}
	p.cmd.Stderr = p.complaint
	p.cmd.WaitDelay = time.Second
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		cancel()
		return nil, err
	}
	if p.out, err = p.cmd.StdoutPipe(); err != nil {
		cancel()
		return nil, err
	}
	if err = p.cmd.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("start the script's process: %w", err)
	}
	return p, nil
}

var errTimeout = errors.New("time is up")

// process is a connection to a running script.
type process struct {
	ctx       context.Context
	cancel    context.CancelFunc
	box       Box
	cmd       *exec.Cmd
	in        io.WriteCloser
	out       io.ReadCloser
	complaint *head
	once      sync.Once
	cause     error
}

func (p *process) Read(b []byte) (int, error)  { return p.out.Read(b) }
func (p *process) Write(b []byte) (int, error) { return p.in.Write(b) }

// Close ends the process. The error says why it ended by itself, if it did.
func (p *process) Close() error {
	p.once.Do(func() {
		_ = p.in.Close() // an honest child ends when its input does
		_ = p.out.Close()
		timer := time.AfterFunc(time.Second, p.cancel)
		err := p.cmd.Wait()
		timer.Stop()
		p.cause = p.explain(err)
		p.cancel()
	})
	return p.cause
}

// timeout is the time that a script had, as the error of one that took longer.
type timeout time.Duration

// Timeout tells that it is one, as the errors of package net do.
func (timeout) Timeout() bool { return true }

func (t timeout) Error() string {
	return fmt.Sprintf("stopped after %s: does the script end? --script-timeout gives it more", time.Duration(t))
}

func (p *process) explain(err error) error {
	complaint := p.complaint.String()
	switch {
	case errors.Is(context.Cause(p.ctx), errTimeout):
		return timeout(p.box.Timeout)
	case p.ctx.Err() != nil || err == nil:
		return nil
	case strings.Contains(complaint, "stack overflow"):
		return errors.New("stopped: the script is nested too deeply")
	case slices.ContainsFunc(starved,
		func(sign string) bool { return strings.Contains(complaint, sign) }):
		return fmt.Errorf("stopped: the script needs more than %d MB of memory", MaxMemory>>20)
	}
	first, _, _ := strings.Cut(complaint, "\n")
	return fmt.Errorf("the script's process failed (%w): %.200s", err, first)
}

// starved is what a Go program says when memory is refused to it: in the heap, for
// a thread, or in the middle of something.
var starved = []string{"fatal error: ", "pthread_create", "SIGSEGV", "cannot allocate memory"}

// head keeps the beginning of what a process complains about: a crashing Go
// program says the reason first.
type head struct{ b []byte }

func (h *head) Write(b []byte) (int, error) {
	h.b = append(h.b, b[:min(len(b), 4096-len(h.b))]...)
	return len(b), nil
}

func (h *head) String() string { return string(h.b) }

// Program describes this very program as the one to start with the given
// argument, which must lead to [Child].
func Program(argument string, timeout time.Duration) (Box, error) {
	path, err := os.Executable()
	if err != nil {
		return Box{}, fmt.Errorf("sandbox: find this program, to run scripts from files in it: %w",
			err)
	}
	return Box{Program: path, Args: []string{os.Args[0], argument}, Timeout: timeout}, nil
}
