package threshold

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/escrow"
	"doormat/escrow/committee"
	"doormat/world"
	"doormat/world/publiclog"
)

// TestLostKey drops packets that carry new keys: a few do no harm, and who drops
// all of them is noticed.
func TestLostKey(t *testing.T) {
	tests := map[string]struct {
		kind     byte
		from, to string
		times    int
		last     string // key that A writes under in the end
		warned   []string
	}{
		"first certificates":    {committee.KindKey, "", "provider", 2, "key 4", nil},
		"first acknowledgement": {committee.KindHaveKey, "provider", "", 2, "key 4", nil},
		"every certificate":     {committee.KindKey, "", "provider", 99, "key 1", []string{"trustee:1: the provider does not acknowledge key 2", "trustee:2: the provider does not acknowledge key 2"}},
		"every acknowledgement": {committee.KindHaveKey, "provider", "", 99, "key 4", []string{"trustee:1: the provider does not acknowledge key 2", "trustee:2: the provider does not acknowledge key 2"}},
		"first boards":          {publiclog.KindUpdate, "log", "provider", 2, "key 4", nil},
		"every later board": {publiclog.KindUpdate, "log", "provider", 99, "key 1", []string{"trustee:1: the provider does not acknowledge key 2", "trustee:2: the provider does not acknowledge key 2",
			"provider: refused a certificate that trustee:1 brought: it stands under a checkpoint of size 62, and nobody shows the board so far"}},
		"one to a device": {publiclog.KindUpdate, "provider", "device:A", 1, "key 4", []string{`device:A: a message from B was refused: its escrow field is for the key "key 2"`}},
		"all to a device": {publiclog.KindUpdate, "provider", "device:A", 99, "key 1", []string{"provider: device:A goes on under key 1, although it was handed key 3",
			"device:A: a committee key was refused: it stands under a checkpoint of size 41, and nobody shows the board so far"}},
	}
	for name, c := range tests {
		s := renewing(t, 2, 3, 0, 3, 11)
		s.sim.Intercept = func(p world.Packet) bool {
			hit := p.Kind() == c.kind && (c.from == "" || p.From == c.from) && (c.to == "" || p.To == c.to) && c.times > 0
			if hit {
				c.times--
			}
			return hit
		}
		s.advance(11)
		if c.warned == nil {
			require.Empty(t, s.warned, name)
		}
		require.Subset(t, s.warned, c.warned, name)
		u, err := wire.ParseUpload(s.uploads[len(s.uploads)-1])
		require.NoError(t, err)
		f, err := escrow.ParseField(u.Public)
		require.NoError(t, err)
		require.Equal(t, c.last, f.KeyID, "%s: of A's last message", name)
	}
}
