package e2ee

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/ratchet"
	"doormat/e2ee/senderkey"
	"doormat/e2ee/wire"
	"doormat/world"
)

func crew(members ...string) []world.Group { return []world.Group{{Name: "crew", Members: members}} }

// A group lives through changes, setting up anew, and more messages than a chain
// has. There is one ciphertext for all, a key goes to each once, and nobody warns.
func TestGroup(t *testing.T) {
	messages := []string{"Ana@crew>Ben,Cem", "Cem@crew>Ana,Ben", "Ana@crew>Ben,Cem"}
	messages = append(messages, "Ana@crew>Ben,Cem,Dee", "Dee@crew>Ana,Ben,Cem", "Ana@crew>Ben,Dee", "Ben@crew>Ana,Dee")
	for range senderkey.MaxMessages {
		messages = append(messages, "Ana@crew>Ben,Dee")
	}
	s := scene{groups: crew("Ana", "Ben", "Cem"), messages: messages, events: []world.Event{
		{After: 3, Kind: world.Join, Account: "Dee", With: "Cem", Group: "crew"},
		{After: 5, Kind: world.Leave, Account: "Cem", Group: "crew"},
		{After: 7, Kind: world.Reinstall, Account: "Ana"},
	}}.start(t).advance(7)
	s.quiet()
	s.end()
	s.each(1, len(messages))
	require.Equal(t, []string{"Ben: the safety number with Ana has changed", "Dee: the safety number with Ana has changed"}, s.warned)
	require.Empty(t, s.device("Cem").groups)
	require.NotContains(t, s.device("Ben").groups["crew"].chains, "Cem", "who left can say nothing")
	chains := map[ratchet.Key]map[string]int{} // keys that went to each
	for _, p := range s.packets(wire.KindDeliver) {
		d := mustDelivery(t, p)
		if d.Group == nil {
			continue
		}
		name := d.Group.Header.Ratchet
		if chains[name] == nil {
			chains[name] = map[string]int{}
		}
		if !d.Bare() {
			chains[name][d.To]++
		}
	}
	require.Len(t, chains, 7, "of Ana and Cem, with Dee of Ana and Dee, without Cem of Ana and Ben, and of Ana anew")
	for _, given := range chains {
		for to, times := range given {
			require.Equal(t, 1, times, to)
		}
	}
}

func TestChainEnds(t *testing.T) {
	s := scene{groups: crew("Ana", "Ben"), messages: slices.Repeat([]string{"Ana@crew>Ben"}, 2*senderkey.MaxMessages+1)}.start(t).end()
	s.each(1, len(s.said))
	s.quiet()
	names := map[ratchet.Key]int{}
	for _, p := range s.packets(wire.KindDeliver) {
		names[mustDelivery(t, p).Group.Header.Ratchet]++
	}
	require.Len(t, names, 3)
	require.Len(t, s.device("Ben").groups["crew"].chains["Ana"], chainsPerMember)
}

// What a thief of each device reads on, with everything that travels.
func TestGroupSecrecy(t *testing.T) {
	messages := []string{"Ana>Ben", "Ana@crew>Ben,Cem", "Ben@crew>Ana,Cem", "Ana@crew>Ben,Cem", // 4
		"Ana@crew>Ben,Cem", "Ben@crew>Ana,Cem", // 6: then Dee is taken in
		"Ana@crew>Ben,Cem,Dee", "Ben@crew>Ana,Cem,Dee", // 8: then Cem leaves
		"Ana@crew>Ben,Dee", "Ben@crew>Ana,Dee"}
	s := scene{groups: crew("Ana", "Ben", "Cem"), messages: messages, events: []world.Event{
		{After: 6, Kind: world.Join, Account: "Dee", With: "Ana", Group: "crew"},
		{After: 8, Kind: world.Leave, Account: "Cem", Group: "crew"},
	}}.start(t).advance(4)
	early := s.copyOf("Cem")
	s.advance(6)
	before := s.copyOf("Dee")
	s.advance(8)
	with := s.copyOf("Dee")
	cem := s.copyOf("Cem")
	s.end()
	s.quiet()
	require.Equal(t, []int{5, 6}, slices.DeleteFunc(s.opens(early, s.wire), func(k int) bool { return k < 5 || k > 6 }), "until the keys change")
	require.NotContains(t, s.opens(early, s.wire), 2)
	require.NotContains(t, s.opens(early, s.wire), 4)
	require.NotContains(t, s.opens(cem, s.wire), 9)
	require.NotContains(t, s.opens(cem, s.wire), 10, "after leaving")
	for _, loot := range [][]world.Fact{before, with} {
		for _, k := range s.opens(loot, s.wire) {
			require.Greater(t, k, 6, "before Dee came")
		}
	}
	require.Empty(t, s.opens(s.wire, s.provider().Holdings()))
}

