package attacks_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/law/lawtest"
)

// What counts as asked for by a court and as served: a message in scope of an order
// that the court signed, and of these one whose text somebody bound by the order
// yielded and the adversary claimed.

// generous is the lawful toy with a provider that hands over whatever it keeps, the
// order's scope aside.
type generous struct{ lawful }

func (d generous) Setup(env world.Config) (world.Deploy, error) {
	deploy, err := d.lawful.Setup(env)
	return func() []world.Node {
		nodes := deploy()
		for i, n := range nodes {
			if o, ok := n.(*obedient); ok && n.Name() == "provider" {
				nodes[i] = &giver{o}
			}
		}
		return nodes
	}, err
}

type giver struct{ *obedient }

func (g *giver) Handle(now time.Time, p world.Packet) []world.Packet {
	if p.Kind() == law.KindProduce && g.willing {
		return g.answer(p, world.Pack(law.KindProduced, world.EncodeFacts(g.Holdings())))
	}
	return g.obedient.Handle(now, p)
}

const process = `"court.order", "provider.order", "trustee:1.order"`

func TestLawfulCounts(t *testing.T) {
	for _, c := range []struct {
		name, needs, body string
		wide              bool
		talk              []string
		asked, served     int
	}{
		{"an order that is obeyed", process, `
adv.advance(2)
adv.order(accounts = ["A"])` + claimAll, false, nil, 2, 2},
		{"an order of which the agency claims one message", process, `
adv.advance(2)
adv.order(accounts = ["A"])
adv.claim(adv.saturate("plaintext")[0])`, false, nil, 2, 1},
		{"an order of which the agency claims nothing", process, `
adv.advance(2)
adv.order(accounts = ["A"])
adv.saturate()`, false, nil, 2, 0},
		{"an order for two accounts", process, `
adv.advance(adv.end)
adv.order(accounts = ["A", "C"])` + claimAll, false, nil, 4, 4},
		{"an order for a window", process, `
adv.advance(adv.end)
adv.order(accounts = ["B"], since = 2, until = 3)` + claimAll, false, nil, 2, 2},
		{"two orders that overlap", process, `
adv.advance(adv.end)
adv.order(accounts = ["B"], since = 1, until = 2)
adv.order(accounts = ["B"], since = 2, until = 3)` + claimAll, false, nil, 3, 3},
		{"who hands over more than was asked for does not serve more", process, `
adv.advance(adv.end)
adv.order(accounts = ["A"], since = 1, until = 1)` + claimAll, true, nil, 1, 1},
		{"one message opened outside the order and none inside", process, `
adv.advance(adv.end)
adv.order(accounts = ["A"], since = 1, until = 1)
adv.claim(adv.saturate("plaintext")[2])`, true, nil, 1, 0},
		{"an order that reaches into the future", process, `
adv.advance(2)
adv.order(accounts = ["A"], since = 1, until = 4)` + claimAll, false, nil, 3, 2},
		{"an order that ends just before more was typed", process, `
adv.advance(2)
adv.order(accounts = ["A"], since = 1, until = 2)` + claimAll, false, []string{"AB", "BA", "AC=", "CA"}, 2, 2},
		{"an order for somebody who has not spoken yet", process, `
adv.advance(1)
adv.order(accounts = ["C"], since = 1, until = 1)` + claimAll, false, nil, 0, 0},

		{"a provider that refuses", `"court.order", "trustee:1.order"`, `
adv.advance(2)
adv.order(accounts = ["A"])` + claimAll, false, nil, 2, 0},
		{"a trustee that refuses", `"court.order", "provider.order"`, `
adv.advance(2)
adv.order(accounts = ["A"])` + claimAll, false, nil, 2, 0},
		{"a phone that is unlocked", `"court.order", "user:A.order"`, `
adv.advance(2)
adv.order(accounts = ["A"])` + claimAll, false, nil, 2, 2},
		{"a phone that shows more than the order names", `"court.order", "user:B.order"`, `
adv.advance(3)
adv.order(accounts = ["B"], since = 3, until = 3)` + claimAll, false, nil, 1, 1},
		{"a thief while an order is refused", `"court.order", "provider.store", "trustee:1.store"`, `
adv.advance(2)
adv.order(accounts = ["A"])
adv.take("provider.store")
adv.take("trustee:1.store")` + claimAll, false, nil, 2, 0},
		{"a thief without an order", everywhere, `
adv.advance(2)
adv.take("provider.store")
adv.take("trustee:1.store")` + claimAll, false, nil, 0, 0},
	} {
		l := toyLab(t, attack(c.needs, "", opensAll, c.body))
		if c.talk != nil {
			talk(l, numbered, c.talk...)
		}
		if l.Designs = []world.Design{lawful{}}; c.wide {
			l.Designs = []world.Design{generous{}}
		}
		cell := runOne(t, l)
		require.Empty(t, cell.Error, c.name)
		want, got := [2]int{c.asked, c.served}, [2]int{cell.Lawful.Asked, cell.Lawful.Served}
		require.Equal(t, want, got, "%s: asked, served", c.name)
	}
}

