package transparency

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/e2ee"
	"doormat/e2ee/linked"
	"doormat/e2ee/pqxdh"
	"doormat/e2ee/rules"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/memo"
	"doormat/world/publiclog"
	"doormat/world/simulation"
)

var start = time.Date(2023, 4, 13, 9, 0, 0, 0, time.UTC)

// stage is a chat of two, and of a third who writes late, with which a test can interfere.
type stage struct {
	*simulation.Simulation
	t      *testing.T
	sent   []world.Packet
	warned []string  // who: what
	asked  time.Time // when stolen keys cosign a tree, the time of the stage if zero
}

func newStage(t *testing.T, events ...world.Event) *stage {
	t.Helper()
	c := &world.Conversation{Title: "stage", Accounts: []string{"Ana", "Ben", "Cy"}, Target: "Ana", Events: events}
	for i, pair := range []string{"Ana Ben", "Ben Ana", "Ana Ben", "Cy Ana", "Ana Cy", "Ben Ana"} {
		from, to, _ := strings.Cut(pair, " ")
		c.Messages = append(c.Messages, world.Message{From: from, To: []string{to}, Text: fmt.Sprint(i),
			Sent: start.Add(time.Duration(i) * 26 * time.Hour)})
	}
	require.NoError(t, c.Check())
	var said []world.Payload
	for _, m := range c.Messages {
		said = append(said, world.Payload{Body: []byte(m.Text)})
	}
	deploy, err := Design{}.Setup(world.Config{Accounts: c.Accounts, Seed: 1, Memo: computed, Settings: world.Settings{
		Threshold: 1, Trustees: 1, Target: "Ana", At: 1, Mailbox: world.MailboxAll}})
	require.NoError(t, err)
	s := &stage{t: t}
	s.Simulation, err = simulation.New(context.Background(), c, said, deploy(), s.watch)
	require.NoError(t, err)
	require.NoError(t, s.Start())
	return s
}

func (s *stage) watch(p world.Packet) {
	s.sent = append(s.sent, p)
	if p.Kind() == world.KindWarning {
		f, err := world.Unpack(p.Data, world.KindWarning, 1)
		require.NoError(s.t, err)
		s.warned = append(s.warned, p.From+": "+string(f[0]))
	}
}

func (s *stage) apply(rule string, text string, facts ...world.Fact) []world.Fact {
	s.t.Helper()
	for _, r := range (Design{}).Rules() {
		if r.Name == rule {
			got, err := r.Apply(world.Input{Facts: facts, Text: []byte(text), Random: make([]byte, 64)})
			require.NoError(s.t, err)
			var out []world.Fact
			for _, d := range got {
				out = append(out, d.Fact)
			}
			return out
		}
	}
	s.t.Fatalf("no rule %q", rule)
	return nil
}

func (s *stage) packet(f world.Fact) world.Packet {
	s.t.Helper()
	p, _, err := world.ParsePacket(f.Data)
	require.NoError(s.t, err)
	return p
}

// swap hands out a false key of Ben's, and gives the bundle.
func (s *stage) swap() world.Fact {
	require.NoError(s.t, s.Net.Node(world.Provider).(world.Reprogrammable).Reprogram(e2ee.AnyIdentity, nil))
	bundle := s.apply(rules.MakeKeys, "Ben")[1]
	s.Intercept = func(p world.Packet) bool {
		f, err := world.Unpack(p.Data, wire.KindBundle, 2)
		if err != nil || string(f[0]) != "Ben" {
			return false
		}
		s.Net.Deliver(s.packet(s.apply(rules.OfferBundle, p.To, bundle)[0]))
		return true
	}
	return bundle
}

func (s *stage) holdings(name string) world.Fact {
	f := s.Net.Node(name).Holdings()
	require.Len(s.t, f, 1)
	return f[0]
}

