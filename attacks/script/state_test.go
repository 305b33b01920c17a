package script

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"doormat/attacks/technique"
)

// Runs of a script in parallel share no state: whatever a script could keep from one
// run to another, or from an expectation to a run, is frozen once it is loaded.
func TestRunsShareNoState(t *testing.T) {
	helpers := fstest.MapFS{"helpers/kept.star": {Data: []byte("kept = {\"seen\": []}\ndef note(x, all = []):\n    all.append(x)\n")}}
	for name, c := range map[string][2]string{
		"a list":                {"kept = []", "kept.append(adv.at)"},
		"a dictionary":          {"kept = {}", `kept["at"] = adv.at`},
		"a set":                 {"kept = set()", "kept.add(adv.at)"},
		"a list in a struct":    {"kept = struct(seen = [])", "kept.seen.append(adv.at)"},
		"a list in a tuple":     {"kept = ([],)", "kept[0].append(adv.at)"},
		"a default":             {"def note(x, all = []):\n    all.append(x)\n", "note(adv.at)"},
		"a closure":             {"def make():\n    all = []\n    return lambda x: all.append(x)\nnote = make()", "note(adv.at)"},
		"a bound method":        {"note = [].append", "note(adv.at)"},
		"a helper's list":       {`load("helpers/kept.star", "kept")`, `kept["seen"].append(adv.at)`},
		"a helper's default":    {`load("helpers/kept.star", "note")`, "note(adv.at)"},
		"a helper's dictionary": {`load("helpers/kept.star", "kept")`, `kept["at"] = adv.at`},
	} {
		a, err := Load("a.star", []byte(c[0]+"\n"+attack(`"provider.store"`, "", opensNothing, c[1])), helpers)
		require.NoError(t, err, name)
		l := toyLab(t)
		l.Attacks = []technique.Technique{a}
		for range 2 {
			e := runOne(t, l).Error
			require.True(t, strings.Contains(e, "frozen"), "%s: %q", name, e)
		}
	}
}
