package threshold

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/escrow/committee"
	"doormat/escrow/request"
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
	for _, p := range s.of(request.KindRequest) {
		f.Add(p.Data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		signed, items, err := request.Parse(data)
		if err == nil {
			require.Equal(t, data, request.Encode(signed.Encode(), items), "one encoding only")
		}
	})
}

// FuzzTrustee sends a willing trustee anything, from anybody: no panic, and no
// answer to what is not the request that the order allows.
func FuzzTrustee(f *testing.F) {
	s := served(f)
	good := s.of(request.KindRequest)[0].Data
	f.Add(good)
	f.Add([]byte{request.KindRequest})
	f.Add(world.Pack(request.KindRequest, s.signed().Encode(), world.Pack(0, make([]byte, 3))))
	node := s.sim.Net.Node("trustee:1")
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, from := range []string{"agency", world.Outsider, world.Law, "log"} {
			for _, p := range node.Handle(start, world.Packet{From: from, To: "trustee:1", Data: data}) {
				if p.Kind() != request.KindAnswer {
					continue
				}
				signed, items, err := request.Parse(data)
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
	for _, name := range s.sim.Net.Names() {
		for _, fact := range s.sim.Net.Node(name).Holdings() {
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

// FuzzAnswer has a trustee answer the agency with anything: sealed to it for the request
// that it made, or not. What is filed is what honest trustees answered, and whoever sent
// anything else is named.
func FuzzAnswer(f *testing.F) {
	s := served(f)
	agency := s.sim.Net.Node("agency")
	private := agency.Holdings()[0]
	require.Equal(f, law.AgencyKey, private.Kind)
	var info []byte
	for _, p := range s.of(request.KindAnswer) {
		a, err := request.ParseAnswer(p.Data)
		require.NoError(f, err)
		require.Equal(f, p.Data, a.Encode())
		plain, err := law.Open(private.Data, a.Info, a.Sealed)
		require.NoError(f, err)
		f.Add(p.Data, plain)
		info = a.Info
	}
	last := s.of(request.KindAnswer)[len(s.of(request.KindAnswer))-1].From
	filed := len(agency.Holdings())
	f.Fuzz(func(t *testing.T, data, plain []byte) {
		sealed, err := law.Seal(world.Seed(1).Stream("trustee"), s.signed().Order.Agency, info, plain)
		require.NoError(t, err)
		for _, packet := range [][]byte{data, (&request.SealedAnswer{Agency: s.signed().Order.Agency, Info: info, Sealed: sealed, Signature: nil}).Encode()} {
			out := agency.Handle(start, world.Packet{From: last, To: "agency", Data: packet})
			require.Len(t, agency.Holdings(), filed, "nothing new")
			for _, p := range out {
				require.Equal(t, "agency", p.From)
			}
		}
	})
}

func FuzzParseCertified(f *testing.F) {
	s := served(f)
	f.Add(s.genesis.FirstKey().CertifiedFact().Data)
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		n, key, err := committee.ParseCertified(data)
		if err == nil {
			require.Equal(t, data, world.Pack(committee.CertifiedTag, world.Int(int64(n)), key))
		}
	})
}

func FuzzParsePartial(f *testing.F) {
	s := served(f)
	for _, fact := range s.sim.Net.Node("agency").Holdings() {
		if fact.Kind == request.Partial {
			f.Add(fact.Data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := request.ParsePartial(data)
		if err == nil {
			require.Equal(t, data, world.Pack(request.PartialTag, p.Committee, p.Item, p.Partial))
		}
	})
}
