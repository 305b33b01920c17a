package main

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"charm.land/lipgloss/v2"
	"golang.org/x/term"

	"doormat/attacks"
	"doormat/demo/atomicfile"
	"doormat/demo/bidi"
	"doormat/demo/data"
	"doormat/demo/plain"
	"doormat/demo/terminal"
	"doormat/demo/text"
)

// output is where results go: stdout, or a file that appears whole or not at all.
type output struct {
	w     io.Writer
	width int
	file  *atomicfile.File // nil for stdout
}

// openOutput is called before the work is done, so that a file that cannot be
// written is no surprise after it.
func openOutput(path string) (*output, error) {
	if path == "" {
		return &output{w: styled(), width: width(os.Stdout)}, nil
	}
	f, err := atomicfile.Create(path)
	if err != nil {
		return nil, fmt.Errorf("--out %w", err)
	}
	return &output{w: colourless{f}, width: text.DefaultWidth, file: f}, nil
}

// close finishes the output: unless err, the file takes its place.
func (o *output) close(err *error) {
	if o.file != nil {
		finish(o.file, err)
	}
}

// finish puts a file into its place, unless err, and says so.
func finish(f *atomicfile.File, err *error) {
	if *err != nil {
		f.Discard()
		return
	}
	if *err = f.Commit(); *err == nil && f.Path() != "" {
		wrote(f.Path())
	}
}

// wrote says on stderr what a flag had written: stdout stays for results.
func wrote(path string) { fmt.Fprintln(os.Stderr, "wrote "+plain.Clean(path)) }

// text writes what people read.
func (o *output) text(text string) error { return o.data(bidi.Text(text)) }

// data writes what programs read, as it is.
func (o *output) data(text string) error {
	_, err := io.WriteString(o.w, text)
	return err
}

// document writes JSON.
func (o *output) document(v any) error {
	b, err := data.JSON(v)
	if err != nil {
		return err
	}
	_, err = o.w.Write(b)
	return err
}

// styled writes to stdout, with colours if it is a terminal that has them, unless
// NO_COLOR is set.
func styled() io.Writer {
	if os.Getenv("NO_COLOR") != "" {
		return colourless{os.Stdout}
	}
	return lipgloss.Writer
}

// colourless writes text without styles; no style is cut by the end of a write.
type colourless struct{ w io.Writer }

func (p colourless) Write(text []byte) (int, error) {
	if _, err := io.WriteString(p.w, terminal.Strip(string(text))); err != nil {
		return 0, err
	}
	return len(text), nil
}

// width is how many columns text may have: those of the terminal, or, into a pipe or a
// file, what COLUMNS says.
func width(f *os.File) int {
	if columns, _, err := term.GetSize(int(f.Fd())); err == nil && columns > 0 {
		return columns
	}
	if columns, err := strconv.Atoi(os.Getenv("COLUMNS")); err == nil && columns > 0 {
		return columns
	}
	return text.DefaultWidth
}

// progress shows on a terminal how far the work at so many points is. The function
// it returns ends the display.
func progress(lab *attacks.Lab, points int) func() {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return func() {}
	}
	show := func(done, total int) { fmt.Fprintf(os.Stderr, "\r%d of %d cells ", done, total) }
	show(0, points*len(lab.Designs)*len(lab.Attacks))
	lab.Progress = func(done, total int, _ *attacks.Cell) { show(done, total) }
	return func() { fmt.Fprintf(os.Stderr, "\r%30s\r", "") }
}
