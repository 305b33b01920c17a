package e2ee

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/registration"
	"doormat/e2ee/rules"
	"doormat/e2ee/wire"
	"doormat/world"
)

// derive applies a making rule and gives its facts of a kind.
func derive(t testing.TB, rule, text string, kind world.Kind, facts ...world.Fact) (out []world.Fact) {
	t.Helper()
	random := make([]byte, 64)
	random[0] = 7
	got, err := ruleNamed(t, rule).Apply(world.Input{Facts: facts, Text: []byte(text), Random: random})
	require.NoError(t, err)
	for _, d := range got {
		if d.Kind == kind {
			out = append(out, d.Fact)
		}
	}
	return out
}

// sendMade posts packets that a stranger made.
func (s *stage) sendMade(facts []world.Fact) {
	s.t.Helper()
	for _, f := range facts {
		p, _, err := world.ParsePacket(f.Data)
		require.NoError(s.t, err)
		require.Equal(s.t, world.Outsider, p.From)
		s.post(p)
	}
}

// takeOver registers Ana with keys of a stranger's, who has her number or not, and gives the keys.
func (s *stage) takeOver(number bool) world.Fact {
	s.t.Helper()
	if number {
		require.NoError(s.t, s.sim.Net.Node(world.Operator).(world.Reprogrammable).Reprogram(registration.MoveNumber, []byte("Ana")))
	}
	keys := derive(s.t, rules.MakeKeys, "Ana", wire.DeviceKeys)[0]
	s.sendMade(derive(s.t, registration.AskForCode, "Ana", world.Outgoing))
	code := []byte("no code")
	for _, p := range s.packets(registration.KindText) {
		if p.To == world.Outsider {
			f, err := world.Unpack(p.Data, registration.KindText, 2)
			require.NoError(s.t, err)
			code = f[1]
		}
	}
	s.sendMade(derive(s.t, rules.RegisterWithCode, "", world.Outgoing, keys, world.Fact{Kind: registration.Code, Ref: "Ana", Data: code}))
	return keys
}

// TestTakeover: who has the number gets what is written to the account from then on, with its
// files, and nothing from before; the old phone is told, and sends nothing; who had compared
// numbers writes nothing.
func TestTakeover(t *testing.T) {
	s := scene{
		events: []world.Event{{After: 2, Kind: world.Compare, Account: "Ana", With: "Cem"}},
		messages: []string{"Ben>Ana", "Ana>Cem", "Cem>Ana", "Ben>Ana+70000", "Ana>Ben",
			"Cem>Ana", "Dee>Ana", "Ben>Cem"},
	}.start(t).advance(3)
	s.quiet()
	keys := s.takeOver(true)
	require.Equal(t, []string{"Ana: this phone is registered no more: somebody has registered its number on another one"}, s.warned)
	s.end()
	require.Contains(t, s.warned, "Ben: the safety number with Ana has changed")
	require.Contains(t, s.warned, "Cem: the safety number with Ana has changed")
	require.NotContains(t, s.shown, "Ben<Ana 5")

	var got []world.Fact
	for _, f := range s.wire {
		if p, _, err := world.ParsePacket(f.Data); err == nil && p.To == world.Outsider {
			got = append(got, f)
		}
	}
	require.Equal(t, []int{4, 7}, s.opens(append(got, keys)))
	for _, f := range saturate(Design{}.Rules(), append(got, keys)) {
		if f.Kind == wire.Contents {
			if c, err := wire.ParseContent(f.Data); err == nil && len(c.Files) > 0 {
				s.sendMade(derive(t, rules.FetchFiles, "", world.Outgoing, f))
			}
		}
	}
	chunks := 0
	for _, p := range s.packets(wire.KindBlob) {
		if p.To == world.Outsider {
			chunks++
		}
	}
	require.Equal(t, 2, chunks)
}

// TestNoTakeover: without the number a code goes to the owner, who sees it, and the account stays
// where it is.
func TestNoTakeover(t *testing.T) {
	s := scene{messages: []string{"Ben>Ana", "Ben>Ana", "Ana>Ben"}}.start(t).advance(1)
	s.takeOver(false)
	require.Equal(t, []string{"Ana: a text message brought a code for registering this number on another phone"}, s.warned)
	require.Len(t, s.packets(registration.KindRefused), 1)
	s.end()
	require.Equal(t, []string{"Ana<Ben 1", "Ana<Ben 2", "Ben<Ana 3"}, s.shown)
}

// TestOldPhone: an owner whose number is gone cannot register from the old phone.
func TestOldPhone(t *testing.T) {
	s := scene{
		events:   []world.Event{{After: 2, Kind: world.Reinstall, Account: "Ana"}},
		messages: []string{"Ben>Ana", "Ben>Ana", "Ben>Ana", "Ana>Ben"},
	}.start(t).advance(1)
	s.takeOver(true)
	s.end()
	require.Equal(t, []string{"Ana<Ben 1"}, s.shown)
}

// TestLockedAccount: with a registration lock a code alone moves nothing, and the owner's new phone
// registers with the PIN that the owner types.
func TestLockedAccount(t *testing.T) {
	s := scene{
		settings: world.Settings{Own: world.Own("").With(registration.LockName, registration.LockOn)},
		events:   []world.Event{{After: 2, Kind: world.Reinstall, Account: "Ana"}},
		messages: []string{"Ben>Ana", "Ben>Ana", "Ben>Ana", "Ana>Ben"},
	}.start(t).advance(1)
	s.takeOver(true)
	require.Len(t, s.packets(registration.KindRefused), 1)
	s.end()
	s.each(1, 4)
	require.Len(t, s.packets(registration.KindProve), 1)
}