// shownBy lets the log show Ana's phone a tree of its own, cosigned with so many stolen keys.
func (s *stage) shownBy(bundle world.Fact, stolen int) {
	offer := s.Intercept
	s.Intercept = func(p world.Packet) bool {
		if p.To != world.Log || p.Kind() != publiclog.KindReadBoard || p.From != "device:Ana" {
			return offer(p)
		}
		facts := []world.Fact{s.holdings(world.Log), bundle, {Kind: world.Observed, Data: p.Encode(cmp.Or(s.asked, s.Net.Now()))}}
		for _, name := range publiclog.WitnessNames()[:stolen] {
			facts = append(facts, s.holdings(name))
		}
		s.Net.Deliver(s.packet(s.apply(ForkDirectory, "", facts...)[1]))
		return true
	}
}

// said lists what somebody was warned of that contains a text.
func (s *stage) said(text string) (by []string) {
	for _, w := range s.warned {
		if who, what, _ := strings.Cut(w, ": "); strings.Contains(what, text) {
			by = append(by, who)
		}
	}
	return by
}

const (
	notMine   = "in your name that this phone did not make"
	notListed = "is not the one that the log of keys shows"
)

// TestQuiet: who has the keys that the log shows is told nothing, and the log shows one entry
// for each account.
func TestQuiet(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.Advance(6))
	require.NoError(t, s.Rest(3))
	require.Empty(t, s.warned)
	var listed []string
	for _, f := range s.apply("read the directory's log", "", s.holdings(world.Log)) {
		require.Equal(t, KeyChange, f.Kind)
		listed = append(listed, f.Ref)
	}
	require.ElementsMatch(t, []string{"Ana", "Ben", "Cy"}, listed)
}

// TestSwappedInSecret: a key that the provider hands out and does not list is told at once by
// the phone that is given it, and by no other.
func TestSwappedInSecret(t *testing.T) {
	s := newStage(t)
	s.swap()
	require.NoError(t, s.Advance(1))
	require.Equal(t, []string{"device:Ana"}, s.said(notListed))
	require.Empty(t, s.said(notMine))
}

// TestSwappedInTheLog: a key that the provider lists is told by its owner's phone, on the
// first night, and not by the phone that is given it.
func TestSwappedInTheLog(t *testing.T) {
	s := newStage(t)
	s.Net.Post(s.packet(s.apply(ListKey, "", s.swap())[0]))
	require.NoError(t, s.Settle())
	require.NoError(t, s.Advance(1))
	require.Empty(t, s.said(notMine), "nobody has looked yet")
	require.NoError(t, s.Rest(1))
	require.Equal(t, []string{"device:Ben"}, s.said(notMine))
	require.Empty(t, s.said(notListed))
	require.NoError(t, s.Rest(3))
	require.Len(t, s.said(notMine), 1, "said once")
}

// TestSwappedAndBack: a key that was handed out while the log did not answer is looked up when it
// does, although the right one has come since.
func TestSwappedAndBack(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.Advance(0))
	w := newWatcher(s.Net.Node("device:Ana").(*e2ee.Device), nil)
	w.IdentitySeen(start, "Ben", []byte("false"))
	w.IdentitySeen(start, "Ben", []byte("right"))
	w.newest["Ben"] = []byte("right")
	require.Len(t, w.lookUp(), 1)
	require.Empty(t, w.lookUp(), "said once")
}

// TestFrozenLog: who controls the log and answers one phone with what it showed before cannot
// have the witnesses sign it again, and the phone tells its owner that nothing new comes.
func TestFrozenLog(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.Advance(0))
	require.NoError(t, s.Rest(1))
	var before world.Packet
	for _, p := range s.sent {
		if p.To == "device:Ben" && p.Kind() == publiclog.KindUpdate {
			before = p
		}
	}
	require.NotEmpty(t, before.Data)
	listed := s.apply(ListKey, "", s.swap())[0]
	offer := s.Intercept
	s.Intercept = func(p world.Packet) bool {
		if p.From == world.Log && p.To == "device:Ben" && string(p.Data) != string(before.Data) {
			s.Net.Deliver(before)
			return true
		}
		return offer(p)
	}
	s.Net.Post(s.packet(listed))
	require.NoError(t, s.Settle())
	require.NoError(t, s.Advance(1))
	require.NoError(t, s.Rest(30))
	require.Empty(t, s.said(notMine))
	require.Empty(t, s.said(notListed))
	require.Equal(t, []string{"device:Ben"}, s.said("has not answered"))
}

