package attacks_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/deduce"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/world"
	"doormat/world/worldtest"
)

// anything is the toy with a making rule that builds whatever packet the script
// spells as "from>to>data", and with more rules, hostile ones.
type anything struct {
	worldtest.Toy
	more []world.Rule
}

const writeAnything = "write any packet"

func (d anything) Rules() []world.Rule {
	return append(append(d.Toy.Rules(), world.Rule{
		Name: writeAnything, Doc: "Spells a packet.", Make: true, Gives: []world.Kind{world.Outgoing},
		Apply: func(in world.Input) ([]world.Derived, error) {
			f := strings.SplitN(string(in.Text), ">", 3)
			if len(f) != 3 {
				return nil, errors.New("want from>to>data")
			}
			p := world.Packet{From: f[0], To: f[1], Data: []byte(f[2])}
			return world.Conclude(world.Fact{Kind: world.Outgoing, Data: p.Encode(conversationStart)}), nil
		},
	}), d.more...)
}

const everything = `"provider.store", "provider.control", "trustee:1..2.store", "network.tap", "network.tamper", "court.store"`

// cheats are scripts that try to lie, to reach further than they declared, or to
// break the machine, and the error that each gets.
var cheats = []struct{ name, needs, body, want string }{
	{"claims out of nowhere", `"provider.store"`, `adv.claim(0)`, "fact 0 does not exist"},
	{"claims a string", `"provider.store"`, `adv.claim("message 1")`, "want a fact's number, as take, saturate, apply and facts give them in lists, got message 1"},
	{"claims bytes", `"provider.store"`, `adv.claim(b"message 1")`, "want a fact's number, as take, saturate, apply and facts give them in lists, got 9 bytes"},
	{"claims loot itself", `"provider.store", "trustee:1.store"`, `adv.claim(adv.take("trustee:1.store")[0])`, "is not derived from loot"},
	{"claims what rests on nothing", `"provider.store"`, `adv.claim(adv.apply("write any packet", text = "outsider>provider>x")[0])`, "is not derived from loot"},
	{"claims the negative", `"provider.store"`, `adv.claim(-1)`, "fact -1 does not exist"},
	{"claims the huge", `"provider.store"`, `adv.claim(1 << 52)`, "does not exist"},
	{"claims beyond numbers", `"provider.store"`, `adv.claim(1 << 100)`, "2^53 or more cannot cross"},
	{"claims a truth", `"provider.store"`, `adv.claim(True)`, "want a fact's number"},
	{"claims a fraction", `"provider.store"`, `adv.claim(1.5)`, "a float cannot cross"},
	{"claims itself", `"provider.store"`, `adv.claim(adv)`, "a struct cannot cross"},
	{"claims a list in itself", `"provider.store"`, "l = []\nl.append(l)\nadv.claim(l)", "lists more than 8 deep"},
	{"claims without end", `"provider.store"`, `adv.claim(range(1 << 40))`, "cannot cross"},
	{"claims nothing", `"provider.store"`, `adv.claim()`, "lists, got nothing"},
	{"claims a list", `"provider.store"`, `adv.claim(adv.take("provider.store"))`, "one after the other: for f in ..."},
	{"claims two", `"provider.store"`, `adv.claim(1, 2)`, "2 arguments, want at most 1"},

	{"takes what it did not declare", `"provider.store"`, `adv.take("trustee:1.store")`, "capability trustee:1.store is not among the needs"},
	{"takes more of a range than it declared", everything, `adv.take("trustee:1..3.store")`, "capability trustee:3.store is not among"},
	{"takes a range that does not exist", everything, `adv.take("trustee:1..9.store")`, "trustees 1 to 9 of 3 do not exist"},
	{"takes nonsense", everything, `adv.take("everything")`, "want principal.surface"},
	{"takes a number", everything, `adv.take(7)`, "want a short string as argument 1, got 7"},
	{"takes by another name", everything, `adv.take(capability = "provider.store")`, "unexpected argument capability"},
	{"takes by a name close by", everything, `adv.take("provider.store", kinds = "key")`, `did you mean "kind"?`},
	{"takes one thing twice", everything, `adv.take("provider.store", cap = "provider.store")`, "argument cap is given twice"},
	{"takes through control before it holds", everything, `adv.take("provider.control")`, "hold it before taking from it"},
	{"takes through a tap", everything, `adv.take("network.tap")`, "cannot be used so"},
	{"taps what it did not declare", `"provider.store"`, `adv.tap("network.tap")`, "network.tap is not among"},
	{"holds what it did not declare", `"provider.store"`, `adv.hold("provider.control")`, "provider.control is not among"},
	{"holds what it may only take", everything, `adv.hold("provider.store")`, "cannot be used so"},
	{"holds with a program that it did not declare", everything, `adv.hold("provider.control", "evil")`, "is not among those that the header's applies declares"},
	{"solves without a quantum computer", everything, `adv.solve([])`, "quantum.control is not among"},
	{"orders without a court", `"provider.store"`, `adv.order(accounts = ["A"])`, "court.order is not among"},
	{"orders through the court's key", everything, `adv.order(accounts = ["A"])`, "court.order is not among"},
	{"orders with nothing", `"court.order"`, `adv.order()`, ""}, // the toy has no court: not applicable

	{"applies a rule that it did not declare", `"provider.store", "trustee:1.store"`, `adv.apply("forge a toy message", adv.take("trustee:1.store"), 0)`, "is not among those that the header's applies declares"},
	{"applies a rule that there is not", everything, `adv.apply("break it")`, `no rule "break it"`},
	{"applies to nothing", everything, `adv.apply("open a toy message")`, "0 facts were given"},
	{"applies to other kinds", everything, "k = adv.take(\"trustee:1.store\")\nadv.apply(\"open a toy message\", k, k)", "argument 1 is a toy key, want a toy message"},
	{"applies to too many", everything, "k = adv.take(\"trustee:1.store\")\nadv.apply(\"read a toy message\", k, k)", "2 facts were given"},
	{"applies to what does not exist", everything, `adv.apply("read a toy message", 99)`, "fact 99 does not exist"},
	{"applies an opening rule to text", everything, `adv.apply("open a toy message", 0, 1, text = "message 1")`, "opens, and takes no text"},
	{"joins what does not belong together", everything, "adv.advance(2)\nadv.take(\"provider.store\")\nadv.saturate()\nadv.apply(\"join two\", adv.facts(\"metadata\"))", "it joins facts of one ref"},
	{"applies to a list of names", everything, `adv.apply("open a toy message", ["a"])`, "want fact ids"},
	{"reads what does not exist", everything, `adv.read(12)`, "fact 12 does not exist"},

	{"sends in another's name", `"trustee:1.store"`, `adv.send(adv.apply("write any packet", text = "provider>device:A>x"))`, "packet from provider: it is not under control"},
	{"sends to a user", everything, "adv.hold(\"network.tamper\")\nadv.send(adv.apply(\"write any packet\", text = \"device:A>user:A>\\x03\"))", "no adversary reaches that link"},
	{"sends as the law", everything, "adv.hold(\"network.tamper\")\nadv.send(adv.apply(\"write any packet\", text = \"law>provider>\\x0a\"))", "no adversary reaches that link"},
	{"sends loot", everything, `adv.send(adv.take("trustee:1.store"))`, "want a packet to send"},
	{"sends through a tap", `"network.tap"`, `adv.send(0)`, "fact 0 does not exist"},

	{"goes back in time", everything, "adv.advance(3)\nadv.advance(2)", "moment 2: want one from 3"},
	{"goes beyond the end", everything, `adv.advance(5)`, "to 4 (the end)"},
	{"rests in the middle", everything, "adv.advance(2)\nadv.rest(1)", "only after the last message"},
	{"rests backward", everything, "adv.advance(adv.end)\nadv.rest(-1)", "-1 days: want 1 to 36525"},
	{"rests for ever", everything, "adv.advance(adv.end)\nadv.rest(1 << 40)", "want 1 to 36525"},

	{"answers twice", everything, "adv.hold(\"provider.control\")\nfor p in adv.packets(2):\n    p.deliver()\n    p.drop()", "does not wait for an answer"},
	{"answers after the loop", everything, "adv.hold(\"provider.control\")\nfor p in adv.packets(1):\n    q = p\nq.drop()", "does not wait for an answer"},
	{"answers in another turn", everything, "adv.hold(\"provider.control\")\nall = []\nfor p in adv.packets(2):\n    all.append(p)\n    if len(all) == 2:\n        all[0].drop()", "does not wait for an answer"},
	{"answers another loop", everything, "adv.hold(\"provider.control\")\nq = None\nfor p in adv.packets(1):\n    q = p\nfor p in adv.packets(2):\n    q.drop()", "does not wait for an answer"},
	{"nests loops", everything, "adv.hold(\"provider.control\")\nfor p in adv.packets(2):\n    for q in adv.packets(2):\n        q.drop()", "not inside a loop over adv.packets()"},
	{"advances in a loop", everything, "adv.hold(\"provider.control\")\nfor p in adv.packets(2):\n    adv.advance(3)", "not inside a loop over adv.packets()"},
	{"loops backward", everything, "adv.advance(3)\nfor p in adv.packets(1):\n    pass", "moment 1: want one from 3"},
	{"loops until a word", everything, "for p in adv.packets(\"end\"):\n    pass", "got string, want int"},
	{"unpacks packets", everything, "adv.hold(\"provider.control\")\na, b = adv.packets(4)", "too many values to unpack"},
	{"loses itself in a loop", everything, "adv.hold(\"provider.control\")\nfor p in adv.packets(4):\n    fail(\"enough\")", "enough"},

	{neverEnds, everything, "while True:\n    pass", "does the script end?"},
	{"calls without end", everything, "while True:\n    adv.facts(\"plaintext\")", "calls: does the script end?"},
	{"recurses", everything, "def f(x):\n    return f(x + 1)\nf(0)", "called recursively"},
	{"speaks at length", everything, `adv.take("x" * 100000)`, "bytes more"},
	{"writes into the header", everything, `adv.needs.append("court.control")
adv.take("court.control")`, "court.control is not among"},
	{"writes into adv", everything, `adv.at = 7`, "can't assign to .at field"},
	{"asks for what is not there", everything, `adv.truth`, "adv has no .truth: it has"},
	{"describes itself again", everything, `technique(id = "other")`, "called twice"},
}

