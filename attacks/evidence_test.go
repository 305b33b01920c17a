package attacks_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/world"
	"doormat/world/worldtest"
)

// What counts as evidence and what as forged: both are what honest programs say and
// show, beyond what they say and show when nobody attacks.

// A message is forged unless exactly its author typed exactly this, once, for exactly
// this reader, before it was shown.
func TestTrueWordsUnderAFalseSender(t *testing.T) {
	l := toyLab(t)
	talk(l, numbered, "AB", "CB", "AC", "AB", "BA")
	said := asTyped(t, l)
	for _, c := range []struct {
		name           string
		text, as, when int // the text of message 'text' under the metadata of message 'as' at moment 'when'
		forged         int
	}{
		{"another sender", 1, 2, 2, 1},
		{"another sender's own words", 2, 1, 2, 1},
		{"another reader", 1, 3, 3, 1},
		{"another sender and reader", 2, 3, 3, 1},
		{"what its author said, again", 1, 1, 2, 1},
		{"what its author will say", 4, 1, 2, 1},
		{"what the reader said", 5, 1, 5, 1},
	} {
		body := fmt.Sprintf(`
key = adv.take("trustee:1.store")[0]
adv.advance(%d)
adv.take("provider.store")
adv.saturate()
meta = [f for f in adv.facts("metadata")][%d]
adv.hold("provider.control")
adv.send(adv.apply("forge a toy message", key, meta, text = %s))
for p in adv.packets(adv.end):
    p.drop()`, c.when, c.as-1, literal(said[c.text]))
		l := toyLab(t, attack(`"provider.control", "provider.store", "trustee:1.store"`,
			`applies = ["forge a toy message"],`, opensNothing, body))
		talk(l, numbered, "AB", "CB", "AC", "AB", "BA")
		cell := runOne(t, l)
		require.Empty(t, cell.Error, c.name)
		require.Equal(t, c.forged, cell.Forged, c.name)
	}
}

// A file is forged like a text: under a false sender, for another reader, twice.
func TestForgedFiles(t *testing.T) {
	for name, c := range map[string]struct {
		shows  []string // who is shown the file of message 1, from A to B, and as whose
		forged int
	}{
		"nothing":        {nil, 0},
		"another sender": {[]string{"B<C"}, 1},
		"another reader": {[]string{"C<A"}, 1},
		"again":          {[]string{"B<A"}, 1},
		"all of it":      {[]string{"B<A", "B<A", "C<A", "B<C"}, 4},
	} {
		l := toyLab(t, attack(`"provider.control"`, "", opensNothing, "adv.advance(1)\nadv.hold(\"provider.control\")"))
		picture := world.Attachment{Name: "a", Data: []byte("picture")}
		l.Conversation.Messages[0].Attachments = []world.Attachment{picture}
		l.Designs = []world.Design{repeating{shows: c.shows}}
		cell := runOne(t, l)
		require.Empty(t, cell.Error)
		require.Equal(t, c.forged, cell.Forged, name)
	}
}

// repeating is a design whose devices show the first file that B was sent once more,
// on whichever screens and in whichever names a test says.
type repeating struct {
	worldtest.Toy
	shows []string // reader < author
}

func (d repeating) Setup(env world.Config) (world.Deploy, error) {
	deploy, err := d.Toy.Setup(env)
	return func() []world.Node {
		nodes, file := deploy(), new([]byte)
		for i, n := range nodes {
			if account, ok := world.AccountOf(n.Name()); ok {
				nodes[i] = &repeater{n, account, d.shows, file}
			}
		}
		return nodes
	}, err
}

type repeater struct {
	world.Node
	account string
	shows   []string
	file    *[]byte
}

// Handle shows the file again when the third message arrives anywhere, after the first
// has been shown.
func (r *repeater) Handle(now time.Time, p world.Packet) []world.Packet {
	out := r.Node.Handle(now, p)
	for _, q := range out {
		if f, err := world.Unpack(q.Data, world.KindFile, 2); err == nil {
			*r.file = f[1]
		}
	}
	if p.Kind() != world.KindTyped && p.Kind() != world.KindTick || *r.file == nil {
		return out
	}
	for _, s := range r.shows {
		if s[:1] == r.account {
			out = append(out, world.Packet{From: r.Name(), To: world.UserOf(r.account),
				Data: world.Pack(world.KindFile, []byte(s[2:]), *r.file)})
		}
	}
	r.shows = nil
	return out
}

