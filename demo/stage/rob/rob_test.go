package rob

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/world/memo"
)

// TestParse reads what String writes, and nothing else.
func TestParse(t *testing.T) {
	for _, text := range []string{"", "1", "1,2,5", "100"} {
		r, err := Parse(text)
		require.NoError(t, err, text)
		require.NotNil(t, r)
		require.Equal(t, text, r.String())
	}
	for _, text := range []string{",", "0", "2,1", "1,1", "01", "+1", "x", "1,", "101", "1 2", "99999999999999999999"} {
		_, err := Parse(text)
		require.Error(t, err, text)
	}
	require.Equal(t, Trustees{1, 4}, Trustees{1, 4, 5, 99}.Of(4))
	require.NotNil(t, Trustees{9}.Of(4), "the room chose, and nobody is left")
	require.Nil(t, Trustees(nil).Of(4), "the room left it to the attack")
	require.Equal(t, "2,3", Trustees(nil).Toggled(1, 3).String())
	require.Equal(t, "1,2,3,5", Trustees(nil).Toggled(5, 3).String())
	require.Equal(t, "", Trustees{4}.Toggled(4, 3).String())
}

// TestAnyQuorum robs every set of trustees: t of them open all, fewer nothing, whichever they are.
func TestAnyQuorum(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	o := demo.Defaults()
	o.Designs = []string{"threshold"}
	theft, err := kit.Attack("quorum-theft")
	require.NoError(t, err)
	lab, err := o.Lab(kit, demotest.Conversation())
	require.NoError(t, err)
	lab.Memo = new(memo.Memo) // runs differ in what is stolen at the end
	all := len(lab.Conversation.Messages)
	for set := range 1 << 5 {
		var text, comma string
		size := 0
		for i := range 5 {
			if set>>i&1 == 1 {
				text, comma, size = text+comma+strconv.Itoa(i+1), ",", size+1
			}
		}
		if !*demotest.All && size != 2 && size != 3 {
			continue // those on both sides of the threshold
		}
		robbed, err := Parse(text)
		require.NoError(t, err)
		chosen, err := Chosen(theft, robbed.Of(5))
		require.NoError(t, err)
		lab.Attacks = []technique.Technique{chosen}
		r, err := lab.Run(t.Context())
		require.NoError(t, err)
		require.Equal(t, size >= 3, opened(r) == all, "%s: %d", text, opened(r))
		require.Equal(t, size < 3, opened(r) == 0, "%s: %d", text, opened(r))
	}
}

func opened(r *attacks.Result) int {
	return r.Cells[0].Content.Target.Recovered + r.Cells[0].Content.Others.Recovered
}
