package attackstest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/world"
	"doormat/world/worldtest"
)

// library is a small library of attacks on the toy.
var library = map[string]string{
	"theft": `
technique(id = "theft", family = "theft", kind = "attack", title = "A thief copies the key and the mailbox",
    needs = ["provider.store", "trustee:1.store"], showcase = "toy",
    happens = "h", why = "w", really = "r", source = "s", exercise = "e",
    expects = {"toy": opens(target = "all", others = "all", files = "none", metadata = "all", why = "one key opens all")})

def run(adv):
    adv.advance(adv.at)
    adv.take("trustee:1.store")
    adv.advance(adv.end)
    adv.take("provider.store")
    adv.saturate()
    for text in adv.facts("plaintext"):
        adv.claim(text)
`,
	"forgery": `
technique(id = "forgery", family = "insider", kind = "attack", title = "The provider writes with a stolen key",
    needs = ["provider.control", "trustee:1.store"], showcase = "toy", applies = ["forge a toy message"],
    happens = "h", why = "w", really = "r", source = "s", exercise = "e",
    expects = {"toy": opens(target = ("none", "some"), others = "none", forged = True, metadata = "some", files = "none", why = "who has the key can write")})

def run(adv):
    adv.advance(adv.at)
    key = adv.take("trustee:1.store")
    adv.hold("provider.control")
    done = False
    for p in adv.packets(adv.end):
        adv.saturate()
        meta = adv.facts("metadata")
        if not done and p.sender == "provider" and key and meta:
            p.replace(adv.apply("forge a toy message", key, meta[0], text = "not what was typed"))
            done = True
    for text in adv.facts("plaintext")[:1]:
        adv.claim(text)
`,
	"wiretap": `
technique(id = "wiretap", family = "network", kind = "control", title = "A wiretap without a key",
    needs = ["network.tap"], showcase = "toy",
    happens = "h", why = "w", really = "r", source = "s", exercise = "e",
    expects = {"toy": opens(target = "none", others = "none", metadata = "all", why = "there is no key")})

def run(adv):
    adv.tap("network.tap")
    adv.advance(adv.end)
`,
}

func lab(t *testing.T, d world.Design, change ...string) *attacks.Lab {
	t.Helper()
	c := worldtest.Conversation()
	l := &attacks.Lab{Designs: []world.Design{d}, Conversation: c, Seed: 1, Settings: worldtest.Settings(c, 2, 3, 6)}
	for _, id := range []string{"theft", "forgery", "wiretap"} {
		a, err := script.Load(id+".star", []byte(strings.NewReplacer(change...).Replace(library[id])))
		require.NoError(t, err)
		l.Attacks = append(l.Attacks, a)
	}
	return l
}

func TestToyLibrary(t *testing.T) { Invariants(t, lab(t, worldtest.Toy{}), true) }

// An idle need is found, and one that is not idle is not.
func TestWorse(t *testing.T) {
	l := withSharedSetUps(lab(t, worldtest.Toy{}, `"trustee:1.store"], showcase`, `"trustee:1.store", "trustee:2.store"], showcase`))
	full := run(t, l).Cells[0]
	for need, want := range map[string]bool{"provider.store": true, "trustee:1.store": true, "trustee:2.store": false} {
		less := only(l, l.Designs, l.Attacks[:1])
		less.Withhold = []string{need}
		c := run(t, less).Cells[0]
		require.Empty(t, c.Error)
		require.Equal(t, want, worse("theft", &full, &c), need)
	}
	noticed := attacks.Cell{Noticed: []attacks.Evidence{{By: "log"}}}
	require.True(t, worse("theft", &attacks.Cell{}, &noticed))
	require.False(t, worse("theft", &noticed, &noticed))
	served := attacks.Cell{Lawful: attacks.Lawful{Asked: 3, Served: 2}}
	require.True(t, worse("evasion", &attacks.Cell{}, &served))
	require.False(t, worse("theft", &attacks.Cell{}, &served))
	require.True(t, worse("theft", &served, &attacks.Cell{}))
}

// A script that looks at what it is granted is not what the check of unused
// grants accepts, and a proof with a piece too many is not one.
func TestChecksCanFail(t *testing.T) {
	l := withSharedSetUps(lab(t, worldtest.Toy{}, "adv.advance(adv.at)", `adv.advance(adv.at if len(adv.needs) < 3 else 1)`))
	res := run(t, l)
	more := only(l, l.Designs, []technique.Technique{granted{l.Attacks[0], []string{"network.tap"}}})
	require.NotEqual(t, comparable(&res.Cells[0]), comparable(&run(t, more).Cells[0]))

	rules := worldtest.Toy{}.Rules()
	p := res.Cells[0].Trace.Proof
	require.Len(t, p, 3)
	loot := []world.Fact{p[0].Fact, p[1].Fact}
	require.True(t, has(saturate(t, rules, loot), p[2].Fact))
	require.False(t, has(saturate(t, rules, loot[:1]), p[2].Fact))
}

// A rule that a hostile fact can silence is not monotone, and is caught.
func TestLost(t *testing.T) {
	s := newScene(t, worldtest.Toy{}, 0)
	require.NoError(t, s.Advance(3))
	loot := append(s.Net.Node("trustee:1").Holdings(), s.Net.Node("provider").Holdings()...)
	more := append(slices.Clone(loot), world.Fact{Kind: worldtest.ToyKey})
	require.Empty(t, lost(t, worldtest.Toy{}.Rules(), loot, more))
	require.Contains(t, lost(t, jealous{}.Rules(), loot, more), "plaintext")
}

// jealous is the toy with a combining rule that concludes less from more.
type jealous struct{ worldtest.Toy }

func (jealous) Rules() []world.Rule {
	rules := worldtest.Toy{}.Rules()
	open := rules[2]
	rules[2].Takes, rules[2].All = open.Takes[:1], worldtest.ToyKey
	rules[2].Apply = func(in world.Input) ([]world.Derived, error) {
		if len(in.Facts) != 2 {
			return nil, fmt.Errorf("%d keys", len(in.Facts)-1)
		}
		return open.Apply(in)
	}
	return rules
}