// The device writes to the group as it knows it, whatever the user's list says.
func TestOwnListCounts(t *testing.T) {
	s := scene{groups: crew("Ana", "Ben", "Cem"), messages: []string{"Ana@crew>Ben,Cem"}}.start(t)
	for _, to := range [][]string{nil, {"Dee"}, {"Ben"}, {"Ana", "Ben", "Cem", "Dee"}} {
		typed := world.Typed{To: to, Group: "crew", Body: body(1)}
		s.post(world.Packet{From: "user:Ana", To: "device:Ana", Data: typed.Encode()})
		require.Equal(t, []string{"Ben<Ana 1", "Cem<Ana 1"}, slices.Sorted(slices.Values(s.shown)))
		s.shown = nil
	}
	s.post(world.Packet{From: "user:Dee", To: "device:Dee", Data: (&world.Typed{To: []string{"Ben"}, Group: "crew", Body: body(1)}).Encode()})
	require.Empty(t, s.shown)
	require.Equal(t, []string{"Dee: the message was not sent: you are not in the group crew"}, s.warned)
}

// Everything that somebody on the way can change in a message to a group, with a
// key beside it (3) and without (7).
func TestTamperedGroup(t *testing.T) {
	flip := func(b []byte) []byte { b = slices.Clone(b); b[0] ^= 1; return b }
	const refused, unopened = "was refused", "could not be opened"
	tests := map[string]struct {
		change  func(d, other *wire.Delivery)
		bare    string // the warning about 7
		withKey string // and about 3, "" if it is no change there
	}{
		"omitted recipient":   {func(d, _ *wire.Delivery) { d.Meta.To = []string{"Ben"} }, refused, unopened},
		"another recipient":   {func(d, _ *wire.Delivery) { d.Meta.To = []string{"Ben", "Dee"} }, refused, unopened},
		"one recipient more":  {func(d, _ *wire.Delivery) { d.Meta.To = []string{"Ben", "Cem", "Dee"} }, refused, unopened},
		"to its sender":       {func(d, _ *wire.Delivery) { d.Meta.To = []string{"Ana", "Ben", "Cem"} }, refused, unopened},
		"another member's":    {func(d, _ *wire.Delivery) { d.Meta.From, d.Meta.To = "Cem", []string{"Ana", "Ben"} }, unopened, unopened},
		"a stranger's":        {func(d, _ *wire.Delivery) { d.Meta.From = "Dee" }, refused, unopened},
		"another group":       {func(d, _ *wire.Delivery) { d.Meta.Group = "pair" }, refused, unopened},
		"unknown group":       {func(d, _ *wire.Delivery) { d.Meta.Group = "zoo" }, refused, unopened},
		"id":                  {func(d, _ *wire.Delivery) { d.Meta.ID = "0" }, unopened, unopened},
		"time":                {func(d, _ *wire.Delivery) { d.Meta.Sent = begin }, unopened, unopened},
		"public part":         {func(d, _ *wire.Delivery) { d.Public = []byte("beside") }, unopened, unopened},
		"ciphertext":          {func(d, _ *wire.Delivery) { d.Group.Ciphertext = flip(d.Group.Ciphertext) }, unopened, unopened},
		"signature":           {func(d, _ *wire.Delivery) { d.Group.Signature[5] ^= 1 }, unopened, unopened},
		"another's signature": {func(d, o *wire.Delivery) { d.Group.Signature = o.Group.Signature }, unopened, unopened},
		"another's message":   {func(d, o *wire.Delivery) { d.Group = o.Group }, unopened, unopened},
		"number":              {func(d, _ *wire.Delivery) { d.Group.Header.N++ }, unopened, unopened},
		"huge number":         {func(d, _ *wire.Delivery) { d.Group.Header.N = 1<<32 - 1 }, unopened, unopened},
		"chain before":        {func(d, _ *wire.Delivery) { d.Group.Header.PN = 1 }, unopened, unopened},
		"no key":              {func(d, _ *wire.Delivery) { d.Part = wire.Part{To: d.To, Identity: d.Identity} }, "", unopened},
		"another part":        {func(d, o *wire.Delivery) { d.Part.Header, d.Part.Ciphertext = o.Part.Header, o.Part.Ciphertext }, "", unopened},
		"key changed":         {func(d, _ *wire.Delivery) { d.Part.Header.N++ }, unopened, unopened},
	}
	messages := []string{"Ana>Ben", "Ben>Ana", "Ana@crew>Ben,Cem", "Cem@crew>Ana,Ben", "Ana@crew>Ben,Cem", "Ana@pair>Ben", "Ana@crew>Ben,Cem", "Ana@crew>Ben,Cem"}
	groups := append(crew("Ana", "Ben", "Cem"), world.Group{Name: "pair", Members: []string{"Ana", "Ben"}})
	s := scene{groups: groups, messages: messages}.start(t)
	fromCem := s.hold(func(p world.Packet) bool { return isDelivery(p) && mustDelivery(t, p).Meta.From == "Cem" })
	s.advance(4)
	for name, test := range tests {
		for k, warning := range map[int]string{3: test.withKey, 7: test.bare} {
			if warning == "" {
				continue
			}
			t.Run(name, func(t *testing.T) {
				other4 := mustDelivery(t, (*fromCem)[0])
				s := scene{groups: groups, messages: messages}.start(t).advance(k - 1)
				held := s.hold(func(p world.Packet) bool { return isDelivery(p) && p.To == "device:Ben" })
				s.advance(k)
				s.sim.Intercept = nil
				d := mustDelivery(t, (*held)[0])
				require.Equal(t, k == 7, d.Bare())
				test.change(d, other4)
				before := s.copyOf("Ben")
				s.post(world.Packet{From: "provider", To: "device:Ben", Data: d.Encode()})
				require.Len(t, s.warned, 1)
				require.Contains(t, s.warned[0], warning)
				require.Equal(t, before, s.copyOf("Ben"), "a forgery changed what the device holds")
				s.post((*held)[0], (*held)[0])
				s.end()
				s.each(1, len(messages))
				require.Len(t, s.warned, 1)
			})
		}
	}
}

