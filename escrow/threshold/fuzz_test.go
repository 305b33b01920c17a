package threshold

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
	"doormat/world/law"
)

// served is a stage on which an order has been served, for seeds of real bytes.
func served(f *testing.F) *stage {
	f.Helper()
	s := newStage(&testing.T{})
	s.advance(4)
	s.comply(everybody...)
	s.order()
	return s
}

func FuzzParseRequest(f *testing.F) {
	s := served(f)
	for _, p := range s.of(KindRequest) {
		f.Add(p.Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		signed, items, err := parseRequest(data)
		if err == nil {
			require.Equal(t, data, request(signed.Encode(), items), "one encoding only")
		}
	})
}

// FuzzTrustee sends a willing trustee anything, from anybody: no panic, and no
// answer to what is not the request that the order allows.
func FuzzTrustee(f *testing.F) {
	s := served(f)
	good := s.of(KindRequest)[0].Data
	f.Add(good)
	f.Add([]byte{KindRequest})
	f.Add(world.Pack(KindRequest, s.signed().Encode(), world.Pack(0, make([]byte, 3))))
	node := s.play.Net.Node("trustee:1")
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, from := range []string{"agency", world.Outsider, world.Law, "log"} {
			for _, p := range node.Handle(start, world.Packet{From: from, To: "trustee:1", Data: data}) {
				if p.Kind() != KindAnswer {
					continue
				}
				signed, items, err := parseRequest(data)
				require.NoError(t, err)
				require.Equal(t, s.signed().Bytes, signed.Bytes, "the one order that the court signed")
				require.NotEmpty(t, items)
			}
		}
	})
}

// FuzzRules gives every rule arbitrary bytes of the kinds that it takes.
func FuzzRules(f *testing.F) {
	s := served(f)
	byKind := map[world.Kind][]byte{}
	for _, name := range s.play.Net.Names() {
		for _, fact := range s.play.Net.Node(name).Holdings() {
			byKind[fact.Kind] = fact.Data
		}
	}
	for _, p := range s.sent {
		byKind[world.Observed] = p.Encode(start)
	}
	rules := Design{}.Rules()
	for i, r := range rules {
		takes := append(append([]world.Kind{}, r.Takes...), r.All)
		var data [3][]byte
		for j, kind := range takes {
			if j < len(data) {
				data[j] = byKind[kind]
			}
		}
		f.Add(uint8(i), data[0], data[1], data[2])
	}
	f.Fuzz(func(t *testing.T, which uint8, a, b, c []byte) {
		r := rules[int(which)%len(rules)]
		in := world.Input{Random: make([]byte, 64), Text: a}
		kinds := append([]world.Kind{}, r.Takes...)
		if r.All != "" {
			kinds = append(kinds, r.All, r.All)
		}
		for i, kind := range kinds {
			in.Facts = append(in.Facts, world.Fact{Kind: kind, Ref: "key 1", Data: [][]byte{a, b, c}[i%3]})
		}
		out, err := r.Apply(in)
		for _, d := range out {
			require.NoError(t, err)
			require.Contains(t, r.Gives, d.Kind, r.Name)
		}
	})
}

func FuzzAnswer(f *testing.F) {
	s := served(f)
	private := s.play.Net.Node("agency").Holdings()[0]
	require.Equal(f, law.AgencyKey, private.Kind)
	for _, p := range s.of(KindAnswer) {
		f.Add(p.Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, fact := range unseal(private.Data, world.Packet{Data: data}) {
			require.Equal(t, Partial, fact.Kind, "whatever a trustee may have put in")
		}
	})
}
