package attacks

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks/deduce"
	"doormat/world"
	"doormat/world/worldtest"
)

// Other tests of this package run scripts, which package script loads, and so stand
// outside of it. What they need of its inside:

// SetBudget limits what each adversary may learn and compute.
func (l *Lab) SetBudget(b deduce.Budget) { l.left = b }

// SaltSize is the length of what precedes each text.
const SaltSize = saltSize

// Said is what is said in a lab's runs, salted.
func (l *Lab) Said() ([]world.Payload, error) {
	t, err := newTruth(l.Conversation, l.Seed, l.Draw)
	if err != nil {
		return nil, err
	}
	return t.said, nil
}

// TestDate says of each event how much of the evidence was there by then.
func TestDate(t *testing.T) {
	events := []Event{{heard: 1}, {heard: 3}, {heard: 4}}
	date(events, []int{1, 3})
	require.Equal(t, []int{0, 1, 2}, []int{events[0].Noticed, events[1].Noticed, events[2].Noticed})
}

// What a node did not make has no private half that anybody could hand over.
func TestQuantumUnknown(t *testing.T) {
	q := newQuantum(withKey{}, &world.Draws{})
	net, err := world.NewNetwork(time.Unix(0, 0))
	require.NoError(t, err)
	r := &run{Simulation: &world.Simulation{Net: net}, ctx: t.Context()}
	private, err := q.solve(r, world.SeenKey{Kind: "toy", Public: make([]byte, 32)})
	require.NoError(t, err)
	require.Nil(t, private)
	_, err = q.solve(r, world.SeenKey{Kind: "ML-KEM-768", Public: make([]byte, 1184)})
	require.ErrorContains(t, err, "breaks no key of kind")
}

// withKey is the toy with a kind of key that a quantum computer breaks.
type withKey struct{ worldtest.Toy }

func (d withKey) Info() world.Info {
	i := d.Toy.Info()
	same := func(b []byte) ([]byte, error) { return b, nil }
	i.Keys = []world.KeyKind{{Name: "toy", Drawn: 32, Private: same, Public: same}}
	return i
}
