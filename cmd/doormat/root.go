package main

import (
	"regexp"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"doormat/demo"
	"doormat/world"
)

// app is what the verbs share.
type app struct {
	kit func() (demo.Kit, error)
}

func newRoot(a *app) *cobra.Command {
	root := group(&cobra.Command{
		Use:   "doormat",
		Short: "What do end-to-end encryption and key escrow expose when something goes wrong?",
		Long: `doormat runs one conversation through several ways of protecting messages, lets
scripted adversaries loose on each, and prints what they recovered, checked byte
for byte against what was said. Start with: doormat demo

It is a demonstration. It protects nobody's real messages.

Exit codes: 0 as expected; 1 files, scripts, limits; 2 flags, values, unknown
ids; 3 an outcome differed from what its attack expects, or from what a sheet says.`,
		Version:       version(),
		SilenceErrors: true, SilenceUsage: true,
	}, a.demo(), a.stage(), a.present(), a.matrix(), a.design(), a.attack(), a.chat(), a.order(),
		a.atlas(), a.odds(), a.scorecard(), a.sheet(), a.verify(), a.measure(), a.script(), a.docs())
	root.SetFlagErrorFunc(flagError)
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "FlagUsages |",
		"FlagUsagesWrapped 80 |"))
	root.SetVersionTemplate("doormat {{.Version}}\n")
	return root
}

// version names the release, and what it was built from where the go command says so: it
// notes the revision in what it builds and installs, and not in what it runs at once.
func version() string {
	text := demo.Version
	info, _ := debug.ReadBuildInfo()
	if info == nil {
		return text
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			text += ", revision " + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			text += ", with changes"
		}
	}
	return text
}

// group makes a command of subcommands: alone it shows help, and it says what was
// meant by a word that is none of them.
func group(c *cobra.Command, subcommands ...*cobra.Command) *cobra.Command {
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

// flagError says what was meant by an unknown flag.
func flagError(c *cobra.Command, err error) error {
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

// atMost accepts no more arguments than so many, which what describes.
func atMost(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) > n {
			return demo.Usagef("%s: want %s, got %d arguments", c.CommandPath(), what, len(args))
		}
		return nil
	}
}

// exactly wants n arguments, which are described.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) != n {
			return demo.Usagef("%s: want %s, got %d arguments", c.CommandPath(), what, len(args))
		}
		return nil
	}
}
