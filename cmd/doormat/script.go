package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"doormat/cmd/doormat/cli"
	"doormat/demo/plain"
	"doormat/demo/sandbox"
)

const scriptCommand = "script"

// script is what this program starts itself as, to run a script from a file.
func (a *app) script() *cobra.Command {
	return &cobra.Command{
		Use:    scriptCommand,
		Short:  "Serve one request about a script on stdin and stdout",
		Hidden: true,
		Args:   cli.Exactly(0, "no arguments"),
		RunE:   func(*cobra.Command, []string) error { return sandbox.Child(os.Stdin, os.Stdout) },
	}
}

// printed shows a line that a script prints. Results go to stdout, so this does not.
func printed(text string) { fmt.Fprintln(os.Stderr, plain.Clean(text)) }
