package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"doormat/attacks"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/atomicfile"
	"doormat/demo/handout"
	"doormat/demo/plain"
	"doormat/demo/text"
)

func (a *app) demo() *cobra.Command {
	var o demo.Options
	var out string
	var full, brief bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Tell the whole story in a few minutes of reading, or write it to a page",
		Long: `Tell the whole story in a few minutes of reading, or with --brief in forty lines.
With --out report.html, write the same run to four files instead, for those who
want to take it home: report.html is two printed pages and needs no other file,
report.md the same as Markdown, report-slides.md a talk for Marp with the
speaker's notes, and report.json what doormat matrix --format json prints. With
--full, the page tells every attack with its script, its proof and its sources.`,
		Args: cli.Exactly(0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			name, isPage := strings.CutSuffix(out, handout.Suffixes[0])
			if out != "" && (!isPage || filepath.Base(out) == handout.Suffixes[0]) {
				return demo.Usagef("--out %s: want a name that ends in .html, such as "+
					"report.html; .md, -slides.md and .json are written beside it", out)
			}
			if full && out == "" {
				return demo.Usagef("--full: is for --out; give both")
			}
			if brief && out != "" {
				return demo.Usagef("--brief: is for the terminal; leave out --out")
			}
			lab, err := a.Lab(o)
			if err != nil {
				return err
			}
			if err := demo.CheckSize(lab, 1); err != nil {
				return err
			}
			if out != "" {
				return takeHome(c.Context(), &handout.Handout{Options: o, Lab: lab, Full: full}, name)
			}
			return tell(c.Context(), o, lab, brief)
		},
	}
	a.RunFlags(c, &o)
	a.AttacksFlag(c, &o)
	c.Flags().StringVar(&out, "out", "", "write a page to `FILE.html`, and .md, -slides.md and "+
		".json beside it, all or none")
	c.Flags().BoolVar(&brief, "brief", false, "tell it in forty lines")
	c.Flags().BoolVar(&full, "full", false, "with --out, tell every attack in the page")
	cli.Complete(c, "out", cli.Files)
	return c
}

// tell prints the story, or in brief its acts only.
func tell(ctx context.Context, o demo.Options, lab *attacks.Lab, brief bool) error {
	out, err := cli.Open("")
	if err != nil {
		return err
	}
	tour := text.Tour{Conversation: lab.Conversation, Target: lab.Settings.Target, Story: o.Tale(),
		Keep: o.Chosen().Flags(), Designs: lab.Designs}
	if brief {
		acts := *lab
		shown := demo.Showcases(lab.Attacks)
		acts.Attacks = nil
		for _, h := range shown {
			t, err := demo.Kit{Attacks: lab.Attacks}.Attack(h.ID)
			if err != nil {
				return err
			}
			acts.Attacks = append(acts.Attacks, t)
		}
		r, err := runner.Run(ctx, &acts)
		if err != nil {
			return err
		}
		if err := out.Text(tour.Brief(r, acts.Attacks, out.Width)); err != nil {
			return err
		}
		return runner.Verdict(r)
	}
	if err := out.Text(tour.Opening(out.Width)); err != nil {
		return err
	}
	r, err := runner.Run(ctx, lab)
	if err != nil {
		return err
	}
	if err := out.Text(tour.Findings(r, demo.Showcases(lab.Attacks), out.Width)); err != nil {
		return err
	}
	return runner.Verdict(r)
}

// takeHome writes the story to files whose names begin with name.
func takeHome(ctx context.Context, h *handout.Handout, name string) error {
	var paths []string
	for _, suffix := range handout.Suffixes {
		paths = append(paths, name+suffix)
	}
	out, err := atomicfile.OpenBundle(paths)
	if err != nil {
		return fmt.Errorf("--out %w", err)
	}
	data, err := write(ctx, h, filepath.Base(name))
	if err != nil {
		out.Discard()
		return err
	}
	if err := out.Commit(data); err != nil {
		return fmt.Errorf("--out %s: %w", paths[0], err)
	}
	fmt.Println("wrote " + plain.Clean(strings.Join(paths, ", ")))
	return runner.Verdict(h.Result)
}

// write makes the files' contents.
func write(ctx context.Context, h *handout.Handout, name string) (data [][]byte, err error) {
	if h.Result, err = runner.Run(ctx, h.Lab); err != nil {
		return nil, err
	}
	done := cli.Progress(h.Lab, 1)
	err = h.Enrich(ctx)
	if done(); err != nil {
		return nil, err
	}
	list, err := h.Files(name)
	for _, f := range list {
		data = append(data, f.Data)
	}
	return data, err
}
