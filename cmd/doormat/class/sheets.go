package class

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"doormat/attacks"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/atomicfile"
	"doormat/demo/classroom"
)

// Sheets is the command classroom.
func Sheets(a runner.App) *cobra.Command {
	var o demo.Options
	var out string
	c := &cobra.Command{
		Use:   "classroom --out DIR",
		Short: "Write what a teacher prints: exercises, worksheet, key, role cards, plans, predictions",
		Long: `Write what a teacher prints, each as HTML for A4 or Letter and as Markdown: exercises
and a worksheet without answers, the key to it, a card for each role in a debate with
facts that were measured, a plan for each lesson (doormat lesson list), and a sheet for
predictions to each lesson that a whole class sees.
All numbers are those of a run that is made now, under the flags given here; equal flags
give equal files. All files appear, or none.`,
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			if out == "" {
				return demo.Usagef("--out: give a folder for the sheets, such as --out class")
			}
			return writeSheets(a, c, o, out)
		},
	}
	a.RunFlags(c, &o)
	c.Flags().StringVar(&out, "out", "",
		"write into the folder `DIR`, which is made if it is not there")
	cli.Complete(c, "out", cli.Files)
	return c
}

// writeSheets writes the sheets of a run into a folder.
func writeSheets(a runner.App, c *cobra.Command, o demo.Options, folder string) (err error) {
	kit, err := a.Kit()
	if err != nil {
		return err
	}
	conversation, warnings, err := o.Open()
	if err != nil {
		return err
	}
	for _, w := range warnings {
		runner.Complain(w)
	}
	if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
		if err := os.Mkdir(folder, 0o777); err != nil {
			return fmt.Errorf("--out %w", err)
		}
		defer func() { _ = os.Remove(folder) }() // which fails, as it should, if there are sheets in it
	}
	var paths []string
	for _, name := range classroom.Names() {
		paths = append(paths, filepath.Join(folder, name))
	}
	bundle, err := atomicfile.OpenBundle(paths)
	if err != nil {
		return fmt.Errorf("--out %w", err)
	}
	var contents [][]byte
	room, err := classroom.New(c.Context(), kit, o, conversation)
	if err == nil {
		contents, err = contentsOf(room)
	}
	if err != nil {
		bundle.Discard()
		return err
	}
	if err := bundle.Commit(contents); err != nil {
		return fmt.Errorf("--out %w", err)
	}
	for _, path := range paths {
		cli.Wrote(path)
	}
	return runner.Verdict(&attacks.Result{Cells: room.Cells()})
}

// contentsOf are those of all sheets.
func contentsOf(room *classroom.Room) (list [][]byte, err error) {
	files, err := room.Files()
	for _, f := range files {
		list = append(list, f.Data)
	}
	return list, err
}
