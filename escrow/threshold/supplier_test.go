package threshold

import (
	"testing"

	"github.com/stretchr/testify/require"

	e2eerules "doormat/e2ee/rules"
	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/escrow/supplier"
	"doormat/world"
)

// TestSuppliers: an update that the supplier of a trustee signed runs on its machine, whoever
// brings it, and no other. It gives what a thief of the machine finds: with one supplier the shares
// of all, with a supplier each one share, and with keys in hardware none.
func TestSuppliers(t *testing.T) {
	tests := []struct {
		suppliers, hardware string
		reports, shares     int
	}{
		{supplier.One, HardwareOff, 3, 3},
		{supplier.Each, HardwareOff, 1, 1},
		{supplier.One, HardwareChecks, 3, 0},
		{supplier.One, HardwareCounts, 3, 0},
	}
	for _, c := range tests {
		t.Run(c.suppliers+" "+c.hardware, func(t *testing.T) {
			s := hardenedStage(t, 2, supplier.Suppliers, c.suppliers, Hardware, c.hardware)
			s.advance(1)
			for _, owner := range []string{"vendor", "supplier:1"} {
				key := s.sim.Net.Node(owner).Holdings()[0]
				for i := 1; i <= 3; i++ {
					s.send(s.apply(e2eerules.SignUpdate, supplier.HandOver+"\n\n"+world.Trustee(i), key)[0])
				}
				if owner == "vendor" {
					require.Empty(t, s.of(request.KindHandOver), "whoever signs for phones signs for no trustee")
				}
			}
			reports := s.of(request.KindHandOver)
			require.Len(t, reports, c.reports)
			shares := 0
			for _, p := range reports {
				require.Equal(t, world.Outsider, p.To)
				for _, d := range s.apply("read what a trustee hands over", "", world.Fact{Kind: world.Observed, Data: p.Encode(start)}) {
					if d.Kind == committee.Share {
						shares++
					}
				}
			}
			require.Equal(t, c.shares, shares)
			require.Empty(t, s.warned)
		})
	}
}
