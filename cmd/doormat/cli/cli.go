// Package cli is what the commands of doormat share and cobra does not give: groups of
// commands and flags that say what was meant by a word with a slip in it, completion,
// and the place where results go.
//
// TestTranscripts in cmd/doormat shows it at work: usage.txt of its transcripts what is said
// of a slip, complete.txt what a shell is offered.
package cli

import (
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"doormat/demo"
	"doormat/world"
)

// Group makes a command of subcommands: alone it shows help, and it says what was
// meant by a word that is none of them.
func Group(c *cobra.Command, subcommands ...*cobra.Command) *cobra.Command {
	c.AddCommand(subcommands...)
	c.Args = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return nil
		}
		var known []string
		for _, sub := range c.Commands() {
			if !sub.Hidden {
				known = append(known, sub.Name())
			}
		}
		hint := ""
		if near := world.Nearest(args[0], known); near != "" {
			hint = "did you mean " + near + "? "
		}
		return demo.Usagef("%s: no command %q; %sthere are %s", c.CommandPath(), args[0], hint,
			strings.Join(known, ", "))
	}
	c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	return c
}

// parsing is what the flag package says of a number that is none.
var parsing = regexp.MustCompile(`strconv\.\w+: parsing ".*": .*`)

// FlagError says what was meant by an unknown flag.
func FlagError(c *cobra.Command, err error) error {
	name, ok := strings.CutPrefix(err.Error(), "unknown flag: --")
	if !ok {
		return demo.Usagef("%s", parsing.ReplaceAllString(err.Error(), "want a number"))
	}
	var known []string
	c.Flags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			known = append(known, f.Name)
		}
	})
	hint := ""
	if near := world.Nearest(name, known); near != "" {
		hint = "; did you mean --" + near + "?"
	}
	return demo.Usagef("%s has no flag --%s%s", c.CommandPath(), name, hint)
}

// AtMost accepts no more arguments than so many, which what describes.
func AtMost(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > n {
			return demo.Usagef("%s: want %s, got %d arguments", c.CommandPath(), what, len(args))
		}
		return nil
	}
}

// Exactly wants n arguments, which are described.
func Exactly(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return demo.Usagef("%s: want %s, got %d arguments", c.CommandPath(), what, len(args))
		}
		return nil
	}
}

// AtLeastOne wants arguments, each of which what describes.
func AtLeastOne(what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			return demo.Usagef("%s: want %s, got 0 arguments", c.CommandPath(), what)
		}
		return nil
	}
}
