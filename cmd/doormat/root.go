package main

import (
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"doormat/cmd/doormat/class"
	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo"
)

// app is what the verbs share.
type app struct{ runner.App }

func newRoot(a *app) *cobra.Command {
	root := cli.Group(&cobra.Command{
		Use:   "doormat",
		Short: "What do end-to-end encryption and key escrow expose when something goes wrong?",
		Long: `doormat runs one conversation through several ways of protecting messages, lets
scripted adversaries loose on each, and prints what they recovered, checked byte
for byte against what was said. Start with: doormat demo

It is a demonstration. It protects nobody's real messages.

Exit codes: 0 as expected; 1 files, scripts, limits; 2 flags, values, unknown
ids; 3 an outcome differed from what its attack expects, or from what a sheet
says, or an answer does not solve its challenge.`,
		Version:       version(),
		SilenceErrors: true, SilenceUsage: true,
	}, a.demo(), a.stage(), a.site(), a.present(), a.matrix(), a.design(), a.attack(), a.chat(), a.order(),
		a.lesson(), class.Sheets(a.App), class.Challenge(a.App), a.atlas(), a.odds(), a.scorecard(), a.sheet(),
		a.verify(), a.measure(), a.script(), a.docs(), a.work())
	root.SetFlagErrorFunc(cli.FlagError)
	root.SetUsageTemplate(strings.ReplaceAll(root.UsageTemplate(), "FlagUsages |",
		"FlagUsagesWrapped 80 |"))
	root.SetVersionTemplate("doormat {{.Version}}\n")
	return root
}

// revision is what a release was built from. The linker sets it (.ci/release), since a release is
// built from an archive, which has no history.
var revision string

// version names the release, and what it was built from where .ci/release or the go command says
// so: this notes the revision in what it builds and installs, and not in what it runs at once.
func version() string {
	text := demo.Version
	if revision != "" {
		return text + ", revision " + revision[:min(12, len(revision))]
	}
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
