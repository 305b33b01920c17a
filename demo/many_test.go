package demo

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/demotest"
	"doormat/world"
	"doormat/world/worldtest"
)

// One limit on trustees holds everywhere: what flags accept, every rule can do.
func TestManyTrustees(t *testing.T) {
	t.Parallel()
	demotest.Long(t)
	for _, n := range []int{26, world.MaxTrustees} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			if n > 26 { // their ceremony takes seconds
				worldtest.OnlyAll(t)
			}
			l := lab(t, "testdata/two.txt", func(o *Options) {
				o.Designs, o.Attacks = []string{"threshold"}, []string{"quorum-theft", "narrow-order", "false-committee"}
				o.Set("trustees", fmt.Sprint(n))
			})
			res, err := l.Run(context.Background())
			require.NoError(t, err)
			require.Len(t, res.Cells, 3)
			for i := range res.Cells {
				c := &res.Cells[i]
				require.Empty(t, c.Error, c.Attack)
				require.True(t, c.Applicable && c.Expected, "%s: %s", c.Attack, c.Trace.Surprise)
				require.Equal(t, c.Lawful.Asked, c.Lawful.Served, c.Attack)
				require.Equal(t, c.Attack == "narrow-order", c.Lawful.Asked > 0)
				require.Equal(t, c.Attack != "false-committee", c.Content.Target.Recovered > 0, c.Attack)
			}
		})
	}
}
