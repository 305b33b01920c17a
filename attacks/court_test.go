package attacks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/law/lawtest"
	"doormat/world/worldtest"
)

// lawful is the toy with lawful process: a court, an agency, a provider that hands
// over the messages in an order's scope and a trustee that hands over its key, if
// they are told to comply.
type lawful struct{ anything }

// Info implements [world.Design].
func (d lawful) Info() world.Info {
	i := d.anything.Info()
	i.Principals = append(i.Principals, world.SharedPrincipals(world.Court, world.Agency)...)
	return i
}

const toyOrdered byte = 201 // agency to trustee, and the answer

func (d lawful) Setup(env world.Config) (world.Deploy, error) {
	deploy, err := d.anything.Setup(env)
	if err != nil {
		return nil, err
	}
	return func() []world.Node {
		nodes := deploy()
		court, _ := law.NewCourt(env.Seed.Stream("court"), false)
		agency, _ := law.NewAgency(env.Seed.Stream("agency"))
		law.NewRegister([]*law.Court{court}, []*law.Agency{agency})
		agency.Extensions = []law.AgencyExtension{toyClerk{}}
		for i, n := range nodes {
			if n.Name() == "provider" || n.Name() == "trustee:1" {
				nodes[i] = &obedient{Node: n, court: court}
			}
		}
		return append(nodes, court, agency)
	}, nil
}

// toyClerk asks the trustee for its key.
type toyClerk struct{}

func (toyClerk) Holdings() []world.Fact { return nil }

func (toyClerk) Execute(law.Signed) []world.Packet { return nil }

func (toyClerk) Present(law.Signed, []world.Fact) []world.Packet {
	return []world.Packet{{From: "agency", To: "trustee:1", Data: world.Pack(toyOrdered)}}
}

func (toyClerk) Handle(_ []byte, p world.Packet) (obtained []world.Fact, out []world.Packet) {
	if f, err := world.Unpack(p.Data, toyOrdered, 1); err == nil {
		obtained, _ = world.ParseFacts(f[0])
	}
	return obtained, nil
}

// Rules implements [world.Design].
func (d lawful) Rules() []world.Rule { return append(d.anything.Rules(), law.Rules()...) }

// obedient is a node that answers lawful process once it was told to comply.
type obedient struct {
	world.Node
	court   *law.Court
	willing bool
}

func (o *obedient) Handle(now time.Time, p world.Packet) []world.Packet {
	switch {
	case p.Kind() == world.KindComply && p.From == world.Law:
		o.willing = true
	case p.Kind() == law.KindProduce && o.willing:
		f, _ := world.Unpack(p.Data, law.KindProduce, 1)
		order, err := o.court.Register().Verify(f[0], now)
		if err != nil {
			return nil
		}
		var facts []world.Fact
		for _, fact := range o.Holdings() {
			f, _ := world.Unpack(fact.Data, worldtest.ToySent, 3)
			if m, err := world.ParseMeta(f[0]); err == nil && order.Covers(m) {
				facts = append(facts, fact)
			}
		}
		return o.answer(p, world.Pack(law.KindProduced, world.EncodeFacts(facts)))
	case p.Kind() == toyOrdered && o.willing:
		return o.answer(p, world.Pack(toyOrdered, world.EncodeFacts(o.Holdings())))
	case p.Kind() != toyOrdered && p.Kind() != law.KindProduce:
		return o.Node.Handle(now, p)
	}
	return nil
}

func (o *obedient) answer(p world.Packet, data []byte) []world.Packet {
	return []world.Packet{{From: o.Name(), To: p.From, Data: data}}
}

// inCourt runs a script on the lawful toy.
func inCourt(t *testing.T, needs, more, body string, change ...func(*attacks.Lab)) attacks.Cell {
	t.Helper()
	l := toyLab(t, attack(needs, more, opensAll, body))
	l.Designs = []world.Design{lawful{}}
	for _, f := range change {
		f(l)
	}
	c := runOne(t, l)
	require.Empty(t, c.Error)
	return c
}

const claimAll = `
for text in adv.saturate("plaintext"):
    adv.claim(text)
`

