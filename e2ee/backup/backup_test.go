package backup

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks/deduce"
	"doormat/e2ee"
	"doormat/e2ee/store"
	"doormat/e2ee/vault"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/memo"
	"doormat/world/simulation"
	"doormat/world/worldtest"
)

// both are the designs, with how many of the usual five vault servers are needed: three.
var both = []world.Design{ByProvider{}, ByUser{}}

// A stage is the conversation of package worldtest under way: Ben has a new phone after message
// 10, Cleo after 21.
type stage struct {
	*simulation.Simulation
	t      *testing.T
	design world.Design
	said   []world.Payload
	nodes  map[string]world.Node
	wire   []world.Fact
	warned []string
	drop   func(world.Packet) bool
}

func start(t *testing.T, d world.Design, retention int, own ...string) *stage {
	conv := worldtest.Conversation()
	settings := worldtest.Settings(conv, 3, 5, 7)
	settings.Retention, settings.Mailbox = retention, world.MailboxDelivered
	for i := 0; i < len(own); i += 2 {
		settings.Own = settings.Own.With(own[i], own[i+1])
	}
	deploy, err := d.Setup(world.Config{Settings: settings, Accounts: conv.Accounts, Seed: 1, Memo: computed})
	require.NoError(t, err)
	s := &stage{t: t, design: d, said: worldtest.Payloads(conv), nodes: map[string]world.Node{}}
	nodes := deploy()
	for _, n := range nodes {
		s.nodes[n.Name()] = n
	}
	s.Simulation, err = simulation.New(context.Background(), conv, s.said, nodes, s.watch)
	require.NoError(t, err)
	s.Intercept = func(p world.Packet) bool { return s.drop != nil && s.drop(p) }
	require.NoError(t, s.Start())
	return s
}

func (s *stage) watch(p world.Packet) {
	if !p.Private() {
		s.wire = append(s.wire, world.Fact{Kind: world.Observed, Ref: fmt.Sprint(len(s.wire)), Data: p.Encode(s.now())})
	}
	if f, err := world.Unpack(p.Data, world.KindWarning, 1); err == nil && p.Kind() == world.KindWarning {
		s.warned = append(s.warned, p.From+": "+string(f[0]))
	}
}

func (s *stage) now() (t time.Time) {
	if s.Simulation != nil {
		t = s.Net.Now()
	}
	return t
}

func (s *stage) to(moment int) *stage {
	require.NoError(s.t, s.Advance(moment))
	return s
}

func (s *stage) end() *stage { return s.to(len(s.said)) }

func (s *stage) store(name string) []world.Fact { return s.nodes[name].Holdings() }

func (s *stage) history(account string) []world.Fact {
	return s.nodes[world.DeviceOf(account)].(*e2ee.Device).History()
}

// reads lists the messages whose text follows from loot, and how many files do.
func (s *stage) reads(loot ...[]world.Fact) (messages []int, files int) {
	know := deduce.New(s.design.Rules(), deduce.Budget{})
	for _, f := range slices.Concat(loot...) {
		know.Add(deduce.Entry{Fact: f, Origin: "test", Loot: true})
	}
	require.NoError(s.t, know.Saturate(s.t.Context()))
	for id := range know.Len() {
		switch f := know.At(id); f.Kind {
		case world.Plaintext:
			k := 1 + slices.IndexFunc(s.said, func(p world.Payload) bool { return bytes.Equal(p.Body, f.Data) })
			require.NotZero(s.t, k, "a text that nobody typed")
			messages = append(messages, k)
		case world.File:
			files++
		}
	}
	slices.Sort(messages)
	return slices.Compact(messages), files
}

func (s *stage) all() []int {
	var all []int
	for k := range s.Moment() {
		all = append(all, k+1)
	}
	return all
}

// A new phone has what the old one had, in the same order, files included.
func TestRestore(t *testing.T) {
	for _, d := range both {
		for _, retention := range []int{0, 4} {
			s := start(t, d, retention).to(9)
			var before []world.Fact
			s.drop = func(p world.Packet) bool {
				if p.Kind() == world.KindReinstall && p.To == world.DeviceOf("Ben") {
					before = s.history("Ben")
				}
				return false
			}
			s.to(10)
			require.NotEmpty(t, before)
			require.Equal(t, before, s.history("Ben"), "%s, retention %d", d.Info().ID, retention)
			s.drop = nil
			s.end()
			want := start(t, e2ee.Design{}, retention).end() // where Cleo's first phone is forgotten
			if retention > 0 {
				require.Equal(t, len(want.history("Ada")), len(s.history("Ada")))
			}
			require.Empty(t, slices.DeleteFunc(s.warned, func(w string) bool { return strings.Contains(w, "safety number") }))
		}
	}
}

