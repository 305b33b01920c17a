package drawing

import (
	"fmt"
	"html/template"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/deduce"
	"doormat/demo/replay"
	"doormat/demo/summary"
	"doormat/world"
)

// swept is a sweep over every step-th moment of a design of which an attack after
// message x opens what open says, and of one to which it does not apply.
func swept(messages, step int, name string, open func(at, k int) bool) *summary.Sweep {
	s := &summary.Sweep{Over: "at", Conversation: imitation(messages, 3, name).Conversation}
	for at := 1; at <= messages; at += step {
		c := attacks.Cell{Design: "d", Applicable: true, At: at, Expected: true}
		for k := 1; k <= messages; k++ {
			if open(at, k) {
				c.Trace.Opened = append(c.Trace.Opened, k)
			}
		}
		s.Values = append(s.Values, fmt.Sprint(at))
		s.Results = append(s.Results, &attacks.Result{Settings: world.Settings{At: at, Target: name}, Conversation: attacks.Counts{Messages: messages},
			Designs: []attacks.DesignRow{{ID: "d", Name: name}, {ID: "e", Name: name}}, Cells: []attacks.Cell{c, {Design: "e", Why: "nobody there: " + name}}})
	}
	return s
}

func past(at, k int) bool { return k <= at }
func all(int, int) bool   { return true }

// area adds up the rectangles of a path.
func area(t *testing.T, m markup, class string) (sum float64) {
	for _, e := range m.tags {
		for _, a := range e.Attr {
			if a.Name.Local != "class" || a.Value != class {
				continue
			}
			for _, hit := range regexp.MustCompile(`h(-?[\d.]+)v(-?[\d.]+)h`).FindAllStringSubmatch(e.Attr[1].Value, -1) {
				var w, h float64
				_, err := fmt.Sscan(hit[1], &w)
				require.NoError(t, err)
				_, err = fmt.Sscan(hit[2], &h)
				require.NoError(t, err)
				sum += w * h
			}
		}
	}
	return sum / fieldSide / fieldSide
}

func TestMoments(t *testing.T) {
	m := parse(t, Moments(swept(60, 1, "Ann", past), 0))
	require.Contains(t, m.words, "Attack after message 1: 1 of 1 written before it are open, 0 of 59 written after it.")
	require.Contains(t, m.words, "Attack after message 30: 30 of 30 written before it are open, 0 of 30 written after it.")
	require.InDelta(t, 61.0/120, area(t, m, "open"), 0.01, "half of the field, with the diagonal")
	require.Contains(t, m.words, "the future")

	m = parse(t, Moments(swept(60, 1, "Ann", all), 0))
	require.InDelta(t, 1, area(t, m, "open"), 0.001)
	require.NotZero(t, m.count("path", "hatch"))

	m = parse(t, Moments(swept(60, 1, "Ann", func(_, k int) bool { return k%10 < 5 }), 0))
	require.InDelta(t, 0.5, area(t, m, "open"), 0.001, "stripes")

	every := swept(999, 10, "Ann", func(_, k int) bool { return k%2 == 0 })
	m = parse(t, Moments(every, 0))
	require.InDelta(t, 1, area(t, m, "part"), 0.001, "some of every line")
	require.Zero(t, m.count("path", "open"))

	m = parse(t, Moments(every, 1))
	require.Contains(t, m.words, "Nobody there: Ann.")
	every.Results[3].Cells[0].Error = "boom"
	every.Over = "retention"
	m = parse(t, Moments(every, 0))
	require.Contains(t, m.words, "At 1 of 100 values there is nothing to measure")
	require.Contains(t, m.words, "retention is x")
	require.NotContains(t, m.words, "the future")

	require.Empty(t, Moments(nil, 0))
	require.Empty(t, Moments(&summary.Sweep{}, 0))
	require.Empty(t, Moments(every, 2))
	require.Empty(t, Moments(every, -1))
}

// TestMomentsOfMuch bounds the worst picture: as many moments and lines as there can
// be, and nothing alike beside anything.
func TestMomentsOfMuch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	s := swept(20_000, 100, "Ann", func(int, int) bool { return false })
	for _, res := range s.Results {
		for k := 1; k <= 20_000; k++ {
			if r.IntN(300) == 0 || (k/167+res.Settings.At/100)%2 == 0 {
				res.Cells[0].Trace.Opened = append(res.Cells[0].Trace.Opened, k)
			}
		}
	}
	picture := Moments(s, 0)
	parse(t, picture)
	require.Less(t, len(picture), 500_000)
}

// chain is a proof of so many shares, of which a key follows, then the plaintext.
func chain(shares int, text string) deduce.Proof {
	var proof deduce.Proof
	var parents []int
	for i := range shares {
		parents = append(parents, i)
		proof = append(proof, deduce.Step{Fact: world.Fact{Kind: "share", Ref: "key 1", Data: []byte{byte(i), 7}}, Origin: fmt.Sprintf("trustee:%d.store", i+1)})
	}
	proof = append(proof, deduce.Step{Fact: world.Fact{Kind: "packet", Data: make([]byte, 5000)}, Origin: deduce.Made})
	proof = append(proof, deduce.Step{Fact: world.Fact{Kind: "key", Data: []byte(strings.Repeat("k", 100))}, Rule: "combine shares", Parents: parents})
	return append(proof, deduce.Step{Fact: world.Fact{Kind: world.Plaintext, Data: []byte("0123456789abcdef" + text)}, Rule: "open", Parents: []int{shares + 1, shares}})
}