// An order is no secret for ever: after its sealing period whoever it names learns of
// it, whatever it opened, and is not said to have noticed it.
func TestOrdersAreDisclosed(t *testing.T) {
	all := `"court.order", "provider.order", "trustee:1.order"`
	const order, end = "adv.order(accounts = [\"A\"])\n", "adv.advance(adv.end)\n"
	for _, test := range []struct {
		needs, body string
		by          []string
	}{
		{all, "adv.advance(2)\n" + order, []string{"user:A"}},
		{all, "adv.advance(2)\nadv.order(accounts = [\"B\", \"C\"])", []string{"user:B", "user:C"}},
		{all, end + "adv.rest(30)\n" + order, []string{"user:A"}},
		{all, "adv.advance(2)\n" + order + end + "adv.rest(80)", []string{"user:A"}},
		{all, "adv.advance(2)\n" + order + end + "adv.rest(120)", []string{"user:A"}},
		{all, "adv.advance(2)\n" + order + end + order, []string{"user:A", "user:A"}},
		{`"court.order"`, "adv.advance(2)\n" + order, []string{"user:A"}}, // it opens nothing
		{`"court.order", "trustee:1.store"`, `adv.take("trustee:1.store")`, nil},
		{`"provider.control", "trustee:1.store"`, `
adv.take("trustee:1.store")
adv.hold("provider.control")
adv.take("provider.control")`, nil},
	} {
		c := inCourt(t, test.needs, "", test.body+"\n"+claimAll)
		require.NotNil(t, c.Disclosed)
		require.Len(t, c.Disclosed, len(test.by), test.body)
		require.Empty(t, c.Noticed, "it is no warning: %s", test.body)
		for i, d := range c.Disclosed {
			require.Equal(t, test.by[i], d.By)
			require.Equal(t, 4, d.AfterMessage)
			require.GreaterOrEqual(t, d.AfterHours, 90*24, test.body)
			require.Less(t, d.AfterHours, 92*24, test.body)
			require.Contains(t, d.What, "its order in case")
		}
	}
}

// A court that is switched off serves no notice, and one whose name somebody borrows
// has signed nothing.
func TestWhoseNoticeItIs(t *testing.T) {
	c := inCourt(t, `"court.order", "court.control"`, "", `
adv.advance(2)
adv.order(accounts = ["A"])
adv.hold("court.control", "silence")`)
	require.Empty(t, c.Disclosed)
	year := conversationStart.AddDate(1, 0, 0)
	forged := law.Signed{Order: law.Order{Case: "case 9", Accounts: []string{"A"}, From: conversationStart,
		Until: year, Expiry: year, Agency: make([]byte, 32)}}
	forged.Bytes = lawtest.New("forger").Sign(forged.Order)
	text := fmt.Sprintf("b\"court>agency>\" + bytes([%s])", spell(forged.Encode()))
	c = inCourt(t, `"network.tamper"`, `applies = ["write any packet"],`, `
adv.advance(4)
adv.hold("network.tamper")
adv.send(adv.apply("write any packet", text = `+text+`))`)
	require.Zero(t, c.Lawful.Asked, "an order that no court signed asks for nothing")
}

// spell lists bytes for a script.
func spell(data []byte) (text string) {
	for _, b := range data {
		text += fmt.Sprintf("%d,", b)
	}
	return text
}

// What an honest run of the same length notices is no news, however long a run lives
// to see an order published.
func TestSealingPeriodIsNotNoticed(t *testing.T) {
	for _, rest := range []string{"", "\nadv.rest(3)", "\nadv.rest(200)"} {
		script := "adv.advance(adv.end)" + rest + "\nadv.order(accounts = [\"A\"])"
		c := inCourt(t, `"court.order"`, "", script, func(l *attacks.Lab) {
			l.Designs = []world.Design{weary{lawful{}}}
		})
		require.Len(t, c.Disclosed, 1)
		require.Empty(t, c.Noticed)
	}
}

