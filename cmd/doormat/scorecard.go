package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"doormat/attacks"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/markdown"
	"doormat/demo/scorecard"
	"doormat/demo/scorecard/gather"
	"doormat/demo/text"
)

func (a *app) scorecard() *cobra.Command {
	var o demo.Options
	var to cli.OutFlags
	c := &cobra.Command{
		Use:   "scorecard",
		Short: "Answer the questions that reviews put to every proposal for lawful access",
		Long: fmt.Sprintf(`Answer the %d questions that published reviews put to every proposal for lawful
access, for each column: how much of the past a lost key opens, what an order opens
beyond its target, how much of it is served, and so on. Each figure comes from a row
of the matrix, from counts of rows, from the sets of stores and taps that read a
message (see doormat atlas), from a count of keys and bytes, or from what a design
declares, and names it. Where nothing fits a question, the reason stands there.

Without flags that change settings, rows of the matrix come from results that were
made ahead, and the card says so; otherwise all of them run, which takes minutes.
Links in Markdown and HTML lead from the folder docs/.`, scorecard.Questions()),
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			if len(o.Designs) == 0 {
				o.Designs = []string{demo.AllDesigns}
			}
			lab, err := a.Lab(o)
			if err != nil {
				return err
			}
			o.Designs = nil // a command that shows a figure names its own
			return answer(c.Context(), lab, o.Flags(), to)
		},
	}
	a.RunFlags(c, &o)
	c.Flags().Lookup("designs").Usage = "`ID,ID` of columns, see design list (default: all)"
	to.Add(c, "text", "markdown", "html", "json")
	return c
}

// answer writes a card.
func answer(ctx context.Context, lab *attacks.Lab, flags string, to cli.OutFlags) (err error) {
	if err := demo.CheckSize(lab, 1); err != nil {
		return err
	}
	out, err := cli.Open(to.Out)
	if err != nil {
		return err
	}
	r := lab.Made()
	ahead := r != nil
	if !ahead {
		r, err = runner.Run(ctx, lab)
	}
	if err == nil {
		err = writeCard(ctx, lab, r, ahead, flags, to.Format, out)
	}
	if out.Close(&err); err != nil {
		return err
	}
	return runner.Verdict(r)
}

func writeCard(ctx context.Context, lab *attacks.Lab, r *attacks.Result, ahead bool,
	flags, format string, out *cli.Output) error {
	lines, err := addedLines()
	if err != nil {
		return err
	}
	counts, err := gather.Counts(ctx, lab)
	if err != nil {
		return err
	}
	in, err := gather.Input(ctx, lab, r, counts, lines)
	if err != nil {
		return err
	}
	in.Ahead, in.Flags = ahead, flags
	card, err := scorecard.New(in)
	if err != nil {
		return err
	}
	switch format {
	case "json":
		return out.Document(card)
	case "markdown":
		return out.Data(markdown.Scorecard(in, card, 0))
	case "html":
		page, err := scorecard.HTML(in, card)
		if err != nil {
			return err
		}
		return out.Data(page)
	}
	return out.Text(text.Scorecard(in, card, out.Width))
}
