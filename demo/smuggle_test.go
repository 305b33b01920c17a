package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/demo/demotest"
	"doormat/escrow/threshold"
	"doormat/world"
	"doormat/world/worldtest"
)

const header = `
technique(id = "sample", title = "t", family = "insider", kind = "attack", needs = [%s], showcase = "e2ee", applies = [%s],
    happens = "x", why = "x", really = "x", source = "x", exercise = "x",
    expects = {"e2ee": opens(target = "all", others = "all", why = "x"), "escrow": not_applicable("x")})
`

// answers lists the salted texts of a run, as whoever knows seed and draw computes them.
func answers(t *testing.T, l *attacks.Lab) string {
	t.Helper()
	spy := fmt.Sprintf(header, `"network.tap", "trustee:1..t.store"`, "") + `
def run(adv):
    adv.tap("network.tap")
    adv.advance(adv.end)
    adv.take("trustee:1..t.store")
    for kind in ["plaintext", "attachment"]:
        for f in adv.saturate(kind):
            adv.claim(f)
    fail("texts" + str([list(adv.read(f).data.elems()) for f in adv.facts("plaintext") + adv.facts("attachment")]))
`
	a, err := script.Load("spy.star", []byte(spy))
	require.NoError(t, err)
	copied := *l
	copied.Designs, copied.Attacks, copied.Second = []world.Design{threshold.Design{}}, []technique.Technique{a}, nil
	res, err := copied.Run(context.Background())
	require.NoError(t, err)
	_, list, ok := strings.Cut(res.Cells[0].Error, "texts")
	require.True(t, ok, res.Cells[0].Error)
	var texts [][]int
	require.NoError(t, json.Unmarshal([]byte(list), &texts))
	require.Greater(t, len(texts), 72)
	var b strings.Builder
	for _, text := range texts {
		b.WriteString("b\"")
		for _, c := range text {
			fmt.Fprintf(&b, `\x%02x`, c)
		}
		b.WriteString("\",\n")
	}
	return "ANSWERS = [\n" + b.String() + "]\n"
}

// Every way by which a script that knows the salts of a run could make the program of
// pure end-to-end encryption say what it carries.
var carriers = map[string]string{
	// Two phones of its own, and the honest provider between them.
	"between phones of its own": fmt.Sprintf(header, `"provider.control"`, `"make device keys", "start a session", "answer a session", "receive", "write a message"`) + `
def run(adv):
    adv.advance(adv.end)
    adv.hold("provider.control")
    adv.take("provider.control", "envelope")
    meta = adv.saturate("metadata")[0]
    a = adv.apply("make device keys", text = "x")
    b = adv.apply("make device keys", text = "y")
    s = adv.apply("start a session", a[0], b[1], text = "x")[0]
    out = adv.apply("write a message", s, meta, text = "hello")
    s = out[0]
    adv.send(out[1])
    r = adv.apply("answer a session", b[0], adv.apply("read a packet", adv.facts("packet")[-1])[0])[0]
    for text in ANSWERS:
        out = adv.apply("write a message", r, meta, text = text)
        r = out[0]
        adv.send(out[1])
        got = adv.apply("receive", s, adv.apply("read a packet", adv.facts("packet")[-1])[0])
        s = got[0]
    for t in adv.saturate("plaintext"):
        if adv.read(t).data != b"hello":
            adv.claim(t)
`,
	// In the victim's name, to a phone whose history is then read.
	"in a session of the victim's": fmt.Sprintf(header, `"provider.control", "device:target.store", "device:partner.store"`, `"take over a session", "write a message"`) + `
def run(adv):
    adv.advance(adv.end)
    adv.hold("provider.control")
    adv.take("device:target.store", "session")
    adv.take("provider.control", "envelope")
    meta = adv.saturate("metadata")
    for stored in adv.facts("session"):
        s = adv.apply("take over a session", stored)[0]
        for text in ANSWERS:
            s, packet = adv.apply("write a message", s, meta[-1], text = text)
            adv.send(packet)
    adv.take("device:partner.store")
    for t in adv.saturate("plaintext"):
        if adv.read(t).data in ANSWERS:
            adv.claim(t)
`,
	// All at once, before anybody has typed anything.
	"before anything is typed": fmt.Sprintf(header, `"provider.control"`, `"make device keys", "start a session", "answer a session", "write a message"`) + `
def run(adv):
    adv.advance(1)
    adv.hold("provider.control")
    adv.take("provider.control", "envelope")
    meta = adv.saturate("metadata")[0]
    a = adv.apply("make device keys", text = "x")
    b = adv.apply("make device keys", text = "y")
    for text in ANSWERS[1:20]:
        s = adv.apply("start a session", a[0], b[1], text = "x")[0]
        adv.send(adv.apply("write a message", s, meta, text = text)[1])
        got = adv.apply("answer a session", b[0], adv.apply("read a packet", adv.facts("packet")[-1])[0])
    for t in adv.saturate("plaintext"):
        adv.claim(t)
`,
}

func TestCarriedAnswersDoNotCount(t *testing.T) {
	t.Parallel()
	demotest.Long(t)
	for _, draw := range []string{"", strings.Repeat("0d", 32)} {
		l := lab(t, "", func(o *Options) { o.Draw, o.Designs = draw, []string{"e2ee-kept"} })
		known := answers(t, l)
		for name, carrier := range carriers {
			t.Run(name+", draw "+draw, func(t *testing.T) {
				a, err := script.Load("sample.star", []byte(known+carrier))
				require.NoError(t, err)
				l.Attacks = []technique.Technique{a}
				res, err := l.Run(context.Background())
				require.NoError(t, err)
				c := res.Cells[0]
				require.Empty(t, c.Error)
				require.Greater(t, c.Smuggled, 18)
				require.Zero(t, len(c.Trace.Opened)+len(c.Trace.Files)+c.FalseClaims)
				require.Empty(t, c.Trace.Proof)
				require.False(t, c.Expected)
				require.Equal(t, 1, Judge(res).Surprises)
				require.Equal(t, draw, res.Draw)
			})
		}
	}
}

// The library gives the same under any draw: nothing in it knows a salt.
func TestADrawChangesNothing(t *testing.T) {
	worldtest.OnlyAll(t)
	var docs [2]string
	for i, draw := range []string{"", strings.Repeat("0d", 32)} {
		res, err := lab(t, "", func(o *Options) { o.Draw = draw }).Run(context.Background())
		require.NoError(t, err)
		res.Draw = ""
		for j := range res.Cells {
			res.Cells[j].Seconds = 0
		}
		doc, err := json.Marshal(res)
		require.NoError(t, err)
		docs[i] = string(doc)
	}
	require.Equal(t, docs[0], docs[1])
}

// A draw is made once for a run, however many of its scripts come from files; one that
// was given is checked by another.
func TestOutside(t *testing.T) {
	fresh := lab(t, "", func(*Options) {})
	Outside(fresh)
	draw := fresh.Draw
	Outside(fresh)
	require.Len(t, draw, 32)
	require.Equal(t, draw, fresh.Draw)
	require.Empty(t, fresh.Second)
	given := lab(t, "", func(o *Options) { o.Draw = strings.Repeat("0d", 32) })
	Outside(given)
	require.Len(t, given.Second, 32)
	require.NotEqual(t, given.Draw, given.Second)
}