// Who wrote what was read is counted, and of them whom no order names and who is
// owed silence by a doctor, a lawyer or a journalist.
func TestPeople(t *testing.T) {
	marked := func(accounts ...string) func(*attacks.Lab) {
		return func(l *attacks.Lab) {
			l.Conversation.Privileged = map[string]string{}
			for _, a := range accounts {
				l.Conversation.Privileged[a] = "the vicar of " + a
			}
		}
	}
	theft := `"provider.store", "trustee:1.store"`
	const ordered = "adv.advance(4)\nadv.order(accounts = [%s])"
	order := `"court.order", "provider.order", "trustee:1.order"`
	for _, test := range []struct {
		needs, body string
		marks       []string
		want        attacks.People
	}{
		{theft, keyTheft, nil, attacks.People{3, 2, 0}}, // A, B and C write
		{theft, keyTheft, []string{"C", "B"}, attacks.People{3, 2, 2}},
		{theft, strings.Replace(keyTheft, "adv.end", "2", 1), []string{"C"}, attacks.People{2, 1, 0}},
		{theft, "adv.advance(4)", []string{"B"}, attacks.People{}},
		// B to C and C to A, then whatever B and C send and receive.
		{order, fmt.Sprintf(ordered, `"C"`) + claimAll, []string{"C"}, attacks.People{2, 1, 1}},
		{order, fmt.Sprintf(ordered, `"B", "C"`) + claimAll, []string{"A"}, attacks.People{3, 0, 1}},
	} {
		c := inCourt(t, test.needs, "", test.body, marked(test.marks...))
		require.Equal(t, test.want, c.People, test.body)
		require.Len(t, c.Trace.Protected, test.want.Privileged, "professions of those who were read, and no others'")
		if test.want.Privileged == 2 {
			require.Equal(t, []string{"the vicar of B", "the vicar of C"}, c.Trace.Protected)
		}
	}
	l := toyLab(t)
	marked("Zoe")(l)
	require.ErrorContains(t, l.Conversation.Check(), `privileged "Zoe" is not an account`)
	l.Conversation.Privileged = map[string]string{"A": ""}
	require.ErrorContains(t, l.Conversation.Check(), "has no profession")
}

// A file gives away who sent it, also where the text beside it is not claimed.
func TestPeopleOfFiles(t *testing.T) {
	script := strings.ReplaceAll(keyTheft, "plaintext", "attachment")
	c := inCourt(t, `"provider.store", "trustee:1.store"`, "", script,
		func(l *attacks.Lab) {
			l.Conversation.Messages[1].Attachments = []world.Attachment{{Name: "photo", Data: []byte("a photo")}}
		})
	require.Equal(t, attacks.Count{1, 1}, c.Attachments)
	require.Equal(t, attacks.People{1, 1, 0}, c.People)
}

// A message is delivered once everybody has it on the screen for whom it was typed, a
// device under the adversary's program included.
func TestDelivered(t *testing.T) {
	const drop = `
adv.hold("provider.control")
for p in adv.packets(adv.end):
    if p.to == "device:%s" and p.moment == %d:
        p.drop()`
	group := func(l *attacks.Lab) { l.Conversation.Messages[2].To = []string{"A", "C"} }
	for _, test := range []struct {
		needs, body string
		want        int
	}{
		{`"network.tap"`, "adv.tap(\"network.tap\")", 4},
		{`"provider.control"`, fmt.Sprintf(drop, "C", 3), 3},
		{`"provider.control"`, fmt.Sprintf(drop, "A", 3), 3}, // one of two is not enough
		{`"provider.control"`, fmt.Sprintf(drop, "B", 3), 4},
		{`"device:A.control"`, "adv.hold(\"device:A.control\")", 4},
		{`"device:A.control"`, "adv.hold(\"device:A.control\", \"silence\")", 0}, // C alone has 3
	} {
		c := inCourt(t, test.needs, "", test.body, group)
		require.Equal(t, attacks.Delivered{test.want, 4}, c.Delivered, test.body)
	}
	// What comes late, while others rest, is not delivered to those who did not wait.
	slowly := func(l *attacks.Lab) { l.Designs = []world.Design{tardy{}} }
	c := inCourt(t, `"network.tap"`, "", "adv.tap(\"network.tap\")", slowly)
	require.Equal(t, attacks.Delivered{3, 4}, c.Delivered)
	c = inCourt(t, `"network.tap"`, "", "adv.advance(4)\nadv.rest(2)", slowly)
	require.Equal(t, attacks.Delivered{4, 4}, c.Delivered)
}

// Everybody who is used counts, the members of a jurisdiction one by one.
func TestPrincipals(t *testing.T) {
	for needs, want := range map[string][2]int{
		`"jurisdiction:A.control"`:                         {1, 2}, // provider and trustee 1
		`"jurisdiction:A.control", "provider.store"`:       {2, 2},
		`"jurisdiction:B.control", "provider.store"`:       {2, 2},
		`"network.tap", "network.tamper"`:                  {1, 1},
		`"trustee:1..n.store", "device:target.store"`:      {4, 4},
		`"user:target.order", "device:target.store"`:       {2, 2},
		`"provider.store", "provider.control"`:             {1, 1},
		`"jurisdiction:A.order", "jurisdiction:C.control"`: {2, 3},
	} {
		c := inCourt(t, needs, "", "adv.advance(1)")
		require.Equal(t, want, [2]int{c.Parties, c.Principals}, needs)
	}
}

