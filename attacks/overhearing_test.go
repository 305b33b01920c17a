package attacks_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/world"
	"doormat/world/worldtest"
)

// What an adversary hears and what it does not: the links of users to their own
// devices are nobody's, and what it sends itself it has not taken from anybody.

// eager reads a text out of any packet that has one: of a user's typing and of what
// is shown, of the law's papers, and of what the adversary says itself.
func eager() anything {
	reads := world.Rule{
		Name: "read any packet", Takes: []world.Kind{world.Observed}, Gives: []world.Kind{world.Plaintext},
		Apply: func(in world.Input) ([]world.Derived, error) {
			p, _, err := world.ParsePacket(in.Facts[0].Data)
			if err != nil {
				return nil, err
			}
			text := p.Data
			if typed, err := world.ParseTyped(p.Data); err == nil {
				text = typed.Body
			} else if f, err := world.Unpack(p.Data, p.Kind(), 2); err == nil {
				text = f[1]
			} else if p.Kind() == worldtest.ToySent {
				return nil, errors.New("sealed")
			}
			return world.Conclude(world.Fact{Kind: world.Plaintext, Data: text}), nil
		}}
	return anything{more: []world.Rule{reads}}
}

// Nobody hears a user, whatever is tapped, tampered with or taken over, though every
// word travels there in the clear.
func TestPrivateLinksAreNobodys(t *testing.T) {
	listen := `
for cap in adv.needs:
    if cap == "network.tap":
        adv.tap(cap)
    else:
        adv.hold(cap)
for p in adv.packets(adv.end):
    for name in [p.sender, p.to]:
        if name.startswith("user:") or name in ["law", "clock", "life", "public"]:
            fail("heard %s to %s" % (p.sender, p.to))
adv.rest(2)
for text in adv.saturate("plaintext"):
    adv.claim(text)`
	for _, needs := range []string{
		`"network.tap"`, `"network.tamper"`, `"network.tap", "network.tamper"`, `"provider.control"`,
		`"device:A.control"`, `"device:A.control", "device:B.control", "device:C.control"`,
		`"network.tap", "network.tamper", "provider.control", "trustee:1.control", "device:A.control"`,
	} {
		l := toyLab(t, attack(needs, "", opensNothing, listen))
		l.Designs = []world.Design{eager()}
		l.Conversation.Events = []world.Event{{After: 1, Kind: world.Compare, Account: "A", With: "B"}}
		c := runOne(t, l)
		require.Empty(t, c.Error, needs)
		require.Empty(t, c.Trace.Opened, needs)
		require.Zero(t, c.FalseClaims, "what was heard has no text in it: %s", needs)
		require.NotZero(t, c.Metadata.Recovered, "something was heard: %s", needs)
	}
}

// What the adversary sends itself is not loot when it is heard again, by whichever
// surface: of a message that it pretends, nothing counts as metadata; of those that are
// really sent meanwhile, all that was heard does.
func TestOwnPacketsAreNoLoot(t *testing.T) {
	fourth := conversationStart.Add(3 * time.Hour) // which never passes
	m := world.Meta{ID: "own", From: "C", To: []string{"A"}, Sent: fourth}
	sealed := world.Pack(worldtest.ToySent, m.Encode(), make([]byte, 12), []byte("sealed"))
	for _, c := range []struct {
		needs, begin, from string
		heard              int
	}{
		{`"network.tap"`, `adv.tap("network.tap")`, "outsider", 3},
		{`"network.tamper"`, `adv.hold("network.tamper")`, "outsider", 3},
		{`"network.tamper"`, `adv.hold("network.tamper")`, "provider", 3},
		{`"network.tap", "network.tamper"`, "adv.tap(\"network.tap\")\nadv.hold(\"network.tamper\")", "device:C", 3},
		{`"trustee:1.control"`, `adv.hold("trustee:1.control")`, "outsider", 0},
		{`"trustee:1.control"`, `adv.hold("trustee:1.control")`, "trustee:1", 0},
		{`"provider.control"`, `adv.hold("provider.control")`, "provider", 3},
		{`"network.tap", "provider.control", "trustee:1.control"`,
			"adv.tap(\"network.tap\")\nadv.hold(\"provider.control\")\nadv.hold(\"trustee:1.control\")", "provider", 3},
	} {
		l := toyLab(t, attack(c.needs, `applies = ["write any packet"],`, opensNothing, fmt.Sprintf(`%s
adv.advance(2)
adv.send(adv.apply("write any packet", text = b"%s>trustee:1>" + %s))
for fact in adv.saturate("plaintext"):
    adv.claim(fact)`, c.begin, c.from, literal(sealed))))
		l.Designs = []world.Design{mute{eager()}}
		cell := runOne(t, l)
		require.Empty(t, cell.Error)
		require.Equal(t, attacks.Count{c.heard, 4}, cell.Metadata, "%s as %s", c.needs, c.from)
		require.Empty(t, cell.Trace.Opened)
	}
}

// mute is a design whose third user cannot send.
type mute struct{ anything }

func (d mute) Setup(env world.Config) (world.Deploy, error) {
	deploy, err := d.anything.Setup(env)
	return func() []world.Node {
		nodes := deploy()
		for i, n := range nodes {
			if n.Name() == "device:C" {
				nodes[i] = &deaf{n}
			}
		}
		return nodes
	}, err
}

type deaf struct{ world.Node }

func (*deaf) Handle(time.Time, world.Packet) []world.Packet { return nil }

// A script knows packets by the names that the design gives to their kinds.
func TestPacketKinds(t *testing.T) {
	c := runOne(t, toyLab(t, attack(`"provider.control"`, "", opensNothing, `
adv.hold("provider.control")
kinds = {}
for p in adv.packets(adv.end):
    kinds[p.kind] = True
fail(sorted(kinds))`)))
	require.Contains(t, c.Error, `fail: ["toy message"]`)
}
