package attacks_test

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/deduce"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/world"
	"doormat/world/worldtest"
)

// These tests hold the judge to what a cell says it counts. Each runs a script over
// the toy design and reads the cell, so that they hold for any way of counting.

// talk replaces the conversation of a lab: "AB" is a message from A to B, an hour after
// the one before, "AB=" one that follows at once, and all say what text says.
func talk(l *attacks.Lab, text func(k int) string, messages ...string) {
	var at time.Duration
	l.Conversation.Messages, l.Conversation.Events = nil, nil
	for i, m := range messages {
		if at += world.Instant; !strings.HasSuffix(m, "=") {
			at += time.Hour
		}
		l.Conversation.Messages = append(l.Conversation.Messages, world.Message{
			From: m[:1], To: []string{m[1:2]}, Sent: conversationStart.Add(at), Text: text(i + 1)})
	}
}

func numbered(k int) string { return fmt.Sprintf("message %d", k) }

// asTyped gives the bytes of messages as they are typed in every run of a lab: what
// a thief of everything reads.
func asTyped(t *testing.T, l *attacks.Lab) map[int][]byte {
	t.Helper()
	thief := *l
	a, err := script.Load("thief.star", []byte(attack(everywhere, "", opensAll, keyTheft)))
	require.NoError(t, err)
	thief.Attacks, thief.Record = []technique.Technique{a}, true
	c := runOne(t, &thief)
	require.Empty(t, c.Error)
	said := map[int][]byte{}
	for k := range l.Conversation.Messages {
		proof, err := c.Trace.Record.Prove(context.Background(), k+1)
		require.NoError(t, err)
		said[k+1] = proof[len(proof)-1].Fact.Data
	}
	return said
}

const everywhere = `"provider.store", "trustee:1.store"`

// Messages that follow each other at once are as many as were seen, and what is seen
// twice, in a store and on a phone, is one.
func TestMetadataIsCountedOnce(t *testing.T) {
	take := "adv.advance(%d)\nadv.take(\"provider.store\")\nadv.take(\"device:A.store\")\nadv.saturate()"
	for seen := range 5 {
		l := toyLab(t, attack(`"provider.store", "device:A.store"`, "", opensAll, fmt.Sprintf(take, seen)))
		talk(l, numbered, "AB", "AB=", "AB=", "BA=")
		c := runOne(t, l)
		require.Empty(t, c.Error)
		require.Equal(t, attacks.Count{seen, 4}, c.Metadata, "after message %d", seen)
	}
}

// Metadata that never was, or of the adversary's own making, is not metadata of a
// message.
func TestMetadataOfNobody(t *testing.T) {
	first, second := conversationStart, conversationStart.Add(time.Hour)
	b, ac := []string{"B"}, []string{"A", "C"}
	for name, m := range map[string]world.Meta{
		"another number":    {ID: "2", From: "A", To: b, Sent: first},
		"another sender":    {ID: "1", From: "C", To: b, Sent: first},
		"another recipient": {ID: "1", From: "A", To: []string{"C"}, Sent: first},
		"more recipients":   {ID: "1", From: "A", To: []string{"B", "C"}, Sent: first},
		"another time":      {ID: "1", From: "A", To: b, Sent: first.Add(time.Second)},
		"in a group":        {ID: "1", From: "A", To: b, Group: "G", Sent: first},
		"without its group": {ID: "1", From: "B", To: ac, Sent: second},
		"true":              {ID: "1", From: "A", To: b, Sent: first},
		"true of a group":   {ID: "1", From: "B", To: ac, Group: "choir", Sent: second},
	} {
		script := "adv.take(\"provider.store\")\nadv.saturate()"
		l := toyLab(t, attack(`"provider.store"`, "", opensNothing, script))
		said := world.Fact{Kind: world.Metadata, Ref: "1", Data: m.Encode()}
		l.Designs = []world.Design{gossip{say: said}}
		l.Conversation.Groups = []world.Group{{Name: "choir", Members: []string{"A", "B", "C"}}}
		l.Conversation.Messages[1].To, l.Conversation.Messages[1].Group = []string{"A", "C"}, "choir"
		c := runOne(t, l)
		require.Empty(t, c.Error)
		want := 0
		if strings.HasPrefix(name, "true") {
			want = 1
		}
		require.Equal(t, attacks.Count{want, 4}, c.Metadata, name)
	}
}

// gossip is the toy with a provider that holds one more fact, and a rule by which
// what it says counts as derived.
type gossip struct {
	worldtest.Toy
	say world.Fact
}

const hearsay world.Kind = "hearsay"

