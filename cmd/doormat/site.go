package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/demo"
	"doormat/demo/site"
)

// site is for whoever puts the laboratory on the web.
func (a *app) site() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "site",
		Short: "Write the stage as a folder for any web server; visitors' browsers compute it",
		Long: `Write the stage as one folder of files, for any web server and under any path. What
a visitor does is computed in the visitor's own browser: attacks one at a time, scripts
of their own, an exported chat, which never leaves the tab. The pages of the story are
there before the program is, made ahead and marked so. An address holds columns,
settings and seed.

It needs Go and a clone of doormat, in which it is called. A folder that holds something
else is refused; what else lies beside the files of a site stays.`,
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			kit, err := a.Kit()
			if err != nil {
				return err
			}
			if dir == "" {
				return demo.Usagef("doormat site: --out is missing: name a folder")
			}
			if err := site.Make(c.Context(), kit, dir); err != nil {
				return err
			}
			cli.Wrote(filepath.Join(dir, "index.html"))
			return cli.Show(func(int) string {
				return fmt.Sprintf("To see it: python3 -m http.server --directory %s\n", demo.Quote(dir))
			})
		},
	}
	c.Flags().StringVar(&dir, "out", "", "`DIR` of the site")
	return c
}
