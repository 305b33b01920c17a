package e2ee

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/world"
)

// locked is a device with a message, and the element in it.
func locked(t *testing.T, seed world.Seed) (*Device, *Element, []world.Fact) {
	t.Helper()
	d := NewDevice("Ada", seed.Stream("device:Ada"), 0, plain{})
	config := world.Config{Seed: seed, Settings: world.Settings{Lock: world.LockOn}}
	nodes, err := Equip(config, d)
	require.NoError(t, err)
	now := time.Unix(1, 0)
	d.Handle(now, world.Packet{From: world.Environment, To: d.Name(), Data: world.Pack(world.KindStart)})
	typed := world.Typed{To: []string{"Ben"}, Body: []byte("a salt of 16 b. and a text")}
	d.Handle(now, world.Packet{From: world.UserOf("Ada"), To: d.Name(), Data: typed.Encode()})
	store := d.Holdings()
	require.Len(t, store, 1)
	require.Equal(t, wire.SealedStore, store[0].Kind)
	return d, nodes[1].(*Element), store
}

// rule finds a rule by name.
func ruleNamed(t *testing.T, name string) world.Rule {
	t.Helper()
	rules := append(Rules(), Design{}.Rules()...)
	for _, r := range rules {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no rule %q", name)
	return world.Rule{}
}

func conclude(t *testing.T, rule string, in ...world.Fact) ([]world.Derived, error) {
	t.Helper()
	return ruleNamed(t, rule).Apply(world.Input{Facts: in})
}

// TestLock: with the element's secret the passcode is found and the store opens to what the
// device has in use; with another element's it does not.
func TestLock(t *testing.T) {
	d, e, store := locked(t, 1)
	key, err := conclude(t, "search the passcode", store[0], e.Holdings()[0])
	require.NoError(t, err)
	opened, err := conclude(t, "open a sealed store", store[0], key[0].Fact)
	require.NoError(t, err)
	var facts []world.Fact
	for _, f := range opened {
		facts = append(facts, f.Fact)
	}
	require.Equal(t, world.EncodeFacts(d.InUse()), world.EncodeFacts(facts))
	_, other, _ := locked(t, 2)
	_, err = conclude(t, "search the passcode", store[0], other.Holdings()[0])
	require.Error(t, err)
	_, err = conclude(t, "open a sealed store", store[0], world.Fact{Kind: wire.StoreKey, Data: make([]byte, 32)})
	require.Error(t, err)
}

// guess types a passcode and gives the element's answer.
func guess(t *testing.T, e *Element, store world.Fact, code string) (world.Packet, error) {
	t.Helper()
	made, err := ruleNamed(t, GuessPasscode).Apply(world.Input{Facts: []world.Fact{store}, Text: []byte(code)})
	require.NoError(t, err)
	p, _, err := world.ParsePacket(made[0].Data)
	require.NoError(t, err)
	answers := e.Handle(time.Time{}, p)
	if len(answers) == 0 {
		return world.Packet{}, errors.New("no answer")
	}
	return answers[0], nil
}

// right is the passcode, found by an element that does not count, and what it answers.
func right(t *testing.T, seed world.Seed) (string, world.Packet) {
	t.Helper()
	_, e, store := locked(t, seed)
	require.NoError(t, e.Reprogram(NoGuessLimit, nil))
	for n := range Passcodes {
		if p, err := guess(t, e, store[0], passcode(n)); err == nil && p.Kind() == wire.KindUnwrapped {
			return passcode(n), p
		}
	}
	t.Fatal("no passcode opens the store")
	return "", world.Packet{}
}

// TestGuesses: nine wrong passcodes and a right one open the store, and the count begins anew.
func TestGuesses(t *testing.T) {
	code, _ := right(t, 3)
	_, e, store := locked(t, 3)
	for range 2 {
		for i := range MaxGuesses - 1 {
			p, err := guess(t, e, store[0], fmt.Sprint("wrong", i))
			require.NoError(t, err)
			require.Equal(t, world.Pack(wire.KindWrong, world.Int(int64(MaxGuesses-1-i))), p.Data)
		}
		p, err := guess(t, e, store[0], code)
		require.NoError(t, err)
		key, err := conclude(t, "read a packet", world.Fact{Kind: world.Observed, Data: p.Encode(time.Time{})})
		require.NoError(t, err)
		_, err = conclude(t, "open a sealed store", store[0], key[0].Fact)
		require.NoError(t, err)
	}
}

// TestErased: after ten wrong passcodes in a row the right one is worth nothing. What is no
// guess at the element's own key does not count.
func TestErased(t *testing.T) {
	code, _ := right(t, 4)
	_, e, store := locked(t, 4)
	_, _, others := locked(t, 5)
	for range 2 * MaxGuesses {
		_, err := guess(t, e, others[0], "0000")
		require.Error(t, err, "the wrapped key is another element's")
	}
	for i := range MaxGuesses {
		_, err := guess(t, e, store[0], fmt.Sprint("wrong", i))
		require.NoError(t, err)
	}
	_, err := guess(t, e, store[0], code)
	require.Error(t, err)
	require.Empty(t, e.Holdings())
}
