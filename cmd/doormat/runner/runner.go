// Package runner is what those commands of doormat share that run attacks: the flags that say
// which conversation, columns, settings and attacks, the lab that follows from them, scripts from
// files, and what a command says at its end of errors and surprises.
//
// TestFlagsParseBack gives all flags to a shell and back; TestTranscripts in cmd/doormat shows
// the rest at work.
package runner

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"doormat/attacks"
	"doormat/cmd/doormat/cli"
	"doormat/demo"
	"doormat/demo/bidi"
	"doormat/demo/plain"
)

// App is what all commands are given.
type App struct {
	Kit func() (demo.Kit, error) // designs and attacks
}

// ErrSurprise ends a command whose results differ from what attacks expect.
var ErrSurprise = errors.New("differ from what their attacks expect; they are marked ≠")

// Lab prepares a run and passes on what the reader of the conversation warns of.
func (a App) Lab(o demo.Options) (*attacks.Lab, error) {
	kit, err := a.Kit()
	if err != nil {
		return nil, err
	}
	conv, warnings, err := o.Open()
	if err != nil {
		return nil, err
	}
	for _, w := range warnings {
		Complain(w)
	}
	lab, err := o.Lab(kit, conv)
	if err == nil {
		for _, w := range o.Unheeded(lab.Designs) {
			Complain(w)
		}
	}
	return lab, err
}

// Run runs a lab, and shows on a terminal how far it is.
func Run(ctx context.Context, lab *attacks.Lab) (*attacks.Result, error) {
	defer cli.Progress(lab, 1)()
	return lab.Run(ctx)
}

// Verdict turns errors in cells and surprises into the command's own error.
func Verdict(r *attacks.Result) error {
	v := demo.Judge(r)
	if n := len(v.Errors); n > 0 {
		for _, e := range v.Errors[:n-1] {
			Complain(e)
		}
		return fmt.Errorf("%s", v.Errors[n-1])
	}
	if v.Surprises > 0 {
		return fmt.Errorf("%d of %d outcomes %w", v.Surprises, len(r.Cells), ErrSurprise)
	}
	return nil
}

// Complain prints one line on stderr.
func Complain(text string) {
	text = plain.Clean(strings.ReplaceAll(strings.TrimSpace(text), "\n", "; "))
	for _, whole := range []string{"doormat: ", "doormat "} { // commands say their whole name
		text = strings.TrimPrefix(text, whole)
	}
	fmt.Fprintln(os.Stderr, bidi.Text("doormat: "+cli.Typed(text)))
}
