package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/data"
	"doormat/demo/markdown"
	"doormat/demo/text"
)

func (a *app) matrix() *cobra.Command {
	var o demo.Options
	var to outFlags
	var from outside
	c := &cobra.Command{
		Use:   "matrix",
		Short: "Run every attack on every design and print what each recovered",
		Long: "Run every attack on every design and print what each recovered.\n\n" +
			columnsHelp("--format csv prints a line for each cell, with these columns",
				data.CellColumns),
		Args: exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			lab, err := a.labWithScripts(c.Context(), o, from)
			if err != nil {
				return err
			}
			return measure(c.Context(), lab, to, func(r *attacks.Result, out *output) error {
				switch to.format {
				case "markdown":
					return out.data(markdown.Result(r))
				case "csv":
					return out.data(data.CSV(r))
				}
				return out.text(text.Matrix(r, out.width))
			})
		},
	}
	a.runFlags(c, &o)
	a.attacksFlag(c, &o)
	c.Flags().Lookup("attacks").Usage = "`ID,FAMILY,FILE` of attacks (default: all that come " +
		"with doormat)"
	to.add(c, "text", "json", "csv", "markdown")
	from.add(c)
	return c
}

// labWithScripts prepares a run whose attacks may be files as well.
func (a *app) labWithScripts(ctx context.Context, o demo.Options,
	from outside) (*attacks.Lab, error) {
	var scripts, named []string
	for _, name := range o.Attacks {
		if isScript(name) {
			scripts = append(scripts, name)
		} else {
			named = append(named, name)
		}
	}
	o.Attacks = named
	lab, err := a.lab(o)
	if err != nil {
		return nil, err
	}
	if len(named) == 0 && len(scripts) > 0 {
		lab.Attacks = nil
	}
	for _, name := range scripts {
		t, err := find(ctx, lab, name, from, printed)
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

// lab prepares a run and passes on what the reader of the conversation warns of.
func (a *app) lab(o demo.Options) (*attacks.Lab, error) {
	kit, err := a.kit()
	if err != nil {
		return nil, err
	}
	conv, warnings, err := o.Open()
	if err != nil {
		return nil, err
	}
	for _, w := range warnings {
		complain(w)
	}
	lab, err := o.Lab(kit, conv)
	if err == nil {
		for _, w := range o.Unheeded(lab.Designs) {
			complain(w)
		}
	}
	return lab, err
}

// measure runs a lab and writes its result, as the JSON document or by print.
func measure(ctx context.Context, lab *attacks.Lab, to outFlags,
	print func(*attacks.Result, *output) error) (err error) {
	if err := demo.CheckSize(lab, 1); err != nil {
		return err
	}
	out, err := openOutput(to.out)
	if err != nil {
		return err
	}
	r, err := runLab(ctx, lab)
	if err == nil {
		if to.format == "json" {
			err = out.document(r)
		} else {
			err = print(r, out)
		}
	}
	if out.close(&err); err != nil {
		return err
	}
	return verdict(r)
}

func runLab(ctx context.Context, lab *attacks.Lab) (*attacks.Result, error) {
	defer progress(lab, 1)()
	return lab.Run(ctx)
}

// verdict turns errors in cells and surprises into the command's own error.
func verdict(r *attacks.Result) error {
	v := demo.Judge(r)
	if n := len(v.Errors); n > 0 {
		for _, e := range v.Errors[:n-1] {
			complain(e)
		}
		return fmt.Errorf("%s", v.Errors[n-1])
	}
	if v.Surprises > 0 {
		return fmt.Errorf("%d of %d outcomes %w", v.Surprises, len(r.Cells), errSurprise)
	}
	return nil
}
