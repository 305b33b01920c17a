package main

import (
	"strings"

	"github.com/spf13/cobra"

	"doormat/demo"
	"doormat/demo/plain"
	"doormat/world"
)

// complete says what a shell offers for a flag after TAB.
func complete(c *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := c.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // no such flag, or twice: the completion tests run over every verb
	}
}

// files offers files.
func files(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// words offers the given words and no files; no words mean that there is nothing
// to offer, as for a number.
func words(list ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		return beginning(list, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// beginning returns the words of list that begin with what was typed.
func beginning(list []string, begun string) (out []string) {
	for _, w := range list {
		if strings.HasPrefix(strings.ToLower(w), strings.ToLower(begun)) {
			out = append(out, w)
		}
	}
	return out
}

// first offers something for the first argument and nothing for the others.
func first(f cobra.CompletionFunc) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string,
		begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return f(c, args, begun)
	}
}

// listed completes the last id of a list with commas by one not yet in it.
func listed(ids func() []string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		before := begun[:strings.LastIndexByte(begun, ',')+1]
		var out []string
		for _, id := range beginning(ids(), begun[len(before):]) {
			if !strings.Contains(","+before, ","+id+",") {
				out = append(out, before+id)
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
	}
}

func (a *app) attackIDs() []string {
	kit, _ := a.kit()
	return kit.AttackIDs()
}

func (a *app) designIDs() []string {
	kit, _ := a.kit()
	return kit.DesignIDs()
}

// completeAttack offers the attacks of the library, with their titles.
func (a *app) completeAttack(c *cobra.Command, args []string,
	begun string) ([]string, cobra.ShellCompDirective) {
	return first(func(*cobra.Command, []string, string) (out []string, _ cobra.ShellCompDirective) {
		kit, _ := a.kit()
		for _, t := range kit.Attacks {
			if h := t.Header(); strings.HasPrefix(h.ID, begun) {
				out = append(out, cobra.CompletionWithDesc(h.ID, h.Title))
			}
		}
		return out, cobra.ShellCompDirectiveNoFileComp
	})(c, args, begun)
}

// completeAttackOrFile lets the shell offer files where no attack fits.
func (a *app) completeAttackOrFile(c *cobra.Command, args []string,
	begun string) ([]string, cobra.ShellCompDirective) {
	list, d := a.completeAttack(c, args, begun)
	if len(args) == 0 {
		d = cobra.ShellCompDirectiveDefault
	}
	return list, d
}

func (a *app) completeDesign(c *cobra.Command, args []string,
	begun string) ([]string, cobra.ShellCompDirective) {
	return first(words(a.designIDs()...))(c, args, begun)
}

// values offers what a parameter may be: accounts are those of the conversation that was
// given, or of the built-in one.
func (a *app) values(p world.Parameter) cobra.CompletionFunc {
	if !p.Whose {
		return words(p.Choices()...)
	}
	return func(c *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		file, _ := c.Flags().GetString("conversation")
		order, _ := c.Flags().GetString("date-order")
		conv, _, err := demo.OpenConversation(file, order)
		if err != nil {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return words(harmless(conv.Accounts)...)(c, nil, begun)
	}
}

// completeRun says what the other flags of runs take.
func (a *app) completeRun(c *cobra.Command) {
	complete(c, "conversation", files)
	complete(c, "designs", listed(func() []string {
		return append(a.designIDs(), demo.AllDesigns)
	}))
	complete(c, "date-order", words("dmy", "mdy", "ymd"))
	complete(c, "seed", words())
	complete(c, "last", words())
}

// harmless leaves out names that mean something to a terminal or a shell: they come
// from other people's files, and what is offered goes into a command line.
func harmless(names []string) (out []string) {
	for _, n := range names {
		if plain.Clean(n) == n && !strings.ContainsAny(n, "$`\\\"'!;&|<>(){}[]*?~#^=") && !strings.HasPrefix(n, "-") {
			out = append(out, n)
		}
	}
	return out
}