func (d gossip) Rules() []world.Rule {
	return append(d.Toy.Rules(), world.Rule{
		Name: "believe", Takes: []world.Kind{hearsay}, Gives: []world.Kind{d.say.Kind},
		Apply: func(world.Input) ([]world.Derived, error) { return world.Conclude(d.say), nil }})
}

func (d gossip) Setup(env world.Config) (world.Deploy, error) {
	deploy, err := d.Toy.Setup(env)
	return func() []world.Node {
		nodes := deploy()
		nodes[0] = talkative{nodes[0]}
		return nodes
	}, err
}

type talkative struct{ world.Node }

func (n talkative) Holdings() []world.Fact {
	return append([]world.Fact{{Kind: hearsay, Data: []byte("x")}}, n.Node.Holdings()...)
}

// Equal texts and equal files are told apart by their salts: who opened one has not
// opened the other.
func TestEqualTextsDiffer(t *testing.T) {
	for opened := range 4 {
		l := toyLab(t, attack(everywhere, "", opensAll, fmt.Sprintf(`
adv.take("trustee:1.store")
adv.advance(%d)
adv.take("provider.store")
for found in adv.saturate("plaintext") + adv.facts("attachment"):
    adv.claim(found)`, opened)))
		talk(l, func(int) string { return "yes" }, "AB", "BC", "BA", "AB")
		for i := range l.Conversation.Messages {
			l.Conversation.Messages[i].Attachments = []world.Attachment{
				{Name: "a", Data: []byte("picture")}, {Name: "b"}}
		}
		c := runOne(t, l)
		require.Empty(t, c.Error)
		var numbers []int
		for k := range opened {
			numbers = append(numbers, k+1)
		}
		require.Equal(t, numbers, c.Trace.Opened)
		require.Equal(t, attacks.Count{2 * opened, 8}, c.Attachments)
		require.Zero(t, c.FalseClaims)
	}
}

// A salt is as long as scripts are told, and no two are alike: neither of two
// messages, nor of two seeds.
func TestSaltsDiffer(t *testing.T) {
	seen := map[string]bool{}
	for seed := range world.Seed(3) {
		l := toyLab(t)
		l.Seed = seed
		talk(l, func(int) string { return "yes" }, "AB", "BC", "BA", "AB")
		for k, body := range asTyped(t, l) {
			require.Len(t, body, attacks.SaltSize+len("yes"), "message %d", k)
			require.Equal(t, "yes", string(body[attacks.SaltSize:]))
			for i := 0; i < attacks.SaltSize; i += 4 { // in every part of it
				part := fmt.Sprint(i, body[i:i+4])
				require.False(t, seen[part], "message %d, seed %d: bytes %d to %d of the salt", k, seed, i, i+4)
				seen[part] = true
			}
		}
	}
}

// A guess of a text, or one with a salt of zeros or another message's, is a false
// claim.
func TestGuessesAreFalse(t *testing.T) {
	l := toyLab(t)
	said := asTyped(t, l)
	for name, guess := range map[string][]byte{
		"the text":               []byte("message 1"),
		"a salt of zeros":        append(make([]byte, attacks.SaltSize), "message 1"...),
		"the salt of another":    append(bytes.Clone(said[2][:attacks.SaltSize]), "message 1"...),
		"the salt alone":         said[1][:attacks.SaltSize],
		"cut short":              said[1][:len(said[1])-1],
		"a byte more":            append(bytes.Clone(said[1]), 0),
		"the text without salts": said[1][attacks.SaltSize:],
		"nothing":                {},
	} {
		l := toyLab(t, attack(`"provider.store"`, "", opensNothing, `
adv.advance(adv.end)
adv.take("provider.store")
for text in adv.saturate("plaintext"):
    adv.claim(text)`))
		l.Designs = []world.Design{gossip{say: world.Fact{Kind: world.Plaintext, Data: guess}}}
		c := runOne(t, l)
		require.Empty(t, c.Error)
		require.Empty(t, c.Trace.Opened, name)
		require.Equal(t, 1, c.FalseClaims, name)
	}
}

