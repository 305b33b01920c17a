package law

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// twoJudges are a court and the second judge that it asks.
func twoJudges(t *testing.T, logged bool) (*Court, *Judge) {
	t.Helper()
	c := newCourt(t, logged, true)
	j, err := NewJudge(world.Seed(1).Stream(JudgeName), c.Register())
	require.NoError(t, err)
	c.AskSecond(j.Public())
	return c, j
}

// TestSecondJudge: the court asks the second judge before anything is logged or released, takes
// the answer once and from nobody else, and the order bears both signatures from then on.
func TestSecondJudge(t *testing.T) {
	c, j := twoJudges(t, true)
	asked := c.Handle(noon, application())
	require.Len(t, asked, 1)
	require.Equal(t, "court>judge", asked[0].From+">"+asked[0].To)
	require.Len(t, c.Holdings(), 2, "a thief of the court finds what waits for the judge")
	for _, from := range []string{"agency", world.Outsider, "provider", JudgeName} {
		p := asked[0]
		p.From = from
		require.Empty(t, j.Handle(noon, p), "asked by %s", from)
	}
	signed := j.Handle(noon, asked[0])
	require.Len(t, signed, 1)
	f, err := world.Unpack(signed[0].Data, KindSeconded, 2)
	require.NoError(t, err)
	bad := bytes.Clone(f[1])
	bad[0] ^= 1
	for _, p := range []world.Packet{
		{From: "agency", Data: signed[0].Data}, {From: world.Outsider, Data: signed[0].Data},
		{From: JudgeName, Data: world.Pack(KindSeconded, f[0], bad)}, {From: JudgeName, Data: world.Pack(KindSeconded, f[0], nil)},
		{From: JudgeName, Data: world.Pack(KindSeconded, f[0][1:], f[1])}, {From: JudgeName, Data: signed[0].Data[:40]},
	} {
		require.Empty(t, c.Handle(noon, p), "from %s", p.From)
	}
	logged := c.Handle(noon, signed[0])
	require.Len(t, logged, 1)
	require.Equal(t, world.Log, logged[0].To)
	require.Empty(t, c.Handle(noon, signed[0]), "once")
	record, err := world.Unpack(logged[0].Data, KindAppend, 1)
	require.NoError(t, err)
	out := c.Handle(noon, world.Packet{From: world.Log, To: world.Court, Data: world.Pack(KindLogged, record[0], []byte("evidence"))})
	require.Len(t, out, 1)
	require.Equal(t, world.Agency, out[0].To)
	s, err := ParseSigned(out[0].Data)
	require.NoError(t, err)
	require.NoError(t, CheckSecond(s, j.Public()))
	require.Equal(t, "evidence", string(s.Evidence))

	// The signature is of this order, and of no other.
	other := sample()
	other.Accounts = []string{"Cy"}
	s.Bytes = Sign(applicationOf(other), c.key)
	require.ErrorContains(t, CheckSecond(s, j.Public()), "not the judge's")
	s.Second = nil
	require.ErrorContains(t, CheckSecond(s, j.Public()), "lacks")
}

// TestJudgeRefuses: a judge does not sign what the court has not, what is out of date or what is
// no order, and one who signs nothing signs nothing.
func TestJudgeRefuses(t *testing.T) {
	c, j := twoJudges(t, false)
	asked := c.Handle(noon, application())[0]
	forged := asked
	forged.Data = world.Pack(KindSecond, Sign(applicationOf(sample()), courtKey("another")))
	refused := j.Handle(noon, forged)
	require.Len(t, refused, 1)
	require.Equal(t, world.KindWarning, refused[0].Kind())
	require.Equal(t, world.KindWarning, j.Handle(noon.AddDate(10, 0, 0), asked)[0].Kind())
	for _, data := range [][]byte{nil, {KindSecond}, asked.Data[:30], append(bytes.Clone(asked.Data), 0)} {
		for _, p := range j.Handle(noon, world.Packet{From: world.Court, To: JudgeName, Data: data}) {
			require.Equal(t, world.KindWarning, p.Kind())
		}
	}
	require.NoError(t, j.Reprogram(SignNothing, nil))
	require.Empty(t, j.Handle(noon, asked))
	require.Error(t, j.Reprogram("sign everything", nil))
}

// TestPapersOfTheJudge: whoever sees the papers of a second judge pass learns whom they name, and
// with the judge's key signs as well as the judge.
func TestPapersOfTheJudge(t *testing.T) {
	c, j := twoJudges(t, false)
	asked := c.Handle(noon, application())[0]
	signed := j.Handle(noon, asked)[0]
	for i, p := range []world.Packet{asked, signed} {
		seen := world.Fact{Kind: world.Observed, Ref: "1", Data: p.Encode(noon)}
		found, err := JudgeRules()[0].Apply(world.Input{Facts: []world.Fact{seen}})
		require.NoError(t, err)
		s, err := ParseSigned(found[0].Data)
		require.NoError(t, err)
		require.Equal(t, i == 1, CheckSecond(s, j.Public()) == nil)
		require.Equal(t, []string{"Ana", "Ben"}, s.Order.Accounts)
		made, err := JudgeRules()[1].Apply(world.Input{Facts: []world.Fact{found[0].Fact, j.Holdings()[0]}})
		require.NoError(t, err)
		s, err = ParseSigned(made[0].Data)
		require.NoError(t, err)
		require.NoError(t, CheckSecond(s, j.Public()))
	}
}
