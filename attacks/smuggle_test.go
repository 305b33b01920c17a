package attacks_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/deduce"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/world"
	"doormat/world/worldtest"
)

// literal writes bytes as a script spells them.
func literal(data []byte) string {
	var b strings.Builder
	for _, c := range data {
		fmt.Fprintf(&b, `\x%02x`, c)
	}
	return `b"` + b.String() + `"`
}

// smugglers carry salted bytes, which whoever knows seed and draw can compute, and pass
// them off as read. K is the toy's key, M metadata that was read, TEXT1 the salted text
// of message 1, FILE1 the salted bytes of its attachment, and so on.
const smugglersNeeds = `"provider.control", "provider.store", "trustee:1.store", "network.tap"`

const smugglersStart = `
adv.advance(2)
K = adv.take("trustee:1.store")[0]
adv.hold("provider.control")
adv.tap("network.tap")
S = adv.take("provider.store")
M = adv.apply("read a toy message", S[0])[0]
def claim(data):
    adv.saturate()
    for kind in ["plaintext", "attachment"]:
        for f in adv.facts(kind):
            if adv.read(f).data == data:
                adv.claim(f)
def forge(text):
    adv.send(adv.apply("forge a toy message", K, M, text = text))
`

// Each is tried against what a message's own ciphertext would give, which it never uses.
// second marks what no look at bytes tells, and only a run under another draw does.
var smugglers = []struct {
	name, body string
	second     bool
}{
	{"text of a making rule", "forge(TEXT1)\nclaim(TEXT1)", false},
	{"text of a rule that is attempted", "adv.send(adv.attempt(\"forge a toy message\", K, M, text = TEXT1))\nclaim(TEXT1)", false},
	{"text in place of a packet", `
for p in adv.packets(3):
    if p.sender == "provider":
        p.replace(adv.apply("forge a toy message", K, M, text = TEXT1))
adv.advance(4)
claim(TEXT1)`, false},
	{"before it is typed", "forge(TEXT3)\nclaim(TEXT3)", false},
	{"handed in, then typed, then read", "forge(TEXT3)\nadv.advance(4)\nclaim(TEXT3)", false},
	{"two parts that are joined by xor", "forge(bytes([x ^ y for x, y in zip(XORA.elems(), XORB.elems())]))\nadv.advance(4)\nclaim(TEXT3)", false},
	{"encoded in base64", `
digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
out = []
for i in range(0, len(BASE64), 4):
    n = 0
    for c in BASE64[i:i+4].elems():
        n = n * 64 + max(0, digits.find(c))
    out += [n >> 16, (n >> 8) & 255, n & 255]
forge(bytes(out)[:len(TEXT3)])
adv.advance(4)
claim(TEXT3)`, false},
	{"an attachment as text", "forge(FILE1)\nclaim(FILE1)", false},
	{"as the name in an order", `
adv.attempt("write any packet", text = b"agency>court>" + TEXT1)
forge(TEXT1)
claim(TEXT1)`, false},
	{"own packets, tapped", `
forge(TEXT1)
adv.saturate()
for f in adv.facts("plaintext"):
    if adv.read(f).data == TEXT1:
        adv.claim(f)`, false},
	{"own ciphertext, taken from the provider", `
adv.send(adv.apply("write any packet", text = b"outsider>provider>" + SEALED1))
adv.take("provider.store")
claim(TEXT1)`, true},
	{"own ciphertext, from any packet", `
adv.send(adv.apply("write any packet", text = b"outsider>provider>" + SEALED1))
for p in adv.facts("packet"):
    for m in adv.attempt("read a toy packet", p):
        if adv.read(m).kind == "toy message":
            for t in adv.attempt("open a toy message", m, K):
                if adv.read(t).data == TEXT1:
                    adv.claim(t)`, true},
	{"prepared ciphertext that an honest provider passed on", `
adv.send(adv.apply("write any packet", text = b"outsider>provider>" + SEALED1))
m = adv.apply("read a toy packet", adv.facts("packet")[-1])[0]
adv.claim(adv.apply("open a toy message", m, K)[0])`, true},
	{"prepared ciphertext in two pieces", `
adv.send(adv.apply("write any packet", text = b"outsider>provider>" + bytes([x for x in SEALED1.elems()])))
m = adv.apply("read a toy packet", adv.facts("packet")[-1])[0]
adv.claim(adv.apply("open a toy message", m, K)[0])`, true},
	{"knowing which message to leave unread", `
adv.saturate()
for f in adv.facts("plaintext"):
    if adv.read(f).data == TEXT1:
        adv.claim(f)`, true},
}

