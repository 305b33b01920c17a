package script

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"doormat/attacks/technique"
	"doormat/world"
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

// TestSlips makes mistakes that have nothing to do with Python: what the error adds names the line
// where the slip is, which often is not the one where the parser saw it.
func TestSlips(t *testing.T) {
	for src, hint := range map[string]string{
		"def run(adv)\n    # why\n    pass\n":                       "(line 1 ends without ':')",
		"def run(adv):\n    for x in [1]\n        pass\n":           "(line 2 ends without ':')",
		"def run(adv):\n    pass\n      pass\n":                     "(line 3 begins in another column",
		"def run(adv):\n    pass\n  pass\n":                         "(line 3 begins in another column",
		"def run(adv):\n    if True:\n    adv.claim(1)\n":           "(below line 2, which ends with ':'",
		"def run(adv):\n    # nothing\n":                            "(below line 1, which ends with ':'",
		"def run(adv):\n    if adv.at = 3:\n        pass\n":         "write == to compare",
		"def run(adv):\n    adv.take(\"x\n":                         "(line 2 lacks the quotation mark",
		"def run(adv):\n    adv.take(“x”)\n":                        "straight quotation marks",
		"def run(adv):\n    adv.take(\"x\"\n\n    adv.advance(1)\n": "(is a bracket still open on line 2?)",
		"def run(adv):\n    take(\"provider.store\")\n":             "(did you mean adv.take?)",
		"def run(adv):\n    deliver()\n":                            "p.deliver, inside for p in adv.packets(adv.end)",
		"def run(adv):\n    adv.take(provider.store)\n":             "(capabilities are texts:",
		"def run(adv):\n    adv.claim(nowhere)\n":                   "undefined: nowhere",
		"def run(adv):\n    prnt(1)\n":                              `(did you mean "print"?)`,
		"x = technque()\n":                                          `(did you mean "technique"?)`,
		"x = 3 if 1 < len([1]) <= 5 else 4\n":                       "(Starlark does not chain comparisons",
		"x = [1]\nx.shove(2)\n":                                     "(a list has append, clear, extend",
		"x = {}.shove(2)\n":                                         "(a dict has clear, get, items",
		"x = [1, 2][4]\n":                                           "(the items count from 0 to 1;",
		"technique(id = \"x\", title = \"y\")\n":                    "missing argument for family, kind, needs, showcase, happens,",
		"technique(id = \"x\", titel = \"y\", key = 1)\n":           `unexpected argument titel, key: it takes id, title, family,`,
		"x = opens(targets = 1)\n":                                  "it takes target, others, why",
		"":                                                          "no call of technique(): an attack states what it is. doormat attack new ID and doormat challenge start ID",
	} {
		_, err := Load("a.star", []byte(src))
		assert.ErrorContains(t, err, hint, src)
	}
}

// TestComparesInPairs asks whether two accounts compare, in the ways in which one would write that,
// of a script in this process and of one in another.
func TestComparesInPairs(t *testing.T) {
	const src = `
a, b = adv.compares[0]
if (a, b) not in adv.compares or (b, a) in adv.compares or [x for x, y in adv.compares] != [a]:
    fail(adv.compares)
`
	lab := toyLab(t, attack(`"provider.store"`, "", opensNothing, src))
	lab.Conversation.Events = append(lab.Conversation.Events, world.Event{After: 1, Kind: world.Compare,
		Account: lab.Conversation.Accounts[0], With: lab.Conversation.Accounts[1]})
	for _, a := range []technique.Technique{lab.Attacks[0], remotely(t, lab.Attacks[0].Source())} {
		lab.Attacks = []technique.Technique{a}
		r, err := lab.Run(t.Context())
		require.NoError(t, err)
		require.Empty(t, r.Cells[0].Error)
	}
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