// Served is expected and compared in both directions, where something was asked.
func TestServedIsCompared(t *testing.T) {
	for _, c := range []struct {
		needs, claim string
		served       bool
	}{
		{process, claimAll, true},
		{process, "\nadv.claim(adv.saturate(\"plaintext\")[0])", false},
		{`"court.order", "provider.order"`, "", false},
	} {
		for _, expected := range []bool{true, false} {
			outcome := `opens(target = ("some", "none"), others = "none", served = %s, why = "y")`
			if c.claim == "" {
				outcome = `opens(target = "none", others = "none", served = %s, why = "y")`
			} else if c.served {
				outcome = `opens(target = ("all", "none"), others = "none", served = %s, why = "y")`
			}
			outcome = fmt.Sprintf(outcome, map[bool]string{true: "True", false: "False"}[expected])
			l := toyLab(t, attack(c.needs, "", outcome, `
adv.advance(2)
adv.order(accounts = ["A"])`+c.claim))
			l.Designs = []world.Design{lawful{}}
			cell := runOne(t, l)
			require.Empty(t, cell.Error)
			if expected == c.served {
				require.Empty(t, cell.Trace.Surprise)
			} else {
				require.Equal(t, fmt.Sprintf("served: expected %v, measured %v", expected, c.served), cell.Trace.Surprise)
			}
		}
	}
}

// Only the court's own orders ask for anything: not those of an adversary that speaks
// in its name, on the network or in its place.
func TestOnlyTheCourtAsks(t *testing.T) {
	year := conversationStart.AddDate(1, 0, 0)
	order := law.Order{Case: "case 1", Accounts: []string{"A"}, From: conversationStart, Until: year, Expiry: year,
		Agency: make([]byte, 32)}
	signed := law.Signed{Bytes: lawtest.New("forger").Sign(order), Nonce: make([]byte, 32), Record: []byte("r")}.Encode()
	for name, c := range map[string]struct{ needs, begin, from string }{
		"in its place":                {`"court.control"`, `adv.hold("court.control")`, "court"},
		"in its name, on the network": {`"network.tamper"`, `adv.hold("network.tamper")`, "court"},
		"in another's":                {`"provider.control"`, `adv.hold("provider.control")`, "provider"},
		"in its own":                  {`"provider.store"`, ``, "outsider"},
	} {
		l := toyLab(t, attack(c.needs, `applies = ["write any packet"],`, opensNothing, fmt.Sprintf(`
adv.advance(2)
%s
adv.send(adv.apply("write any packet", text = b"%s>agency>" + %s))`, c.begin, c.from, literal(signed))))
		l.Designs = []world.Design{lawful{}}
		cell := runOne(t, l)
		require.Empty(t, cell.Error, name)
		require.Equal(t, attacks.Lawful{}, cell.Lawful, name)
	}
}
