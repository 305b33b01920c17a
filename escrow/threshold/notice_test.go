package threshold

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// TestNotice: ninety days after a trustee answered an order it tells everybody whose messages it
// was asked about, whom the order names or not, once, and users say so. Usually the court alone
// tells, whom it names. Each form of hardware keeps to it.
func TestNotice(t *testing.T) {
	for _, form := range []string{HardwareChecks, HardwareCounts, HardwareOff} {
		t.Run(form, func(t *testing.T) {
			for notice, want := range map[string]map[string]int{
				NoticeCourt:    {"user:A": 2},
				NoticeTrustees: {"user:A": 2 + 2*3, "user:B": 2 * 3},
			} {
				s := hardenedStage(t, 2, Hardware, form, Notice, notice)
				s.advance(2)
				s.comply(everybody...)
				s.order()
				s.order() // another one, of the same day
				require.NoError(t, s.sim.Rest(80))
				require.Empty(t, s.of(world.KindNotice))
				require.NoError(t, s.sim.Rest(15))
				told := map[string]int{}
				for _, p := range s.of(world.KindNotice) {
					if p.To == world.Public && p.From != world.Monitor {
						told[p.From]++
					}
				}
				require.Equal(t, want, told, notice)
				require.NoError(t, s.sim.Rest(30))
				require.Empty(t, s.warned)
			}
		})
	}
}
