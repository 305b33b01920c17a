package demo

import (
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo/story"
)

func TestDefaults(t *testing.T) {
	kit, err := Default()
	require.NoError(t, err)
	lab, err := Defaults().Lab(kit, story.Conversation())
	require.NoError(t, err)
	s := lab.Settings
	require.Equal(t, []any{3, 5, "A:2,B:2,C:1", "Marco", 36, 0, "all"},
		[]any{s.Threshold, s.Trustees, s.Jurisdictions, s.Target, s.At, s.Retention, s.Mailbox})
	require.EqualValues(t, 1, lab.Seed)
	o := Defaults()
	o.Seed = maxSeed - 1
	o.Set("retention", "7")
	o.Set("at", "1")
	lab, err = o.Lab(kit, story.Conversation())
	require.NoError(t, err)
	require.Equal(t, []int{7, 1}, []int{lab.Settings.Retention, lab.Settings.At})
}

// Half of an odd number of messages is rounded up.
func TestHalf(t *testing.T) {
	c := story.Conversation()
	c.Messages = c.Messages[:7]
	c.Events, c.Calls = nil, nil
	lab, err := Defaults().Lab(Kit{}, c)
	require.NoError(t, err)
	require.Equal(t, 4, lab.Settings.At)
}

// Every column fixes what can be fixed, and the story's pair is among them.
func TestArrangements(t *testing.T) {
	seen := map[string]bool{}
	for _, a := range arrangements {
		require.NoError(t, a.Check())
		require.False(t, seen[a.ID], a.ID)
		seen[a.ID] = true
	}
	for _, id := range Story {
		require.True(t, seen[id], id)
	}
}

// Chosen things keep the kit's order, and each comes once.
func TestChoose(t *testing.T) {
	kit, err := Default()
	require.NoError(t, err)
	ids := kit.AttackIDs()
	require.NotEmpty(t, ids)
	chosen, err := kit.choose(nil, []string{ids[len(ids)-1], ids[0], ids[0]})
	require.NoError(t, err)
	require.Equal(t, []string{ids[0], ids[len(ids)-1]}, chosen.AttackIDs())
	require.Equal(t, Story, chosen.DesignIDs())
	chosen, err = kit.choose([]string{AllDesigns}, nil)
	require.NoError(t, err)
	require.Equal(t, kit.DesignIDs(), chosen.DesignIDs())
	var usage *UsageError
	_, err = kit.choose([]string{"nosuch"}, nil)
	require.ErrorAs(t, err, &usage)
}

func TestLoadWantsNamesThatAreIDs(t *testing.T) {
	src := `technique(id = "a", title = "t", family = "theft", kind = "attack", needs = ["provider.store"], showcase = "x",
    happens = "h", why = "w", really = "r", source = "s", exercise = "e", expects = {"x": not_applicable(why = "w")})
def run(adv): pass`
	list, err := Load(fstest.MapFS{"a.star": {Data: []byte(src)}})
	require.NoError(t, err)
	require.Len(t, list, 1)
	_, err = Load(fstest.MapFS{"b.star": {Data: []byte(src)}})
	require.EqualError(t, err, `b.star: its id is "a": a script is named after its id`)
}

func TestJudge(t *testing.T) {
	v := Judge(&attacks.Result{Cells: []attacks.Cell{{Expected: true}, {}, {Error: "e", Attack: "a", Design: "d"},
		{Error: "no rule in b", Attack: "a", Design: "b"}, {Error: "no rule in c", Attack: "a", Design: "c"},
		{Error: "no rule in b", Attack: "a", Design: "b"}}})
	require.Equal(t, Verdict{Errors: []string{"attack a on d: e", "attack a on b, c: no rule in b"}, Surprises: 1}, v)
}
