package law

import (
	"crypto/ed25519"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// TestExamine: a court objects to a record that is not on its docket, and to no other; so does a
// second judge to an order that it has not signed.
func TestExamine(t *testing.T) {
	court, err := NewCourt(world.Seed(1).Stream("court"), true)
	require.NoError(t, err)
	judge, err := NewJudge(world.Seed(1).Stream("judge"), court.Register())
	require.NoError(t, err)
	mine, foreign, order := []byte("mine"), []byte("foreign"), []byte("order")
	court.docket[string(mine)] = true
	ask := func(n world.Node, record, order []byte) []world.Packet {
		return n.Handle(noon, world.Packet{From: "trustee:1", To: n.Name(), Data: Pending(record, order)})
	}
	require.Empty(t, ask(court, mine, order))
	for _, n := range []world.Node{court, judge} {
		out := ask(n, foreign, order)
		require.Len(t, out, 2, "to whoever asks, and to the public")
		require.Equal(t, "trustee:1", out[0].To)
		require.Equal(t, world.Public, out[1].To)
		o, err := ParseObjection(out[0].Data)
		require.NoError(t, err)
		require.Equal(t, foreign, o.Record)
		require.Equal(t, n.Name() == world.Court, o.SignedBy(court.Public()))
		require.Equal(t, n.Name() == JudgeName, o.SignedBy(judge.Public()))
		for _, data := range [][]byte{nil, {KindPending}, world.Pack(KindPending, foreign), world.Pack(KindPending, foreign, nil, nil)} {
			require.Empty(t, n.Handle(noon, world.Packet{From: "trustee:1", To: n.Name(), Data: data}))
		}
	}
}

func FuzzParseObjection(f *testing.F) {
	key := courtKey("court")
	good := Object([]byte("record"), world.Court, key)
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Fuzz(func(t *testing.T, data []byte) {
		o, err := ParseObjection(data)
		if err != nil {
			return
		}
		again := world.Pack(KindObjection, o.Record, []byte(o.By), o.Signature)
		require.Equal(t, data, again, "one encoding for each value")
		if o.SignedBy(key.Public().(ed25519.PublicKey)) {
			require.Equal(t, good, data, "signed by nobody")
		}
	})
}
