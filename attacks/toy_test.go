package attacks_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/world"
)

var conversationStart = attackstest.ToyStart

// toyLab is a lab over the toy design, in which scripts may name what [lawful] has.
func toyLab(t *testing.T, scripts ...string) *attacks.Lab {
	t.Helper()
	l := attackstest.ToyLab()
	l.Known = []world.Design{lawful{}}
	return attackstest.LoadToys(t, l, loadToy, scripts...)
}

func loadToy(name string, src []byte) (technique.Technique, error) { return script.Load(name, src) }

var (
	attack = attackstest.ToyScript
	runOne = attackstest.RunOne
)

const (
	opensAll     = attackstest.OpensAll
	opensNothing = attackstest.OpensNothing
	keyTheft     = attackstest.KeyTheft
)

func TestTheftOfTheToyKey(t *testing.T) {
	c := runOne(t, toyLab(t, attack(`"provider.store", "trustee:1.store"`, "", opensAll, keyTheft)))
	require.Empty(t, c.Error)
	require.Empty(t, c.Trace.Surprise)
	require.True(t, c.Expected)
	require.Equal(t, attacks.Exposure{3, 3, 2, 2, 1, 1}, c.Content.Target)
	require.Equal(t, attacks.Exposure{1, 1, 0, 0, 1, 1}, c.Content.Others)
	require.Equal(t, attacks.Count{4, 4}, c.Metadata)
	require.Equal(t, 2, c.At)
	require.Equal(t, 2, c.Parties)
	require.Zero(t, c.FalseClaims)
	proof := c.Trace.Proof
	require.Len(t, proof, 3, "key, message, plaintext: %v", proof)
	require.Equal(t, world.Plaintext, proof[2].Fact.Kind)
}

func TestForgeryIsCountedAndNoticed(t *testing.T) {
	c := runOne(t, toyLab(t, attack(`"provider.control", "trustee:1.store"`, `applies = ["forge a toy message"],`,
		`opens(target = "none", others = "none", forged = True, noticed = True, why = "the provider can write")`, `
key = adv.take("trustee:1.store")[0]
adv.hold("provider.control")
for p in adv.packets(adv.end):
    adv.saturate()
    meta = adv.facts("metadata")
    if p.to == "provider":
        p.deliver()
    elif p.moment == 1:
        p.replace(adv.apply("forge a toy message", key, meta[0], text = "not what A typed"))
    elif p.moment == 2:
        p.drop()
`)))
	require.Empty(t, c.Error)
	require.Equal(t, 1, c.Forged)
	require.Empty(t, c.Noticed)
	require.Equal(t, "noticed: expected true, measured false", c.Trace.Surprise)
	require.False(t, c.Expected)
}

func TestRunsRepeat(t *testing.T) {
	var docs [2]string
	for i := range docs {
		l := toyLab(t, attack(`"provider.store", "trustee:1.store"`, "", opensAll, keyTheft))
		res, err := l.Run(context.Background())
		require.NoError(t, err)
		b, err := json.Marshal(res)
		require.NoError(t, err)
		docs[i] = string(b)
	}
	require.Equal(t, docs[0], docs[1])
	require.NotContains(t, docs[0], "null")
}
