package runner

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/require"

	"doormat/demo"
)

// TestFlagsParseBack gives options as flags to a shell, and what the shell makes of
// them to a verb: the same options come out, whatever is in a name.
func TestFlagsParseBack(t *testing.T) {
	all := demo.Options{Conversation: "our chat.txt", DateOrder: "dmy", Last: 500, Seed: 1<<53 - 1,
		Given: map[string]string{"target": "Dr Okoye", "threshold": "2", "trustees": "4", "jurisdictions": "A:2,B:2",
			"refresh": "10", "rotate": "20", "retention": "5", "mailbox": "delivered", "at": "7"},
		Designs: []string{"e2ee"}, Attacks: []string{"quorum-theft", "device-theft"}}
	list := []demo.Options{demo.Defaults(), all}
	for _, name := range []string{"-", "--seed", "it's", `a"b\n$HOME`, "$(false)`false`", "#~*?[x]{a,b}!!", "a\x1b[2J\u202e\n\xff%s%%\\'!", "-\x07", "", "  ", "é👩‍🔬"} {
		o := demo.Defaults()
		o.Conversation = name + ".txt"
		o.Set("target", name)
		list = append(list, o)
	}
	require.Empty(t, demo.Defaults().Flags())
	for _, want := range list {
		words, err := exec.Command("sh", "-c", `printf '%s\0' go `+want.Flags()).Output()
		require.NoError(t, err, want.Flags())
		for _, r := range "\x1b\u202e\n\x07" {
			require.NotContains(t, want.Flags(), string(r))
		}
		ours, err := demo.Words("go " + want.Flags())
		require.NoError(t, err, want.Flags())
		require.Equal(t, strings.Split(strings.TrimSuffix(string(words), "\x00"), "\x00"), ours)
		var got demo.Options
		a, c := App{Kit: demo.Default}, &cobra.Command{}
		a.RunFlags(c, &got)
		a.AttacksFlag(c, &got)
		require.NoError(t, c.ParseFlags(strings.Split(strings.TrimSuffix(string(words), "\x00"), "\x00")[1:]), want.Flags())
		require.Equal(t, want, got, want.Flags())
	}
}
