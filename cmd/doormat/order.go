package main

import (
	"slices"

	"github.com/spf13/cobra"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/cmd/doormat/cli"
	"doormat/demo"
	"doormat/demo/summary"
	"doormat/demo/text"
)

func (a *app) order() *cobra.Command {
	var o demo.Options
	var to cli.OutFlags
	c := &cobra.Command{
		Use:   "order",
		Short: "Serve one order of a court in every way that each design offers",
		Long: `Serve one order of a court in every way that each design offers: by trustees,
by an unlocked phone, by an implant or a swapped key, by what the provider has. The
story declares the order, and which messages are evidence, before anything is run.
Each way says what was served of what it asked for, what came with it, whose words
were read, how late, who knows then and later, and what power is left afterwards.

The ways begin after half of the messages, or where the window of the order ends if
that is later; --at moves it. Without --designs all columns are shown. An exported chat declares no
order.`,
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if o.Conversation != "" {
				return demo.Usagef("--conversation: an exported chat declares no order of a court; " +
					"choose a built-in one with --story")
			}
			if len(o.Designs) == 0 {
				o.Designs = []string{demo.AllDesigns}
			}
			lab, err := a.Lab(o)
			if err != nil {
				return err
			}
			lab.Attacks = slices.DeleteFunc(lab.Attacks, func(t technique.Technique) bool {
				return t.Header().Kind != "lawful"
			})
			asked := to.Format
			to.Format = "text" // the document is not that of a run
			return measure(c.Context(), lab, to, func(r *attacks.Result, out *cli.Output) error {
				ways := summary.NewWays(lab.Conversation, r)
				if asked == "json" {
					return out.Document(ways)
				}
				return out.Text(text.Order(ways, out.Width))
			})
		},
	}
	a.RunFlags(c, &o)
	to.Add(c, "text", "json")
	return c
}
