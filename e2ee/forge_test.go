package e2ee

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/rules"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/simulation"
)

// middle is somebody who controls the provider and stands between two accounts,
// by the published making rules alone.
type middle struct {
	t     testing.TB
	rules []world.Rule
	net   *simulation.Network
	used  int
	keys  map[string]world.Fact // the middle's keys under an account's name
	offer map[string]world.Fact // bundles of those keys
	real  map[string]world.Fact // the accounts' own bundles
	// sessions of the middle, by the account at the other end
	sessions map[string]world.Fact
	read     []string         // texts that passed
	opened   func(world.Fact) // hears of each secret part; may be nil
}

func newMiddle(t testing.TB, net *simulation.Network, accounts ...string) *middle {
	m := &middle{t: t, rules: Design{}.Rules(), net: net, keys: map[string]world.Fact{}, offer: map[string]world.Fact{},
		real: map[string]world.Fact{}, sessions: map[string]world.Fact{}}
	for _, a := range accounts {
		made := m.apply(rules.MakeKeys, a)
		m.keys[a], m.offer[a] = made[wire.DeviceKeys], made[wire.Bundle]
	}
	for _, f := range net.Node("provider").Holdings() {
		if f.Kind == wire.Bundle {
			m.real[f.Ref] = f // the last of an account serves often
		}
	}
	return m
}

// apply is what a script does: a rule by name, facts in order, a text.
func (m *middle) apply(rule, text string, facts ...world.Fact) map[world.Kind]world.Fact {
	m.t.Helper()
	i := slices.IndexFunc(m.rules, func(r world.Rule) bool { return r.Make && r.Name == rule })
	require.GreaterOrEqual(m.t, i, 0, rule)
	m.used++
	random := make([]byte, 64)
	_, err := world.Seed(99).Stream(fmt.Sprint(m.used)).Read(random)
	require.NoError(m.t, err)
	require.Len(m.t, facts, len(m.rules[i].Takes))
	for j, kind := range m.rules[i].Takes {
		require.Equal(m.t, kind, facts[j].Kind)
	}
	derived, err := m.rules[i].Apply(world.Input{Facts: facts, Text: []byte(text), Random: random})
	require.NoError(m.t, err)
	out := map[world.Kind]world.Fact{}
	for _, d := range derived {
		require.Contains(m.t, m.rules[i].Gives, d.Kind)
		out[d.Kind] = d.Fact
	}
	return out
}

func (m *middle) send(f world.Fact) {
	require.Equal(m.t, world.Outgoing, f.Kind)
	p, _, err := world.ParsePacket(f.Data)
	require.NoError(m.t, err)
	m.net.Deliver(p)
}

// intercept stands in the place of the provider.
func (m *middle) intercept(p world.Packet) bool {
	switch {
	case p.From == "provider" && p.Kind() == wire.KindBundle:
		f, err := world.Unpack(p.Data, wire.KindBundle, 2)
		require.NoError(m.t, err)
		m.send(m.apply(rules.OfferBundle, p.To, m.offer[string(f[0])])[world.Outgoing])
		return true
	case p.To == "provider" && p.Kind() == wire.KindUpload:
		u, err := wire.ParseUpload(p.Data)
		require.NoError(m.t, err)
		for i := range u.Parts {
			m.relay(u.Delivery(i))
		}
		return true
	}
	return false
}

// relay opens a message on one side and seals it again on the other.
func (m *middle) relay(d *wire.Delivery) {
	from, to := d.Meta.From, d.To
	var opened map[world.Kind]world.Fact
	if s, ok := m.sessions[from]; ok {
		opened = m.apply(rules.Receive, "", s, d.Fact())
	} else {
		opened = m.apply(rules.AnswerSession, "", m.keys[to], d.Fact())
	}
	m.sessions[from] = opened[rules.OwnSession]
	if m.opened != nil {
		m.opened(opened[wire.Secret])
	}
	if c, err := wire.ParseContent(opened[wire.Secret].Data); err == nil {
		m.read = append(m.read, string(c.Body))
	}
	if _, ok := m.sessions[to]; !ok {
		m.sessions[to] = m.apply(rules.StartSession, from, m.keys[from], m.real[to])[rules.OwnSession]
	}
	passed := m.apply(rules.Pass, "", m.sessions[to], opened[wire.Secret], d.Fact())
	m.sessions[to] = passed[rules.OwnSession]
	m.send(passed[world.Outgoing])
}