// Whatever channel serves an order counts, and what it opens beyond the order's scope.
func TestLawful(t *testing.T) {
	const (
		some   = "adv.advance(4)\nadv.order(accounts = [\"A\"], since = 2, until = 3)" // B to A is in scope, B to C is not
		future = "adv.advance(2)\nadv.order(accounts = [\"A\"], since = 3, until = 4, through = [\"%s\"])\n"
		taken  = "adv.hold(\"%[1]s\")\nadv.take(\"%[1]s\")\nadv.advance(4)\nadv.take(\"%[1]s\")"
		device = "device:target.control"
		phone  = `"court.order", "device:target.control"`
		key    = "\nadv.take(\"trustee:2.store\")\nadv.take(\"provider.store\")\n"
	)
	for _, test := range []struct {
		name, needs, body string
		want              attacks.Lawful
		other             bool
		apart             int
		metadata          int // of the messages in scope, read or not
	}{
		{"trustees", `"court.order", "provider.order", "trustee:1.order"`, some, attacks.Lawful{Asked: 1, Served: 1}, false, 0, 1},
		{"nobody", `"court.order"`, some, attacks.Lawful{Asked: 1}, false, 0, 0},
		{"a provider", `"court.order", "provider.order"`, some, attacks.Lawful{Asked: 1}, false, 0, 1},
		{"an unlocked phone", `"court.order", "user:target.order"`, some, attacks.Lawful{Asked: 1, Served: 1, Beyond: 2}, false, 0, 1},
		{"a thief beside an agency that gets nothing", `"court.order", "trustee:2.store", "provider.store"`,
			strings.Replace(some, "3)", "3, loot = False)", 1) + key, attacks.Lawful{Asked: 1}, true, 4, 0},
		{"an agency that steals", `"court.order", "trustee:2.store", "provider.store"`, some + key, attacks.Lawful{Asked: 1}, false, 4, 0},
		{"an agency that steals what answers are worth", `"court.order", "trustee:1.order", "provider.order", "provider.store"`,
			some + "\nadv.take(\"provider.store\")", attacks.Lawful{Asked: 1, Served: 1, Beyond: 3}, false, 0, 1},
		{"a thief of what an agency keeps", `"court.order", "provider.order", "trustee:1.order", "agency.store"`,
			strings.Replace(some, "3)", "3, loot = False)", 1) + "\nadv.take(\"agency.store\")", attacks.Lawful{Asked: 1, Served: 1}, true, 0, 1},
		{"a thief of what an agency keeps, and of more", `"court.order", "provider.order", "trustee:1.order", "agency.store", "provider.store"`,
			strings.Replace(some, "3)", "3, loot = False)", 1) + "\nadv.take(\"agency.store\")\nadv.take(\"provider.store\")",
			attacks.Lawful{Asked: 1, Served: 1}, true, 3, 1},
		{"nobody looks", `"court.order", "user:target.order"`, some,
			attacks.Lawful{Asked: 1, Beyond: 2}, false, 0, 1},
		{"an implant under an order", phone, fmt.Sprintf(future+taken, device),
			attacks.Lawful{Asked: 1, Served: 1, Beyond: 2, DelayHours: 2}, false, 0, 1},
		{"an implant beside an order", phone, strings.Replace(fmt.Sprintf(future+taken, device), ", through = [\"device:target.control\"]", "", 1),
			attacks.Lawful{Asked: 1}, false, 3, 0},
		{"an implant before the order", phone, "adv.advance(4)\n" + fmt.Sprintf(taken, device) + "\n" +
			"adv.order(accounts = [\"A\"], since = 3, until = 4, through = [\"device:target.control\"])", attacks.Lawful{Asked: 1}, false, 3, 0},
		{"an implant when the order has expired", phone, fmt.Sprintf(future, device) + "adv.advance(4)\nadv.rest(31)\n" +
			fmt.Sprintf(taken, device), attacks.Lawful{Asked: 1}, false, 3, 0},
		{"no court", phone, fmt.Sprintf(future+taken, device), attacks.Lawful{}, false, 3, 0},
	} {
		claims := claimAll
		if test.name == "nobody looks" {
			claims = ""
		}
		c := inCourt(t, test.needs, "", test.body+claims, func(l *attacks.Lab) {
			if test.name == "no court" {
				l.Withhold = []string{"court.order"}
			}
		})
		test.want.Metadata = attacks.Count{Recovered: test.metadata, Total: test.want.Asked}
		require.Equal(t, test.want, c.Lawful, test.name)
		require.Equal(t, test.other, c.ForOthers, test.name)
		require.Equal(t, test.apart, c.ByNoOrder, test.name)
	}
}