// neverEnds is loaded as scripts from outside are, which may take a tenth of the steps of those of
// the library. The test of package script shows that the library's are bounded too.
const neverEnds = "never ends"

// served is a connection to a script that a goroutine runs.
type served struct {
	io.Reader
	io.WriteCloser
}

func serve(context.Context) (io.ReadWriteCloser, error) {
	questions, ask := io.Pipe()
	answers, answer := io.Pipe()
	go func() { answer.CloseWithError(script.Serve(questions, answer)) }()
	return served{answers, ask}, nil
}

func TestCheats(t *testing.T) {
	l := toyLab(t)
	l.SetCalls(technique.MaxCalls / 64)
	l.Designs = []world.Design{anything{more: []world.Rule{{Name: "join two", Takes: []world.Kind{world.Metadata, world.Metadata},
		Gives: []world.Kind{world.Plaintext}, Apply: func(world.Input) ([]world.Derived, error) { return nil, errors.New("nothing") }}}}}
	position := regexp.MustCompile(`^cheat(\d+)\.star:\d+:\d+: .`)
	for i, c := range cheats {
		src := strings.Replace(attack(c.needs, `applies = ["write any packet"],`, opensAll, c.body), "sample", fmt.Sprintf("cheat-%d", i), 1)
		if strings.Contains(c.name, "did not declare") {
			src = strings.Replace(src, `applies = ["write any packet"],`, "", 1)
		}
		src = strings.ReplaceAll(src, `, "court.store"`, "")
		name := fmt.Sprintf("cheat%d.star", i)
		a, err := script.Load(name, []byte(src))
		if c.name == neverEnds {
			a, err = script.Remote(t.Context(), name, []byte(src), false, serve, nil)
		}
		require.NoError(t, err, c.name)
		l.Attacks = append(l.Attacks, a)
	}
	honest, err := script.Load("honest.star", []byte(attack(`"provider.store", "trustee:1.store"`, "", opensAll, keyTheft)))
	require.NoError(t, err)
	l.Attacks = append(l.Attacks, honest)
	res, err := l.Run(context.Background())
	require.NoError(t, err)
	require.Len(t, res.Cells, len(cheats)+1)
	for i, c := range cheats {
		cell := res.Cells[i]
		require.False(t, cell.Expected, c.name)
		require.Zero(t, cell.Content.Target.Recovered+cell.Content.Others.Recovered+cell.Forged, c.name)
		if c.want == "" {
			require.False(t, cell.Applicable, c.name)
			continue
		}
		require.Less(t, len(cell.Error), 500, c.name)
		require.Regexp(t, position, cell.Error, c.name)
		require.Contains(t, cell.Error, c.want, c.name)
	}
	require.True(t, res.Cells[len(cheats)].Expected, "%+v", res.Cells[len(cheats)])
	doc, err := json.Marshal(res)
	require.NoError(t, err)
	require.NotContains(t, string(doc), "null")
}

