package law

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// named lists the accounts that follow from a fact by the rules.
func named(f world.Fact) (accounts []string) {
	for facts := []world.Fact{f}; len(facts) > 0; facts = facts[1:] {
		if facts[0].Kind == OrderTarget {
			accounts = append(accounts, facts[0].Ref)
		}
		for _, r := range Rules() {
			if len(r.Takes) == 1 && r.Takes[0] == facts[0].Kind {
				derived, _ := r.Apply(world.Input{Facts: facts[:1]})
				for _, d := range derived {
					facts = append(facts, d.Fact)
				}
			}
		}
	}
	return accounts
}

// TestPapersNameTheirTargets reads an order wherever it stands or travels.
func TestPapersNameTheirTargets(t *testing.T) {
	key := courtKey("court")
	s := Signed{Order: sample(), Bytes: Sign(applicationOf(sample()), key), Nonce: make([]byte, 32)}
	s.Record = Record(s.Bytes, s.Nonce, key)
	travels := func(data []byte) world.Fact {
		p := world.Packet{From: "agency", To: "court", Data: data}
		return world.Fact{Kind: world.Observed, Ref: "1", Data: p.Encode(noon)}
	}
	want := []string{"Ana", "Ben"}
	require.Equal(t, want, named(travels(world.Pack(KindApply, applicationOf(sample())))))
	require.Equal(t, want, named(travels(s.Encode())))
	require.Equal(t, want, named(travels(world.Pack(KindProduce, s.Bytes))))
	require.Equal(t, want, named(world.Fact{Kind: OrderFact, Data: s.Encode()}))

	// What only the log sees hides them.
	require.Empty(t, named(travels(world.Pack(KindAppend, s.Record))))
	require.Empty(t, named(travels(world.Pack(KindLogged, s.Record, nil))))
	for name, data := range map[string][]byte{
		"empty": nil, "cut short": s.Encode()[:60], "one more": append(s.Encode(), 0), "no order": world.Pack(KindSigned, nil, nil, nil, nil),
		"application of nothing": world.Pack(KindApply, nil), "unsigned": world.Pack(KindProduce, sample().Encode()),
		"not signed by a court": world.Pack(KindProduce, applicationOf(sample())),
	} {
		require.Empty(t, named(travels(data)), name)
		require.Empty(t, named(world.Fact{Kind: OrderFact, Data: data}), name)
	}
	require.Empty(t, named(world.Fact{Kind: world.Observed, Data: s.Encode()}), "not a packet")
}
