package cloud

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/deduce"
	"doormat/e2ee"
	"doormat/world"
	"doormat/world/memo"
	"doormat/world/simulation"
	"doormat/world/worldtest"
)

// stage is a run of the suite's conversation, and all packets that a tap sees.
type stage struct {
	*simulation.Simulation
	t       *testing.T
	packets []world.Packet
	told    []string // warnings: "who: what"
	spoken  int      // heard by users
}

func start(t *testing.T, d world.Design, change func(*world.Settings)) *stage {
	c := worldtest.Conversation()
	settings := worldtest.Settings(c, 1, 1, 7)
	if change != nil {
		change(&settings)
	}
	deploy, err := d.Setup(world.Config{Settings: settings, Accounts: c.Accounts, Seed: 1, Memo: computed})
	require.NoError(t, err)
	s := &stage{t: t}
	s.Simulation, err = simulation.New(context.Background(), c, worldtest.Payloads(c), deploy(),
		s.watch)
	require.NoError(t, err)
	return s
}

func (s *stage) watch(p world.Packet) {
	p.Data = slices.Clone(p.Data)
	switch p.Kind() {
	case world.KindWarning:
		if f, err := world.Unpack(p.Data, world.KindWarning, 1); err == nil {
			s.told = append(s.told, p.From+": "+string(f[0]))
		}
	case world.KindHeard:
		s.spoken++
	}
	if !p.Private() {
		s.packets = append(s.packets, p)
	}
}

func (s *stage) to(moment int) *stage {
	require.NoError(s.t, s.Advance(moment))
	return s
}

func (s *stage) end() int { return len(worldtest.Conversation().Messages) }

func (s *stage) holds(name string) []world.Fact { return s.Net.Node(name).Holdings() }