// inject lets a modified client say something in a session of its own that is
// there, about any message.
func (s *stage) inject(to string, m world.Meta, secret []byte, group *senderkey.Message) {
	part, err := s.device(m.From).peers[to].sessions[0].Seal(wire.OpenHash(m, nil, group), secret)
	require.NoError(s.t, err)
	s.post(world.Packet{From: "provider", To: world.DeviceOf(to), Data: (&wire.Delivery{Meta: m, Public: nil, Group: group, Part: part}).Encode()})
}

func newChain(t testing.TB) *senderkey.Sender {
	c, err := senderkey.NewSender(world.Seed(7).Stream("chain"))
	require.NoError(t, err)
	return c
}

// What members and strangers with modified clients say about a group, in sessions
// of their own with Ben: refused with a warning, and nothing changes.
func TestHostileMembers(t *testing.T) {
	all := []string{"Ana", "Ben", "Cem"}
	later := begin.Add(5 * time.Minute)
	dated := func(m world.Meta, sent time.Time) world.Meta { m.Sent = sent; return m }
	update := func(group string, accounts ...string) []byte {
		return (&wire.Content{Update: &wire.Members{Group: group, Accounts: accounts}}).Encode()
	}
	plainly := func(from string, to ...string) world.Meta {
		return world.Meta{ID: "made up", From: from, To: to, Sent: later}
	}
	toCrew := func(from string, to ...string) world.Meta {
		return world.Meta{ID: "made up", From: from, To: to, Group: "crew", Sent: later}
	}
	// group sends under a chain of the client's own, with a key that says so.
	group := func(m world.Meta, key string, secret []byte) func(*stage) {
		return func(s *stage) {
			c := newChain(s.t)
			give := wire.Distribution{Group: key, Chain: c.Distribution()}
			sealed, err := c.Seal(secret, wire.Associated(wire.GroupData(m.Group), wire.OpenHash(m, nil, nil)))
			require.NoError(s.t, err)
			s.inject("Ben", m, give.Encode(), sealed)
		}
	}
	pairwise := func(m world.Meta, secret []byte) func(*stage) {
		return func(s *stage) { s.inject("Ben", m, secret, nil) }
	}
	text := (&wire.Content{Body: body(9)}).Encode()
	old := dated(plainly("Ana", "Ben", "Cem"), begin.AddDate(-1, 0, 0))
	tests := map[string]struct {
		do   func(*stage)
		want string
	}{
		"key for another group":     {group(toCrew("Ana", "Ben", "Cem"), "pair", text), "its sender key is not for a group that you are both in"},
		"key for an unknown group":  {group(world.Meta{ID: "1", From: "Ana", To: []string{"Ben"}, Group: "zoo", Sent: later}, "zoo", text), "not for a group that you are both in"},
		"key from a stranger":       {group(toCrew("Dee", "Ana", "Ben", "Cem"), "crew", text), "not for a group that you are both in"},
		"key from a posing one":     {group(toCrew("Dee", "Ben", "Cem"), "crew", text), "not for a group that you are both in"},
		"something else than a key": {func(s *stage) { s.inject("Ben", toCrew("Ana", "Ben", "Cem"), text, mustSeal(s, text)) }, "something else than a sender key"},
		"a key as a message":        {pairwise(plainly("Ana", "Ben"), (&wire.Distribution{Group: "crew", Chain: newChain(t).Distribution()}).Encode()), "was refused"},
		"garbage as a message":      {pairwise(plainly("Ana", "Ben"), []byte("garbage")), "was refused"},
		"update in the group":       {group(toCrew("Ana", "Ben", "Cem"), "crew", update("crew", "Ana", "Ben")), "it travels inside a group"},
		"update from a stranger":    {pairwise(plainly("Dee", "Ana", "Ben", "Cem"), update("crew", "Ana", "Ben", "Cem", "Dee")), "it is from nobody in the group"},
		"stranger throws out":       {pairwise(plainly("Dee", "Ana", "Ben", "Cem"), update("crew", "Ben")), "it is from nobody in the group"},
		"update not to all":         {pairwise(plainly("Ana", "Ben"), update("crew", "Ana", "Ben", "Dee")), "it was not sent to all members"},
		"update also to others":     {pairwise(plainly("Ana", "Ben", "Cem", "Dee"), update("crew", all...)), "it was not sent to all members"},
		"old update":                {pairwise(old, update("crew", "Ana", "Ben")), "it is older than another one"},
		"of the future":             {pairwise(dated(plainly("Cem", "Ana", "Ben"), begin.AddDate(9, 0, 0)), update("crew", all...)), "it is dated 2035-03-02 09:00:00"},
		"a little too early":        {pairwise(dated(plainly("Cem", "Ana", "Ben"), begin.Add(4*time.Minute+ClockSkew+time.Second)), update("crew", all...)), "it is dated"},
		"not from a founder":        {pairwise(plainly("Ana", "Ben", "Cem"), update("zoo", "Ben", "Cem")), "it is from nobody in the group"},
		"founded in secret":         {pairwise(plainly("Ana", "Ben"), update("zoo", all...)), "it was not sent to all members"},
		"of others":                 {pairwise(plainly("Ana", "Ben", "Cem"), update("zoo", "Ana", "Cem")), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			messages := []string{"Ana>Ben", "Ben>Ana", "Dee>Ben", "Cem>Ben", "Ana@crew>Ben,Cem", "Ana@crew>Ben,Cem", "Cem@crew>Ana,Ben"}
			groups := append(crew(all...), world.Group{Name: "pair", Members: []string{"Ana", "Ben"}})
			s := scene{groups: groups, messages: messages}.start(t).advance(5)
			about := func() []world.Fact {
				return slices.DeleteFunc(s.copyOf("Ben"), func(f world.Fact) bool { return f.Kind == wire.Session || f.Kind == wire.SenderKey })
			}
			before := about()
			test.do(s)
			require.Equal(t, before, about())
			if test.want == "" {
				s.quiet()
			} else {
				require.Len(t, s.warned, 1)
				require.Contains(t, s.warned[0], "Ben: ")
				require.Contains(t, s.warned[0], test.want)
			}
			s.warned = nil
			s.end()
			s.each(1, len(messages))
			s.quiet()
		})
	}
}

