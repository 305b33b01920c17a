package runner

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"doormat/attacks"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/cmd/doormat/cli"
	"doormat/demo"
	"doormat/demo/cluster/tasks"
	"doormat/demo/plain"
	"doormat/demo/sandbox"
)

// ScriptCommand is the hidden command as which this program starts itself, to run a script from a
// file.
const ScriptCommand = "script"

// Outside is how scripts from files are run.
type Outside struct {
	Timeout time.Duration // 0 for what fits the conversation
	Draft   bool          // their headers need no prose

	Files map[string]string // names of those that were found, by id
}

// Add adds the flags.
func (f *Outside) Add(c *cobra.Command) {
	f.Files = map[string]string{}
	c.Flags().BoolVar(&f.Draft, "draft", false, "take a script from a file whose header has no prose yet")
	TimeoutFlag(c, &f.Timeout)
}

// TimeoutFlag adds the flag for the time that a script from a file has; 0 is the usual one.
func TimeoutFlag(c *cobra.Command, timeout *time.Duration) {
	c.Flags().DurationVar(timeout, "script-timeout", 0, "`TIME` such as 1m for a script from a file "+
		"(default: half a minute, and more for a long chat)")
	cli.Complete(c, "script-timeout", cli.Words())
}

// Find gets an attack of the kit by its id, or loads one from a file; print hears
// what the script prints.
func Find(ctx context.Context, lab *attacks.Lab, name string, from Outside,
	print func(string)) (technique.Technique, error) {
	t, unknown := demo.Kit{Attacks: lab.Attacks}.Attack(name)
	if unknown == nil {
		return t, nil
	}
	if _, err := os.Stat(name); err != nil && !IsScript(name) {
		if _, err := os.Stat(name + ".star"); err == nil {
			return nil, demo.Usagef("no attack %q; did you mean the file %s.star?", name, name)
		}
		return nil, unknown
	}
	src, err := demo.ReadFile(name, script.MaxSource)
	if err != nil {
		return nil, err
	}
	demo.Outside(lab)
	lab.Bound = demo.Limit(2 * from.Limit(lab)) // what it set in motion gets no more
	box, err := sandbox.Program(ScriptCommand, from.Limit(lab))
	if err != nil {
		return nil, err
	}
	if t, err = script.Remote(ctx, name, src, from.Draft, box.Dial, print); err != nil {
		return nil, err
	}
	if err := technique.NamesOf(lab.Known).Check(t.Header()); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if from.Files != nil {
		from.Files[t.Header().ID] = name
	}
	return t, nil
}

// Limit is the time that a script has.
func (f Outside) Limit(lab *attacks.Lab) time.Duration {
	if f.Timeout > 0 {
		return f.Timeout
	}
	return Patience(len(lab.Conversation.Messages))
}

// IsScript tells a script's file from an id by its name.
func IsScript(name string) bool {
	return strings.HasSuffix(name, ".star") || strings.ContainsRune(name, os.PathSeparator)
}

// Patience is how long a script may take: an honest one takes a moment, and waits
// for as many messages as there are.
func Patience(messages int) time.Duration {
	return 25*time.Second + time.Duration(messages)*20*time.Millisecond
}

// Printed shows a line that a script prints. Results go to stdout, so this does not.
func Printed(text string) { fmt.Fprintln(os.Stderr, plain.Clean(text)) }

// Scripts are the attacks of a lab that came from files.
func (f Outside) Scripts(lab *attacks.Lab) []tasks.Script {
	list := []tasks.Script{}
	for _, t := range lab.Attacks {
		if name, found := f.Files[t.Header().ID]; found {
			list = append(list, tasks.Script{Name: name, Source: t.Source(), Draft: f.Draft})
		}
	}
	return list
}
