package main

import (
	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/demo/pages"
)

// docs is for whoever changes the program: it writes the pages of docs/ anew.
func (a *app) docs() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:    "docs",
		Short:  "Write the generated pages of the documentation",
		Hidden: true,
		Args:   cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			kit, err := a.kit()
			if err != nil {
				return err
			}
			made, err := pages.Render(c.Context(), kit, ".")
			if err != nil {
				return err
			}
			return made.Write(dir)
		},
	}
	c.Flags().StringVar(&dir, "out", "docs", "`DIR` of the documentation")
	return c
}