// What a script made up and claims is a false claim, however it got there.
func TestFalseClaims(t *testing.T) {
	c := runOne(t, toyLab(t, attack(`"provider.control", "provider.store", "trustee:1.store"`, `applies = ["forge a toy message"],`, opensAll, `
adv.advance(2)
key = adv.take("trustee:1.store")
adv.hold("provider.control")
adv.take("provider.store")
adv.saturate()
made = adv.apply("forge a toy message", key, adv.facts("metadata")[0], text = "message 1")
adv.claim(made[0])
adv.send(made)
adv.advance(3)
before = len(adv.facts("plaintext"))
adv.saturate()
for text in adv.facts("plaintext"):
    if adv.read(text).data == b"message 1":
        adv.claim(text)
`)))
	require.Empty(t, c.Error)
	require.Equal(t, 2, c.FalseClaims)
	require.Zero(t, c.Content.Target.Recovered+c.Content.Others.Recovered)
	require.Equal(t, 1, c.Forged)
}

// A loop that ends early leaves the rest to the honest program.
func TestLeavingALoop(t *testing.T) {
	c := runOne(t, toyLab(t, attack(`"provider.control", "trustee:1.store", "provider.store"`, "", opensAll, `
adv.hold("provider.control")
for p in adv.packets(adv.end):
    break
key = adv.take("trustee:1.store")
adv.advance(adv.end)
adv.take("provider.store")
adv.saturate()
for text in adv.facts("plaintext"):
    adv.claim(text)
`)))
	require.Empty(t, c.Error)
	require.True(t, c.Expected, c.Trace.Surprise)
	require.Equal(t, 4, c.Content.Target.Recovered+c.Content.Others.Recovered)
}