// change lets a user say who is in the crew from now on.
func (s *stage) change(by string, members ...string) world.Packet {
	return world.Packet{From: world.UserOf(by), To: world.DeviceOf(by), Data: world.Pack(world.KindMembers, []byte("crew"), world.Strings(members))}
}

// Two changes of one second: in whatever order they come, all believe the same one.
func TestChangesOfOneSecond(t *testing.T) {
	messages := []string{"Ana@crew>Ben,Cem,Dee", "Ben@crew>Ana,Cem,Dee"}
	for first := range 2 {
		s := scene{groups: crew("Ana", "Ben", "Cem", "Dee"), messages: messages}.start(t).end()
		held := s.hold(isDelivery)
		s.post(s.change("Ana", "Ana", "Ben", "Dee"), s.change("Ben", "Ana", "Ben", "Cem"))
		require.Len(t, *held, 6)
		if first == 1 {
			slices.Reverse(*held)
		}
		s.release(*held...)
		for _, member := range []string{"Ana", "Ben", "Cem"} {
			require.Equal(t, []string{"Ana", "Ben", "Cem"}, s.device(member).groups["crew"].members, member)
		}
		require.NotContains(t, s.device("Dee").groups, "crew")
		require.True(t, slices.ContainsFunc(s.copyOf("Dee"), func(f world.Fact) bool { return f.Kind == wire.GroupView }), "since when is kept")
	}
}

