package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/spf13/cobra"

	"doormat/attacks/lint"
	"doormat/attacks/technique"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/summary"
	"doormat/demo/text"
)

// attackNew writes a script to begin with.
func (a *app) attackNew() *cobra.Command {
	return &cobra.Command{
		Use:   "new ID",
		Short: "Write a commented script for an attack of your own, which runs",
		Long: `Write a commented script for an attack of your own, which runs, to ID.star in the
current folder. A file that is there stays as it is.`,
		Args:              cli.Exactly(1, "an id for the attack"),
		ValidArgsFunction: cli.Words(),
		RunE: func(_ *cobra.Command, args []string) error {
			script, err := lint.New(args[0])
			if err != nil {
				return demo.Usagef("%v", err)
			}
			name := args[0] + ".star"
			err = cli.WriteNew(name, script)
			if errors.Is(err, fs.ErrExist) {
				return demo.Usagef("%s is there already: choose another id", name)
			} else if err != nil {
				return err
			}
			return cli.Show(func(int) string {
				return fmt.Sprintf("Next: doormat attack run %s --draft\n", name)
			})
		},
	}
}

// attackStub prints type hints for an editor.
func (a *app) attackStub() *cobra.Command {
	var path string
	c := &cobra.Command{
		Use:   "stub",
		Short: "Print type hints of all that a script may call, for an editor",
		Long: `Print type hints, in Python, of all that a script may call and of the helpers that it
may load. Editors with Pyright or Pylance read them from __builtins__.pyi in the
project's folder, Tilt's starlark-lsp by --builtin-paths.`,
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(*cobra.Command, []string) (err error) {
			stub, err := demo.Stub()
			if err != nil {
				return err
			}
			out, err := cli.Open(path)
			if err != nil {
				return err
			}
			defer out.Close(&err)
			return out.Data(stub)
		},
	}
	c.Flags().StringVar(&path, "out", "", "write to `FILE` instead of stdout, whole or not at all")
	cli.Complete(c, "out", cli.Files)
	return c
}

// A checkedAttack is what attack check found.
type checkedAttack struct {
	File     string         `json:"file"`
	ID       string         `json:"id"`
	Designs  int            `json:"designs"` // in which it was run
	Findings []lint.Finding `json:"findings"`
}

// attackCheck tells everything that is wrong with a script.
func (a *app) attackCheck() *cobra.Command {
	var o demo.Options
	var to cli.OutFlags
	var from runner.Outside
	c := &cobra.Command{
		Use:   "check FILE",
		Short: "Tell everything that is wrong with an attack's script",
		Long: `Tell everything that is wrong with an attack's script: names that no design has, texts
that are missing, runs that fail, outcomes that the header does not expect, and needs
without which the attack comes to the same in its showcase. It is run in all columns,
or in those of --designs. Exit code 0: nothing is wrong; 1: the script; 3: only outcomes
are other than expected.`,
		Args:              cli.Exactly(1, "a script's file"),
		ValidArgsFunction: cli.Files,
		RunE: func(c *cobra.Command, args []string) error {
			if len(o.Designs) == 0 {
				o.Designs = []string{demo.AllDesigns}
			}
			lab, err := a.Lab(o)
			if err != nil {
				return err
			}
			t, err := runner.Find(c.Context(), lab, args[0], from, runner.Printed)
			if err != nil {
				return err
			}
			lab.Attacks = []technique.Technique{t}
			findings, err := lint.Check(c.Context(), lab)
			if err != nil {
				return err
			}
			if err := to.Show(checkedAttack{args[0], t.Header().ID, len(lab.Designs), findings},
				func(width int) string {
					return text.Findings(args[0], len(lab.Designs), findings, width)
				}); err != nil {
				return err
			}
			return verdictOf(findings)
		},
	}
	a.RunFlags(c, &o)
	to.Add(c, "text", "json")
	from.Add(c)
	return c
}

// verdictOf turns findings into the command's own error.
func verdictOf(findings []lint.Finding) error {
	surprises := 0
	for _, f := range findings {
		if f.Kind == "expectation" {
			surprises++
		}
	}
	switch {
	case surprises < len(findings):
		return fmt.Errorf("this attack has %s", summary.Count(len(findings), "fault"))
	case surprises > 0:
		return fmt.Errorf("%d outcomes %w", surprises, runner.ErrSurprise)
	}
	return nil
}