// A design that breaks its promises, loops or explodes costs its own cells only.
func TestHostileDesigns(t *testing.T) {
	const growing world.Kind = "growing"
	give := func(facts ...world.Derived) func(world.Input) ([]world.Derived, error) {
		return func(world.Input) ([]world.Derived, error) { return facts, nil }
	}
	key, grown := []world.Kind{worldtest.ToyKey}, []world.Kind{growing}
	for name, c := range map[string]struct {
		want  string
		rules []world.Rule
	}{
		"loops": {"feeds itself", []world.Rule{
			{Name: "seed", Takes: key, Gives: grown, Apply: give(world.Derived{Fact: world.Fact{Kind: growing}})},
			{Name: "grow", Takes: grown, Gives: grown, Apply: func(in world.Input) ([]world.Derived, error) {
				return world.Conclude(world.Fact{Kind: growing, Data: append(in.Facts[0].Data[:len(in.Facts[0].Data):len(in.Facts[0].Data)], 1)}), nil
			}}}},
		"explodes": {"too many ways", []world.Rule{
			{Name: "seed", Takes: key, Gives: grown, Apply: func(world.Input) (out []world.Derived, _ error) {
				for i := range int64(200) {
					out = append(out, world.Derived{Fact: world.Fact{Kind: growing, Data: world.Int(i)}})
				}
				return out, nil
			}},
			{Name: "combine", Takes: []world.Kind{growing, growing, growing, growing}, Gives: grown,
				Apply: func(world.Input) ([]world.Derived, error) { return nil, errors.New("nothing") }}}},
		"rests on what it was not given": {`rule "lie": it rests on input 7 of 1`, []world.Rule{
			{Name: "lie", Takes: key, Gives: grown, Apply: give(world.Derived{Fact: world.Fact{Kind: growing}, From: []int{7}})}}},
		"gives what it did not say": {"it gave a plaintext", []world.Rule{
			{Name: "lie", Takes: key, Gives: grown, Apply: give(world.Derived{Fact: world.Fact{Kind: world.Plaintext}})}}},
		"panics": {"fault in doormat/attacks_test.TestHostileDesigns", []world.Rule{
			{Name: "crash", Takes: key, Gives: grown, Apply: func(world.Input) ([]world.Derived, error) { panic("out of order") }}}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, needs := range []string{`"provider.store", "trustee:1.store"`, `"provider.store", "trustee:1.store", "provider.control"`} {
				body := keyTheft
				if strings.Contains(needs, "control") {
					body = `adv.hold("provider.control")` + body
				}
				l := toyLab(t, attack(needs, "", opensAll, body))
				l.Designs = []world.Design{renamed{anything{more: c.rules}}, worldtest.Toy{}}
				l.SetBudget(deduce.Budget{Facts: 3000, Bytes: 1 << 30, Work: 100_000})
				res, err := l.Run(context.Background())
				require.NoError(t, err)
				require.Contains(t, res.Cells[0].Error, c.want)
				require.False(t, res.Cells[0].Expected)
				require.True(t, res.Cells[1].Expected, "%+v", res.Cells[1])
			}
		})
	}
}