func TestManInTheMiddle(t *testing.T) {
	messages := []string{"Ana>Ben", "Ana>Ben", "Ben>Ana", "Ana>Ben", "Ben>Ana", "Ben>Ana", "Ana>Ben"}
	s := scene{messages: messages, events: []world.Event{{After: 6, Kind: world.Compare, Account: "Ana", With: "Ben"}}}.start(t)
	m := newMiddle(t, s.sim.Net, "Ana", "Ben")
	s.sim.Intercept = m.intercept
	s.advance(5)
	s.each(1, 5)
	s.quiet()
	for k := range 5 {
		require.Equal(t, string(body(k+1)), m.read[k])
	}

	// A text of the middle's own is shown as Ben's.
	first, err := wire.ParseUpload(s.packets(wire.KindUpload)[0].Data)
	require.NoError(t, err)
	like := first.Meta
	written := m.apply(rules.Write, "I never said that", m.sessions["Ana"], like.Fact())
	m.sessions["Ana"] = written[rules.OwnSession]
	packet, _, err := world.ParsePacket(written[world.Outgoing].Data)
	require.NoError(t, err)
	forged := mustDelivery(t, packet).Meta
	require.NotEqual(t, like.ID, forged.ID, "a message of its own has an id of its own")
	require.Equal(t, world.Meta{ID: forged.ID, From: "Ben", To: []string{"Ana"}, Sent: like.Sent}, forged)
	m.send(written[world.Outgoing])
	require.NoError(t, s.sim.Settle())
	require.Equal(t, "Ana<Ben 0", s.shown[len(s.shown)-1])
	s.quiet()

	s.advance(6) // then they compare
	require.Equal(t, []string{"user:Ben: safety numbers differ: Ben and Ana"}, s.warned)
	s.end()
	require.Len(t, m.read, 7)
}

// stolenFromAna is what a thief of Ana's device takes, by kind; of sessions the one with Ben.
func (s *stage) stolenFromAna() map[world.Kind]world.Fact {
	stolen := map[world.Kind]world.Fact{}
	for _, f := range s.copyOf("Ana") {
		if f.Kind != wire.Session || f.Ref == wire.Direction("Ben", "Ana") {
			stolen[f.Kind] = f
		}
	}
	return stolen
}

// A copied device lets its thief go on in its owner's name, in a session that is
// there and in a new one, without a change of safety number.
func TestStolenDeviceWrites(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Cem>Ana"}}.start(t).end()
	m := newMiddle(t, s.sim.Net)
	like := mustDelivery(t, s.packets(wire.KindDeliver)[0]).Meta
	stolen := s.stolenFromAna()
	taken := m.apply(rules.TakeSession, "", stolen[wire.Session])
	m.send(m.apply(rules.Write, "a session that is there", taken[rules.OwnSession], like.Fact())[world.Outgoing])
	begun := m.apply(rules.StartSession, "Ana", stolen[wire.DeviceKeys], m.real["Cem"])
	m.send(m.apply(rules.Write, "a new one", begun[rules.OwnSession], like.Fact())[world.Outgoing])
	require.NoError(t, s.sim.Settle())
	require.Equal(t, []string{"Ben<Ana 0", "Cem<Ana 0"}, s.shown[3:])
	s.quiet()

	// What the ratchet authenticates and the design does not know is refused.
	like.To = []string{"Cem"}
	beside := &wire.Delivery{Meta: like, Public: []byte("beside")}
	begun = m.apply(rules.StartSession, "Ana", stolen[wire.DeviceKeys], m.real["Cem"])
	m.send(m.apply(rules.Pass, "", begun[rules.OwnSession], world.Fact{Kind: wire.Secret, Data: body(1)}, beside.Fact())[world.Outgoing])
	require.NoError(t, s.sim.Settle())
	require.Len(t, s.shown, 5)
	require.Equal(t, []string{"Cem: a message from Ana was refused: " + errUnexpected.Error()}, s.warned)
}

