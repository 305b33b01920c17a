package e2ee

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/directory"
	"doormat/e2ee/pqxdh"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
)

// fetch takes a bundle of Ben's from the directory, as anybody may.
func (s *stage) fetch(account string) *pqxdh.Bundle {
	s.post(world.Packet{From: world.Outsider, To: "provider", Data: world.Pack(wire.KindFetch, []byte(account))})
	answers := s.packets(wire.KindBundle)
	f, err := world.Unpack(answers[len(answers)-1].Data, wire.KindBundle, 2)
	require.NoError(s.t, err)
	b, err := pqxdh.ParseBundle(f[1])
	require.NoError(s.t, err)
	require.NoError(s.t, b.Verify())
	return b
}

func TestOneTimePrekeysAreHandedOutOnce(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ana>Dee"}}.start(t)
	var once []uint32
	for range store.OneTimePrekeys {
		b := s.fetch("Ben")
		require.False(t, b.KEM.LastResort)
		require.NotZero(t, b.OneTime.ID)
		once = append(once, b.OneTime.ID, b.KEM.ID)
	}
	slices.Sort(once)
	require.Len(t, slices.Compact(once), 2*store.OneTimePrekeys)
	for range 2 {
		last := s.fetch("Ben")
		require.True(t, last.KEM.LastResort)
		require.Zero(t, last.OneTime.ID)
	}
	// New signatures of the same one-time prekeys do not bring them back.
	require.NoError(t, s.sim.Rest(rotationDays))
	require.True(t, s.fetch("Ben").KEM.LastResort)
	s.end()
	s.each(1, 2)
}

func TestOneTimePrekeysAreSpentAndReplaced(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Cem>Ben", "Dee>Ben", "Ben>Ana"}}.start(t)
	ben := s.device("Ben")
	for k := 1; k <= 3; k++ {
		next := s.provider().directory["Ben"].Bundles[0].OneTime
		i := slices.IndexFunc(ben.keys.OneTime, func(p *pqxdh.OneTimePrekey) bool { return p.ID() == next })
		require.GreaterOrEqual(t, i, 0)
		j := slices.IndexFunc(ben.keys.KEM, func(p *pqxdh.KEMPrekey) bool { return p.ID() == next+1 })
		require.GreaterOrEqual(t, j, 0)
		spent := [][]byte{ben.keys.OneTime[i].Bytes()[5:], ben.keys.KEM[j].Bytes()[5:]}
		for _, secret := range spent {
			require.True(t, contains(ben.Holdings(), secret))
		}
		s.advance(k)
		for _, secret := range spent {
			require.False(t, contains(ben.Holdings(), secret), "a one-time key outlived its session")
		}
		require.Len(t, ben.keys.OneTime, store.OneTimePrekeys)
		require.Len(t, ben.keys.KEM, store.OneTimePrekeys+1)
		require.Len(t, s.provider().directory["Ben"].Bundles, store.OneTimePrekeys+1)
	}
	s.end()
	require.Empty(t, s.provider().directory["Ben"].Given, "the directory remembers keys that the device has no more")
	s.each(1, 4)
}

func TestRotation(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Cem>Ben", "Ben>Ana", "Dee>Ben"}}.start(t)
	ben := s.device("Ben")
	secrets := func() [2][]byte {
		newest := ben.keys.Signed[len(ben.keys.Signed)-1]
		return [2][]byte{newest.Bytes()[5:], ben.keys.KEM[len(ben.keys.KEM)-1].Bytes()[5:]}
	}
	require.NoError(t, s.sim.Rest(1)) // a KEM key of last resort stands last once it was rotated
	var weeks [][2][]byte
	stale := s.fetch("Ben")
	for week := range 4 {
		if week == 1 {
			s.advance(1)
		}
		require.NoError(t, s.sim.Rest(rotationDays))
		weeks = append(weeks, secrets())
		for age, i := 0, week; i >= 0; age, i = age+1, i-1 {
			for _, secret := range weeks[i] {
				require.Equal(t, age < 2, contains(ben.Holdings(), secret), "week %d, keys of week %d", week, i)
			}
		}
		fresh := s.fetch("Cem")
		require.NotEqual(t, stale.Signed.ID, fresh.Signed.ID)
		stale = fresh
	}
	s.end()
	s.each(1, 4)
	s.quiet()
}

