package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"doormat/attacks"
	"doormat/attacks/atlas"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
	"doormat/demo/cluster/tasks"
	"doormat/demo/text"
	"doormat/world"
)

// atlasFlags are what the user chooses about an atlas.
type atlasFlags struct {
	moments []int
	message int
	sets    int
	again   int
	active  bool
	generic bool
	by      runner.Many
}

func (a *app) atlas() *cobra.Command {
	var o demo.Options
	var to cli.OutFlags
	var f atlasFlags
	c := &cobra.Command{
		Use:   "atlas [ARRANGEMENT]",
		Short: "Find every set of stores and taps that reads a message, and show that there is no other",
		Long: `Find every set of stores and taps that reads a message, and show that there is no other.

Rows of the matrix are attacks that somebody thought of. The atlas asks nobody: it
takes the store of everybody at the chosen moments and a tap, draws every conclusion
from the real bytes, and lists the minimal sets that are enough. Each of them is tried,
and so is each maximal set that is not enough: together they prove that under these
rules and moments there is no other. Sets that are one idea are folded into a shape,
and beside it stands the attack that shows it, or "unscripted".

Without an arrangement all columns are searched. --message shows the shapes of one
message; the formats openpsa (for fault-tree programs) and mermaid write its tree.

The searched adversary copies and listens. --active also runs the attacks of the library
that take over programs, tamper with packets or bring orders, on subsets of their needs,
and lists what each really needs, and the smallest of these sets that made somebody
believe a message which nobody wrote; it takes a minute or more for each column.
Attacks that fix settings run under theirs, and these stand beside them.

--generic does the same, and adds what nobody wrote: an adversary who knows no design
gets every set of at most two capabilities, does with each what the list of rules says
that it can do, and what it finds is compared with the library, both ways. It is no
certificate: what such a search does not find may be there. Some minutes for each column.`,
		Args:              cli.AtMost(1, "one column, see design list, or none"),
		ValidArgsFunction: a.CompleteDesign,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 && len(o.Designs) > 0 {
				return demo.Usagef("--designs: %s is named already; leave out one of them", args[0])
			} else if len(args) > 0 {
				o.Designs = args
			} else if len(o.Designs) == 0 {
				o.Designs = []string{demo.AllDesigns}
			}
			tree := to.Format == "openpsa" || to.Format == "mermaid"
			switch {
			case tree && len(o.Designs) != 1, tree && o.Designs[0] == demo.AllDesigns:
				return demo.Usagef("--format %s: name one column, such as: doormat atlas threshold", to.Format)
			case tree && f.by.Server.URL != "":
				return demo.Usagef("--format %s: a tree is drawn where its column is searched; leave out --nats", to.Format)
			case f.sets < 1:
				return demo.Usagef("--sets %d: want at least 1", f.sets)
			case f.again < 0:
				return demo.Usagef("--recompute %d: want a number of sets, 0 for none", f.again)
			}
			lab, err := a.Lab(o)
			if err != nil {
				return err
			}
			if err := f.usual(lab.Conversation); err != nil {
				return err
			}
			f.spare(len(lab.Conversation.Messages))
			return f.write(c.Context(), a, lab, o, to, len(args) > 0)
		},
	}
	a.RunFlags(c, &o)
	f.add(c)
	to.Add(c, "text", "json", "openpsa", "mermaid")
	f.by.Add(c)
	return c
}

func (f *atlasFlags) add(c *cobra.Command) {
	c.Flags().IntSliceVar(&f.moments, "moments", nil, "`M,M` after which messages a store may be copied "+
		"(default: half of them, and the last)")
	c.Flags().IntVar(&f.message, "message", 0, "show what is enough for message `N` (default: an overview "+
		"of all; of a tree the first)")
	c.Flags().IntVar(&f.sets, "sets", atlas.Sets, "list and try at most `N` minimal and N maximal sets of a goal")
	c.Flags().BoolVar(&f.active, "active", false, "also find what attacks need that do more than copy and listen")
	c.Flags().BoolVar(&f.generic, "generic", false, "the same, and what an adversary finds who knows no "+
		"design, with at most two capabilities")
	c.Flags().IntVar(&f.again, "recompute", atlas.Again, "compute all that follows from `N` sets of each "+
		"kind again from raw bytes")
	for _, name := range []string{"moments", "message", "sets", "recompute"} {
		cli.Complete(c, name, cli.Words())
	}
}

