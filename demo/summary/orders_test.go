package summary_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/demo/text"
	"doormat/world"
)

// TestRemains: what power is left follows from what was used.
func TestRemains(t *testing.T) {
	for need, want := range map[world.Capability]string{
		{Principal: "trustee:1", Surface: world.Order}:       "handed over",
		{Principal: "vendor", Surface: world.Order}:          "update stays on the phone",
		{Principal: "device:target", Surface: world.Control}: "program of device:target can go on",
		{Principal: "device:target", Surface: world.Store}:   "stays copied",
	} {
		cell := attacks.Cell{Needs: []world.Capability{need}}
		require.Contains(t, summary.Remains(&cell), want)
	}
}

// TestWays: the order of each story is served as its window was declared, before anything
// was run: the narrow order asks for just this, and finds the evidence that lies in it.
func TestWays(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	for _, s := range story.All() {
		o := demo.Defaults()
		o.Story, o.Attacks, o.Designs = s.ID, []string{"narrow-order", "device-theft"},
			[]string{"e2ee", "threshold"}
		conv, _, err := o.Open()
		require.NoError(t, err)
		lab, err := o.Lab(kit, conv)
		require.NoError(t, err)
		r, err := lab.Run(t.Context())
		require.NoError(t, err)
		w := summary.NewWays(conv, r)
		require.Len(t, w.Ways, 1, "theft is no way to serve an order, and e2ee has no trustee")
		way := w.Ways[0]
		require.Equal(t, w.Order.Messages, way.Lawful.Asked, s.ID)
		require.Equal(t, w.Order.Messages, way.Declared.Found, s.ID)
		require.Equal(t, w.Order.Evidence.Found, way.Evidence.Found, s.ID)
		require.Positive(t, way.Evidence.Found, s.ID)
		page := text.Order(w, 80)
		require.Contains(t, page, "Without any of these ways: End-to-end encryption.")
		require.Contains(t, page, "narrow-order")
	}
}

// waysOf runs the scripts on a story, in the columns.
func waysOf(t *testing.T, story string, designs []string, attacks ...string) *summary.Ways {
	kit, err := demo.Default()
	require.NoError(t, err)
	o := demo.Defaults()
	o.Story, o.Attacks, o.Designs = story, attacks, designs
	conv, _, err := o.Open()
	require.NoError(t, err)
	lab, err := o.Lab(kit, conv)
	require.NoError(t, err)
	r, err := lab.Run(t.Context())
	require.NoError(t, err)
	return summary.NewWays(conv, r)
}

// TestMetadataOnly: who wrote to whom is said, and is no order served.
func TestMetadataOnly(t *testing.T) {
	w := waysOf(t, "", []string{"e2ee", "e2ee-kept"}, "provider-hands-over", "metadata-only")
	require.Len(t, w.Ways, 4)
	for _, way := range w.Ways {
		require.Zero(t, way.Lawful.Served, way.Attack)
		require.Equal(t, way.Lawful.Asked, way.Lawful.Metadata.Total)
		kept := way.Attack == "metadata-only" || way.Design == "e2ee-kept"
		require.Equal(t, kept, way.Lawful.Metadata.Recovered == way.Lawful.Asked, "%s in %s",
			way.Attack, way.Design)
	}
	page := strings.Join(strings.Fields(text.Order(w, 200)), " ")
	require.Contains(t, page, "none of the 28 messages that it asks for; none of the 4 of the order above")
	require.Contains(t, page, "who wrote to whom and when, of 28 of them")
}

// TestPhonesInHand: a way that needs a phone is one only where the police have it, and a user
// unlocks only who is there.
func TestPhonesInHand(t *testing.T) {
	scripts := []string{"user-unlocks", "locked-phone-exploit", "phone-implant-ordered",
		"provider-hands-over", "recipient-reports"}
	for story, exist := range map[string]map[string]bool{
		"mill-lane": {"phone-implant-ordered": true, "provider-hands-over": true},
		"clock":     {"phone-implant-ordered": true, "provider-hands-over": true},
		"last-message": {"phone-implant-ordered": true, "provider-hands-over": true,
			"locked-phone-exploit": true}, // he is dead
	} {
		w := waysOf(t, story, []string{"e2ee"}, scripts...)
		require.Len(t, w.Ways, len(scripts))
		for _, way := range w.Ways {
			require.Equal(t, exist[way.Attack], way.Exists, "%s: %s", story, way.Attack)
			require.Equal(t, way.Exists, way.Lacks == "")
			if way.Attack == "phone-implant-ordered" {
				require.Empty(t, way.Phones, "an implant comes from afar")
			}
		}
		page := text.Order(w, 80)
		require.Contains(t, page, summary.WaysThat(true))
		require.Contains(t, page, summary.WaysThat(false))
	}
}