// carried replaces names by what they stand for under a draw.
func carried(t *testing.T, l *attacks.Lab, script string) string {
	t.Helper()
	said, err := l.Said()
	require.NoError(t, err)
	key := world.Fact{}
	deploy, err := worldtest.Toy{}.Setup(world.Config{Settings: l.Settings, Accounts: l.Conversation.Accounts, Seed: l.Seed.Derive("designs")})
	require.NoError(t, err)
	for _, n := range deploy() {
		if n.Name() == "trustee:1" {
			key = n.Holdings()[0]
		}
	}
	var pairs []string
	for k, said := range said {
		m := l.Conversation.Messages[k]
		meta := world.Meta{ID: fmt.Sprintf("%032d", k), From: m.From, To: m.To, Sent: m.Sent}
		forged, err := toyForgeRule(t).Apply(world.Input{Facts: []world.Fact{key, meta.Fact()}, Text: said.Body, Random: make([]byte, 64)})
		require.NoError(t, err)
		p, _, err := world.ParsePacket(forged[0].Data)
		require.NoError(t, err)
		pairs = append(pairs, fmt.Sprintf("TEXT%d", k+1), literal(said.Body), fmt.Sprintf("SEALED%d", k+1), literal(p.Data))
		for _, f := range said.Files {
			pairs = append(pairs, fmt.Sprintf("FILE%d", k+1), literal(f.Data))
		}
	}
	text := said[2].Body
	pad := []byte(strings.Repeat("pad", len(text)))[:len(text)]
	mixed := make([]byte, len(text))
	for i := range text {
		mixed[i] = text[i] ^ pad[i]
	}
	pairs = append(pairs, "XORA", literal(pad), "XORB", literal(mixed), "BASE64", fmt.Sprintf("%q", base64.StdEncoding.EncodeToString(text)))
	return strings.NewReplacer(pairs...).Replace(script)
}

func toyForgeRule(t *testing.T) world.Rule {
	t.Helper()
	for _, r := range (worldtest.Toy{}).Rules() {
		if r.Name == worldtest.ToyForge {
			return r
		}
	}
	require.Fail(t, "no such rule")
	return world.Rule{}
}

// smugglersLab is the toy's lab with an attachment and the rule that writes anything.
func smugglersLab(t *testing.T, draw []byte) *attacks.Lab {
	t.Helper()
	l := toyLab(t)
	l.Designs, l.Draw = []world.Design{anything{}}, draw
	l.Conversation.Messages[0].Attachments = []world.Attachment{{Name: "photo.jpg", Data: []byte("a photograph")}}
	return l
}

func loadSmuggler(t *testing.T, l *attacks.Lab, body string) {
	t.Helper()
	src := carried(t, l, attack(smugglersNeeds, `applies = ["forge a toy message", "write any packet"],`, opensAll, smugglersStart+body))
	a, err := script.Load("smuggler.star", []byte(src))
	require.NoError(t, err)
	l.Attacks = []technique.Technique{a}
}

func TestSmuggledClaimsDoNotCount(t *testing.T) {
	draw := []byte(strings.Repeat("d", 32))
	for _, c := range smugglers {
		t.Run(c.name, func(t *testing.T) {
			for _, draw := range [][]byte{nil, draw} { // with the seed alone, and replayed from an earlier run
				l := smugglersLab(t, draw)
				if c.second {
					l.Second = []byte(strings.Repeat("s", 32))
				}
				loadSmuggler(t, l, c.body)
				cell := runOne(t, l)
				require.Empty(t, cell.Error)
				require.Positive(t, cell.Smuggled)
				require.False(t, cell.Expected)
				require.Contains(t, cell.Trace.Surprise, "smuggled")
				require.Zero(t, cell.Content.Target.Recovered+cell.Content.Others.Recovered+cell.Attachments.Recovered+cell.FalseClaims)
				require.Empty(t, cell.Trace.Proof)
				require.Empty(t, cell.Trace.Opened)
			}
		})
	}
}

