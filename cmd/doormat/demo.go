package main

import (
	"github.com/spf13/cobra"

	"doormat/demo"
	"doormat/demo/report"
)

func (a *app) demo() *cobra.Command {
	var o demo.Options
	c := &cobra.Command{
		Use:   "demo",
		Short: "Tell the whole story in a few minutes of reading",
		Args:  exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			lab, err := a.lab(o)
			if err != nil {
				return err
			}
			out, err := openOutput("")
			if err != nil {
				return err
			}
			tour := report.Tour{Conversation: lab.Conversation, Target: lab.Settings.Target, BuiltIn: o.Conversation == "", Designs: lab.Designs}
			if err := out.text(tour.Opening(out.width)); err != nil {
				return err
			}
			r, err := runLab(c.Context(), lab)
			if err != nil {
				return err
			}
			if err := out.text(tour.Findings(r, demo.Showcases(lab.Attacks), out.width)); err != nil {
				return err
			}
			return verdict(r)
		},
	}
	a.runFlags(c, &o)
	a.attacksFlag(c, &o)
	return c
}
