package attacks_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/world"
	"doormat/world/worldtest"
)

// overhear taps, takes the toy's key at the end and claims what was said.
const overhear = `
adv.tap("network.tap")
adv.advance(adv.end)
adv.take("trustee:1.store")
said = adv.saturate("speech")
CLAIM
`

// callLab is the toy's lab with a call after message 2, in which C calls A and B.
func callLab(t *testing.T, needs, expects, body string) *attacks.Lab {
	t.Helper()
	l := toyLab(t, attack(needs, "", expects, body))
	l.Conversation.Calls = []world.Call{{From: "C", To: []string{"A", "B"}, Begun: conversationStart.Add(90 * time.Minute),
		Said: []world.Utterance{{By: "C", Text: "are you there?"}, {By: "B", Text: "yes"}, {By: "B", Text: "yes"}}}}
	return l
}

// A call counts when everything that was said in it is claimed, byte for byte; it changes no
// other number.
func TestCallsAreCounted(t *testing.T) {
	for claim, want := range map[string]struct{ calls, people int }{
		"for f in said: adv.claim(f)":     {1, 2},
		"for f in said[1:]: adv.claim(f)": {0, 1}, // B was heard twice, and said the same twice
		"for f in said[:1]: adv.claim(f)": {0, 1},
		"pass":                            {0, 0},
	} {
		expects := `opens(target = "none", others = "none", metadata = "all", files = "none", calls = "none", why = "it hears calls")`
		c := runOne(t, callLab(t, `"network.tap", "trustee:1.store"`, expects, strings.Replace(overhear, "CLAIM", claim, 1)))
		require.Empty(t, c.Error)
		require.Equal(t, attacks.Count{Recovered: want.calls, Total: 1}, c.Calls, claim)
		require.Equal(t, want.people, c.People.Read, claim)
		require.Zero(t, c.FalseClaims+c.Smuggled+c.Forged+len(c.Noticed)+c.Content.Others.Recovered)
		require.Equal(t, attacks.Count{Recovered: 4, Total: 4}, c.Metadata, "a call is no message")
		if want.calls > 0 {
			require.Equal(t, "calls: expected none, measured 1 of 1", c.Trace.Surprise)
			require.Equal(t, []int{1}, c.Trace.Calls)
		} else {
			require.Empty(t, c.Trace.Surprise)
		}
	}
}

// Who states nothing of calls expects that none is heard, and of no call nothing is compared.
func TestCallsUnstated(t *testing.T) {
	body := strings.Replace(overhear, "CLAIM", "for f in said: adv.claim(f)", 1)
	c := runOne(t, callLab(t, `"network.tap", "trustee:1.store"`, opensNothing, body))
	require.Equal(t, "calls: expected none, measured 1 of 1", c.Trace.Surprise)
	l := callLab(t, `"network.tap", "trustee:1.store"`, strings.Replace(opensNothing, "why", `calls = "all", why`, 1), body)
	require.Empty(t, runOne(t, l).Trace.Surprise)
	l.Conversation.Calls = nil
	require.Empty(t, runOne(t, l).Trace.Surprise)
}

// Frames are there only for those who heard them pass: who comes later, or looks into the
// store, has none.
func TestCallsLeaveNothing(t *testing.T) {
	for name, body := range map[string]string{
		"tap later": `
adv.advance(3)
adv.tap("network.tap")
adv.take("trustee:1.store")`,
		"store": `adv.take("trustee:1.store")`,
	} {
		c := runOne(t, callLab(t, `"network.tap", "trustee:1.store", "provider.store"`, opensNothing, body+`
adv.advance(adv.end)
adv.take("provider.store")
for f in adv.saturate("speech"):
    adv.claim(f)
`))
		require.Empty(t, c.Error)
		require.Zero(t, c.Calls.Recovered, name)
	}
}

// What a device lets its user hear is forged if nobody said it for that user, or if it was
// heard before.
func TestForgedSpeech(t *testing.T) {
	for name, c := range map[string]struct {
		echo   echoing
		forged int
	}{
		"again":           {echoing{again: true}, 3},
		"another speaker": {echoing{by: "A"}, 3},
		"nothing":         {echoing{}, 0},
	} {
		l := callLab(t, `"provider.control"`, opensNothing, `adv.hold("provider.control")`+"\nadv.advance(adv.end)")
		l.Designs = []world.Design{c.echo}
		cell := runOne(t, l)
		require.Empty(t, cell.Error)
		require.Equal(t, c.forged, cell.Forged, name)
	}
}

// echoing is a design whose devices let A hear everything again, or as said by somebody else.
type echoing struct {
	worldtest.Toy
	again bool
	by    string
}

func (d echoing) Setup(env world.Config) (world.Deploy, error) {
	deploy, err := d.Toy.Setup(env)
	return func() []world.Node {
		nodes := deploy()
		for i, n := range nodes {
			if n.Name() == world.DeviceOf("A") {
				nodes[i] = &echo{n, d}
			}
		}
		return nodes
	}, err
}

type echo struct {
	world.Node
	echoing
}

func (e *echo) Handle(now time.Time, p world.Packet) []world.Packet {
	out := e.Node.Handle(now, p)
	for i, q := range out {
		f, err := world.Unpack(q.Data, world.KindHeard, 2)
		switch {
		case err != nil:
		case e.again:
			return append(out, q)
		case e.by != "":
			out[i].Data = world.Pack(world.KindHeard, []byte(e.by), f[1])
		}
	}
	return out
}
