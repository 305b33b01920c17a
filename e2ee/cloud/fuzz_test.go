package cloud

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// seeds are real bytes of every shape.
func seeds(f *testing.F) {
	c := &Content{Meta: world.Meta{ID: "1", From: "Ada", To: []string{"Ben"}}, Body: []byte("x"),
		Files: []world.Attachment{{Name: "n", Data: []byte("d")}}}
	r := &Record{Channel: "c", ToClient: true, N: 3, Open: c.Meta.Encode(), Sealed: []byte("s")}
	s := &speech{"c", "Ada", 1, []byte("x")}
	for _, b := range [][]byte{c.Encode(), r.Encode(), s.encode(), (&Envelope{c.Meta,
		[]byte("s")}).Encode(),
		login{"Ada", []byte("p"), -1}.encode(), roster{"g", []string{"Ada", "Ben"}}.encode(membersTag),
		(&call{id: "c", parties: []string{"Ada", "Ben"}}).encode(), chain{n: 4}.encode()} {
		f.Add(b)
	}
}

// Each parser takes one encoding of a value only.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		same := func(again []byte, err error) {
			if err == nil {
				require.Equal(t, data, again)
			}
		}
		if c, err := ParseContent(data); err == nil {
			same(c.Encode(), nil)
		}
		if r, err := ParseRecord(data); err == nil {
			same(r.Encode(), nil)
		}
		if e, err := ParseEnvelope(data); err == nil {
			same(e.Encode(), nil)
		}
		if s, err := parseSpeech(data); err == nil {
			same(s.encode(), nil)
		}
		if c, err := parseCall(data); err == nil {
			same(c.encode(), nil)
		}
		if r, err := parseRoster(data, membersTag); err == nil {
			same(r.encode(membersTag), nil)
		}
		if l, err := parseLogin(data); err == nil {
			same(l.encode(), nil)
		}
		if c, err := parseChain(data); err == nil {
			same(c.encode(), nil)
		}
		_, _, _ = parseHello(data)
		_, _ = parseOffer(data)
		_, _ = parseOffered(data)
		_, _, _, _ = parseKeys(data)
	})
}
