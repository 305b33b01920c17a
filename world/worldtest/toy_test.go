package worldtest

import (
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

// TestToy runs the suite on the toy, or in a process that TestFaults starts on a
// toy with one fault.
func TestToy(t *testing.T) {
	if name := os.Getenv("TOY_FAULT"); name != "" {
		Run(t, faulty{Toy{}, name})
		return
	}
	Run(t, Toy{})
}

// TestFaults shows that the suite can fail: each fault is caught, by the check
// that is there for it.
func TestFaults(t *testing.T) {
	for name, want := range map[string]string{
		"shows twice":             "Not equal",
		"loses a message":         "Not equal",
		"loses a file":            "Not equal",
		"shows another sender":    "Not equal",
		"shows to all":            "Not equal",
		"talks in the clear":      "travels in the clear",
		"says nothing":            "Not equal",
		"calls in the clear":      "is said in the clear",
		"alarms":                  "warns: fire",
		"names no packets":        "has no name in Packets of Info",
		"shares state":            "the one that waited",
		"ignores the seed":        "another seed gives the same run",
		"counts looks":            "device:Ada",
		"holds a conclusion":      "it is concluded by a rule",
		"obeys anybody":           "obeys kind",
		"unlocks for anybody":     "obeys kind 11",
		"never unlocks":           "an unlocked device is not handed over",
		"panics on a short word":  "panic: short",
		"shows what cannot open":  "is shown",
		"answers as another":      "answered in the name of",
		"rule without a doc":      "Should NOT be empty",
		"rule that writes":        "the rule changes its inputs",
		"rule that remembers":     "the rule is not pure",
		"rule that gives more":    "does not contain",
		"rule that panics":        "index out of range",
		"rule that takes nothing": "nothing gives a unicorn",
		"maker that hides a text": "the rule reads a text",
		"maker that reads":        "who makes a message does not read one",
		"opener that sends":       "only a making rule builds",
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(os.Args[0], "-test.run=^TestToy$", "-rapid.nofailfile", "-rapid.checks=101")
			cmd.Env = append(os.Environ(), "TOY_FAULT="+name)
			out, err := cmd.CombinedOutput()
			require.Error(t, err, "the suite passes a design that %s", name)
			require.Contains(t, string(out), want)
		})
	}
}

// faulty is the toy with one fault.
type faulty struct {
	Toy
	fault string
}

func (f faulty) Info() world.Info {
	i := f.Toy.Info()
	if f.fault == "names no packets" {
		i.Packets = nil
	}
	return i
}

func (f faulty) Setup(env world.Config) (world.Deploy, error) {
	if f.fault == "ignores the seed" {
		env.Seed = 1
	}
	deploy, err := f.Toy.Setup(env)
	runs := 0
	return func() []world.Node {
		runs++
		nodes := deploy()
		for i, n := range nodes {
			if _, ok := n.(*toyDevice); ok {
				nodes[i] = &faultyNode{Node: n, faulty: f, runs: runs, all: env.Accounts}
			}
		}
		return nodes
	}, err
}

type faultyNode struct {
	world.Node
	faulty
	runs, packets, looks int
	all                  []string
}