// usual fills in what was not given, and refuses what is not in the conversation.
func (f *atlasFlags) usual(c *world.Conversation) error {
	end := len(c.Messages)
	if len(f.moments) == 0 {
		f.moments = atlas.Moments(end)
	}
	if last := slices.Max(f.moments); f.message < 0 || f.message > max(last, 0) {
		return demo.Usagef("--message %d: want 1 to %d, the last of the moments", f.message, last)
	}
	return nil
}

// Somebody's own chat, up to so many messages, takes less than 1 GB in every column: the collector works
// harder from there on. Longer chats and acting attacks need the usual limit.
const (
	spareMemory   = 850 << 20
	spareMessages = 1500
)

func (f *atlasFlags) spare(messages int) {
	if messages <= spareMessages && !f.active && !f.generic && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(spareMemory)
	}
}

// write makes the atlas of each column and writes it.
func (f *atlasFlags) write(ctx context.Context, app *app, lab *attacks.Lab, o demo.Options, to cli.OutFlags,
	one bool) (err error) {
	out, err := cli.Open(to.Out)
	if err != nil {
		return err
	}
	defer out.Close(&err)
	asked := tasks.Atlas{Moments: f.moments, Sets: f.sets, Again: f.again, Active: f.active || f.generic,
		Generic: f.generic}
	var docs, theirs []*atlas.Document
	if f.by.Server.URL != "" {
		if theirs, err = f.by.Atlas(ctx, app.App, lab, asked, o); err != nil {
			return err
		}
	}
	for i, d := range lab.Designs {
		var a *atlas.Atlas
		var doc *atlas.Document
		if theirs != nil {
			doc = theirs[i]
		} else if a, doc, err = tasks.MakeDocument(ctx, lab, d, asked); errors.Is(err, atlas.ErrMoments) {
			return demo.Usagef("--%v", err)
		} else if err != nil {
			return fmt.Errorf("%s: %w", d.Info().ID, err)
		}
		docs = append(docs, doc)
		switch to.Format {
		case "text":
			page := text.Atlas(doc, d.Info().ID, out.Width)
			if f.message > 0 {
				page = text.AtlasGoal(doc, doc.Goal(f.goal()), d.Info().ID, out.Width)
			}
			if i > 0 {
				page = "\n" + page
			}
			if err := out.Text(page); err != nil {
				return err
			}
		case "openpsa", "mermaid":
			return f.tree(a, to.Format, out)
		}
	}
	switch {
	case to.Format == "json" && one:
		return out.Document(docs[0])
	case to.Format == "json":
		return out.Document(docs)
	}
	return nil
}

func (f *atlasFlags) goal() string { return "message " + strconv.Itoa(max(1, f.message)) }

// tree writes the fault tree of the chosen message.
func (f *atlasFlags) tree(a *atlas.Atlas, format string, out *cli.Output) error {
	goal := slices.IndexFunc(a.Goals, func(g atlas.Goal) bool { return g.Name == f.goal() })
	var b bytes.Buffer
	tree, outcome := a.Tree(&a.Goals[goal]), a.Info.ID+": "+f.goal()+" is read"
	write := func() error { return tree.WriteMermaid(&b, outcome) }
	if format == "openpsa" {
		write = func() error { return tree.WriteOpenPSA(&b, outcome, nil) }
	}
	if err := write(); err != nil {
		return err
	}
	return out.Data(b.String())
}
