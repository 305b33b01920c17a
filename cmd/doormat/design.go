package main

import (
	"github.com/spf13/cobra"

	"doormat/demo/text"
)

func (a *app) design() *cobra.Command {
	return group(&cobra.Command{Use: "design", Short: "List designs, or show one"}, a.designList(),
		a.designShow())
}

func (a *app) designList() *cobra.Command {
	var to outFlags
	c := &cobra.Command{
		Use:   "list",
		Short: "List the designs",
		Args:  exactly(0, "no arguments"),
		RunE: func(*cobra.Command, []string) error {
			kit, err := a.kit()
			if err != nil {
				return err
			}
			return to.show(text.DesignInfos(kit.Designs),
				func(width int) string { return text.Designs(kit.Designs, width) })
		},
	}
	to.add(c, "text", "json")
	return c
}

func (a *app) designShow() *cobra.Command {
	return &cobra.Command{
		Use: "show ID",
		Short: "Show whom a design's users must trust, and the rules by which its " +
			"bytes are read",
		Args:              exactly(1, "a design's id"),
		ValidArgsFunction: a.completeDesign,
		RunE: func(_ *cobra.Command, args []string) error {
			kit, err := a.kit()
			if err != nil {
				return err
			}
			d, err := kit.Design(args[0])
			if err != nil {
				return err
			}
			return show(func(width int) string { return text.Design(d, width) })
		},
	}
}

// show prints a list, as the JSON document v or as a page.
func (o *outFlags) show(v any, page func(width int) string) (err error) {
	out, err := openOutput(o.out)
	if err != nil {
		return err
	}
	defer out.close(&err)
	if o.format == "json" {
		return out.document(v)
	}
	return out.text(page(out.width))
}

// show prints a page on stdout.
func show(page func(width int) string) error {
	out, err := openOutput("")
	if err != nil {
		return err
	}
	return out.text(page(out.width))
}
