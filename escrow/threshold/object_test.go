package threshold

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/escrow/request"
	"doormat/escrow/restraint"
	"doormat/world"
	"doormat/world/law"
)

// pass lets hours pass.
func (s *stage) pass(hours int) {
	require.NoError(s.t, s.sim.Net.Advance(s.sim.Net.Now().Add(time.Duration(hours)*time.Hour), s.sim.Settle))
}

// TestObjectionPeriod: a good order is answered when its hours are over, and not earlier, in each
// form of hardware and with one judge as with two; what is asked again waits no second time.
func TestObjectionPeriod(t *testing.T) {
	for _, own := range [][]string{{Hardware, HardwareChecks}, {Hardware, HardwareCounts},
		{Hardware, HardwareOff}, {Hardware, HardwareOff, Judges, "1", Cap, "none"}} {
		t.Run(own[1], func(t *testing.T) {
			s := hardenedStage(t, 2, append(own, Objection, "7")...)
			s.advance(2)
			s.comply(everybody...)
			s.order()
			s.pass(6)
			require.Zero(t, s.given())
			require.NotEmpty(t, s.of(law.KindPending))
			s.pass(1)
			require.Equal(t, 3*2, s.given(), "three trustees, two messages")
			s.post(world.Packet{From: world.Outsider, To: "trustee:1",
				Data: request.Encode(s.signed().Encode(), s.items(1))})
			require.Len(t, s.of(request.KindAnswer), 3+1, "at once")
			require.Empty(t, s.of(law.KindObjection))
			require.Empty(t, s.warned)
		})
	}
}

// stolen signs an order for A with the keys of court, judge and agency, has the log take it, and
// asks all trustees.
func (s *stage) stolen() {
	of := func(name string) world.Fact { return s.sim.Net.Node(name).Holdings()[0] }
	made := s.apply(law.SignOrder, "A", of(world.Court), of(world.Agency))
	s.send(made[1])
	logged := s.of(law.KindLogged)
	f, err := world.Unpack(logged[len(logged)-1].Data, law.KindLogged, 2)
	require.NoError(s.t, err)
	order, err := law.ParseSigned(s.apply(law.SecondSign, "", made[0].Fact, of(law.JudgeName))[0].Data)
	require.NoError(s.t, err)
	order.Evidence = f[1]
	for i := 1; i <= 3; i++ {
		s.post(world.Packet{From: world.Agency, To: world.Trustee(i), Data: request.Encode(order.Encode(), s.items(2))})
	}
}

// TestObjections: an order that nobody signed whose keys are under it is never answered, whether
// the court says so or, since the court's machine is silent, the second judge. A trustee delays
// an order once and stops none, and what somebody says who has no say counts for nothing.
func TestObjections(t *testing.T) {
	for _, form := range []string{HardwareChecks, HardwareCounts, HardwareOff} {
		for _, silent := range []string{"", world.Court, law.JudgeName} {
			t.Run(form+" silent "+silent, func(t *testing.T) {
				s := hardenedStage(t, 2, Hardware, form, Objection, "7")
				s.sim.Intercept = func(p world.Packet) bool { return p.From == silent }
				s.advance(2)
				s.comply(everybody...)
				s.stolen()
				require.NoError(t, s.sim.Rest(25))
				require.Empty(t, s.of(request.KindAnswer))
				who := world.Court
				if silent == who {
					who = law.JudgeName
				}
				require.Contains(t, s.warned, who+": objected to an order that it has not signed: somebody has its key")
				require.Contains(t, s.warned, "trustee:2: refused a request: the "+who+" objects to the order")
			})
		}
	}
	s := hardenedStage(t, 2)
	s.advance(2)
	s.comply(everybody...)
	s.stolen()
	require.Len(t, s.of(request.KindAnswer), 3, "without a period nobody is asked")

	for form, hours := range map[string]int{HardwareChecks: 14, HardwareCounts: 7, HardwareOff: 14} {
		t.Run("a trustee, "+form, func(t *testing.T) {
			s := hardenedStage(t, 2, Hardware, form, Objection, "7")
			require.NoError(t, s.sim.Net.Node("trustee:3").(world.Reprogrammable).Reprogram(restraint.Object, nil))
			s.advance(2)
			s.comply(everybody...)
			s.order()
			for _, p := range s.of(law.KindObjection) { // again, and in the names of others
				s.post(p, world.Packet{From: world.Court, To: p.To, Data: p.Data})
				data := slices.Clone(p.Data)
				data[len(data)-1] ^= 1
				s.post(world.Packet{From: "trustee:2", To: p.To, Data: data})
			}
			s.pass(hours - 1)
			require.Zero(t, s.given())
			s.pass(1)
			require.Equal(t, 2*2, s.given(), "the two others answer")
			if hours == 14 {
				require.Contains(t, s.warned, "trustee:1: answers an order 7 hours later, since trustee:3 objects to it")
				require.Contains(t, s.warned, "trustee:3: objects to an order")
			}
		})
	}
}
