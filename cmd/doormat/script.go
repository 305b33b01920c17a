package main

import (
	"os"

	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/cmd/doormat/runner"
	"doormat/demo/sandbox"
)

// script is what this program starts itself as, to run a script from a file.
func (a *app) script() *cobra.Command {
	return &cobra.Command{
		Use:    runner.ScriptCommand,
		Short:  "Serve one request about a script on stdin and stdout",
		Hidden: true,
		Args:   cli.Exactly(0, "no arguments"),
		RunE:   func(*cobra.Command, []string) error { return sandbox.Child(os.Stdin, os.Stdout) },
	}
}
