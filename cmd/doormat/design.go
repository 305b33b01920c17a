package main

import (
	"context"
	"encoding/json"

	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/overhead"
	"doormat/demo/text"
	"doormat/docs"
	"doormat/world"
)

func (a *app) design() *cobra.Command {
	return cli.Group(&cobra.Command{Use: "design", Short: "List designs, or show one"}, a.designList(),
		a.designShow())
}

func (a *app) designList() *cobra.Command {
	var to cli.OutFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "List the designs",
		Args:  cli.Exactly(0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			kit, err := a.Kit()
			if err != nil {
				return err
			}
			return to.Show(text.DesignInfos(kit.Designs),
				func(width int) string { return text.Designs(kit.Designs, width) })
		},
	}
	to.Add(c, "text", "json")
	return c
}

func (a *app) designShow() *cobra.Command {
	o := demo.Defaults()
	c := &cobra.Command{
		Use: "show ID",
		Short: "Show whom a design's users must trust, and the rules by which its " +
			"bytes are read",
		Args:              cli.Exactly(1, "a design's id"),
		ValidArgsFunction: a.CompleteDesign,
		RunE: func(c *cobra.Command, args []string) error {
			kit, err := a.Kit()
			if err != nil {
				return err
			}
			d, err := kit.Design(args[0])
			if err != nil {
				return err
			}
			costs, times, err := a.overhead(c.Context(), kit, d, o)
			if err != nil {
				return err
			}
			return cli.Show(func(width int) string { return text.Design(d, costs, times, width) })
		},
	}
	runner.SetFlag(c, &o)
	return c
}

// overhead counts and times what a design costs under options, beside end-to-end encryption as
// it usually is; nothing, if the kit has none.
func (a *app) overhead(ctx context.Context, kit demo.Kit, d world.Design,
	o demo.Options) (costs, times []overhead.Row, err error) {
	base, err := kit.Design(overhead.Base)
	if err != nil {
		return nil, nil, nil
	}
	o.Designs = []string{d.Info().ID}
	count := func(d world.Design, o demo.Options) (*overhead.Count, error) {
		lab, err := a.Lab(o)
		if err != nil {
			return nil, err
		}
		const runs = 3
		return overhead.Measure(ctx, d, lab.Settings, lab.Conversation, lab.Seed, runs)
	}
	c, err := count(d, o)
	if err != nil {
		return nil, nil, err
	}
	if d.Info().ID == overhead.Base && len(o.Given) == 0 {
		return c.Rows(nil, 0), c.TimeRows(nil), nil
	}
	of, err := count(base, demo.Defaults())
	if err != nil {
		return nil, nil, err
	}
	lines, err := addedLines()
	if err != nil {
		return nil, nil, err
	}
	return c.Rows(of, lines[d.Info().ID]), c.TimeRows(of), nil
}

// addedLines are the lines of program that each arrangement adds to end-to-end encryption.
func addedLines() (map[string]int, error) {
	lines := map[string]int{}
	err := json.Unmarshal(docs.Lines, &lines)
	return lines, err
}