// Under a draw that the script could not know, what it carries is merely false.
func TestFreshDraw(t *testing.T) {
	for _, c := range smugglers {
		t.Run(c.name, func(t *testing.T) {
			l := smugglersLab(t, []byte(strings.Repeat("d", 32)))
			loadSmuggler(t, l, c.body)
			l.Draw = []byte(strings.Repeat("f", 32))
			cell := runOne(t, l)
			require.Empty(t, cell.Error)
			require.Zero(t, cell.Content.Target.Recovered+cell.Content.Others.Recovered+cell.Attachments.Recovered+cell.Smuggled)
			require.False(t, cell.Expected)
		})
	}
}

// An honest man in the middle hands in what it opened; an honest relay hands in raw loot.
// Neither smuggles, and their proofs are those of what they took.
var honestMiddles = []struct{ name, body string }{
	{"seals again what it opened", `
for p in adv.packets(adv.end):
    if p.sender == "provider":
        m, meta = adv.apply("read a toy packet", p.fact)
        p.replace(adv.apply("forge a toy message", K, meta, text = adv.read(adv.apply("open a toy message", m, K)[0]).data))
adv.saturate()
for kind in ["plaintext", "attachment"]:
    for f in adv.facts(kind):
        adv.claim(f)`},
	{"claims what came back to it", `
adv.advance(adv.end)
adv.take("provider.store")
adv.saturate()
for f in adv.facts("plaintext"):
    forge(adv.read(f).data)
    m = adv.apply("read a toy packet", adv.facts("packet")[-1])[0]
    adv.claim(adv.apply("open a toy message", m, K)[0])`},
	{"passes on raw loot", `
for p in adv.packets(adv.end):
    if p.sender == "provider":
        p.replace(adv.apply("write any packet", text = bytes(p.sender + ">" + p.to + ">") + p.data))
adv.take("provider.store")
adv.saturate()
for kind in ["plaintext", "attachment"]:
    for f in adv.facts(kind):
        adv.claim(f)`},
}

func TestHonestMiddlesSmuggleNothing(t *testing.T) {
	for _, c := range honestMiddles {
		t.Run(c.name, func(t *testing.T) {
			l := smugglersLab(t, []byte(strings.Repeat("d", 32)))
			l.Second = []byte(strings.Repeat("s", 32))
			loadSmuggler(t, l, c.body)
			cell := runOne(t, l)
			require.Empty(t, cell.Error)
			require.Zero(t, cell.Smuggled+cell.FalseClaims)
			require.Positive(t, cell.Content.Target.Recovered)
			require.NotEmpty(t, cell.Trace.Proof)
			for _, s := range cell.Trace.Proof {
				require.NotEqual(t, deduce.Made, s.Origin, "%v", s)
			}
		})
	}
}

// What a script writes stays in memory several times over, so it may write little.
func TestAScriptHandsInLittle(t *testing.T) {
	c := runOne(t, toyLab(t, attack(`"provider.control", "provider.store", "trustee:1.store"`, `applies = ["forge a toy message"],`, opensAll, `
adv.advance(1)
key = adv.take("trustee:1.store")[0]
meta = adv.apply("read a toy message", adv.take("provider.store")[0])[0]
for i in range(4000):
    adv.attempt("forge a toy message", key, meta, text = "x" * 65536)
`)))
	require.Contains(t, c.Error, "has handed in more than 16 MiB of its own")
	require.False(t, c.Expected)
}

// Metadata that a script writes on its own messages is nothing that it learnt.
func TestOwnMetadataDoesNotCount(t *testing.T) {
	l := toyLab(t, attack(`"provider.control", "trustee:1.store", "device:partner.store"`, `applies = ["forge a toy message"],`,
		`opens(target = "none", others = "none", forged = True, why = "w")`, `
adv.advance(adv.end)
key = adv.take("trustee:1.store")[0]
adv.take("device:partner.store")
meta = adv.saturate("metadata")[0]
adv.hold("provider.control")
for i in range(3):
    adv.send(adv.apply("forge a toy message", key, meta, text = "x"))
    adv.take("device:partner.store")
`))
	l.Settings.Retention = 1
	for i := range l.Conversation.Messages { // alike but for their ids and times
		m := &l.Conversation.Messages[i]
		m.From, m.To = "A", []string{"B"}
	}
	c := runOne(t, l)
	require.Empty(t, c.Error)
	require.Equal(t, 1, c.Metadata.Recovered)
}
