package summary_test

import (
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
