package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/manual"
	"doormat/demo"
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
			kit, err := a.Kit()
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
	c.AddCommand(a.docsManual(), a.docsSearch())
	return c
}

// docsManual writes what a release brings along beside the program.
func (a *app) docsManual() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "manual",
		Short: "Write manual pages and the completions of shells",
		Args:  cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			files, err := manual.Files(c.Root())
			if err != nil {
				return err
			}
			for name, text := range files {
				file := filepath.Join(dir, filepath.FromSlash(name))
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					return err
				}
				if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	}
	c.Flags().StringVar(&dir, "out", ".", "`DIR` in which man/ and completions/ are made")
	return c
}

// docsSearch makes again what `doormat docs` shows of the search without a script.
func (a *app) docsSearch() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "search [ARRANGEMENT...]",
		Short: "Search columns without a script, for the documentation: all take an hour",
		RunE: func(c *cobra.Command, ids []string) error {
			o := demo.Defaults()
			if o.Designs = ids; len(ids) == 0 {
				o.Designs = []string{demo.AllDesigns}
			}
			lab, err := a.Lab(o)
			if err != nil {
				return err
			}
			return pages.WriteSearches(c.Context(), lab, dir)
		},
	}
	c.Flags().StringVar(&dir, "out", "docs", "`DIR` of the documentation")
	return c
}