// TestReinstall: a true new phone looks like a swap. It tells its owner of the key before,
// which it did not make, and contacts find the new one in the log.
func TestReinstall(t *testing.T) {
	s := newStage(t, world.Event{After: 2, Kind: world.Reinstall, Account: "Ben"})
	require.NoError(t, s.Advance(6))
	require.Equal(t, []string{"device:Ben"}, s.said(notMine))
	require.Empty(t, s.said(notListed))
}

// TestFormerKey: a provider that hands out the key of a phone that its owner has no more is
// told of, since the log shows a newer one.
func TestFormerKey(t *testing.T) {
	s := newStage(t, world.Event{After: 2, Kind: world.Reinstall, Account: "Ana"})
	var former world.Fact
	for _, f := range s.Net.Node(world.Provider).Holdings() {
		if f.Kind == wire.Bundle && f.Ref == "Ana" {
			former = f
		}
	}
	require.NoError(t, s.Advance(3))
	require.NoError(t, s.Net.Node(world.Provider).(world.Reprogrammable).Reprogram(e2ee.AnyIdentity, nil))
	offered := 0
	s.Intercept = func(p world.Packet) bool {
		if p.Kind() != wire.KindBundle {
			return false
		}
		if offered++; offered > 3 { // the provider refuses what is sealed to a former key
			return false
		}
		s.Net.Deliver(s.packet(s.apply(rules.OfferBundle, p.To, former)[0]))
		return s.Moment() == 4 && p.To == "device:Cy"
	}
	s.warned = nil
	require.NoError(t, s.Advance(4))
	require.Contains(t, s.said(notListed), "device:Cy")
}

// TestForkedDirectory: a tree made for one phone is believed if three stolen keys cosigned it,
// and goes on as the public one grows. With two keys the phone says that it does not add up.
func TestForkedDirectory(t *testing.T) {
	for stolen := range publiclog.Witnesses {
		s := newStage(t, world.Event{After: 1, Kind: world.Reinstall, Account: "Cy"})
		s.shownBy(s.swap(), stolen)
		require.NoError(t, s.Advance(1))
		require.NoError(t, s.Rest(4))
		told := s.said("the log of keys does not add up")
		if stolen < publiclog.Quorum {
			require.Equal(t, []string{"device:Ana"}, told, "%d keys", stolen)
			continue
		}
		require.Empty(t, told)
		require.Empty(t, s.said(notListed))
		require.Equal(t, []string{"device:Cy"}, s.said(notMine), "of the phone before")
		require.Empty(t, s.said("has not answered"))
	}
}

// TestFutureSignatures: keys of a quorum that sign once for a time to come do not make a tree
// fresh until then. The phone says that it does not add up.
func TestFutureSignatures(t *testing.T) {
	s := newStage(t)
	s.asked = start.AddDate(100, 0, 0)
	s.shownBy(s.swap(), publiclog.Quorum)
	require.NoError(t, s.Advance(1))
	require.NoError(t, s.Rest(30))
	require.Equal(t, []string{"device:Ana"}, s.said("for a time to come"))
	require.Equal(t, []string{"device:Ana"}, s.said("has not answered"))
}

