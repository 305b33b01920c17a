package runner

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/demo"
	"doormat/world"
)

// RunFlags adds the flags of every verb that runs attacks.
func (a App) RunFlags(c *cobra.Command, o *demo.Options) {
	*o = demo.Defaults()
	f := c.Flags()
	f.SortFlags = false
	f.StringVar(&o.Conversation, "conversation", "",
		"exported chat in `FILE` (default: the built-in one)")
	f.StringVar(&o.Story, "story", "", "built-in conversation `NAME`: "+strings.Join(demo.StoryIDs(), ", ")+" (default: the first)")
	cli.Complete(c, "story", cli.Words(demo.StoryIDs()...))
	f.StringVar(&o.DateOrder, "date-order", "",
		"of an export: `dmy`, mdy or ymd (default: the only one that fits)")
	f.IntVar(&o.Last, "last", 0, "use only the last `N` messages of the chat, numbered from 1 "+
		"(default: all)")
	for _, p := range world.Parameters() {
		f.Var(given{o, p}, p.Name, p.Doc)
		cli.Complete(c, p.Name, a.values(p))
	}
	SetFlag(c, o)
	f.Uint64Var(&o.Seed, "seed", o.Seed, "decides every random choice, below 2^53")
	f.StringVar(&o.Draw, "draw", "", "repeat a run of a script from a file: the `HEX` that it "+
		"printed as its draw")
	f.StringSliceVar(&o.Designs, "designs", nil,
		"`ID,ID` of columns, see design list, or "+demo.AllDesigns+" (default: "+strings.Join(demo.Story, ",")+")")
	a.completeRun(c)
}

// SetFlag adds the flag for parameters that have none of their own.
func SetFlag(c *cobra.Command, o *demo.Options) {
	c.Flags().Var(set{o}, "set", "give a setting that only some columns have a value, as "+
		"`NAME=VALUE`, see design show; may be repeated")
	cli.Complete(c, "set", cli.Words(sets()...))
}

// given is the flag of a parameter. What it says is read with all others, once the
// conversation is there.
type given struct {
	o *demo.Options
	p world.Parameter
}

func (g given) String() string {
	if g.o == nil { // as the flag package asks for a zero value
		return ""
	}
	return g.o.Value(g.p)
}
func (g given) Set(text string) error { g.o.Set(g.p.Name, text); return nil }
func (g given) Type() string          { return "value" }

// set is the flag for parameters that have none of their own.
type set struct{ o *demo.Options }

func (set) String() string { return "" }
func (set) Type() string   { return "value" }

func (s set) Set(text string) error { return Set(s.o, text) }

// Set reads NAME=VALUE into the options, as a flag does.
func Set(o *demo.Options, text string) error {
	name, value, ok := strings.Cut(text, "=")
	if !ok || name == "" || value == "" {
		return errors.New("want NAME=VALUE")
	}
	o.Set(name, value)
	return nil
}

// sets lists the words that --set takes.
func sets() (list []string) {
	for _, p := range demo.OwnOfAll() {
		for _, value := range p.Choices() {
			list = append(list, p.Name+"="+value)
		}
	}
	return list
}

// AttacksFlag adds the flag that chooses attacks.
func (a App) AttacksFlag(c *cobra.Command, o *demo.Options) {
	c.Flags().StringSliceVar(&o.Attacks, "attacks", nil, "`ID,ID` of attacks (default: all)")
	cli.Complete(c, "attacks", cli.Listed(a.attackIDs))
}
