package attacks_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/world"
)

// neighbours are attacks that share a run, or might disturb one.
var neighbours = []string{
	attack(`"provider.store", "trustee:1.store"`, "", opensAll, keyTheft),
	attack(`"network.tap"`, "", opensAll, "adv.tap(\"network.tap\")\nadv.advance(adv.end)\nadv.saturate()"),
	attack(`"network.tap", "device:B.store"`, "", opensAll, "adv.advance(1)\nadv.tap(\"network.tap\")\nadv.advance(adv.end)\nadv.rest(40)\nadv.take(\"device:B.store\")"),
	attack(`"provider.store"`, "", opensAll, "for p in adv.packets(3):\n    p.drop()\nadv.take(\"provider.store\")\nadv.rest(1)"),
	attack(`"provider.store"`, "", opensAll, "adv.advance(4)\nadv.rest(7)\nadv.rest(7)\nadv.take(\"provider.store\")"),
	attack(`"provider.store"`, `applies = ["write any packet"],`, opensAll, `
adv.advance(2)
adv.send([adv.apply("write any packet", text = "outsider>device:%s>junk" % name) for name in adv.accounts])
adv.take("provider.store")`),
	attack(`"device:A.control"`, "", opensAll, "adv.advance(2)\nadv.hold(\"device:A.control\")\nfor p in adv.packets(adv.end):\n    p.drop()"),
}

// What an attack gets does not depend on which others are run.
func TestNeighboursDoNotMatter(t *testing.T) {
	all := toyLab(t)
	all.Designs = []world.Design{tardy{}}
	for i, src := range neighbours {
		a, err := script.Load("a.star", []byte(strings.Replace(src, "sample", fmt.Sprintf("sample-%d", i), 1)))
		require.NoError(t, err)
		all.Attacks = append(all.Attacks, a)
	}
	together, err := all.Run(context.Background())
	require.NoError(t, err)
	for i, a := range all.Attacks {
		alone := *all
		alone.Attacks = []technique.Technique{a}
		res, err := alone.Run(context.Background())
		require.NoError(t, err)
		require.Equal(t, res.Cells[0], together.Cells[i], a.Header().ID)
	}
	require.Contains(t, together.Cells[3].Error, "only after the last message", "there was nothing to hold, and time passed")
}

// A withheld capability leaves the script running and the world as it was.
func TestWithhold(t *testing.T) {
	src := attack(`"provider.control", "network.tamper", "trustee:1.store", "provider.store"`, `applies = ["write any packet"],`, opensAll, `
adv.hold("provider.control")
adv.hold("network.tamper")
adv.take("provider.control")
for p in adv.packets(2):
    p.drop()
adv.send(adv.apply("write any packet", text = "provider>device:A>x"))
adv.take("provider.store")
adv.advance(adv.end)
`)
	l := toyLab(t, src)
	l.Designs = []world.Design{anything{}}
	c := runOne(t, l)
	require.Empty(t, c.Error)
	require.Equal(t, 4, c.Metadata.Recovered, "it saw what it dropped, and what it let pass")
	require.Len(t, c.Noticed, 0)

	l.Withhold = []string{"provider.control", "network.tamper"}
	c = runOne(t, l)
	require.Empty(t, c.Error)
	require.Equal(t, attacks.Count{2, 4}, c.Metadata, "in the store, where they arrived")
	require.Equal(t, []string{"provider.control", "network.tamper", "trustee:1.store", "provider.store"}, world.Written(c.Needs))

	l.Withhold = append(l.Withhold, "provider.store")
	require.Zero(t, runOne(t, l).Metadata.Recovered)
}

// What an honest run of the same length notices is no news.
func TestRestingIsNotNoticed(t *testing.T) {
	rest := "adv.advance(adv.end)\nadv.rest(%d)\nadv.hold(\"device:A.control\")"
	l := toyLab(t, attack(`"device:A.control"`, "", opensAll, fmt.Sprintf(rest, 3)))
	l.Designs = []world.Design{weary{anything{}}}
	c := runOne(t, l)
	require.Empty(t, c.Error)
	require.Empty(t, c.Noticed)
	l = toyLab(t, attack(`"provider.control"`, "", opensAll, `
adv.advance(adv.end)
adv.hold("provider.control")
for p in adv.packets(adv.end):
    p.drop()
adv.rest(3)`))
	l.Designs = []world.Design{weary{anything{}}}
	require.Empty(t, runOne(t, l).Noticed)
}

// weary is a design with somebody that complains each day.
type weary struct{ world.Design }

func (w weary) Setup(env world.Config) (world.Deploy, error) {
	deploy, err := w.Design.Setup(env)
	return func() []world.Node { return append(deploy(), clerk{}) }, err
}

type clerk struct{}

func (clerk) Name() string           { return "clerk" }
func (clerk) Holdings() []world.Fact { return nil }
func (clerk) Handle(now time.Time, p world.Packet) []world.Packet {
	if p.Kind() != world.KindTick {
		return nil
	}
	return []world.Packet{world.Warn("clerk", "another day: "+now.Format(time.DateOnly))}
}

// tardy is the toy with a device that sends what its user types on the next day.
type tardy struct{ anything }

func (tardy) Setup(env world.Config) (world.Deploy, error) {
	deploy, err := anything{}.Setup(env)
	return func() []world.Node {
		nodes := deploy()
		for i, n := range nodes {
			if n.Name() == "device:C" {
				nodes[i] = &late{Node: n}
			}
		}
		return nodes
	}, err
}

type late struct {
	world.Node
	waiting []world.Packet
}

func (l *late) Handle(now time.Time, p world.Packet) []world.Packet {
	out := l.Node.Handle(now, p)
	if p.Kind() == world.KindTyped {
		l.waiting, out = append(l.waiting, out...), nil
	}
	if p.Kind() == world.KindTick {
		l.waiting, out = nil, l.waiting
	}
	return out
}