// TestListedAgain: a false key was listed when it was handed out, so nobody who met it was told.
// When the log shows the true one again and the phone goes on under the false one, it tells.
func TestListedAgain(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.Advance(0))
	var right world.Fact
	for _, f := range s.Net.Node(world.Provider).Holdings() {
		if f.Kind == wire.Bundle && f.Ref == "Ben" {
			right = f
		}
	}
	s.Net.Post(s.packet(s.apply(ListKey, "", s.swap())[0]))
	require.NoError(t, s.Settle())
	offer := s.Intercept
	s.Intercept = func(p world.Packet) bool { // what Ben writes would come under his own key
		return p.Kind() == wire.KindDeliver && p.To == "device:Ana" || offer(p)
	}
	require.NoError(t, s.Advance(1))
	s.Net.Post(s.packet(s.apply(ListKey, "", right)[0]))
	require.NoError(t, s.Settle())
	require.NoError(t, s.Advance(2))
	require.Empty(t, s.said("goes on using"))
	require.Empty(t, s.said(notListed))
	require.NoError(t, s.Advance(6))
	require.Equal(t, []string{"device:Ana"}, s.said("goes on using"))
}

// TestSilentLog: a log that does not answer is told after three nights, once.
func TestSilentLog(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.Advance(1))
	s.Intercept = func(p world.Packet) bool { return p.From == world.Log && p.To == "device:Ben" }
	require.NoError(t, s.Rest(3))
	require.Empty(t, s.warned)
	require.NoError(t, s.Rest(30))
	require.Equal(t, []string{"device:Ben"}, s.said("has not answered"))
}

// invite links a stranger's device to Ana's account.
func (s *stage) invite() {
	require.NoError(s.t, s.Net.Node("user:Ana").(world.Reprogrammable).Reprogram(world.ScanCodes, nil))
	s.Net.Post(s.packet(s.apply(linked.Invite, "Ana", s.apply(linked.MakeDevice, "")[0])[0]))
	require.NoError(s.t, s.Settle())
}

// TestLinked: a device that the owner was persuaded to link is listed, the phone tells of it at
// night, once, the owner unlinks it, and the log shows that, too.
func TestLinked(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.Advance(1))
	s.invite()
	require.Empty(t, s.warned, "by day")
	require.NoError(t, s.Advance(6))
	require.NoError(t, s.Rest(5))
	require.Equal(t, []string{"device:Ana"}, s.said("a device linked to this account"))
	require.Len(t, s.warned, 1)
	listed := s.Net.Node("device:Cy").(*e2ee.Device)
	for _, x := range listed.Extensions {
		if w, ok := x.(*watcher); ok {
			require.EqualValues(t, 2, w.linked.of("Ana", w.newest["Ana"]).number)
			require.Empty(t, w.linked.of("Ana", w.newest["Ana"]).devices)
		}
	}
	s.invite() // the same device
	require.NoError(t, s.Rest(10))
	require.Equal(t, []string{"device:Ana", "device:Ana"}, s.said("a device linked to this account"))
}

// showOthers shows somebody lists of Ana's devices that other keys signed.
func (s *stage) showOthers(to string, first, end byte) {
	for i := first; i < end; i++ {
		other, err := pqxdh.NewIdentity(rand.NewChaCha8([32]byte{i}))
		require.NoError(s.t, err)
		s.Net.Post(world.Packet{From: world.Provider, To: to,
			Data: linked.List{Account: "Ana", Number: 9}.Sign(other)})
	}
	require.NoError(s.t, s.Settle())
}

// TestListKeptBack: a list that a provider takes and shows to nobody is told by the phone that
// signed it, in the second night, once: the device that its owner unlinked still gets copies.
func TestListKeptBack(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.Advance(1))
	s.invite()
	kept := 0
	s.Intercept = func(p world.Packet) bool {
		if p.To != world.Provider || p.Kind() != linked.KindList {
			return false
		}
		kept++
		return true
	}
	require.NoError(t, s.Advance(2))
	require.Equal(t, []string{"device:Ana"}, s.said("a device linked to this account"))
	require.Equal(t, 1, kept, "the owner unlinks it")
	require.NoError(t, s.Rest(10))
	require.Equal(t, []string{"device:Ana"}, s.said("does not show the list of linked devices"))
	require.Len(t, s.warned, 2)
}

