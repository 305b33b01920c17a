package lint

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/attackstest"
	"doormat/attacks/script"
	"doormat/attacks/technique"
)

func load(name string, src []byte) (technique.Technique, error) { return script.Load(name, src) }

// Check tells of an outcome that is not expected, of a need that is idle, and of a run that fails;
// of an attack with which nothing is wrong it tells nothing.
func TestCheck(t *testing.T) {
	const needs = `"provider.store", "trustee:1.store"`
	for _, c := range []struct {
		needs, expects, body string
		want                 []string
	}{
		{needs, attackstest.OpensAll, attackstest.KeyTheft, nil},
		{needs, attackstest.OpensNothing, attackstest.KeyTheft, []string{"expectation: target"}},
		{needs + `, "trustee:2.store"`, attackstest.OpensAll, attackstest.KeyTheft + "adv.take(\"trustee:2.store\")\n",
			[]string{"need: trustee:2.store is idle"}},
		{needs, attackstest.OpensAll, `fail("no")`, []string{"run: "}},
	} {
		lab := attackstest.LoadToys(t, attackstest.ToyLab(), load,
			attackstest.ToyScript(c.needs, "", c.expects, c.body))
		findings, err := Check(t.Context(), lab)
		require.NoError(t, err)
		require.Len(t, findings, len(c.want), "%v", findings)
		for i, f := range findings {
			require.Equal(t, "toy", f.Design)
			require.True(t, strings.HasPrefix(f.Kind+": "+f.Text, c.want[i]), "%s: %s", f.Kind, f.Text)
		}
	}
}

// A new script names its id wherever it says what to type, and no id that is none is taken.
func TestNew(t *testing.T) {
	text, err := New("my-first")
	require.NoError(t, err)
	require.Contains(t, text, `id = "my-first"`)
	require.Contains(t, text, "attack check my-first.star --draft")
	require.NotContains(t, text, "NEW-ID")
	for _, id := range []string{"", "My", "a b", "../a", "a/b"} {
		_, err := New(id)
		require.ErrorContains(t, err, "want lower-case words joined by hyphens", id)
	}
}
