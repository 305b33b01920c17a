package world

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Each parser accepts exactly what its encoder writes: what it accepts, encoded
// again, is the same bytes.

func FuzzUnpack(f *testing.F) {
	f.Add([]byte{})
	f.Add(Pack(1))
	f.Add(Pack(1, []byte("a"), nil, []byte("b")))
	f.Add([]byte{1, 0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		if fields, err := UnpackList(data, data[0]); err == nil {
			require.Equal(t, data, Pack(data[0], fields...))
		}
		if list, err := ParseStrings(data); err == nil {
			require.Equal(t, data, Strings(list))
		}
		if at, err := ParseTime(data); err == nil {
			require.Equal(t, data, Time(at))
		}
	})
}

func FuzzParseFacts(f *testing.F) {
	f.Add(EncodeFacts(nil))
	f.Add(EncodeFacts([]Fact{{Plaintext, "1", []byte("x")}, {}}))
	f.Add(Pack(factsTag, Pack(factTag)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if facts, err := ParseFacts(data); err == nil {
			require.Equal(t, data, EncodeFacts(facts))
		}
	})
}

func FuzzParsePacket(f *testing.F) {
	f.Add(Packet{From: "a", To: "b", Data: []byte{1}}.Encode(time.Unix(0, 0)))
	f.Add(Packet{}.Encode(time.Unix(-1, 0)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, at, err := ParsePacket(data); err == nil {
			require.Equal(t, data, p.Encode(at))
			_, _ = p.Kind(), p.Private()
		}
	})
}

func FuzzParseMeta(f *testing.F) {
	f.Add(Meta{ID: "1", From: "Ada", To: []string{"Ben", "Cleo"}, Sent: time.Unix(1, 0)}.Encode())
	f.Add(Meta{}.Encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := ParseMeta(data); err == nil {
			require.Equal(t, data, m.Encode())
		}
	})
}

func FuzzParseTyped(f *testing.F) {
	f.Add((&Typed{To: []string{"Ben"}, Body: []byte("hello")}).Encode())
	f.Add((&Typed{To: []string{"Ben", "Cleo"}, Group: "choir", Files: []Attachment{{"a", []byte("b")}, {}}}).Encode())
	f.Add([]byte{KindTyped})
	f.Fuzz(func(t *testing.T, data []byte) {
		typed, err := ParseTyped(data)
		if err == nil {
			require.Equal(t, data, typed.Encode())
		}
	})
}

func FuzzCapability(f *testing.F) {
	for _, seed := range []string{"provider.store", "trustee:1..t-1.store", "device:1..t.store", "device:target.control", "network.tap", "a..b..c.store", "trustee:-1.store"} {
		f.Add(seed)
	}
	s := Settings{Threshold: 2, Trustees: 3, Jurisdictions: "A:3", Target: "Ada"}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := SharedPrincipals().Expand([]string{text}, s)
		if err != nil {
			return
		}
		for _, c := range list {
			again, err := SharedPrincipals().Expand([]string{c.String()}, s)
			require.NoError(t, err)
			require.Equal(t, []Capability{c}, again)
			_, _ = SharedPrincipals().Members(c.Principal, s, []string{"Ada", "Ben"})
		}
	})
}
