package quantum_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks/quantum"
	"doormat/world"
	"doormat/world/simulation"
	"doormat/world/worldtest"
)

// What a node did not make has no private half that anybody could hand over.
func TestUnknown(t *testing.T) {
	q := quantum.New(withKey{}, &world.Draws{})
	net, err := simulation.NewNetwork(time.Unix(0, 0))
	require.NoError(t, err)
	private, err := q.Solve(t.Context(), net, world.SeenKey{Kind: "toy", Public: make([]byte, 32)})
	require.NoError(t, err)
	require.Nil(t, private)
	_, err = q.Solve(t.Context(), net, world.SeenKey{Kind: "ML-KEM-768", Public: make([]byte, 1184)})
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
