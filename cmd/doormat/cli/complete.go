package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"doormat/demo/plain"
)

// Complete says what a shell offers for a flag after TAB.
func Complete(c *cobra.Command, flag string, f cobra.CompletionFunc) {
	if err := c.RegisterFlagCompletionFunc(flag, f); err != nil {
		panic(err) // no such flag, or twice: the completion tests run over every verb
	}
}

// Files offers files.
func Files(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveDefault
}

// Words offers the given words and no files; no words mean that there is nothing
// to offer, as for a number.
func Words(list ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		return beginning(list, begun), cobra.ShellCompDirectiveNoFileComp
	}
}

// WordsOrFiles offers the given words, and files.
func WordsOrFiles(list ...string) cobra.CompletionFunc {
	return func(_ *cobra.Command, _ []string, begun string) ([]string, cobra.ShellCompDirective) {
		return beginning(list, begun), cobra.ShellCompDirectiveDefault
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

// First offers something for the first argument and nothing for the others.
func First(f cobra.CompletionFunc) cobra.CompletionFunc {
	return func(c *cobra.Command, args []string,
		begun string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return f(c, args, begun)
	}
}

// Listed completes the last id of a list with commas by one not yet in it.
func Listed(ids func() []string) cobra.CompletionFunc {
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

// Harmless leaves out names that mean something to a terminal or a shell: they come
// from other people's files, and what is offered goes into a command line.
func Harmless(names []string) (out []string) {
	for _, n := range names {
		if plain.Clean(n) == n && !strings.ContainsAny(n, "$`\\\"'!;&|<>(){}[]*?~#^=") && !strings.HasPrefix(n, "-") {
			out = append(out, n)
		}
	}
	return out
}
