package publiclog

import (
	"bytes"
	"crypto/ed25519"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/world"
	"doormat/world/law"
	"doormat/world/law/lawtest"
	"doormat/world/ledger"
)

var now = time.Date(2017, 3, 26, 19, 0, 0, 0, time.UTC)

// office is a log with four witnesses, of which three must cosign, a monitor, a
// reader of checkpoints and a court.
type office struct {
	t       *testing.T
	log     *Log
	reader  *reader
	ledger  *ledger.Log
	policy  *ledger.Policy
	nodes   map[string]world.Node
	court   ed25519.PrivateKey
	outside []world.Packet // to nobody here
	drop    func(world.Packet) bool
}

func newOffice(t *testing.T) *office {
	t.Helper()
	seed := world.Seed(1)
	o := &office{t: t, nodes: map[string]world.Node{}, court: ed25519.NewKeyFromSeed(make([]byte, 32))}
	var err error
	o.ledger, err = ledger.New("test.log", seed.Stream("log"))
	require.NoError(t, err)
	var witnesses []*ledger.Witness
	var names, keys []string
	for _, name := range []string{"witness:1", "witness:2", "witness:3", "witness:4"} {
		w, err := ledger.NewWitness("test."+name[:7]+name[8:], o.ledger.VerifierKey(), seed.Stream(name))
		require.NoError(t, err)
		witnesses, names, keys = append(witnesses, w), append(names, name), append(keys, w.VerifierKey())
	}
	o.policy, err = ledger.NewPolicy(o.ledger.VerifierKey(), 3, keys...)
	require.NoError(t, err)
	for i, w := range witnesses {
		o.nodes[names[i]] = NewWitness(w, o.gossip(names[i], []string{"monitor"}, names))
	}
	o.log = NewLog(o.ledger, []ed25519.PublicKey{o.court.Public().(ed25519.PublicKey)}, o.policy, map[string]int64{}, names)
	o.reader = &reader{o.gossip("reader", append(names, "monitor"), nil)}
	o.nodes["log"], o.nodes["reader"] = o.log, o.reader
	o.nodes["monitor"] = NewMonitor(o.gossip("monitor", nil, append(names, "reader")), 0)
	return o
}

func (o *office) gossip(name string, near, far []string) *Gossip {
	view, err := ledger.NewView(o.policy, nil)
	require.NoError(o.t, err)
	return NewGossip(name, o.policy, view, near, far)
}

// reader is a principal that does nothing but gossip.
type reader struct{ *Gossip }

func (r *reader) Name() string                                      { return r.name }
func (*reader) Holdings() []world.Fact                              { return nil }
func (r *reader) Handle(_ time.Time, p world.Packet) []world.Packet { return r.Gossip.Handle(p) }

// midnight is one for everybody.
func (o *office) midnight() {
	for _, to := range []string{"log", "monitor", "reader", "witness:1", "witness:2", "witness:3", "witness:4"} {
		o.send(world.Packet{From: world.Clock, To: to, Data: world.Pack(world.KindTick)})
	}
}

func (o *office) send(packets ...world.Packet) {
	for queue := packets; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		if o.drop != nil && o.drop(p) {
			continue
		}
		if n := o.nodes[p.To]; n != nil {
			queue = append(queue, n.Handle(now, p)...)
		} else {
			o.outside = append(o.outside, p)
		}
	}
}

func (o *office) append(record []byte) {
	o.send(world.Packet{From: "court", To: "log", Data: world.Pack(law.KindAppend, record)})
}

func (o *office) record(name string) []byte {
	return law.Record([]byte(name), make([]byte, 32), o.court)
}

// answers are the packets of a kind that left the office.
func (o *office) answers(kind byte) (out []world.Packet) {
	for _, p := range o.outside {
		if p.Kind() == kind {
			out = append(out, p)
		}
	}
	return out
}

// slow is a witness whose clock stands still.
type slow struct{ world.Node }

func (s slow) Handle(_ time.Time, p world.Packet) []world.Packet {
	return s.Node.Handle(time.Unix(1, 0), p)
}