// A script waits for hours while others type, and what is served is later by so much. Scripts whose
// run others read cannot move its clock.
func TestWait(t *testing.T) {
	const needs = `"court.order", "provider.order", "trustee:1.order"`
	later := "\nadv.order(accounts = [\"A\"], since = 2, until = 3)"
	for body, moment := range map[string]int{
		"adv.advance(2)\nadv.wait(1)":    3, // a message an hour
		"adv.advance(2)\nadv.wait(24)":   4,
		"adv.advance(4)\nadv.wait(1000)": 4,
	} {
		c := inCourt(t, needs, "", body+later+claimAll)
		require.Equal(t, moment, c.At, body)
		require.Equal(t, 1, c.Lawful.Served, body)
	}
	for body, want := range map[string]string{
		"adv.wait(0)":    "0 hours: want 1 to 8760",
		"adv.wait(8761)": "8761 hours: want 1 to 8760",
	} {
		l := toyLab(t, attack(needs, "", opensAll, body))
		l.Designs = []world.Design{lawful{}}
		require.Contains(t, runOne(t, l).Error, want)
	}
	c := runOne(t, toyLab(t, attack(`"provider.store"`, "", opensAll, "adv.wait(1)")))
	require.Contains(t, c.Error, "only scripts that need control, tamper or an order")
}

// The honest agency's own request asks, and the last word is served as late as the court signs.
func TestEmergency(t *testing.T) {
	c := inCourt(t, `"court.order", "provider.order", "trustee:1.order"`, "", `
adv.advance(4)
adv.order(accounts = ["A"], since = 2, until = 3, emergency = True)
adv.wait(5)
adv.order(accounts = ["A"], since = 2, until = 3)
`+claimAll)
	require.Equal(t, attacks.Lawful{Asked: 1, Served: 1, DelayHours: 5,
		Metadata: attacks.Count{Recovered: 1, Total: 1}}, c.Lawful)
	l := toyLab(t, attack(`"court.order", "provider.order", "provider.store"`, "", opensAll,
		"adv.advance(4)\nadv.order(accounts = [\"A\"], emergency = True, through = [\"provider.store\"])"))
	l.Designs = []world.Design{lawful{}}
	require.Contains(t, runOne(t, l).Error, "an emergency asks no court, which through, program and forbids need")
}

// Whoever writes an order in another way than it is taken is told how to write it.
func TestOrderArguments(t *testing.T) {
	for body, why := range map[string]string{
		`adv.order(["A"])`:                     "takes its arguments by name, as NAME = VALUE: accounts, since, until",
		`adv.order(accounts = adv.target)`:     `accounts wants a list: accounts = ["A"]`,
		`adv.order(since = 1, until = 1)`:      "accounts names nobody: accounts = [adv.target]",
		`adv.order(accounts = ["A"])`:          "since = 1, until = 0: want 1 ≤ since ≤ until ≤ 4; 0 are written so far",
		`adv.order(accounts = [1], since = 1)`: "want short strings as accounts, got 1",
	} {
		l := toyLab(t, attack(`"court.order", "provider.order"`, "", opensAll, body))
		l.Designs = []world.Design{lawful{}}
		require.Contains(t, runOne(t, l).Error, why, body)
	}
}

// An implant that reads on when its order has expired serves nobody, although what it
// reads opens with a key that it got in time.
func TestLawfulUntilExpiry(t *testing.T) {
	for days, want := range map[int]attacks.Lawful{
		29: {Asked: 2, Served: 2, Beyond: 1, DelayHours: 29*24 + 2,
			Metadata: attacks.Count{Recovered: 2, Total: 2}},
		31: {Asked: 2, Served: 1, Beyond: 1, DelayHours: 1, Metadata: attacks.Count{Recovered: 1, Total: 2}},
	} {
		c := inCourt(t, `"court.order", "device:target.control", "provider.control"`, "", `
adv.advance(1)
adv.order(accounts = ["A"], since = 2, until = 4, through = ["device:target.control", "provider.control"])
adv.hold("device:target.control")
adv.take("device:target.control", "toy key")
adv.hold("provider.control")
for p in adv.packets(adv.end):
    p.deliver()
`+claimAll, func(l *attacks.Lab) {
			l.Conversation.Messages[3].Sent = l.Conversation.Messages[2].Sent.AddDate(0, 0, days)
		})
		require.Equal(t, want, c.Lawful, days)
		require.Equal(t, 2-want.Served, c.ByNoOrder)
	}
}
