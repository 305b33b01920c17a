package lock

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/wire"
	"doormat/world"
)

var held = []world.Fact{{Kind: wire.KeptMessage, Ref: "1", Data: []byte("a text")}, {Kind: wire.DeviceKeys, Ref: "Ada", Data: []byte("keys")}}

var vendor = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))

// locked is a store that is sealed, and the element that guards its key.
func locked(t *testing.T, seed world.Seed) (*Element, world.Fact) {
	t.Helper()
	e, l, err := NewElement("Ada", seed.Stream("element"), vendor.Public().(ed25519.PublicKey))
	require.NoError(t, err)
	return e, l.seal("Ada", held)
}

// TestSearch: with the element's secret the passcode is found and the store opens to what was
// held; with another element's, or another key, it does not.
func TestSearch(t *testing.T) {
	e, store := locked(t, 1)
	key, err := Search(store, e.Holdings()[0].Data)
	require.NoError(t, err)
	facts, err := Open(store, key)
	require.NoError(t, err)
	require.Equal(t, held, facts)
	other, _ := locked(t, 2)
	_, err = Search(store, other.Holdings()[0].Data)
	require.Error(t, err)
	for _, wrong := range [][]byte{nil, key[1:], make([]byte, 32)} {
		_, err = Open(store, wrong)
		require.Error(t, err)
	}
	store.Ref = "Ben"
	_, err = Open(store, key)
	require.Error(t, err, "another's store")
}

// guess types a passcode and gives the element's answer.
func guess(t *testing.T, e *Element, store world.Fact, code string) (world.Packet, error) {
	t.Helper()
	wrapped, err := Wrapped(store)
	require.NoError(t, err)
	answers := e.Handle(time.Time{}, world.Packet{From: world.Outsider, To: e.Name(),
		Data: world.Pack(wire.KindGuess, wrapped, []byte(code))})
	if len(answers) == 0 {
		return world.Packet{}, errors.New("no answer")
	}
	require.Equal(t, world.Outsider, answers[0].To)
	return answers[0], nil
}

// right is the passcode, found by an element that does not count.
func right(t *testing.T, seed world.Seed) string {
	t.Helper()
	e, store := locked(t, seed)
	require.NoError(t, e.Reprogram(NoGuessLimit, nil))
	for n := range Passcodes {
		if p, err := guess(t, e, store, passcode(n)); err == nil && p.Kind() == wire.KindUnwrapped {
			return passcode(n)
		}
	}
	t.Fatal("no passcode opens the store")
	return ""
}

// TestGuesses: nine wrong passcodes and a right one open the store, and the count begins anew.
func TestGuesses(t *testing.T) {
	code := right(t, 3)
	e, store := locked(t, 3)
	for range 2 {
		for i := range MaxGuesses - 1 {
			p, err := guess(t, e, store, fmt.Sprint("wrong", i))
			require.NoError(t, err)
			require.Equal(t, world.Pack(wire.KindWrong, world.Int(int64(MaxGuesses-1-i))), p.Data)
		}
		p, err := guess(t, e, store, code)
		require.NoError(t, err)
		f, err := world.Unpack(p.Data, wire.KindUnwrapped, 2)
		require.NoError(t, err)
		facts, err := Open(store, f[1])
		require.NoError(t, err)
		require.Equal(t, held, facts)
	}
}

// TestErased: after ten wrong passcodes in a row the right one is worth nothing. What is no
// guess at the element's own key does not count.
func TestErased(t *testing.T) {
	code := right(t, 4)
	e, store := locked(t, 4)
	_, others := locked(t, 5)
	for range 2 * MaxGuesses {
		_, err := guess(t, e, others, "0000")
		require.Error(t, err, "the wrapped key is another element's")
	}
	for i := range MaxGuesses {
		_, err := guess(t, e, store, fmt.Sprint("wrong", i))
		require.NoError(t, err)
	}
	_, err := guess(t, e, store, code)
	require.Error(t, err)
	require.Empty(t, e.Holdings())
}

// TestUpdate: an element runs what its vendor signed, and nothing else; then it tries all
// passcodes for whoever asks.
func TestUpdate(t *testing.T) {
	e, store := locked(t, 6)
	update := wire.Update{Program: NoGuessLimit, For: e.Name()}
	other := ed25519.NewKeyFromSeed(append(make([]byte, 31), 1))
	e.Handle(time.Time{}, world.Packet{To: e.Name(), Data: update.Sign(other)})
	p, err := guess(t, e, store, AllPasscodes)
	require.NoError(t, err)
	require.Equal(t, wire.KindWrong, p.Kind(), "a guess like any other")
	e.Handle(time.Time{}, world.Packet{To: e.Name(), Data: update.Sign(vendor)})
	p, err = guess(t, e, store, AllPasscodes)
	require.NoError(t, err)
	require.Equal(t, wire.KindUnwrapped, p.Kind())
}

// TestUpdateEnds: what a court compels for an element ends with the order, whether it runs already
// or is brought again by somebody who kept it from the wire.
func TestUpdateEnds(t *testing.T) {
	e, store := locked(t, 7)
	wrapped, err := Wrapped(store)
	require.NoError(t, err)
	try := func(at time.Time) byte {
		return e.Handle(at, world.Packet{From: world.Outsider, To: e.Name(),
			Data: world.Pack(wire.KindGuess, wrapped, []byte(AllPasscodes))})[0].Kind()
	}
	until := time.Unix(1e9, 0)
	later := until.Add(time.Second)
	update := world.Packet{From: world.Outsider, To: e.Name(),
		Data: wire.Update{Program: NoGuessLimit, For: e.Name(), Until: until}.Sign(vendor)}
	e.Handle(until, update)
	require.Equal(t, wire.KindUnwrapped, try(until))
	require.Equal(t, wire.KindWrong, try(later), "it has ended")
	e.Handle(later, update)
	require.Equal(t, wire.KindWrong, try(later), "brought again")
	for range MaxGuesses - 2 {
		try(later)
	}
	require.Empty(t, e.Holdings(), "it counts again")
}

// TestWrappedKey: no byte of a wrapped key can move from one of its fields to another: the element
// knows its own in one form only.
func TestWrappedKey(t *testing.T) {
	e, store := locked(t, 8)
	wrapped, err := Wrapped(store)
	require.NoError(t, err)
	f, err := world.Unpack(wrapped, wrappedTag, 3)
	require.NoError(t, err)
	both := append(append([]byte{}, f[0]...), f[1]...)
	for _, cut := range []int{0, lockSalt - 1, lockSalt + 1, len(both)} {
		moved := world.Pack(wrappedTag, both[:cut], both[cut:], f[2])
		_, err := unwrapper(e.key, moved)
		require.Error(t, err, "cut at %d", cut)
	}
}