// TestRenew: a log that renews its checkpoint shows one of today, also if the first witness to
// answer writes an old time; one that does not shows what that witness wrote.
func TestRenew(t *testing.T) {
	for renew, want := range map[time.Duration]time.Time{0: time.Unix(1, 0).UTC(), 24 * time.Hour: now.Truncate(time.Second).UTC()} {
		o := newOffice(t)
		o.nodes["witness:1"] = slow{o.nodes["witness:1"]}
		o.log.Renew = renew
		o.log.Open(nil, []string{"poster"})
		o.send(world.Packet{From: "poster", To: world.Log, Data: world.Pack(KindPost, []byte("session"), []byte("post"))})
		o.send(world.Packet{From: "device:Ana", To: world.Log, Data: world.Pack(KindReadBoard, world.Int(0))})
		answers := o.answers(KindUpdate)
		require.NotEmpty(t, answers)
		r := NewReader(o.policy)
		_, err := r.Read(answers[len(answers)-1].Data)
		require.NoError(t, err)
		require.Equal(t, want, r.Time(), "renewed every %v", renew)
	}
}

func TestLog(t *testing.T) {
	o := newOffice(t)
	for i, name := range []string{"one", "two", "three"} {
		o.append(o.record(name))
		logged := o.answers(law.KindLogged)
		require.Len(t, logged, i+1)
		f, err := world.Unpack(logged[i].Data, law.KindLogged, 2)
		require.NoError(t, err)
		e, err := ledger.ParseEvidence(f[1])
		require.NoError(t, err)
		_, err = e.Verify(o.policy, o.record(name))
		require.NoError(t, err, "the evidence proves inclusion under three cosignatures")
		_, err = e.Verify(o.policy, o.record("another"))
		require.Error(t, err)
	}
	require.Len(t, o.answers(law.KindInquire), 3, "the monitor asks about each")
	require.Empty(t, o.answers(world.KindWarning))
}

// The monitor tells of an order once the court has published what opens its entry.
func TestMonitorReadsWhatIsPublished(t *testing.T) {
	o := newOffice(t)
	order := law.Order{Case: "case 1", Accounts: []string{"Ana"}, From: now, Until: now, Expiry: now}
	signed, nonce := lawtest.Keys{Court: o.court, Agency: lawtest.New("agency").Agency}.Sign(order), make([]byte, 32)
	record := law.Record(signed, nonce, o.court)
	publish := func(from string, parts ...[]byte) int {
		before := len(o.answers(world.KindNotice))
		o.send(world.Packet{From: from, To: "monitor", Data: world.Pack(law.KindPublished, parts...)})
		return len(o.answers(world.KindNotice)) - before
	}
	require.Zero(t, publish("court", signed, nonce, record), "the log has shown no such entry")
	o.append(record)
	require.Zero(t, publish("outsider", signed, nonce, record))
	require.Zero(t, publish("court", signed, nonce))
	require.Zero(t, publish("court", signed, append([]byte{1}, nonce[1:]...), record), "it does not open the entry")
	require.Zero(t, publish("court", lawtest.New("another").Sign(law.Order{Case: "case 2", Accounts: []string{"Ben"}}), nonce, record))
	require.Equal(t, 1, publish("court", signed, nonce, record))
	require.Equal(t, world.Notice("monitor", world.Public,
		"the court published its order in case 1, an entry of the log until then", now), o.answers(world.KindNotice)[0])
	require.Empty(t, o.answers(world.KindWarning), "that is by design")
}

func TestLogRefusesWhatTheCourtDidNotSign(t *testing.T) {
	o := newOffice(t)
	thief := ed25519.NewKeyFromSeed([]byte("another key of thirty-two bytes!"))
	o.append(law.Record([]byte("order"), make([]byte, 32), thief))
	o.append([]byte("garbage"))
	require.Empty(t, o.outside)
	require.Zero(t, o.ledger.Size())
}

// TestLogCatchesUp loses packets to and from a witness: three others suffice, and
// it is told from where it was when it is back, without a false alarm.
func TestLogCatchesUp(t *testing.T) {
	for _, lost := range []string{"to", "from"} {
		o := newOffice(t)
		o.drop = func(p world.Packet) bool {
			return (lost == "to" && p.To == "witness:1") || (lost == "from" && p.From == "witness:1")
		}
		o.append(o.record("one"))
		o.append(o.record("two"))
		o.drop = nil
		o.append(o.record("three"))
		o.drop = func(p world.Packet) bool { return p.To == "witness:2" }
		o.append(o.record("four"))
		require.Len(t, o.answers(law.KindLogged), 4, "lost %s", lost)
		require.Empty(t, o.answers(world.KindWarning), "lost %s", lost)
	}
}

func TestLogWithoutQuorumGivesNoEvidence(t *testing.T) {
	o := newOffice(t)
	o.drop = func(p world.Packet) bool { return p.To == "witness:1" || p.To == "witness:2" }
	o.append(o.record("one"))
	require.Empty(t, o.answers(law.KindLogged))
}