// What a program of the adversary's says and shows is neither evidence nor forged;
// what an honest one says and shows is, whoever else is taken over.
func TestTakenProgramsAreNoWitnesses(t *testing.T) {
	junk := `adv.send(adv.apply("write any packet", text = b"outsider>device:B>\xc8junk"))`
	for _, c := range []struct {
		name, needs, hold string
		noticed           int
	}{
		{"nobody is taken over", `"provider.store"`, "", 1},
		{"somebody else is", `"device:A.control", "provider.control"`,
			"adv.hold(\"device:A.control\")\nadv.hold(\"provider.control\")\n", 1},
		{"the witness is", `"device:B.control"`, "adv.hold(\"device:B.control\")\n", 0},
	} {
		l := toyLab(t, attack(c.needs, `applies = ["write any packet"],`, opensNothing,
			"adv.advance(1)\n"+c.hold+junk))
		l.Designs = []world.Design{anything{}}
		cell := runOne(t, l)
		require.Empty(t, cell.Error, c.name)
		require.Len(t, cell.Noticed, c.noticed, c.name)
		if c.noticed > 0 {
			require.Equal(t, attacks.Evidence{"device:B", "a message could not be opened", 1}, cell.Noticed[0])
		}
	}
	forge := `
key = adv.take("trustee:1.store")[0]
adv.advance(1)
adv.take("provider.store")
adv.saturate()
adv.hold("provider.control")
%sadv.send(adv.apply("forge a toy message", key, adv.facts("metadata")[0], text = "not what A typed"))`
	needs := `"provider.control", "provider.store", "trustee:1.store", "device:A.control", "device:B.control"`
	for hold, forged := range map[string]int{
		"": 1, "adv.hold(\"device:A.control\")\n": 1, "adv.hold(\"device:B.control\")\n": 0,
	} {
		l := toyLab(t, attack(needs, `applies = ["forge a toy message"],`, opensNothing, fmt.Sprintf(forge, hold)))
		cell := runOne(t, l)
		require.Empty(t, cell.Error)
		require.Equal(t, forged, cell.Forged, "with %q", hold)
	}
}

// A warning counts as often as it is given beyond what an honest run gives at the same
// moment, in the same words, by the same program.
func TestWarningsAreCounted(t *testing.T) {
	poke := `adv.send(adv.apply("write any packet", text = b"outsider>clerk>%s"))` + "\n"
	for _, c := range []struct {
		name, body string
		noticed    int
	}{
		{"nothing", "adv.advance(2)\n", 0},
		{"as often as ever, later", "adv.advance(adv.end)\n", 0},
		{"once more", "adv.advance(2)\n" + fmt.Sprintf(poke, "usual"), 1},
		{"thrice more", "adv.advance(2)\n" + fmt.Sprintf(poke+poke+poke, "usual", "usual", "usual"), 3},
		{"once more at two moments", fmt.Sprintf("adv.advance(2)\n"+poke+"adv.advance(3)\n"+poke, "usual", "usual"), 2},
		{"other words", "adv.advance(2)\n" + fmt.Sprintf(poke, "other"), 1},
	} {
		l := toyLab(t, attack(`"provider.store"`, `applies = ["write any packet"],`, opensNothing, c.body))
		l.Designs = []world.Design{grumbling{}}
		cell := runOne(t, l)
		require.Empty(t, cell.Error)
		require.Len(t, cell.Noticed, c.noticed, c.name)
	}
}

// grumbling is the toy with a clerk that warns of every message, and of every packet
// that it is sent.
type grumbling struct{ anything }

func (d grumbling) Setup(env world.Config) (world.Deploy, error) {
	deploy, err := d.anything.Setup(env)
	return func() []world.Node { return append(deploy(), grumbler{}) }, err
}

type grumbler struct{ clerk }

func (grumbler) CountsMessages() bool { return true }

func (grumbler) Handle(_ time.Time, p world.Packet) []world.Packet {
	switch {
	case p.Kind() == world.KindMoment:
		return []world.Packet{world.Warn("clerk", "usual")}
	case p.From == world.Outsider:
		return []world.Packet{world.Warn("clerk", string(p.Data))}
	}
	return nil
}