// What a device deletes because of its retention, the store has no more.
func TestRetention(t *testing.T) {
	for _, d := range both {
		s := start(t, d, 4).end()
		items := map[string]int{}
		for _, f := range s.store(Store) {
			items[f.Ref]++
		}
		for _, account := range []string{"Ada", "Ben", "Cleo", "Dov"} {
			require.Equal(t, len(s.history(account)), items[account], "%s of %s", d.Info().ID, account)
		}
	}
}

// Who opens backups: store and key, and none without the other.
func TestWhoReads(t *testing.T) {
	s := start(t, ByProvider{}, 0).end()
	for _, c := range []struct {
		loot []world.Fact
		all  bool
	}{
		{s.store(Store), false},
		{s.store(world.Provider), false},
		{append(s.store(Store), s.store(world.Provider)...), true},
		{s.wire, false},
		{append(s.wire, s.store(world.Provider)...), true}, // every backup went over the wire
	} {
		messages, files := s.reads(c.loot)
		if !c.all {
			require.Empty(t, messages)
			continue
		}
		require.Equal(t, s.all(), messages)
		require.Equal(t, 4, files)
	}

	s = start(t, ByUser{}, 0).end()
	var vaults []world.Fact
	for i := 1; i <= 5; i++ {
		messages, _ := s.reads(s.store(Store), s.store(world.Provider), vaults)
		if i <= 3 {
			require.Empty(t, messages, "%d vault servers", i-1)
		} else {
			require.Equal(t, s.all(), messages, "%d vault servers: the PIN is guessed", i-1)
			break
		}
		vaults = append(vaults, s.store(Vault(i))...)
	}
	messages, _ := s.reads(vaults)
	require.Empty(t, messages, "keys without backups")
	messages, _ = s.reads(s.wire, vaults)
	require.Equal(t, s.all(), messages, "every backup went over the wire")
}

// A phone's copy and a tape: without backups what was deleted is gone, and what is written after
// the chats have healed is safe. With backups neither.
func TestBackupsUndoErasure(t *testing.T) {
	ofAda := func(s *stage) (mine []int) {
		for i, m := range worldtest.Conversation().Messages {
			if m.From == "Ada" || slices.Contains(m.To, "Ada") {
				mine = append(mine, i+1)
			}
		}
		return mine
	}
	for _, d := range append([]world.Design{e2ee.Design{}}, both...) {
		s := start(t, d, 1).to(6)
		phone := s.store(world.DeviceOf("Ada"))
		s.end()
		messages, _ := s.reads(phone, s.wire)
		if d.Info().ID == "e2ee" {
			require.NotSubset(t, messages, []int{1, 2, 3}, "deleted")
			require.NotSubset(t, messages, ofAda(s))
			continue
		}
		require.Subset(t, messages, ofAda(s), d.Info().ID)
	}
}