// Whoever copied a phone can write under the number that its owner's next message will
// have, in a chat of two and in a group. Only the first of the two messages can be opened:
// whose it was nobody can say, but everybody who was to read both is told that there were
// two. A message that is merely delivered twice is no news.
func TestTwoMessagesUnderOneNumber(t *testing.T) {
	sc := scene{groups: crew("Ana", "Ben", "Cem"),
		messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben", "Ana@crew>Ben,Cem", "Ana>Ben", "Ana@crew>Ben,Cem"}}
	said := func(names ...string) (list []string) {
		for _, name := range names {
			list = append(list, name+": a message from Ana could not be opened: it bears the number of one that was opened before. "+
				"One of the two may not be from Ana, or somebody altered it on the way: ask Ana in another way what it said")
		}
		return list
	}
	for _, retention := range []int{0, 1} {
		sc.settings.Retention = retention
		s := sc.start(t).advance(4)
		m := newMiddle(t, s.sim.Net)
		like := mustDelivery(t, s.packets(wire.KindDeliver)[0]).Meta
		stolen := s.stolenFromAna()
		taken := m.apply(rules.TakeSession, "", stolen[wire.Session])
		pair := m.apply(rules.Write, "to Ben", taken[rules.OwnSession], like.Fact())[world.Outgoing]
		i := slices.IndexFunc(m.rules, func(r world.Rule) bool { return r.Name == rules.WriteToGroup })
		group, err := m.rules[i].Apply(world.Input{Facts: []world.Fact{stolen[wire.OwnSenderKey], stolen[wire.GroupView], like.Fact()},
			Text: []byte("to all"), Random: make([]byte, 64)})
		require.NoError(t, err)
		forge := func() {
			m.send(pair)
			for _, f := range group {
				m.send(f.Fact)
			}
			require.NoError(t, s.sim.Settle())
		}
		forge()
		s.quiet()
		s.end()
		require.Equal(t, said("Ben", "Ben", "Cem"), s.warned)
		require.Equal(t, []string{"Ben<Ana 0", "Ben<Ana 0", "Cem<Ana 0"}, s.shown[5:], "and neither 5 nor 6")

		s = sc.start(t).end()
		m.net = s.sim.Net
		forge()
		require.Equal(t, said("Ben", "Ben", "Cem"), s.warned, "in the other order")
		s.each(1, 6)

		s.warned = nil
		for _, p := range s.packets(wire.KindDeliver) { // whatever is brought twice, however old
			s.post(p)
		}
		s.quiet()
		s.each(1, 6)
	}
}

// A provider that claims new keys makes a phone begin anew in a chat that goes on,
// with whatever bundle it is given, and the phone says that they have changed.
func TestClaimedKeysAreAnnounced(t *testing.T) {
	s := scene{messages: []string{"Ana>Ben", "Ben>Ana", "Ana>Ben"}}.start(t).advance(2)
	m := newMiddle(t, s.sim.Net, "Ana", "Ben")
	claimed := false
	s.sim.Intercept = func(p world.Packet) bool {
		if p.Kind() == wire.KindUpload && !claimed {
			claimed = true
			u, err := wire.ParseUpload(p.Data)
			require.NoError(t, err)
			m.send(m.apply(rules.ClaimNewKeys, "", u.Fact())[world.Outgoing])
			return true
		}
		return m.intercept(p)
	}
	s.end()
	s.each(1, 3)
	require.Equal(t, []string{string(body(3))}, m.read)
	require.Equal(t, []string{"Ana: the safety number with Ben has changed", "Ben: the safety number with Ana has changed"}, s.warned)

	// What was not sent is not sent again, and nothing is claimed of those who get
	// the message in another envelope: they would get it twice.
	before := len(s.wire)
	u := &wire.Upload{Meta: world.Meta{ID: "no such message", From: "Ana", To: []string{"Ben", "Cem"}, Sent: begin}, Parts: []wire.Part{{To: "Ben"}}}
	claim := m.apply(rules.ClaimNewKeys, "", u.Fact())[world.Outgoing]
	p, _, err := world.ParsePacket(claim.Data)
	require.NoError(t, err)
	require.Equal(t, world.Pack(wire.KindReceipt, []byte(u.Meta.ID), world.Strings([]string{"Ben"})), p.Data)
	m.send(claim)
	require.NoError(t, s.sim.Settle())
	require.Len(t, s.wire, before)
}