// After a silence of months a device holds the keys that it would hold had it replaced
// them each week: none is left that served before the silence.
func TestRotationAfterSilence(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana"}, pause: 100 * 24 * time.Hour}.start(t)
	ben := s.device("Ben")
	s.advance(1)
	var before [][]byte
	for _, k := range ben.keys.Signed {
		before = append(before, k.Bytes()[5:])
	}
	registered := len(s.packets(wire.KindRegister))
	s.advance(2)
	require.Len(t, ben.keys.Signed, store.KeptPrekeys)
	for _, secret := range before {
		require.False(t, contains(ben.Holdings(), secret), "a prekey outlived the silence")
	}
	require.Equal(t, ben.keys.Signed[1].ID(), s.fetch("Ben").Signed.ID, "the directory has the present one")
	require.Less(t, len(s.packets(wire.KindRegister)), registered+2*len(s.conv.Accounts), "a silence costs one registration")
	s.each(1, 2)
}

// Who starts a session with last week's bundle is still understood; with that of
// the week before, no more.
func TestOldBundle(t *testing.T) {
	for weeks := range 3 {
		s := scene{messages: []string{"Ana>Ben"}}.start(t)
		late := s.hold(isDelivery)
		s.advance(1)
		require.NoError(t, s.sim.Rest(weeks*rotationDays))
		s.release(*late...)
		if weeks < 2 {
			s.each(1, 1)
			s.quiet()
		} else {
			require.Empty(t, s.shown)
			require.Equal(t, []string{"Ben: a message from Ana could not be opened"}, s.warned)
		}
	}
}

func TestBadBundleIsRefused(t *testing.T) {
	for name, change := range map[string]func(b *pqxdh.Bundle, other *pqxdh.Bundle){
		"binding":      func(b, _ *pqxdh.Bundle) { b.Binding[0] ^= 1 },
		"signed":       func(b, _ *pqxdh.Bundle) { b.Signed.Signature[0] ^= 1 },
		"KEM":          func(b, _ *pqxdh.Bundle) { b.KEM.Signature[0] ^= 1 },
		"another's":    func(b, other *pqxdh.Bundle) { b.Signed = other.Signed },
		"another name": func(b, other *pqxdh.Bundle) { b.Identity = other.Identity },
	} {
		t.Run(name, func(t *testing.T) {
			s := scene{messages: []string{"Ana>Ben", "Ana>Ben"}}.start(t)
			other := s.fetch("Cem")
			s.sim.Intercept = func(p world.Packet) bool {
				f, err := world.Unpack(p.Data, wire.KindBundle, 2)
				if err != nil {
					return false
				}
				b, err := pqxdh.ParseBundle(f[1])
				require.NoError(t, err)
				change(b, other)
				p.Data = world.Pack(wire.KindBundle, f[0], b.Bytes())
				s.sim.Net.Deliver(p)
				return true
			}
			s.advance(1)
			require.Empty(t, s.shown)
			require.Empty(t, s.packets(wire.KindUpload))
			require.Len(t, s.warned, 1)
			require.Contains(t, s.warned[0], "Ana: no message was sent to Ben")
			require.Empty(t, s.device("Ana").outbox)
			s.sim.Intercept = nil
			s.end()
			s.each(2, 2)
		})
	}
}

// What a directory accepts for an account is of one identity, and bounded.
func TestRegistration(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben"}}.start(t)
	before := s.provider().Holdings()
	cem, dee := s.device("Cem").keys.Bundles(), s.device("Dee").keys.Bundles()
	bad, err := pqxdh.ParseBundle(cem[4])
	require.NoError(t, err)
	bad.KEM.Signature[0] ^= 1
	for name, bundles := range map[string][][]byte{
		"none":           nil,
		"garbage":        {[]byte("bundle")},
		"two identities": {cem[0], dee[4]},
		"broken":         {cem[0][1:], cem[4]},
		"bad signature":  {bad.Bytes()},
		"too many":       append(slices.Repeat([][]byte{cem[0]}, directory.MaxBundles), cem[4]),
	} {
		s.post(world.Packet{From: "device:Ben", To: "provider", Data: world.Pack(wire.KindRegister, bundles...)})
		require.Equal(t, before, s.provider().Holdings(), name)
	}
	for _, from := range []string{"user:Ben", world.Outsider, "Ben"} {
		s.post(world.Packet{From: from, To: "provider", Data: world.Pack(wire.KindRegister, cem...)})
		require.Equal(t, before, s.provider().Holdings(), from)
	}
	s.end()
	s.each(1, 1)
}