func drawProof(proof deduce.Proof, texts bool) template.HTML {
	return Proof(replay.Graph(proof), proof, texts)
}

func TestProof(t *testing.T) {
	proof := chain(3, "Meet me at the bridge.")
	m := parse(t, drawProof(proof, true))
	require.Equal(t, []int{3, 1, 1, 1}, []int{m.count("g", "taken"), m.count("g", "made"), m.count("g", "derived"), m.count("g", "goal")})
	require.Contains(t, m.words, "“Meet me at the bridge.”")
	require.Contains(t, m.words, "3 pieces taken with trustee:1.store, trustee:2.store, trustee:3.store, 1 that the adversary made, and 2 rules of the design give the message.")
	require.Contains(t, m.words, "by “combine shares” from 1, 2, 3")
	require.Contains(t, m.words, "by “open” from 5, 4")
	require.NotContains(t, parse(t, drawProof(proof, false)).words, "bridge")

	m = parse(t, drawProof(chain(23, "x"), true))
	require.Equal(t, 1, m.count("g", "taken"), "shares alike share a box")
	require.Contains(t, m.words, "share ×23")

	require.Empty(t, drawProof(nil, true))
	require.Empty(t, Proof(nil, proof, true))
	require.Empty(t, Proof(replay.Graph(proof), proof[:1], true), "of another proof")
	require.Empty(t, Proof([]replay.Node{{Steps: []int{0}, Parents: []int{0}}}, proof, true), "rests on itself")
	require.Empty(t, Steps(deduce.Proof{{Parents: []int{-1}}}, true))
	require.NotEmpty(t, drawProof(proof[:1], true))
}

func TestSteps(t *testing.T) {
	m := parse(t, Steps(chain(3, "Meet me at the bridge."), true))
	require.Contains(t, m.words, "0000000000000000 0000000000000000 …", "the first 32 bytes of 5000")
	require.Equal(t, 3, m.count("details", ""), "what has more than 32 bytes can be opened")
	require.Contains(t, m.words, strings.TrimSpace(strings.Repeat("6b6b6b6b6b6b6b6b ", 12))+" 6b6b6b6b")
	for _, want := range []string{"by “combine shares”", "taken with trustee:2.store", "made by the adversary", "1, 2, 3", "5, 4", "5000", "Meet me at the bridge."} {
		require.Contains(t, m.words, want)
	}
	m = parse(t, Steps(chain(3, "Meet me at the bridge."), false))
	require.NotContains(t, m.words, "bridge")
	require.Contains(t, m.words, "3031323334353637 …", "the salt's first half")
	require.NotContains(t, m.words, "6b6b6b6b6b6b6b6b 6b")
	require.Zero(t, m.count("details", ""))
	require.Less(t, len(Steps(chain(2000, strings.Repeat("x", 5000)), true)), 1_000_000)
}

// TestBoxesDoNotOverlap draws proofs at random.
func TestBoxesDoNotOverlap(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	box := regexp.MustCompile(`<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"`)
	for range 200 {
		var proof deduce.Proof
		n := 2 + r.IntN(20)
		for i := range n {
			s := deduce.Step{Fact: world.Fact{Kind: world.Kind(fmt.Sprint("kind of fact ", i))}, Origin: "provider.store"}
			for p := range i {
				if r.IntN(3) == 0 && len(s.Parents) < 3 {
					s.Parents, s.Rule, s.Origin = append(s.Parents, p), "a rule with a name", ""
				}
			}
			proof = append(proof, s)
		}
		picture := string(drawProof(proof, true))
		type rect [4]float64
		var boxes []rect
		for _, m := range box.FindAllStringSubmatch(picture, -1) {
			var b rect
			_, err := fmt.Sscan(strings.Join(m[1:], " "), &b[0], &b[1], &b[2], &b[3])
			require.NoError(t, err)
			for _, a := range boxes {
				apart := a[0]+a[2] <= b[0] || b[0]+b[2] <= a[0] || a[1]+a[3] <= b[1] || b[1]+b[3] <= a[1]
				require.True(t, apart, "%v and %v", a, b)
			}
			boxes = append(boxes, b)
		}
		require.Len(t, boxes, n)
	}
}

func TestMoreIsInert(t *testing.T) {
	for _, name := range []string{evil, strings.Repeat("x<y ", 2500)} {
		proof := chain(3, name)
		proof[0].Origin, proof[1].Fact.Kind, proof[1].Fact.Ref, proof[4].Rule = name, world.Kind(name), name, name
		s := swept(30, 1, name, past)
		s.Over, s.Values[0], s.Results[0].Cells[0].Error = name, name, name
		for what, picture := range map[string]template.HTML{"proof": drawProof(proof, true), "steps": Steps(proof, true),
			"moments": Moments(s, 0), "absent": Moments(s, 1)} {
			parse(t, picture)
			require.Less(t, len(picture), 100_000, what)
		}
	}
}