// Whoever speaks to the vault for an account burns its guesses. The next phone cannot restore,
// says so, and begins a new backup.
func TestVaultLocked(t *testing.T) {
	s := start(t, ByUser{}, 0).to(9)
	element := must(vault.NewAttempt(vault.Params{Need: 1, Servers: 1, Limit: 1}, PIN(1), world.Seed(7).Stream("thief"))).Blinded()
	for i := 1; i <= 3; i++ {
		public := s.nodes[Vault(i)].(*vaultServer).channel.public()
		for range Limit + 1 {
			sealed, _, err := vault.SealRequest(world.Seed(8).Stream("thief"), public, vault.EvaluateRequest("Ben", element))
			require.NoError(t, err)
			s.Net.Post(world.Packet{From: world.Provider, To: Vault(i), Data: world.Pack(KindForward, []byte("Ben"), public, sealed)})
		}
	}
	require.NoError(t, s.Settle())
	require.Empty(t, s.warned)
	s.to(10)
	require.Empty(t, s.history("Ben"))
	require.Contains(t, strings.Join(s.warned, "\n"), "device:Ben: the old backup is lost")
	s.end()
	messages, _ := s.reads(s.store(world.DeviceOf("Ben")))
	require.NotEmpty(t, messages)
	s = s.reinstall("Ben")
	again, _ := s.reads(s.store(world.DeviceOf("Ben")))
	require.Equal(t, messages, again, "the new backup restores")
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (s *stage) reinstall(account string) *stage {
	s.Net.Post(world.Packet{From: world.UserOf(account), To: world.DeviceOf(account), Data: world.Pack(world.KindReinstall)})
	require.NoError(s.t, s.Settle())
	return s
}

// What is lost on the way is asked for again, at most three nights; then the user is told.
func TestLostAnswers(t *testing.T) {
	for _, d := range both {
		for _, kind := range []byte{KindTold, KindLoaded} {
			for _, nights := range []int{1, 7} {
				s := start(t, d, 0).to(9)
				before := s.history("Ben")
				s.drop = func(p world.Packet) bool { return p.Kind() == kind }
				s.reinstall("Ben")
				require.Empty(t, s.history("Ben"))
				if nights > maxNights {
					require.NoError(t, s.Rest(nights))
				}
				s.drop = nil
				require.NoError(t, s.Rest(nights))
				if nights > maxNights {
					require.Contains(t, strings.Join(s.warned, "\n"), "device:Ben: there is no backup")
					continue
				}
				require.Equal(t, before, s.history("Ben"), "%s, kind %d", d.Info().ID, kind)
				require.Empty(t, s.warned)
			}
		}
	}
}

// A false store restores nothing false: items of another account, altered ones and made-up ones are
// left out.
func TestFalseStore(t *testing.T) {
	for _, d := range both {
		s := start(t, d, 0).to(9)
		before := s.history("Ben")
		a := s.nodes[Store].(*archive)
		mine, others := a.accounts["Ben"], a.accounts["Ada"]
		for i, name := range mine.order {
			it := mine.at[name]
			switch it.sealed = bytes.Clone(it.sealed); i {
			case 0:
				it.sealed[len(it.sealed)-1] ^= 1
			case 1:
				it.sealed = others.at[others.order[0]].sealed
			}
			mine.at[name] = it
		}
		mine.order = append(mine.order, "short", "garbage")
		mine.at["short"], mine.at["garbage"] = item{sealed: []byte("x")}, item{sealed: make([]byte, 100)}
		s.reinstall("Ben")
		require.Equal(t, before[2:], s.history("Ben"), d.Info().ID)
	}
}

// Under an order of the court store, provider and vault hand over what is of the accounts named, the
// store what came in within the window. Untold they hand over nothing.
func TestOrders(t *testing.T) {
	for _, d := range both {
		for _, told := range []bool{false, true} {
			s := start(t, d, 0).to(9)
			conv := worldtest.Conversation()
			for _, name := range s.Net.Names() {
				if kind := world.KindOf(name); told && kind != world.UserName || kind == world.Court {
					s.Net.Post(world.Packet{From: world.Law, To: name, Data: world.Pack(world.KindComply)})
				}
			}
			s.Net.Post(world.Packet{From: world.Law, To: world.Agency, Data: world.Pack(world.KindCase,
				world.Strings([]string{"Cleo"}), world.Time(conv.Messages[6].Sent), world.Time(conv.Messages[7].Sent))})
			require.NoError(t, s.Settle())
			messages, _ := s.reads(s.store(world.Agency))
			if told {
				require.Equal(t, []int{7, 8}, messages, d.Info().ID)
				onTape, _ := s.reads(s.wire, slices.DeleteFunc(s.store(world.Agency), func(f world.Fact) bool { return f.Kind != "agency key" }))
				require.Contains(t, onTape, 7, "with the agency's key the tape opens: %s", d.Info().ID)
				continue
			}
			require.Empty(t, messages)
		}
	}
}

// TestEmergency: in an emergency the store hands items over if it takes an agency's word, once it has
// been told to answer lawful process, and never a vault's share; it asks for a court's order usually.
func TestEmergency(t *testing.T) {
	for word, want := range map[string][2][]int{EmergencyOrder: {nil, nil}, EmergencyWord: {{7, 8}, nil}} {
		for i, d := range both {
			s := start(t, d, 0, Emergency, word).to(9)
			conv := worldtest.Conversation()
			ask := func() []int {
				s.Net.Post(world.Packet{From: world.Law, To: world.Agency, Data: world.Pack(world.KindUrgent,
					world.Strings([]string{"Cleo"}), world.Time(conv.Messages[6].Sent), world.Time(conv.Messages[7].Sent))})
				require.NoError(t, s.Settle())
				messages, _ := s.reads(s.store(world.Agency))
				return messages
			}
			require.Empty(t, ask(), "nobody has been told to answer")
			for _, name := range s.Net.Names() {
				if world.KindOf(name) != world.UserName {
					s.Net.Post(world.Packet{From: world.Law, To: name, Data: world.Pack(world.KindComply)})
				}
			}
			require.ElementsMatch(t, want[i], ask(), "%s, %s", d.Info().ID, word)
			emergency := law.ApplyAtOnce(law.Order{Case: "emergency", Accounts: []string{"Cleo"}, Agency: make([]byte, 32),
				Expiry: s.now().Add(law.MaxUrgency)}, law.SigningKey(make([]byte, 32)))
			out := s.nodes[Store].Handle(s.now(), world.Packet{From: world.Agency, To: Store, Data: world.Pack(law.KindEmergency, emergency)})
			require.Empty(t, out, "of a stranger")
		}
	}
}

// Only a device reaches its account's items, and nobody the vault but through the provider.
func TestStrangers(t *testing.T) {
	s := start(t, ByUser{}, 0).to(9)
	before := s.store(Store)
	name := before[0].Data[:nameSize]
	for _, from := range []string{world.Outsider, world.UserOf("Ada"), world.Provider, world.DeviceOf("Dov")} {
		s.Net.Post(world.Packet{From: from, To: Store, Data: world.Pack(KindErase, name)},
			world.Packet{From: from, To: Store, Data: world.Pack(KindLoad, world.Int(0))},
			world.Packet{From: from, To: Store, Data: world.Pack(KindSurrender, []byte("no order"))})
	}
	n := len(s.wire)
	require.NoError(t, s.Settle())
	require.Equal(t, before, s.store(Store))
	for _, f := range s.wire[n:] {
		p, _, err := world.ParsePacket(f.Data)
		require.NoError(t, err)
		require.True(t, p.From != Store || p.To == world.DeviceOf("Dov"), "the store answers %s", p.To)
	}
	public := s.nodes[Vault(1)].(*vaultServer).channel.public()
	sealed, _, err := vault.SealRequest(world.Seed(8).Stream("thief"), public, vault.EvaluateRequest("Ben", make([]byte, 32)))
	require.NoError(t, err)
	for _, from := range []string{world.Outsider, world.DeviceOf("Ben"), Store} {
		require.Empty(t, s.nodes[Vault(1)].Handle(s.Net.Now(), world.Packet{From: from, To: Vault(1),
			Data: world.Pack(KindForward, []byte("Ben"), public, sealed)}))
	}
}

func FuzzOpenItem(f *testing.F) {
	key := bytes.Repeat([]byte{1}, keySize)
	fact := store.KeptFact(world.Meta{ID: "a", From: "Ada", To: []string{"Ben"}}, []byte("text"))
	sealed := must(sealItem(key, "Ada", fact))
	f.Add(key, sealed)
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, k, item []byte) {
		got, err := openItem(k, "Ada", item)
		if err != nil {
			return
		}
		again, err := sealItem(k, "Ada", got)
		require.NoError(t, err)
		require.Equal(t, item, again, "one fact has one item")
	})
}

// FuzzPackets throws packets at a store, a vault server and a device.
func FuzzPackets(f *testing.F) {
	for kind := KindSave; kind <= KindSurrendered; kind++ {
		f.Add(world.Pack(kind, []byte("a"), []byte("b"), []byte("c")))
		f.Add(world.Pack(kind, world.Int(0), world.Int(1), world.Pack(0, make([]byte, 50))))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		s := start(t, ByUser{}, 0)
		for _, from := range []string{world.DeviceOf("Ada"), world.Provider, Store, Vault(1), world.Agency, world.UserOf("Ada")} {
			for _, to := range []string{Store, Vault(1), world.DeviceOf("Ada"), world.Provider, world.Agency} {
				s.nodes[to].Handle(s.Net.Now(), world.Packet{From: from, To: to, Data: data})
				s.nodes[to].Holdings()
			}
		}
	})
}

// computed is what deployments of all tests share: most are of one seed.
var computed = new(memo.Memo)
