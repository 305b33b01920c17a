package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"charm.land/lipgloss/v2"
	"golang.org/x/term"

	"doormat/attacks"
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
	path  string   // of the file to be, "" for stdout
	temp  *os.File // what becomes that file
	mode  fs.FileMode
}

// modeOf is the permissions of the file that is replaced, or else of the new one.
func modeOf(old fs.FileInfo, temp *os.File) (fs.FileMode, error) {
	if old != nil {
		return old.Mode().Perm(), nil
	}
	info, err := temp.Stat()
	if err != nil {
		return 0, err
	}
	return info.Mode().Perm(), nil
}

// openOutput is called before the work is done, so that a file that cannot be
// written is no surprise after it.
func openOutput(path string) (*output, error) {
	if path == "" {
		return &output{w: styled(), width: width(os.Stdout)}, nil
	}
	return openFile("--out", path)
}

// resolve follows links to the file that a flag names; old is nil if there is none.
func resolve(path string) (real string, old fs.FileInfo, err error) {
	if real, err = filepath.EvalSymlinks(path); err != nil {
		real = path
	}
	switch old, err = os.Stat(real); {
	case err != nil:
		return real, nil, nil // what comes next will say why it cannot be, if it cannot
	case old.IsDir():
		return real, old, errors.New("is a directory")
	}
	return real, old, nil
}

// withoutPath keeps a file that nobody asked for from being named.
func withoutPath(err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	return err
}

// openFile opens the file that a flag names.
func openFile(flag, path string) (*output, error) {
	o := &output{width: text.DefaultWidth}
	real, old, err := resolve(path)
	switch {
	case err != nil:
	case old != nil && !old.Mode().IsRegular(): // a pipe or a device stays one
		o.temp, err = os.OpenFile(path, os.O_WRONLY, 0)
	default:
		o.path = real
		if o.temp, err = createTemp(filepath.Dir(real)); err == nil {
			o.mode, err = modeOf(old, o.temp)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", flag, path, withoutPath(err))
	}
	o.w = colourless{o.temp}
	return o, nil
}

// close finishes the output: unless err, the file takes its place.
func (o *output) close(err *error) {
	if o.temp == nil {
		return
	}
	closed := o.temp.Close()
	if *err == nil {
		*err = closed
	}
	if o.path == "" {
		return
	}
	if *err == nil {
		_ = os.Chmod(o.temp.Name(), o.mode)
		*err = os.Rename(o.temp.Name(), o.path)
	}
	if *err != nil {
		_ = os.Remove(o.temp.Name())
		return
	}
	wrote(o.path)
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
