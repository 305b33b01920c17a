package runner

import (
	"strings"

	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/demo"
	"doormat/world"
)

func (a App) attackIDs() []string {
	kit, _ := a.Kit()
	return kit.AttackIDs()
}

func (a App) designIDs() []string {
	kit, _ := a.Kit()
	return kit.DesignIDs()
}

// CompleteAttack offers the attacks of the library, with their titles.
func (a App) CompleteAttack(c *cobra.Command, args []string,
	begun string) ([]string, cobra.ShellCompDirective) {
	return cli.First(func(*cobra.Command, []string, string) (out []string, _ cobra.ShellCompDirective) {
		kit, _ := a.Kit()
		for _, t := range kit.Attacks {
			if h := t.Header(); strings.HasPrefix(h.ID, begun) {
				out = append(out, cobra.CompletionWithDesc(h.ID, h.Title))
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	})(c, args, begun)
}

// CompleteAttackOrFile lets the shell offer files where no attack fits.
func (a App) CompleteAttackOrFile(c *cobra.Command, args []string,
	begun string) ([]string, cobra.ShellCompDirective) {
	list, d := a.CompleteAttack(c, args, begun)
	if len(args) == 0 {
		d = cobra.ShellCompDirectiveDefault
	}
	return list, d
}

// CompleteDesign offers the ids of columns.
func (a App) CompleteDesign(c *cobra.Command, args []string,
	begun string) ([]string, cobra.ShellCompDirective) {
	return cli.First(cli.Words(a.designIDs()...))(c, args, begun)
}

// values offers what a parameter may be: accounts are those of the conversation that was
// given, or of the built-in one.
func (a App) values(p world.Parameter) cobra.CompletionFunc {
	if !p.Whose {
		return cli.Words(p.Choices()...)
	}
	return func(c *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		file, _ := c.Flags().GetString("conversation")
		order, _ := c.Flags().GetString("date-order")
		conv, _, err := demo.OpenConversation(file, order)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return cli.Words(cli.Harmless(conv.Accounts)...)(c, nil, begun)
	}
}

// completeRun says what the other flags of runs take.
func (a App) completeRun(c *cobra.Command) {
	cli.Complete(c, "conversation", cli.Files)
	cli.Complete(c, "designs", cli.Listed(func() []string {
		return append(a.designIDs(), demo.AllDesigns)
	}))
	cli.Complete(c, "date-order", cli.Words("dmy", "mdy", "ymd"))
	cli.Complete(c, "seed", cli.Words())
	cli.Complete(c, "last", cli.Words())
}
