package cli

import (
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/atomicfile"
	"doormat/demo/bidi"
	"doormat/demo/data"
	"doormat/demo/plain"
	"doormat/demo/terminal"
	"doormat/demo/text"
	"doormat/world"
)

// Output is where results go: stdout, or a file that appears whole or not at all.
type Output struct {
	w     io.Writer
	Width int              // columns
	file  *atomicfile.File // nil for stdout
}

// Open is called before the work is done, so that a file that cannot be
// written is no surprise after it.
func Open(path string) (*Output, error) {
	if path == "" {
		return &Output{w: styled(), Width: width(os.Stdout)}, nil
	}
	f, err := atomicfile.Create(path)
	if err != nil {
		return nil, fmt.Errorf("--out %w", err)
	}
	return &Output{w: colourless{f}, Width: text.DefaultWidth, file: f}, nil
}

// Close finishes the output: unless err, the file takes its place.
func (o *Output) Close(err *error) {
	if o.file != nil {
		Finish(o.file, err)
	}
}

// Finish puts a file into its place, unless err, and says so.
func Finish(f *atomicfile.File, err *error) {
	if *err != nil {
		f.Discard()
		return
	}
	if *err = f.Commit(); *err == nil && f.Path() != "" {
		Wrote(f.Path())
	}
}

// WriteNew writes a file that must not be there yet, and says so; otherwise the error is
// fs.ErrExist. It is for scripts, whose comments say what to type.
func WriteNew(name, text string) (err error) {
	f, err := atomicfile.CreateNew(name)
	if err != nil {
		return err
	}
	defer Finish(f, &err)
	_, err = f.WriteString(Typed(text))
	return err
}

// Wrote says on stderr what a flag had written: stdout stays for results.
func Wrote(path string) { fmt.Fprintln(os.Stderr, "wrote "+plain.Clean(path)) }

// Text writes what people read.
func (o *Output) Text(text string) error { return o.Data(bidi.Text(Typed(text))) }

// Data writes what programs read, as it is.
func (o *Output) Data(text string) error {
	_, err := io.WriteString(o.w, text)
	return err
}

// Document writes JSON.
func (o *Output) Document(v any) error {
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

// Progress shows on a terminal how far the work at so many points is. The function
// it returns ends the display.
func Progress(lab *attacks.Lab, points int) func() {
	if !term.IsTerminal(int(os.Stderr.Fd())) {
		return func() {}
	}
	show := func(done, total int) { fmt.Fprintf(os.Stderr, "\r%d of %d cells ", done, total) }
	show(0, points*len(lab.Designs)*len(lab.Attacks))
	lab.Progress = func(done, total int, _ *attacks.Cell) { show(done, total) }
	return func() { fmt.Fprintf(os.Stderr, "\r%30s\r", "") }
}

// OutFlags say how and where results are written.
type OutFlags struct {
	Format string
	Out    string // path, "" for stdout
}

// Add adds the flags. The first format is the usual one.
func (o *OutFlags) Add(c *cobra.Command, formats ...string) {
	c.Flags().StringVar(&o.Format, "format", formats[0],
		"`FORMAT` of the results: "+strings.Join(formats, ", "))
	c.Flags().StringVar(&o.Out, "out", "", "write results to `FILE` instead of stdout, whole or "+
		"not at all")
	Complete(c, "format", Words(formats...))
	Complete(c, "out", Files)
	c.PreRunE = func(*cobra.Command, []string) error {
		if slices.Contains(formats, o.Format) {
			return nil
		}
		hint := ""
		if near := world.Nearest(o.Format, formats); near != "" {
			hint = "; did you mean " + near + "?"
		}
		return demo.Usagef("--format %q: want %s%s", o.Format, strings.Join(formats, ", "), hint)
	}
}

// Show prints a list, as the JSON document v or as a page.
func (o *OutFlags) Show(v any, page func(width int) string) (err error) {
	out, err := Open(o.Out)
	if err != nil {
		return err
	}
	defer out.Close(&err)
	if o.Format == "json" {
		return out.Document(v)
	}
	return out.Text(page(out.Width))
}

// Show prints a page on stdout.
func Show(page func(width int) string) error {
	out, err := Open("")
	if err != nil {
		return err
	}
	return out.Text(page(out.Width))
}
