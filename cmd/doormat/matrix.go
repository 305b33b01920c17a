package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/data"
	"doormat/demo/markdown"
	"doormat/demo/summary"
	"doormat/demo/text"
)

func (a *app) matrix() *cobra.Command {
	var o demo.Options
	var to cli.OutFlags
	var from runner.Outside
	var other string
	var by runner.Many
	c := &cobra.Command{
		Use:   "matrix",
		Short: "Run every attack on every design and print what each recovered",
		Long: "Run every attack on every design and print what each recovered.\n\n" +
			columnsHelp("--format csv prints a line for each cell, with these columns",
				data.CellColumns),
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			lab, err := a.labWithScripts(c.Context(), o, from)
			if err != nil {
				return err
			}
			if other != "" {
				return a.compare(c.Context(), lab, o, from, other, to, by.Run(a.App, o, from))
			}
			return measureBy(c.Context(), by.Run(a.App, o, from), lab, to, func(r *attacks.Result, out *cli.Output) error {
				switch to.Format {
				case "markdown":
					return out.Data(markdown.Result(r))
				case "csv":
					return out.Data(data.CSV(r))
				}
				return out.Text(text.Matrix(r, out.Width))
			})
		},
	}
	a.RunFlags(c, &o)
	a.AttacksFlag(c, &o)
	c.Flags().Lookup("attacks").Usage = "`ID,FAMILY,FILE` of attacks (default: all that come " +
		"with doormat)"
	to.Add(c, "text", "json", "csv", "markdown")
	compared := c.Flags().Lookup("compare")
	compared.Value = comparing{compared.Value, &other}
	compared.Usage += "; or NAME=VALUE, to print only the cells that differ with that setting"
	from.Add(c)
	by.Add(c)
	return c
}

// comparing is the flag of a parameter that also takes a setting to compare with: the parameter
// has no value with an equals sign.
type comparing struct {
	pflag.Value
	other *string
}

func (f comparing) Set(text string) error {
	if strings.Contains(text, "=") {
		*f.other = text
		return nil
	}
	return f.Value.Set(text)
}

// compare runs the matrix as it is and with another value of one setting, and writes what differs.
func (a *app) compare(ctx context.Context, lab *attacks.Lab, o demo.Options, from runner.Outside, other string,
	to cli.OutFlags, run runFunc) (err error) {
	if to.Format != "text" && to.Format != "json" {
		return demo.Usagef("--compare: has text and json, not %s", to.Format)
	}
	if err := runner.Set(&o, other); err != nil {
		return demo.Usagef("--compare %q: %v", other, err)
	}
	second, err := a.labWithScripts(ctx, o, from)
	if err != nil {
		return err
	}
	asked := to.Format
	to.Format = "text" // the document is not that of one run
	return measureBy(ctx, run, lab, to, func(before *attacks.Result, out *cli.Output) error {
		after, err := run(ctx, second)
		if err != nil {
			return err
		}
		changes := summary.Compare(other, before, after)
		if asked == "json" {
			return out.Document(changes)
		}
		return out.Text(text.Comparison(changes, before, out.Width))
	})
}

// labWithScripts prepares a run whose attacks may be files as well.
func (a *app) labWithScripts(ctx context.Context, o demo.Options,
	from runner.Outside) (*attacks.Lab, error) {
	var scripts, named []string
	for _, name := range o.Attacks {
		if runner.IsScript(name) {
			scripts = append(scripts, name)
		} else {
			named = append(named, name)
		}
	}
	o.Attacks = named
	lab, err := a.Lab(o)
	if err != nil {
		return nil, err
	}
	if len(named) == 0 && len(scripts) > 0 {
		lab.Attacks = nil
	}
	for _, name := range scripts {
		t, err := runner.Find(ctx, lab, name, from, runner.Printed)
		if err != nil {
			return nil, err
		}
		if id := t.Header().ID; slices.ContainsFunc(lab.Attacks,
			func(other technique.Technique) bool { return other.Header().ID == id }) {
			return nil, demo.Usagef("--attacks %s: its id %q is that of another attack of this run",
				name, id)
		}
		lab.Attacks = append(lab.Attacks, t)
	}
	return lab, nil
}

// runFunc is a way to run a lab.
type runFunc func(context.Context, *attacks.Lab) (*attacks.Result, error)

// measure runs a lab here and writes its result, as the JSON document or by print.
func measure(ctx context.Context, lab *attacks.Lab, to cli.OutFlags,
	print func(*attacks.Result, *cli.Output) error) error {
	if err := demo.CheckSize(lab, 1); err != nil {
		return err
	}
	return measureBy(ctx, runner.Run, lab, to, print)
}

// measureBy is measure by some runner, which refuses what is too large for it.
func measureBy(ctx context.Context, run runFunc, lab *attacks.Lab, to cli.OutFlags,
	print func(*attacks.Result, *cli.Output) error) (err error) {
	out, err := cli.Open(to.Out)
	if err != nil {
		return err
	}
	r, err := run(ctx, lab)
	if err == nil {
		if to.Format == "json" {
			err = out.Document(r)
		} else {
			err = print(r, out)
		}
	}
	if out.Close(&err); err != nil {
		return err
	}
	return runner.Verdict(r)
}
