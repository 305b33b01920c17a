package manual

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"
)

// sample is a program with a command of each sort.
func sample() *cobra.Command {
	root := &cobra.Command{Use: "doormat", Short: "What it is", Version: "1.2.3",
		Long: "First.\n\n    as it stands\n\n.not a macro"}
	run := &cobra.Command{Use: "run FILE", Short: "Run - one", Run: func(*cobra.Command, []string) {}}
	run.Flags().Int("at", 5, "the `MOMENT` of it\\all")
	run.Flags().String("secret", "", "not shown")
	_ = run.Flags().MarkHidden("secret")
	hidden := &cobra.Command{Use: "inner", Hidden: true, Run: run.Run}
	root.AddCommand(run, hidden)
	return root
}

func TestPages(t *testing.T) {
	pages := Pages(sample())
	require.Len(t, pages, 2, "one for each command that is not hidden")
	top, run := pages["man/man1/doormat.1"], pages["man/man1/doormat-run.1"]
	require.Contains(t, top, ".SH NAME\ndoormat \\- What it is\n")
	require.Contains(t, top, ".nf\n    as it stands\n")
	require.Contains(t, top, "\n\\&.not a macro\n", "text begins no macro")
	require.Contains(t, top, ".BR doormat\\-run (1)\n")
	require.Contains(t, run, "\n.B doormat run FILE [flags]\n")
	require.Contains(t, run, "\\fB\\-\\-at\\fR \\fIMOMENT\\fR\nthe MOMENT of it\\eall (default 5)\n")
	require.NotContains(t, run, "secret")
	for _, l := range strings.Split(top+run, "\n") {
		if strings.HasPrefix(l, ".") {
			require.Regexp(t, `^\.(TH|SH|B|BR|TP|PP|nf|fi)( |$)`, l)
		}
	}
}

// TestFiles: the files are the same each time, whatever was written before.
func TestFiles(t *testing.T) {
	one, err := Files(sample())
	require.NoError(t, err)
	other, err := Files(sample())
	require.NoError(t, err)
	require.Equal(t, one, other)
	require.Len(t, one, 6)
	require.Contains(t, one["completions/doormat.bash"], "__start_doormat")
}