// Whoever dates changes as far ahead as is allowed can be removed like others.
func TestClockAhead(t *testing.T) {
	s := scene{groups: crew("Ana", "Ben", "Cem"), messages: []string{"Cem>Ana", "Cem>Ben", "Ana@crew>Ben,Cem"}}.start(t).end()
	m := world.Meta{ID: "ahead", From: "Cem", To: []string{"Ana", "Ben"}, Sent: s.sim.Net.Now().Add(ClockSkew - time.Minute)}
	for _, to := range m.To {
		s.inject(to, m, (&wire.Content{Update: &wire.Members{Group: "crew", Accounts: []string{"Ana", "Ben", "Cem"}}}).Encode(), nil)
	}
	s.post(s.change("Ana", "Ana", "Ben"))
	s.quiet()
	require.Equal(t, []string{"Ana", "Ben"}, s.device("Ben").groups["crew"].members)
	require.NotContains(t, s.device("Cem").groups, "crew")
}

func mustSeal(s *stage, secret []byte) *senderkey.Message {
	m, err := newChain(s.t).Seal(secret, nil)
	require.NoError(s.t, err)
	return m
}

// Messages overtake each other and are lost; a key that was given again does not
// turn a chain back.
func TestGroupReordered(t *testing.T) {
	messages := []string{"Ana@crew>Ben,Cem", "Ana@crew>Ben,Cem", "Ana@crew>Ben,Cem", "Ana@crew>Ben,Cem", "Ana@crew>Ben,Cem"}
	s := scene{groups: crew("Ana", "Ben", "Cem"), messages: messages}.start(t).advance(1)
	late := s.hold(func(p world.Packet) bool { return isDelivery(p) && p.To == "device:Ben" })
	s.advance(4)
	slices.Reverse(*late)
	s.release((*late)[1:]...)
	s.release(*late...)
	s.end()
	s.each(1, 5)
	s.quiet()
	for _, p := range s.packets(wire.KindDeliver) {
		s.post(p)
	}
	s.each(1, 5)
	before := s.device("Ben").groups["crew"].facts("crew")
	key, err := wire.ParseDistribution(s.keyOf(t, "Ana"))
	require.NoError(t, err)
	key.Chain.N = 0
	s.inject("Ben", world.Meta{ID: "again", From: "Ana", To: []string{"Ben", "Cem"}, Group: "crew", Sent: begin}, key.Encode(), mustSeal(s, nil))
	require.Equal(t, before, s.device("Ben").groups["crew"].facts("crew"))
}

func (s *stage) keyOf(t testing.TB, account string) []byte {
	return (&wire.Distribution{Group: "crew", Chain: s.device(account).groups["crew"].own.Sender.Distribution()}).Encode()
}

// A member who sets up anew gets the key of the message that went to the device that
// is no more. That is the last one that a thief of the old device reads: then there
// is a new key.
func TestKeyAfterReinstall(t *testing.T) {
	s := scene{groups: crew("Ana", "Ben", "Cem"), messages: slices.Repeat([]string{"Ana@crew>Ben,Cem"}, 5),
		events: []world.Event{{After: 2, Kind: world.Reinstall, Account: "Ben"}}}.start(t).advance(1)
	chain := s.device("Ana").groups["crew"].own
	thief := s.copyOf("Ben")
	s.end()
	s.each(1, 5)
	require.Equal(t, []int{2, 3}, s.opens(thief, s.wire))
	require.Equal(t, []string{"Ana: the safety number with Ben has changed"}, s.warned)
	require.NotSame(t, chain, s.device("Ana").groups["crew"].own)
	require.Equal(t, uint32(2), s.device("Ben").groups["crew"].chains["Ana"][0].Chain().N)
	require.Empty(t, s.device("Ana").outbox, "the key as of an old message is kept")
}

