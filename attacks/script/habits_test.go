package script

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestHabits writes what is right in Python and not in Starlark: each error names the line and
// says what to write instead, and that runs. docs/builtins.md shows the same pairs.
func TestHabits(t *testing.T) {
	helpers := fstest.MapFS{"helpers/groups.star": {Data: []byte("def believes(): pass")}}
	header := attack(`"provider.store"`, "", opensAll, "pass")
	header = header[:strings.Index(header, "def run(")]
	for _, h := range Habits() {
		_, err := Load("a.star", []byte(inPlace(h.Python, header)), helpers)
		if err == nil {
			err = errors.New(runOne(t, toyLab(t, inPlace(h.Python, header))).Error)
		}
		assert.ErrorContains(t, err, " ("+h.Hint+")", h.Python)
		assert.Regexp(t, `^(a|attack1)\.star:\d+:\d+: `, err.Error(), h.Python)
		if h.Here != "" {
			_, err = Load("a.star", []byte(inPlace(h.Here, header)), helpers)
			assert.NoError(t, err, "instead of %s", h.Python)
		}
	}
	_, err := Load("a.star", []byte("x = 1 +  # f\"\" import class\n"))
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "Starlark has no", "a comment is not a habit")
}

// inPlace puts an example into an attack: into its run if it uses adv, and beside it otherwise.
func inPlace(example, header string) string {
	switch {
	case strings.Contains(example, "def run("):
		return header + example + "\n"
	case strings.Contains(example, "adv."):
		return header + "def run(adv):\n    " + example + "\n"
	}
	return example + "\n" + header + "def run(adv): pass\n"
}

// TestUnknownNames asks adv, a packet and a view for what they lack: the error
// lists what they have.
func TestUnknownNames(t *testing.T) {
	for _, c := range []struct{ body, hint string }{
		{"adv.steal()", "adv has no .steal: it has accounts, advance, apply"},
		{"adv.advanced(1)", `adv has no .advanced; did you mean "advance"?`},
		{"for p in adv.packets(1):\n    p.forward()", "packet has no .forward: it has data, deliver, drop"},
	} {
		cell := runOne(t, toyLab(t, attack(`"provider.control"`, "", opensAll, "adv.hold(\"provider.control\")\n"+c.body)))
		assert.Contains(t, cell.Error, c.hint)
	}
	cell := runOne(t, toyLab(t, attack(`"provider.store"`, "", "lambda v: v.trustees", "pass")))
	assert.Contains(t, cell.Error, "view has no .trustees: it has accounts, at,")
}
