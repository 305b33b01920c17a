package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/data"
	"doormat/demo/summary"
	"doormat/demo/text"
)

func (a *app) attackSweep() *cobra.Command {
	var o demo.Options
	var r demo.Range
	var to cli.OutFlags
	var from runner.Outside
	var by runner.Many
	c := &cobra.Command{
		Use:   "sweep ID-or-FILE --over " + strings.Join(demo.Swept(), "|"),
		Short: "Run one attack over a range of one setting, and print or draw what it opens",
		Long: fmt.Sprintf(`Run one attack, from the library by its id or from a file, over a range of one
setting, and print for each design a table of what it opened at each value. Over
at, the text is also a picture: compromised after message x, which messages are
open? The setting's own range is every message for at, 1 to n for threshold, and
1 to 20 and all for retention, and 1 to 20 and never for refresh and rotate. A
sweep has at most %d points, and %d with --nats. The exit codes are those of
attack run: 3 if any point differs from what the attack expects.

--format json gives a row for each value and design, with the numbers of the
opened messages.

`, demo.MaxPoints, demo.MaxShared) + columnsHelp("--format csv does too, with these columns", data.SweepColumns) +
			"\n\nopened lists message numbers, separated by spaces.",
		Args:              cli.Exactly(1, "an attack's id or a script's file"),
		ValidArgsFunction: a.CompleteAttackOrFile,
		RunE: func(c *cobra.Command, args []string) error {
			if f := c.Flags().Lookup(r.Over); f != nil && f.Changed {
				return demo.Usagef("--%s and --over %s: give one; --from, --to and --step choose "+
					"the values",
					r.Over, r.Over)
			}
			if r.Over == "threshold" {
				o.Set(r.Over, "1") // of however many trustees
			}
			return a.sweep(c, o, r, to, args[0], from, by)
		},
	}
	c.Flags().StringVar(&r.Over, "over", "", "`SETTING` to sweep over: "+strings.Join(demo.Swept(),
		", "))
	c.Flags().StringVar(&r.From, "from", "", "first `VALUE` (default: 1)")
	c.Flags().StringVar(&r.To, "to", "", "no value beyond `VALUE` (default: the end of the "+
		"setting's own range)")
	c.Flags().StringVar(&r.Step, "step", "", "every `S`th value (default: 1)")
	a.RunFlags(c, &o)
	to.Add(c, "text", "json", "csv")
	from.Add(c)
	by.Add(c)
	cli.Complete(c, "over", cli.Words(demo.Swept()...))
	for _, flag := range []string{"from", "to", "step"} {
		cli.Complete(c, flag, cli.Words())
	}
	return c
}

func (a *app) sweep(c *cobra.Command, o demo.Options, r demo.Range, to cli.OutFlags, name string,
	from runner.Outside, by runner.Many) (err error) {
	lab, err := a.Lab(o)
	if err != nil {
		return err
	}
	r.Shared = by.Server.URL != ""
	points, err := r.Points(lab.Settings, len(lab.Conversation.Messages))
	if err != nil {
		return err
	}
	t, err := runner.Find(c.Context(), lab, name, from, runner.Printed)
	if err != nil {
		return err
	}
	if err := r.Fits(t.Header()); err != nil {
		return err
	}
	lab.Attacks = []technique.Technique{t}
	out, err := cli.Open(to.Out)
	if err != nil {
		return err
	}
	s, err := by.Over(c.Context(), a.App, r, lab, points, o, from)
	if err == nil {
		err = writeSweep(s, to.Format, out)
	}
	if out.Close(&err); err != nil {
		return err
	}
	all := &attacks.Result{}
	for _, r := range s.Results {
		all.Cells = append(all.Cells, r.Cells...)
	}
	return runner.Verdict(all)
}

func writeSweep(s *summary.Sweep, format string, out *cli.Output) error {
	switch format {
	case "json":
		return out.Document(data.Sweep(s))
	case "csv":
		return out.Data(data.SweepCSV(s))
	}
	return out.Text(text.Sweep(s, out.Width))
}

// columnsHelp lists the columns of a CSV format, at 80 columns.
func columnsHelp(intro string, names []string) string {
	text, line := "", intro+":"
	for i, name := range names {
		if i < len(names)-1 {
			name += ","
		}
		if len(line)+1+len(name) > 80 {
			text, line = text+line+"\n", name
			continue
		}
		line += " " + name
	}
	return text + line
}