func TestWitnessWarnsOfAFork(t *testing.T) {
	o := newOffice(t)
	o.append(o.record("one"))
	fork, err := o.ledger.Fork(0)
	require.NoError(t, err)
	fork.Append(o.record("another"))
	proof, err := fork.Consistency(0, 1)
	require.NoError(t, err)
	o.drop = func(p world.Packet) bool { return p.Kind() == KindForked && p.To != world.Public }
	o.send(world.Packet{From: "log", To: "witness:1", Data: world.Pack(KindCosign, fork.Checkpoint(), proof)})
	warnings := o.answers(world.KindWarning)
	require.Len(t, warnings, 2)
	require.Equal(t, "witness:1", warnings[0].From)
	require.Equal(t, "monitor", warnings[1].From, "the witness told it")
	require.Empty(t, o.answers(KindCosigned))
	require.Len(t, o.answers(KindForked), 2, "and they publish the proof")
}

func TestMonitorWarnsOfAnUnknownOrder(t *testing.T) {
	o := newOffice(t)
	answer := func(mine byte) {
		o.send(world.Packet{From: "court", To: "monitor", Data: world.Pack(law.KindDocketed, o.record("one"), []byte{mine})})
	}
	answer(1)
	require.Empty(t, o.answers(world.KindWarning))
	answer(0)
	require.Len(t, o.answers(world.KindWarning), 1)
}

func FuzzLogPackets(f *testing.F) {
	court := ed25519.NewKeyFromSeed(make([]byte, 32))
	f.Add(uint8(0), world.Pack(law.KindAppend, law.Record([]byte("o"), make([]byte, 32), court)))
	f.Add(uint8(1), world.Pack(KindCosigned, nil, world.Int(1<<40)))
	f.Add(uint8(2), world.Pack(KindCosign, []byte("x"), nil))
	f.Add(uint8(3), world.Pack(law.KindDocketed, nil, nil))
	f.Add(uint8(3), world.Pack(KindSeen, nil))
	f.Add(uint8(4), world.Pack(KindForked, nil, nil))
	f.Add(uint8(0), world.Pack(KindProve, world.Int(0), world.Int(1)))
	f.Add(uint8(0), world.Pack(KindReadBoard, world.Int(0)))
	f.Add(uint8(2), world.Pack(KindProof, world.Int(0), world.Int(1), []byte{2, 0, 0}))
	f.Fuzz(func(t *testing.T, who uint8, data []byte) {
		o := newOffice(t)
		o.append(o.record("one"))
		to := []string{"log", "log", "witness:1", "monitor", "reader"}[who%5]
		for _, from := range []string{"log", "court", "witness:1", world.Outsider} {
			o.send(world.Packet{From: from, To: to, Data: data})
		}
		before := len(o.answers(law.KindLogged))
		o.append(o.record("two"))
		require.Greater(t, len(o.answers(law.KindLogged)), before, "the log still serves")
		require.Empty(t, o.answers(KindForked), "nobody is convicted of what the log did not sign")
	})
}

// TestOneBadWitnessDoesNotStopTheLog has a witness answer first, with rubbish.
func TestOneBadWitnessDoesNotStopTheLog(t *testing.T) {
	o := newOffice(t)
	o.nodes["witness:1"] = liar{}
	o.append(o.record("one"))
	require.Len(t, o.answers(law.KindLogged), 1)
}

type liar struct{ world.Node }

func (liar) Handle(time.Time, world.Packet) []world.Packet {
	return []world.Packet{{From: "witness:1", To: "log", Data: world.Pack(KindCosigned, []byte("rubbish\n"), world.Int(1))}}
}

// TestMonitorIsBehind: entries that got lost on the way to the monitor it asks for, and
// accuses nobody; entries that are kept from it, it misses in public.
func TestMonitorIsBehind(t *testing.T) {
	for _, hidden := range []bool{false, true} {
		o := newOffice(t)
		o.append(o.record("one"))
		o.drop = func(p world.Packet) bool { return p.To == "monitor" }
		o.append(o.record("two"))
		o.drop = nil
		if hidden {
			o.drop = func(p world.Packet) bool { return p.To == "monitor" && bytes.Contains(p.Data, o.record("two")) }
		}
		o.append(o.record("three"))
		require.Empty(t, o.answers(world.KindWarning))
		for range 3 {
			o.midnight()
		}
		if hidden {
			require.Len(t, o.answers(world.KindWarning), 1)
			require.Len(t, o.answers(law.KindInquire), 2)
		} else {
			require.Empty(t, o.answers(world.KindWarning))
			require.Len(t, o.answers(law.KindInquire), 3, "the court is asked about each")
		}
		o.send(world.Packet{From: "log", To: "monitor", Data: world.Pack(law.KindLogged, o.record("four"), []byte("no evidence"))})
		require.Contains(t, string(o.answers(world.KindWarning)[len(o.answers(world.KindWarning))-1].Data), "without evidence")
	}
}