// opened gives the numbers of the messages whose text follows from some facts.
func (s *stage) opened(facts ...[]world.Fact) (numbers []int) {
	all, err := deduce.Saturate(context.Background(), Design{}.Rules(), slices.Concat(facts...))
	require.NoError(s.t, err)
	for _, f := range ofKind(all, world.Plaintext) {
		for i, p := range worldtest.Payloads(worldtest.Conversation()) {
			if string(p.Body) == string(f.Data) {
				numbers = append(numbers, i+1)
			}
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

func (s *stage) tape() (facts []world.Fact) {
	for i, p := range s.packets {
		facts = append(facts, world.Fact{Kind: world.Observed, Ref: string(world.Int(int64(i))),
			Data: p.Encode(s.Net.Now())})
	}
	return facts
}

func ofKind(facts []world.Fact, kind world.Kind) []world.Fact {
	return world.KeepKinds(slices.Clone(facts), kind)
}

// A tape opens nothing that was said before a store was copied. What passes later it opens until
// there is a new channel.
func TestForwardSecrecy(t *testing.T) {
	s := start(t, apart{}, nil).to(8)
	stolen := slices.Concat(ofKind(s.holds(world.Provider), ChannelKey),
		ofKind(s.holds(KeyStoreName), ChannelKey))
	for _, name := range []string{"Ada", "Ben", "Cleo", "Dov"} {
		stolen = append(stolen, ofKind(s.holds(world.DeviceOf(name)), ChannelKey)...)
	}
	require.Empty(t, s.opened(s.tape(), stolen))
	s.to(9)
	require.Equal(t, []int{9}, s.opened(s.tape(), stolen))
}

// Copied keys of a channel follow it until the next handshake, a week after the one before.
func TestRenewal(t *testing.T) {
	s := start(t, Design{}, nil).to(1)
	stolen := ofKind(s.holds(world.DeviceOf("Dov")), ChannelKey)
	s.to(s.end())
	c := worldtest.Conversation()
	var want []int
	for i, m := range c.Messages {
		if c.Day(i+1) < renewal && (m.From == "Dov" || slices.Contains(m.To, "Dov")) {
			want = append(want, i+1)
		}
	}
	require.NotEmpty(t, want)
	last := c.Messages[s.end()-1]
	require.Contains(t, last.To, "Dov")
	require.NotContains(t, want, s.end(), "the conversation lasts longer than a channel")
	require.Equal(t, want, s.opened(s.tape(), stolen))
}

// Beside its key the store opens itself. Apart, neither store opens anything alone.
func TestApart(t *testing.T) {
	s := start(t, Design{}, nil)
	s.to(s.end())
	require.Len(t, s.opened(s.holds(world.Provider)), s.end())
	s = start(t, apart{}, nil)
	s.to(s.end())
	require.Empty(t, s.opened(s.holds(world.Provider)))
	require.Empty(t, s.opened(s.holds(KeyStoreName)))
	require.Len(t, s.opened(s.holds(world.Provider), s.holds(KeyStoreName)), s.end())
}

// A new phone loads the history, the newest first if it keeps few, and shows none of it as new.
func TestNewPhone(t *testing.T) {
	for _, d := range []world.Design{Design{}, apart{}} {
		s := start(t, d, nil).to(9)
		before := s.opened(s.holds(world.DeviceOf("Ben")))
		s.to(10) // Ben sets up anew
		require.Equal(t, append(before, 10), s.opened(s.holds(world.DeviceOf("Ben"))))
		few := start(t, d, func(s *world.Settings) { s.Retention = 2 }).to(10)
		require.Len(t, few.opened(few.holds(world.DeviceOf("Ben"))), 2)
		gone := start(t, d, func(s *world.Settings) { s.Mailbox = world.MailboxDelivered }).to(10)
		require.Empty(t, gone.opened(gone.holds(world.DeviceOf("Ben"))))
	}
}

// Whoever has a copied login key loads the history from anywhere, and the owner is told. A
// wrong password, or the key of another account, loads nothing.
func TestCopiedLogin(t *testing.T) {
	s := start(t, Design{}, nil).to(8)
	key := ofKind(s.holds(world.DeviceOf("Ada")), LoginKey)[0]
	require.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8}, s.logIn(key))
	require.Contains(t, strings.Join(s.told, "\n"), "device:Ada: another device has logged in")
	s = start(t, Design{}, nil).to(8)
	key.Ref = "Dov"
	require.Empty(t, s.logIn(key))
	require.Contains(t, strings.Join(s.told, "\n"), "provider: a wrong password for Dov")
}

// logIn logs in as a script would, and gives what it reads.
func (s *stage) logIn(key world.Fact) []int {
	apply := func(name string, facts ...world.Fact) []world.Derived {
		rules := Design{}.Rules()
		i := slices.IndexFunc(rules, func(r world.Rule) bool { return r.Name == name })
		out, err := rules[i].Apply(world.Input{Facts: facts, Random: make([]byte, 64)})
		require.NoError(s.t, err)
		return out
	}
	post := func(f world.Fact) {
		p, _, err := world.ParsePacket(f.Data)
		require.NoError(s.t, err)
		s.Net.Post(p)
		require.NoError(s.t, s.Settle())
	}
	post(apply(AskForChannel)[0].Fact)
	i := slices.IndexFunc(s.packets, func(p world.Packet) bool { return p.To == world.Outsider })
	require.GreaterOrEqual(s.t, i, 0)
	offer := world.Fact{Kind: Offer, Ref: world.Provider, Data: s.packets[i].Data}
	made := apply(LogIn, key, offer)
	post(made[2].Fact)
	return s.opened(s.tape(), []world.Fact{made[0].Fact, made[1].Fact})
}

// The provider hands over what an order names and nothing else, sealed to the agency, and from
// then on what passes.
func TestOrder(t *testing.T) {
	for _, d := range []world.Design{Design{}, apart{}} {
		s := start(t, d, nil).to(8)
		for _, name := range []string{world.Provider, world.Court} {
			s.Net.Post(world.Packet{From: world.Law, To: name, Data: world.Pack(world.KindComply)})
		}
		m := worldtest.Conversation().Messages
		s.Net.Post(world.Packet{From: world.Law, To: world.Agency, Data: world.Pack(world.KindCase,
			world.Strings([]string{"Cleo"}), world.Time(m[0].Sent), world.Time(m[8].Sent), nil)})
		require.NoError(t, s.Settle())
		require.Equal(t, []int{7, 8}, s.opened(s.holds(world.Agency)))
		require.Empty(t, s.opened(s.tape()))
		s.to(12)
		require.Equal(t, []int{7, 8, 9}, s.opened(s.holds(world.Agency)))
	}
}

// What is said in a call reaches those who answered, and lies nowhere afterwards.
func TestCall(t *testing.T) {
	s := start(t, Design{}, nil)
	s.to(s.end())
	require.Positive(t, s.spoken)
	for _, name := range s.Net.Names() {
		require.Empty(t, ofKind(s.holds(name), Spoken), name)
		require.Empty(t, ofKind(s.holds(name), CallNow), name)
	}
	s = start(t, Design{}, nil).to(4)
	require.NoError(t, s.Net.Node(world.Provider).(*Provider).Reprogram(CopyAll, nil))
	s.to(5)
	require.NotEmpty(t, ofKind(s.holds(world.Provider), Spoken))
}

// A message in another's name, to a group of others, with a used number or a false date is
// refused.
func TestRefusals(t *testing.T) {
	s := start(t, Design{}, nil).to(3)
	p := s.Net.Node(world.Provider).(*Provider)
	from := p.accounts["Ada"].sessions[0]
	now := s.Net.Now()
	good := world.Meta{ID: "new", From: "Ada", To: []string{"Ben"}, Sent: now}
	require.NoError(t, p.check(now, from, &Content{Meta: good}))
	for what, change := range map[string]func(*world.Meta){
		"name":   func(m *world.Meta) { m.From = "Ben" },
		"number": func(m *world.Meta) { m.ID = p.stored[0].Meta.ID },
		"group":  func(m *world.Meta) { m.Group = "two" },
		"date":   func(m *world.Meta) { m.Sent = now.Add(-2 * e2ee.ClockSkew) },
	} {
		m := good
		change(&m)
		require.Error(t, p.check(now, from, &Content{Meta: m}), what)
	}
	m := good
	m.Group = "choir"
	c := &Content{Meta: m}
	require.NoError(t, p.check(now, from, c))
	require.Equal(t, []string{"Ben", "Cleo"}, c.Meta.To, "the provider's list, not the sender's")
}

// computed is what deployments of all tests share: most are of one seed.
var computed = new(memo.Memo)
