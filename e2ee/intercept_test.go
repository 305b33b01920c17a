package e2ee

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// Under an order whose window is open the provider hands over what passes in its
// scope, once, also where the mailbox keeps nothing, and until the window closes or
// the order expires. A thief finds out who is under order, and then no longer.
func TestIntercept(t *testing.T) {
	messages := []string{"Ana>Ben", "Ben>Ana+70000", "Cem>Dee", "Cem>Ben", "Ana>Ben"}
	for name, c := range map[string]struct {
		willing       bool
		until, expiry time.Duration // after the first message; the others follow by the minute
		want          [][]string    // what the agency is given, packet by packet
	}{
		"unwilling":      {false, 3 * time.Minute, time.Hour, nil},
		"window closes":  {true, 3 * time.Minute, time.Hour, [][]string{{}, {"envelope", "chunk", "chunk"}, {"envelope"}}},
		"order expires":  {true, time.Hour, time.Minute, [][]string{{}, {"envelope", "chunk", "chunk"}}},
		"window is over": {true, 0, time.Hour, [][]string{{}}},
	} {
		t.Run(name, func(t *testing.T) {
			s := scene{messages: messages, settings: world.Settings{Mailbox: world.MailboxDelivered}}.start(t)
			s.advance(1)
			if c.willing {
				s.post(world.Packet{From: world.Law, To: "provider", Data: world.Pack(world.KindComply)})
			}
			order := law.Order{Case: "1", Accounts: []string{"Ben"}, From: begin, Until: begin.Add(c.until),
				Expiry: begin.Add(c.expiry)}
			order = s.keys().Name(order)
			s.post(world.Packet{From: "agency", To: "provider", Data: world.Pack(law.KindProduce, s.keys().Sign(order))})
			open := c.willing && c.until > 0
			target := world.Fact{Kind: law.OrderTarget, Ref: "Ben", Data: order.Encode()}
			listed := func() bool {
				return slices.ContainsFunc(s.provider().Holdings(), func(f world.Fact) bool {
					return f.Kind == target.Kind && f.Ref == target.Ref && string(f.Data) == string(target.Data)
				})
			}
			require.Equal(t, open, listed())
			s.end()
			require.NoError(t, s.sim.Rest(1))
			require.False(t, listed())
			var got [][]string
			for _, p := range s.packets(law.KindProduced) {
				f, err := world.Unpack(p.Data, law.KindProduced, 1)
				require.NoError(t, err)
				facts, err := world.ParseFacts(f[0])
				require.NoError(t, err)
				kinds := []string{}
				for _, fact := range facts {
					kinds = append(kinds, map[world.Kind]string{wire.Envelopes: "envelope", wire.SealedChunk: "chunk"}[fact.Kind])
				}
				got = append(got, kinds)
			}
			require.Equal(t, c.want, got)
		})
	}
}
