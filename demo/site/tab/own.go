package tab

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strconv"

	"doormat/attacks/library"
	"doormat/attacks/lint"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/demo"
)

// File is what messages call the visitor's script.
const File = "own.star"

// An Own is what became of an attack that the visitor wrote: its header, or what is wrong.
type Own struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Error string `json:"error"` // "" if it was taken
	Line  int    `json:"line"`  // of the error, 0 for the whole script
}

// Own takes an attack that the visitor wrote: pages have it from now on, beside the library's or
// in the place of the one whose id it has. It runs as scripts from files do on the command line,
// within their bounds, but in this program: a browser ends a tab's worker as an operating system
// ends a process. Of its header no prose is asked.
func (t *Tab) Own(ctx context.Context, source string, print func(string)) Own {
	a, err := script.Remote(ctx, File, []byte(source), true, dial, print)
	if err == nil {
		err = technique.NamesOf(demo.Designs()).Check(a.Header())
	}
	if err != nil {
		return Own{Error: err.Error(), Line: LineOf(err.Error())}
	}
	t.own = a
	clear(t.stages)
	h := a.Header()
	return Own{ID: h.ID, Title: h.Title}
}

// position is where a message says that something in the script is.
var position = regexp.MustCompile(regexp.QuoteMeta(File) + `:([0-9]+)`)

// LineOf is the last line of the script that a message names, which is the innermost: 0 if it
// names none.
func LineOf(text string) int {
	found := position.FindAllStringSubmatch(text, -1)
	if len(found) == 0 {
		return 0
	}
	n, _ := strconv.Atoi(found[len(found)-1][1])
	return n
}

// Check tells everything that is wrong with the visitor's attack in some columns, as `doormat
// attack check` does.
func (t *Tab) Check(ctx context.Context, columns []string) ([]lint.Finding, error) {
	if t.own == nil {
		return nil, demo.Usagef("there is no attack of your own yet")
	}
	o := demo.Defaults()
	o.Designs = columns
	conv, _, err := o.Open()
	if err != nil {
		return nil, err
	}
	lab, err := o.Lab(t.kit, conv)
	if err != nil {
		return nil, err
	}
	lab.Attacks = []technique.Technique{t.own}
	return lint.Check(ctx, lab)
}

// Source is the script of an attack of the library, to begin with.
func (t *Tab) Source(id string) (string, error) {
	a, err := t.kit.Attack(id)
	if err != nil {
		return "", err
	}
	return a.Source(), nil
}

// dial starts the script's side of a connection in this program.
func dial(context.Context) (io.ReadWriteCloser, error) {
	hear, say := io.Pipe()
	answer, told := io.Pipe()
	go func() {
		err := script.Serve(hear, told, library.Files)
		_ = hear.CloseWithError(err)
		_ = told.CloseWithError(err)
	}()
	return connection{answer, say}, nil
}

// A connection to a script in this program.
type connection struct {
	*io.PipeReader
	in *io.PipeWriter
}

func (c connection) Write(b []byte) (int, error) { return c.in.Write(b) }

// Close ends what the script waits for, and so the script.
func (c connection) Close() error {
	_ = c.in.Close()
	if err := c.PipeReader.Close(); err != nil {
		return fmt.Errorf("script: %w", err)
	}
	return nil
}
