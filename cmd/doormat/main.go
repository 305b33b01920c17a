// Command doormat shows what different ways of protecting messages expose when
// something goes wrong: it runs one conversation through each, lets scripted
// adversaries loose on it, and prints what they recovered, checked byte for byte.
//
// It is thin: one file a verb, each of which reads flags, calls package demo and
// prints what package demo/text made of it. Results go to stdout, the rest to
// stderr. The exit code is 0 if all went as expected, 1 for files, scripts and
// limits, 2 for flags, values and unknown ids, 3 if an outcome differed from what
// its attack expects, or from what a sheet says, or an answer does not solve its challenge.
// testdata/*.txt are transcripts of every verb and code.
//
// TestTranscripts replays them.
package main

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"doormat/cmd/doormat/class"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
)

// Exit codes.
const (
	exitFailed   = 1
	exitUsage    = 2
	exitSurprise = 3
)

func main() { os.Exit(run(demo.Default)) }

// noted remembers that something could not be written: cobra does not look when it writes help.
type noted struct {
	io.Writer
	err error
}

func (n *noted) Write(text []byte) (int, error) {
	written, err := n.Writer.Write(text)
	n.err = cmp.Or(n.err, err)
	return written, err
}

// memory is what the program tries to stay below: the collector works harder before it
// takes more. What runs hold is well below it, see [attacks.DefaultRoom].
const memory = 1792 << 20

// garbage is how much may lie beside what is in use, in percent of that, below the limit: most
// runs hold little, and to collect more often takes a tenth of their time.
const garbage = 400

// patience is how long the program takes to end before it says that another signal ends it.
const patience = 3 * time.Second

// run is the whole program, made of the designs and attacks of a kit.
func run(kit func() (demo.Kit, error)) int {
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memory)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM,
		syscall.SIGHUP)
	defer stop()
	context.AfterFunc(ctx, func() {
		stop() // the second signal ends what does not listen, such as a read of a pipe
		time.AfterFunc(patience, func() { runner.Complain("ending; another Ctrl-C ends it at once") })
	})
	root, out := newRoot(&app{runner.App{Kit: kit}}), &noted{Writer: os.Stdout}
	root.SetOut(out)
	err := root.ExecuteContext(ctx)
	if err == nil {
		err = out.err
	}
	if err == nil {
		return 0
	}
	var usage *demo.UsageError
	code := exitFailed
	switch {
	case errors.As(err, &usage):
		code = exitUsage
	case errors.Is(err, runner.ErrSurprise), errors.Is(err, errDiffers), errors.Is(err, class.ErrUnsolved):
		code = exitSurprise
	case ctx.Err() != nil:
		err = errors.New("interrupted")
	}
	runner.Complain(err.Error())
	return code
}