// Every part of an outcome is compared with what was expected of it, in both
// directions: more than expected is a surprise like less.
func TestEveryPartIsCompared(t *testing.T) {
	measured := map[string]string{"TB": "some", "TA": "all", "OB": "none", "OA": "some", "files": "some"}
	body := `
adv.advance(4)
adv.take("trustee:1.store")
adv.advance(adv.end)
adv.take("provider.store")
texts, files = adv.saturate("plaintext"), adv.facts("attachment")
for found in [texts[0], texts[4], texts[5], files[0]]:
    adv.claim(found)`
	parts := map[string]string{"TB": "target before", "TA": "target after", "OB": "others before",
		"OA": "others after", "files": "attachments"}
	run := func(e map[string]string) attacks.Cell {
		outcome := fmt.Sprintf(`opens(target = (%q, %q), others = (%q, %q), files = %q, why = "y")`,
			e["TB"], e["TA"], e["OB"], e["OA"], e["files"])
		l := toyLab(t, attack(everywhere, "", outcome, body))
		talk(l, numbered, "AB", "BA", "BC", "CB", "AC", "BC", "CB")
		l.Settings.At = 4
		for i := range 2 {
			l.Conversation.Messages[i].Attachments = []world.Attachment{{Name: "a", Data: []byte("picture")}}
		}
		return runOne(t, l)
	}
	c := run(measured)
	require.Empty(t, c.Trace.Surprise)
	require.True(t, c.Expected)
	for part, name := range parts {
		for _, level := range []string{"none", "some", "all"} {
			expected := maps.Clone(measured)
			expected[part] = level
			c := run(expected)
			require.Empty(t, c.Error)
			if level == measured[part] {
				require.True(t, c.Expected, name)
				continue
			}
			require.False(t, c.Expected, "%s: expected %s, measured %s", name, level, measured[part])
			require.Contains(t, c.Trace.Surprise, name+": expected "+level)
			require.NotContains(t, c.Trace.Surprise, ";", "nothing else is unlike")
		}
	}
}

// What was taken and what follows from it counts against a budget of bytes, few facts
// or many.
func TestBytesAreBounded(t *testing.T) {
	const grown world.Kind = "grown"
	grow := world.Rule{Name: "grow", Takes: []world.Kind{worldtest.ToyKey}, Gives: []world.Kind{grown},
		Apply: func(world.Input) (out []world.Derived, _ error) {
			for i := range 40 {
				data := bytes.Repeat([]byte{byte(i)}, 1000)
				out = append(out, world.Derived{Fact: world.Fact{Kind: grown, Data: data}})
			}
			return out, nil
		}}
	shrunk := deduce.Budget{Facts: 3000, Bytes: 30_000, Work: 100_000}
	run := func(left deduce.Budget, more ...world.Rule) attacks.Cell {
		l := toyLab(t, attack(everywhere, "", opensAll, keyTheft))
		l.Designs = []world.Design{anything{more: more}}
		l.SetBudget(left)
		return runOne(t, l)
	}
	require.True(t, run(shrunk).Expected)
	require.Contains(t, run(shrunk, grow).Error, "what was taken is too much")
	c := run(deduce.Budget{Facts: 3000, Bytes: 300_000, Work: 100_000}, grow)
	require.True(t, c.Expected, "%+v", c)

	l := toyLab(t, attack(everywhere, "", opensAll, keyTheft))
	l.SetBudget(shrunk)
	l.Conversation.Messages[0].Text = strings.Repeat("long ", 10_000)
	require.Contains(t, runOne(t, l).Error, "what was taken is too much", "of loot, too")
}

// Of metadata an expectation may be wrong as of any other part. What a script leaves
// out is not compared, and the trace names it.
func TestMetadataIsCompared(t *testing.T) {
	for states, want := range map[string][2]string{
		``:                                  {"", "attachments and metadata"},
		`files = "none"`:                    {"", "metadata"},
		`files = "none", metadata = "all"`:  {"", ""},
		`files = "none", metadata = "some"`: {"metadata: expected some, measured 4 of 4", ""},
		`metadata = "none"`:                 {"metadata: expected none, measured 4 of 4", "attachments"},
	} {
		outcome := fmt.Sprintf(`opens(target = "all", others = "all", why = "y", %s)`, states)
		c := runOne(t, toyLab(t, attack(`"provider.store", "trustee:1.store"`, "", outcome, keyTheft)))
		require.Empty(t, c.Error)
		require.Equal(t, want, [2]string{c.Trace.Surprise, c.Trace.Unstated}, states)
		require.Equal(t, want[0] == "", c.Expected, states)
	}
}

// Whether anybody learns of the access later is compared if it is stated.
func TestDisclosureIsCompared(t *testing.T) {
	for states, want := range map[string]string{
		``: "", `disclosed = None`: "", `disclosed = False`: "",
		`disclosed = True`: "disclosed: expected true, measured false",
	} {
		outcome := fmt.Sprintf(`opens(target = "all", others = "all", why = "y", %s)`, states)
		c := runOne(t, toyLab(t, attack(`"provider.store", "trustee:1.store"`, "", outcome, keyTheft)))
		require.Empty(t, c.Error)
		require.Equal(t, want, c.Trace.Surprise, states)
		require.Equal(t, want == "", c.Expected, states)
	}
	stated := `opens(target = "all", others = "all", why = "y", disclosed = "yes")`
	_, err := script.Load("sample.star", []byte(attack("", "", stated, "pass")))
	require.ErrorContains(t, err, "want True or False")
}