// Sender keys that come late do not push out the newest, of which no second copy
// comes.
func TestLateKeys(t *testing.T) {
	n := 2*senderkey.MaxMessages + 5
	s := scene{groups: crew("Ana", "Ben"), messages: slices.Repeat([]string{"Ana@crew>Ben"}, n)}.start(t)
	late := s.hold(func(p world.Packet) bool {
		return isDelivery(p) && !mustDelivery(t, p).Bare() && len(s.packets(wire.KindUpload)) <= senderkey.MaxMessages+1
	})
	s.advance(n - 2)
	require.Len(t, *late, 2)
	s.release(*late...)
	s.shown, s.warned = nil, nil
	s.end()
	s.each(n-1, n)
	s.quiet()
}

// A file goes to the message that it came with, not to another member's of the same
// number.
func TestFileOfAnother(t *testing.T) {
	s := scene{groups: crew("Ana", "Ben", "Cem"), messages: []string{"Cem>Ben", "Ana@crew>Ben,Cem+100"}}.start(t).end()
	p, chunks := sealedFile(t)
	m := world.Meta{ID: mustDelivery(t, s.packets(wire.KindDeliver)[1]).Meta.ID, From: "Cem", To: []string{"Ben"}, Sent: begin}
	s.hold(func(p world.Packet) bool { return p.Kind() == wire.KindGet })
	s.inject("Ben", m, (&wire.Content{Body: []byte("hi"), Files: []wire.Pointer{p}}).Encode(), nil)
	s.release(world.Packet{From: "provider", To: "device:Ben", Data: (&wire.Chunk{Message: m.ID, File: 0, Number: 0, Data: chunks[0]}).Encode(wire.KindBlob)})
	history := s.device("Ben").history
	require.Len(t, history, 3)
	require.Equal(t, file(2, 1, 100), history[1].files[0])
	require.Equal(t, file(1, 9, 9), history[2].files[0])
}

// A man in the middle of one pair reads their group too, by the rules that he
// applies to any message, and nobody notices.
func TestManInTheMiddleOfAGroup(t *testing.T) {
	s := scene{groups: crew("Ana", "Ben"), messages: []string{"Ana>Ben", "Ana@crew>Ben", "Ana@crew>Ben+9", "Ben@crew>Ana"}}.start(t)
	m := newMiddle(t, s.sim.Net, "Ana", "Ben")
	var keys []world.Fact
	s.sim.Intercept = func(p world.Packet) bool {
		if u, err := wire.ParseUpload(p.Data); err == nil && u.Group != nil && u.Parts[0].Bare() {
			m.net.Deliver(world.Packet{From: "provider", To: world.DeviceOf(u.Parts[0].To), Data: u.Delivery(0).Encode()})
			return true
		}
		return m.intercept(p)
	}
	m.opened = func(f world.Fact) { keys = append(keys, f) }
	s.end()
	s.each(1, 4)
	require.Equal(t, []string{"Ben: the attachment \"file\" from Ana could not be opened: a part of it is missing"}, s.warned,
		"this middle passes no uploads on, so that nothing claims the chunks")
	require.Equal(t, []int{1, 2, 3, 4}, s.opens(keys, s.wire))
}

// TestBroughtTwice: what a device has opened before it knows again, a change of a group as
// well, and says nothing.
func TestBroughtTwice(t *testing.T) {
	s := scene{groups: crew("Ana", "Ben", "Cem"), messages: []string{"Ana@crew>Ben,Cem", "Ben@crew>Ana,Cem", "Ana@crew>Ben,Cem,Dee"},
		events:   []world.Event{{After: 2, Kind: world.Join, Account: "Dee", With: "Ana", Group: "crew"}},
		settings: world.Settings{Retention: 1}}.start(t).end()
	brought := s.packets(wire.KindDeliver)
	require.Greater(t, len(brought), 7, "the change as well")
	for _, p := range brought {
		s.post(p)
	}
	s.quiet()
	s.each(1, 3)
}
