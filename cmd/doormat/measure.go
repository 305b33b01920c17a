package main

import (
	"time"

	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/demo"
	"doormat/demo/text"
	"doormat/demo/timing"
)

// measured is for how long the verb measures each design.
const measured = time.Second

func (a *app) measure() *cobra.Command {
	var to cli.OutFlags
	c := &cobra.Command{
		Use:   "measure",
		Short: "Measure how fast a thief of the keys opens messages, and extrapolate",
		Long: `Measure how many messages a second one core opens for a thief who holds every
key that is not on a user's device, beside the floor of that work: one
multiplication and one decryption. It takes a second or two.

How many cores would keep up with 100 billion messages a day follows by
arithmetic, and is labelled an extrapolation. --format json prints the same
numbers; they are of this machine and differ from run to run.`,
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			lab, err := a.Lab(demo.Defaults())
			if err != nil {
				return err
			}
			out, err := cli.Open(to.Out)
			if err != nil {
				return err
			}
			r, err := timing.Keys(c.Context(), demo.Version, lab.Designs, lab.Settings, measured)
			switch {
			case err != nil:
			case to.Format == "json":
				err = out.Document(r)
			default:
				err = out.Text(text.Measured(r, out.Width))
			}
			out.Close(&err)
			return err
		},
	}
	to.Add(c, "text", "json")
	return c
}