func (n *faultyNode) Handle(now time.Time, p world.Packet) []world.Packet {
	account, _ := world.AccountOf(n.Name())
	user := world.UserOf(account)
	shown := func(to, from, body string) world.Packet {
		return world.Packet{From: n.Name(), To: world.UserOf(to), Data: world.Pack(world.KindShown, []byte(from), []byte(body))}
	}
	n.packets++
	switch n.fault {
	case "panics on a short word":
		if len(p.Data) == 1 && p.From == world.Outsider {
			panic("short")
		}
	case "obeys anybody":
		if p.Kind() == world.KindAskNumber {
			p.From = user
		}
	case "unlocks for anybody":
		if p.Kind() == world.KindUnlock {
			p.From = user
		}
	}
	out := n.Node.Handle(now, p)
	first := func(kind byte) int {
		return slices.IndexFunc(out, func(p world.Packet) bool { return p.Kind() == kind })
	}
	i := first(world.KindShown)
	switch {
	case n.fault == "shows twice" && i >= 0:
		out = append(out, out[i])
	case n.fault == "loses a message" && i >= 0 && n.packets > 6:
		out = nil
	case n.fault == "says nothing":
		out = slices.DeleteFunc(out, func(p world.Packet) bool { return p.Kind() == world.KindHeard })
	case n.fault == "calls in the clear" && p.Kind() == world.KindSpeak:
		out = append(out, world.Packet{From: n.Name(), To: "provider", Data: p.Data})
	case n.fault == "loses a file":
		out = slices.DeleteFunc(out, func(p world.Packet) bool { return p.Kind() == world.KindFile })
	case n.fault == "shows another sender" && i >= 0:
		out[i].Data = world.Pack(world.KindShown, []byte("Dov"), out[i].Data[12:])
	case n.fault == "shows to all" && p.Kind() == ToySent && len(p.Data) > 0 && account == "Dov":
		out = append(out, shown(account, "Ada", "anything"))
	case n.fault == "talks in the clear" && p.Kind() == world.KindTyped:
		out = append(out, world.Packet{From: n.Name(), To: "provider", Data: p.Data})
	case n.fault == "alarms" && p.Kind() == world.KindTick:
		out = append(out, world.Warn(n.Name(), "fire"))
	case n.fault == "shares state" && p.Kind() == world.KindTyped:
		out = append(out, world.Packet{From: n.Name(), To: "nobody", Data: world.Int(int64(n.runs))})
	case n.fault == "never unlocks" && p.Kind() == world.KindUnlock:
		out = nil
	case n.fault == "shows what cannot open" && first(world.KindWarning) >= 0:
		out = append(out, shown(account, "Ada", "it may be important"))
	case n.fault == "answers as another" && p.Kind() == world.KindTick:
		out = append(out, world.Packet{From: "provider", To: user})
	}
	return out
}

func (n *faultyNode) Holdings() []world.Fact {
	facts := n.Node.Holdings()
	switch n.looks++; n.fault {
	case "counts looks":
		facts = append(facts, world.Fact{Kind: "looks", Data: world.Int(int64(n.looks))})
	case "holds a conclusion":
		facts = append(facts, world.Fact{Kind: world.Plaintext})
	}
	return facts
}

func (f faulty) Rules() []world.Rule {
	calls := 0
	r := world.Rule{Name: "new", Doc: "A fault.", Takes: []world.Kind{ToyMessage}, Gives: []world.Kind{ToyKey}}
	r.Apply = func(in world.Input) ([]world.Derived, error) { return nil, io.EOF }
	switch f.fault {
	case "rule without a doc":
		r.Doc = ""
	case "rule that writes":
		r.Apply = func(in world.Input) ([]world.Derived, error) {
			clear(in.Facts[0].Data)
			return nil, io.EOF
		}
	case "rule that remembers":
		r.Apply = func(in world.Input) ([]world.Derived, error) {
			calls++
			return world.Conclude(world.Fact{Kind: ToyKey, Data: world.Int(int64(calls))}), nil
		}
	case "rule that gives more":
		r.Apply = func(in world.Input) ([]world.Derived, error) {
			return world.Conclude(world.Fact{Kind: world.Metadata}), nil
		}
	case "rule that panics":
		r.Apply = func(in world.Input) ([]world.Derived, error) {
			_ = in.Facts[0].Data[3]
			return nil, io.EOF
		}
	case "rule that takes nothing":
		r.Takes = []world.Kind{"unicorn"}
	case "maker that hides a text":
		r.Make, r.Gives = true, []world.Kind{world.Outgoing}
		r.Apply = func(in world.Input) ([]world.Derived, error) {
			return world.Conclude(world.Fact{Kind: world.Outgoing, Data: in.Text}), nil
		}
	case "maker that reads":
		r.Make, r.Gives = true, []world.Kind{world.Plaintext}
	case "opener that sends":
		r.Gives = []world.Kind{world.Outgoing}
	default:
		return f.Toy.Rules()
	}
	return append(f.Toy.Rules(), r)
}