// TestHiddenEntryIsMissed keeps the last entry from the monitor: the witnesses
// cosigned it, so the log is asked for it at midnight, and a day later it is missed, once.
func TestHiddenEntryIsMissed(t *testing.T) {
	o := newOffice(t)
	o.append(o.record("one"))
	o.midnight()
	o.drop = func(p world.Packet) bool {
		return p.To == "monitor" && (p.Kind() == law.KindLogged || p.Kind() == KindUpdate)
	}
	o.append(o.record("two"))
	o.midnight()
	require.Empty(t, o.answers(world.KindWarning), "perhaps a packet was lost")
	o.midnight()
	require.Len(t, o.answers(world.KindWarning), 1)
	o.midnight()
	o.drop = nil
	o.append(o.record("three"))
	o.midnight()
	require.Len(t, o.answers(world.KindWarning), 1, "said once")

	// Only what the log signed counts, whoever brings it.
	stranger, err := ledger.New("test.log", world.Seed(9).Stream("stranger"))
	require.NoError(t, err)
	for range 9 {
		stranger.Append(nil)
	}
	for _, data := range [][]byte{nil, {KindSeen}, world.Pack(KindSeen, nil), world.Pack(KindSeen, stranger.Checkpoint())} {
		o.send(world.Packet{From: "witness:1", To: "monitor", Data: data})
	}
	for range 3 {
		o.midnight()
	}
	require.Len(t, o.answers(world.KindWarning), 1)
}

// TestWitnessWarnsOfALargerFork: a proof that fails from the size that the
// witness itself named is no lost packet.
func TestWitnessWarnsOfALargerFork(t *testing.T) {
	o := newOffice(t)
	o.append(o.record("one"))
	fork, err := o.ledger.Fork(0)
	require.NoError(t, err)
	fork.Append(o.record("another"))
	fork.Append(o.record("and another"))
	proof, err := fork.Consistency(1, 2)
	require.NoError(t, err)
	for range 2 {
		o.send(world.Packet{From: "log", To: "witness:1", Data: world.Pack(KindCosign, fork.Checkpoint(), proof)})
	}
	require.Len(t, o.answers(world.KindWarning), 1)
}

// TestAskedLate: entries that the monitor misses, and is shown later, are asked about
// all the same, and once.
func TestAskedLate(t *testing.T) {
	o := newOffice(t)
	m := o.nodes["monitor"].(*Monitor)
	o.drop = func(p world.Packet) bool { return p.From == "log" && p.To == "monitor" && p.Kind() != KindProof }
	o.append(o.record("one"))
	for range 3 {
		o.midnight()
	}
	require.Len(t, o.answers(world.KindWarning), 1, "once")
	m.Follow = func([]byte) (int64, [][]byte, []string, error) { return 0, [][]byte{o.record("one")}, nil, nil }
	update := world.Packet{From: "log", To: "monitor", Data: world.Pack(KindUpdate)}
	require.Equal(t, []world.Packet{{From: "monitor", To: "court", Data: world.Pack(law.KindInquire, o.record("one"))}}, m.Handle(now, update))
	require.Empty(t, m.Handle(now, update))
}

// TestLostCosignatures: although more witnesses' answers are lost than may be
// missing, the log goes on by the next midnight.
func TestLostCosignatures(t *testing.T) {
	for _, kind := range []byte{KindCosign, KindCosigned} {
		o := newOffice(t)
		lost := 0
		o.drop = func(p world.Packet) bool {
			hit := p.Kind() == kind && lost < 3
			if hit {
				lost++
			}
			return hit
		}
		for _, name := range []string{"one", "two", "three"} {
			o.append(o.record(name))
		}
		require.Empty(t, o.outside)
		o.send(world.Packet{From: world.Clock, To: "log", Data: world.Pack(world.KindTick)})
		answered := 0
		for _, p := range o.answers(law.KindLogged) {
			if p.To == "court" {
				answered++
			}
		}
		require.Equal(t, 3, answered, "kind %d", kind)
		require.Empty(t, o.answers(world.KindWarning))
	}
}
