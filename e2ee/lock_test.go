package e2ee

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/lock"
	"doormat/e2ee/rules"
	"doormat/e2ee/wire"
	"doormat/world"
)

// locked is a device with a message, the secret of the element in it, and what a thief finds.
func locked(t *testing.T, seed world.Seed) (d *Device, element, store world.Fact) {
	t.Helper()
	d = NewDevice("Ada", seed.Stream("device:Ada"), 0, plain{})
	config := world.Config{Seed: seed, Settings: world.Settings{Lock: world.LockOn}}
	nodes, err := Equip(config, &Provider{}, d)
	require.NoError(t, err)
	now := time.Unix(1, 0)
	d.Handle(now, world.Packet{From: world.Environment, To: d.Name(), Data: world.Pack(world.KindStart)})
	typed := world.Typed{To: []string{"Ben"}, Body: []byte("a salt of 16 b. and a text")}
	d.Handle(now, world.Packet{From: world.UserOf("Ada"), To: d.Name(), Data: typed.Encode()})
	held := d.Holdings()
	require.Len(t, held, 1)
	require.Equal(t, wire.SealedStore, held[0].Kind)
	return d, nodes[1].Holdings()[0], held[0]
}

// rule finds a rule by name.
func ruleNamed(t testing.TB, name string) world.Rule {
	t.Helper()
	for _, r := range (Design{}).Rules() {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no rule %q", name)
	return world.Rule{}
}

func conclude(t testing.TB, rule string, in ...world.Fact) ([]world.Derived, error) {
	t.Helper()
	return ruleNamed(t, rule).Apply(world.Input{Facts: in})
}

// TestLock: with the element's secret the passcode is found and the store opens to what the
// device has in use; with another element's it does not.
func TestLock(t *testing.T) {
	d, element, store := locked(t, 1)
	key, err := conclude(t, "search the passcode", store, element)
	require.NoError(t, err)
	opened, err := conclude(t, "open a sealed store", store, key[0].Fact)
	require.NoError(t, err)
	var facts []world.Fact
	for _, f := range opened {
		facts = append(facts, f.Fact)
	}
	require.Equal(t, world.EncodeFacts(d.InUse()), world.EncodeFacts(facts))
	_, other, _ := locked(t, 2)
	_, err = conclude(t, "search the passcode", store, other)
	require.Error(t, err)
	_, err = conclude(t, "open a sealed store", store, world.Fact{Kind: wire.StoreKey, Data: make([]byte, 32)})
	require.Error(t, err)
}

// TestGuessPasscode: the rule types its text at the element that wrapped the key, and what the
// element answers is a fact.
func TestGuessPasscode(t *testing.T) {
	d := NewDevice("Ada", world.Seed(3).Stream("device:Ada"), 0, plain{})
	nodes, err := Equip(world.Config{Seed: 3, Settings: world.Settings{Lock: world.LockOn}}, &Provider{}, d)
	require.NoError(t, err)
	d.Handle(time.Unix(1, 0), world.Packet{From: world.Environment, To: d.Name(), Data: world.Pack(world.KindStart)})
	element, store := nodes[1], d.Holdings()[0]
	require.NoError(t, element.(world.Reprogrammable).Reprogram(lock.NoGuessLimit, nil))
	made, err := ruleNamed(t, rules.GuessPasscode).Apply(world.Input{Facts: []world.Fact{store}, Text: []byte(lock.AllPasscodes)})
	require.NoError(t, err)
	guess, _, err := world.ParsePacket(made[0].Data)
	require.NoError(t, err)
	require.Equal(t, element.Name(), guess.To)
	key, err := conclude(t, "read a packet", world.Fact{Kind: world.Observed, Data: element.Handle(time.Time{}, guess)[0].Encode(time.Time{})})
	require.NoError(t, err)
	_, err = conclude(t, "open a sealed store", store, key[0].Fact)
	require.NoError(t, err)
}