// renamed is a design under another id, so that two can stand in one lab.
type renamed struct{ world.Design }

func (r renamed) Info() world.Info {
	i := r.Design.Info()
	i.ID = "renamed"
	i.Classes = append([]string{"toy"}, i.Classes...)
	return i
}

// broken is a design whose set-up fails, or whose nodes panic.
type broken struct {
	renamed
	panics bool
}

func (b broken) Setup(world.Config) (world.Deploy, error) {
	if !b.panics {
		return nil, errors.New("no quorum")
	}
	return func() []world.Node { panic("out of order") }, nil
}

func TestBrokenDesigns(t *testing.T) {
	for want, b := range map[string]broken{
		"design renamed: set-up: no quorum": {renamed{worldtest.Toy{}}, false},
		"broken.Setup.func1: out of order":  {renamed{worldtest.Toy{}}, true},
	} {
		l := toyLab(t, attack(`"provider.store", "trustee:1.store"`, "", opensAll, keyTheft))
		l.Designs = []world.Design{b, worldtest.Toy{}}
		res, err := l.Run(context.Background())
		require.NoError(t, err)
		require.Contains(t, res.Cells[0].Error, want)
		require.True(t, res.Cells[1].Expected)
	}
}

func TestCancelledRunStillHasAllCells(t *testing.T) {
	l := toyLab(t, attack(`"provider.store", "trustee:1.store"`, "", opensAll, keyTheft))
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errors.New("out of time"))
	res, err := l.Run(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Len(t, res.Cells, 1)
	require.Equal(t, "out of time", res.Cells[0].Error)
}

func TestIdsMustDiffer(t *testing.T) {
	a := attack(`"provider.store", "trustee:1.store"`, "", opensAll, keyTheft)
	_, err := toyLab(t, a, a).Run(context.Background())
	require.ErrorContains(t, err, `two attacks "sample"`)
}
