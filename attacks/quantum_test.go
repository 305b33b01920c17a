package attacks_test

import (
	"crypto/sha256"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/world"
	"doormat/world/worldtest"
)

// breakable is the toy with a public key: the hash of its one key. Whoever sees the hash
// and has a quantum computer has the key.
type breakable struct{ worldtest.Toy }

func (d breakable) Info() world.Info {
	i := d.Toy.Info()
	i.Keys = []world.KeyKind{{Name: "toy", Drawn: 32,
		Private: func(drawn []byte) ([]byte, error) { return drawn, nil },
		Public: func(private []byte) ([]byte, error) {
			if len(private) != 32 {
				return nil, errors.New("not a toy key")
			}
			sum := sha256.Sum256(private)
			return sum[:], nil
		}}}
	return i
}

func (d breakable) Rules() []world.Rule {
	return append(d.Toy.Rules(),
		world.Rule{Name: "see a public key", Doc: "d", Takes: []world.Kind{"toy key"}, Gives: []world.Kind{world.PublicKey},
			Apply: func(in world.Input) ([]world.Derived, error) {
				sum := sha256.Sum256(in.Facts[0].Data)
				return world.Conclude(world.SeenKey{Kind: "toy", Public: sum[:], Owner: "toy"}.Fact()), nil
			}},
		world.Rule{Name: "imagine a public key", Doc: "d", Make: true, Gives: []world.Kind{world.PublicKey},
			Apply: func(in world.Input) ([]world.Derived, error) {
				return world.Conclude(world.SeenKey{Kind: "toy", Public: in.Text, Owner: "toy"}.Fact()), nil
			}})
}

const solving = `
key = adv.take("trustee:1.store", "toy key")
public = adv.saturate("public key")
private = adv.solve(public)
if len(private) != 1 or adv.read(private[0]).data != adv.read(key[0]).data:
    fail("%d private keys" % len(private))
if adv.read(private[0]).ref != adv.read(public[0]).ref:
    fail("rules could not join the two")
`

func TestQuantum(t *testing.T) {
	run := func(d world.Design, more, body string) attacks.Cell {
		l := toyLab(t, attack(`"trustee:1.store", "quantum.control"`, more, `opens(target = "none", others = "none", why = "w")`, body))
		l.Designs, l.Known = []world.Design{d}, []world.Design{breakable{}}
		return runOne(t, l)
	}
	c := run(breakable{}, "", solving)
	require.Empty(t, c.Error)
	require.True(t, c.Applicable)
	require.Equal(t, 2, c.Parties)

	c = run(worldtest.Toy{}, "", solving)
	require.False(t, c.Applicable, "it has no key that a quantum computer breaks")
	require.Contains(t, c.Why, "quantum")

	imagine := `applies = ["imagine a public key"],`
	for body, want := range map[string]string{
		`adv.solve(adv.take("trustee:1.store", "toy key"))`:              "is a toy key, want a public key",
		`adv.solve(adv.apply("imagine a public key", text = b"a" * 32))`: "does not come from loot",
		`adv.solve("key")`:             "want fact ids",
		`adv.take("quantum.control")`:  "give it public keys",
		`adv.hold("quantum.control")`:  "give it public keys",
		`adv.solve([], kind = "toy")`:  "unexpected argument kind",
		`adv.take("quantum.store")`:    "control only",
		`adv.order(accounts = ["A"])`:  "court.order is not among",
		`adv.tap("quantum.control")`:   "cannot be used so",
		`adv.take("quantum.control.")`: "unknown surface",
	} {
		c := run(breakable{}, imagine, "adv.take(\"trustee:1.store\")\n"+body)
		require.Contains(t, c.Error, want, body)
	}
}