// TestListBeforeItsIdentity: the order of entries in the log does not matter. Of a device on a list
// that comes before the identity that signed it the owner is told, and contacts of no difference.
func TestListBeforeItsIdentity(t *testing.T) {
	s := newStage(t)
	require.NoError(t, s.Advance(1))
	for _, name := range []string{"Ana", "Ben"} {
		d := s.Net.Node("device:Ana").(*e2ee.Device)
		ana, err := pqxdh.NewIdentity(rand.NewChaCha8([32]byte{}))
		require.NoError(t, err)
		w := newWatcher(s.Net.Node(world.DeviceOf(name)).(*e2ee.Device), nil)
		list := linked.List{Account: "Ana", Number: 1, Devices: []linked.Device{{Key: make([]byte, 32), Address: "x"}}}
		w.Handle(start, world.Packet{From: world.Provider, Data: list.Sign(ana)})
		list.Identity = ana.Public()
		e := listEntry(list)
		if name == "Ana" {
			e.identity = d.Identity()
		}
		w.read(e)
		w.read(entry{account: "Ana", identity: e.identity})
		require.Len(t, w.lookUpDevices(), map[string]int{"Ana": 2, "Ben": 0}[name], name)
	}
}

// TestSecretList: a list that is kept from the log is told by the contacts who are shown it, and
// so is one that the log shows replaced, also if they are shown lists of other keys afterwards.
func TestSecretList(t *testing.T) {
	for name, keep := range map[string]func(world.Packet) bool{
		"from the log": func(p world.Packet) bool {
			return p.To == world.Log && p.Kind() == publiclog.KindPost && p.From == world.Provider
		},
		"from a phone":     func(p world.Packet) bool { return p.Kind() == linked.KindList && p.To == "device:Ben" },
		"behind another's": func(p world.Packet) bool { return p.To == world.Log && p.From == world.Provider },
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t)
			require.NoError(t, s.Advance(1))
			if name == "from a phone" {
				s.invite()
			}
			s.Intercept = keep
			if name == "behind another's" {
				s.showOthers("device:Ben", 0, 20)
			}
			if name != "from a phone" {
				s.invite()
			}
			if name == "behind another's" {
				s.showOthers("device:Ben", 20, 22)
			}
			require.NoError(t, s.Advance(4))
			require.NoError(t, s.Rest(5))
			require.Contains(t, s.said("the linked devices of Ana are not those"), "device:Ben")
		})
	}
}

// TestLostEntry: the provider posts again what was lost on the way to the log, and no more
// once the log shows it.
func TestLostEntry(t *testing.T) {
	s := newStage(t, world.Event{After: 1, Kind: world.Reinstall, Account: "Cy"})
	require.NoError(t, s.Advance(0))
	s.Intercept = func(p world.Packet) bool { return p.Kind() == publiclog.KindPost }
	require.NoError(t, s.Advance(1))
	entries := func() int { return len(s.apply("read the directory's log", "", s.holdings(world.Log))) }
	require.Equal(t, 3, entries())
	s.Intercept = nil
	require.NoError(t, s.Rest(1))
	require.Equal(t, 4, entries())
	require.NoError(t, s.Rest(5))
	require.Equal(t, 4, entries())
}

// FuzzParseEntry: an entry has one encoding, and others are refused.
func FuzzParseEntry(f *testing.F) {
	f.Add(entry{account: "Ana", identity: make([]byte, 16)}.encode())
	f.Add(entry{account: "", identity: make([]byte, 16)}.encode())
	f.Add(entry{account: "Ana"}.encode())
	f.Add(entry{account: "Ana", identity: make([]byte, 16), number: 2, devices: [][]byte{make([]byte, 16)}}.encode())
	f.Add(entry{account: "Ana", identity: make([]byte, 16), number: 1, devices: [][]byte{nil}}.encode())
	f.Fuzz(func(t *testing.T, data []byte) {
		if e, err := parseEntry(data); err == nil {
			require.Equal(t, data, e.encode())
		}
	})
}

// computed is what deployments of all tests share: most are of one seed.
var computed = new(memo.Memo)
