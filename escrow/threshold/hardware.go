package threshold

import (
	"bytes"
	"crypto/ecdh"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"time"

	"doormat/e2ee/wire"
	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/publiclog"
)

// # Hardware
//
// In the design "threshold-hardened" what is secret of a trustee lives in a hardware node: its
// identity, shares, one-use keys and polynomials. The node runs the ceremonies, and answers at
// most so many partial decryptions an hour. It has no surface: nobody copies it, and it runs no
// program but its own. The trustee's machine, which has surfaces, passes packets on to it and
// sends what it says. So control of a trustee is worth what the node answers, an oracle, and
// never the share. Two forms:
//
//   - "counts": the machine checks orders, as a trustee does without hardware, and the node opens
//     what the machine asks for. It counts, and does nothing else.
//   - "checks": the node checks orders itself: signatures, log, scope. The machine can only bring
//     or keep back what others have said.
//
// TestHardware, TestHardwareInCeremonies, TestOracle and TestHardwareRate show what each is worth,
// TestRepeatedQuestion and TestQueuedQuestion that the hour is nobody's to use up or to save,
// TestLinkToHardware, TestReplayedToHardware, TestCredentialEnds and FuzzHardware that nobody else
// gets an answer.
//
// Left: whoever has the credential and sits on the link in the night in which it changes makes
// the new one in the machine's place. The machine is cut off then, and its answers stay out.

// hardware is the node that holds a trustee's keys.
type hardware struct {
	name   string
	inner  *trustee
	random io.Reader
	checks bool
	told   []byte // what it has told its machine of keys and requests, encoded

	link   *request.Link
	former *request.Link    // before the credential changed, until the machine uses the new one
	epoch  string           // the share epoch in which the credential was made
	offer  *ecdh.PrivateKey // to which the machine seals another one, nil if none is due
}

// guard bounds how much a hardware node opens in an hour. A nil guard bounds nothing. What it has
// opened for a key once, it opens again for that key without counting: nobody learns more by
// it, and nobody uses up an hour by repeating what others asked.
type guard struct {
	rate  int
	since time.Time // when the hour began
	left  int       // of this hour
	queue []*waiting

	opened, before map[[32]byte]bool // items and the keys for which they were opened, in two generations
}

// waiting is what was too much for its hour.
type waiting struct {
	*question
	since time.Time
}

// maxOpened bounds each generation of what a guard remembers.
const maxOpened = 1 << 16

// ready reports whether one more message may be opened now.
func (g *guard) ready(now time.Time) bool {
	if g == nil {
		return true
	}
	if g.since.IsZero() || now.Sub(g.since) >= time.Hour {
		g.left, g.since = g.rate, now
	}
	return g.left > 0
}

// key says what is opened, and for whom.
func (g *guard) key(q *question, i *request.Item) [32]byte {
	return sha256.Sum256(world.Pack(0, q.Agency, i.Encode()))
}

// again reports whether an item was opened for this key before.
func (g *guard) again(q *question, i *request.Item) bool {
	if g == nil {
		return false
	}
	key := g.key(q, i)
	return g.opened[key] || g.before[key]
}

// count takes note of an item that was opened.
func (g *guard) count(q *question, i *request.Item) {
	if g == nil || g.again(q, i) {
		return
	}
	g.left--
	if g.opened == nil || len(g.opened) >= maxOpened {
		g.opened, g.before = map[[32]byte]bool{}, g.opened
	}
	g.opened[g.key(q, i)] = true
}

// maxQueue bounds the questions that wait for their hour.
const maxQueue = 256

// postpone keeps what is too much for this hour until the next midnight, once.
func (g *guard) postpone(now time.Time, q *question, rest []*request.Item) {
	same := func(w *waiting) bool {
		return w.Asker == q.Asker && bytes.Equal(w.Agency, q.Agency) && bytes.Equal(w.Info, q.Info)
	}
	if len(g.queue) >= maxQueue || slices.ContainsFunc(g.queue, same) {
		return
	}
	later := *q
	later.Items = rest
	g.queue = append(g.queue, &waiting{&later, now})
}

// resumeQueue opens what has waited, and nothing under an order that has expired meanwhile. A
// question has the hours since it was asked, less what was opened in them for those before
// it: it has been worked through in these hours, and the answers leave together. Nothing of
// that is left for a question that is asked now.
func (t *trustee) resumeQueue(now time.Time) (out []world.Packet) {
	if t.guard == nil || len(t.guard.queue) == 0 {
		return nil
	}
	g := t.guard
	g.ready(now) // begins this hour
	queue, left, used := g.queue, g.left, 0
	g.queue = nil
	for _, w := range queue {
		if w.signed != nil && now.After(w.order.Expiry) {
			continue
		}
		hours := min(int(now.Sub(w.since)/time.Hour), maxHours)
		g.left = max(0, g.rate*hours-used)
		allowed := g.left
		out = append(out, t.open(now, w.question)...)
		used += allowed - g.left
	}
	g.left = left
	return out
}

// maxHours bounds the hours that a question collects: hardware is woken every night.
const maxHours = 24

// Name implements [world.Node].
func (h *hardware) Name() string { return h.name }

// Holdings implements [world.Node]. No capability reaches them.
func (h *hardware) Holdings() []world.Fact { return h.inner.Holdings() }

// CountsMessages implements [world.Counter].
func (h *hardware) CountsMessages() bool { return h.inner.CountsMessages() }

// Wakes implements [world.Waker]: while questions wait, it works through the night.
func (h *hardware) Wakes() time.Time {
	if len(h.inner.guard.queue) > 0 {
		return world.Tonight
	}
	return time.Time{}
}

// Handle implements [world.Node]. It has a clock of its own: the machine cannot make an hour pass.
func (h *hardware) Handle(now time.Time, p world.Packet) []world.Packet {
	var out []world.Packet
	switch {
	case p.From == world.Clock || p.From == world.Environment:
		out = h.inner.Handle(now, p)
		if p.Kind() == world.KindTick {
			out = append(out, h.inner.resumeQueue(now)...)
			return h.speak(out, true)
		}
	case p.From != h.inner.name:
		return nil
	case p.Kind() == request.KindRelay:
		out = h.relayed(now, p.Data)
	case p.Kind() == request.KindRenew:
		return h.renew(p.Data)
	case p.Kind() == request.KindAsk && !h.checks:
		if q := h.asked(p.Data); q != nil {
			out = h.inner.open(now, &question{Question: *q})
		}
	}
	return h.speak(out, false)
}

// heard takes a packet of the machine's, under the credential or, until that is used, the one
// before it.
func (h *hardware) heard(take func(*request.Link) error) error {
	err := take(h.link)
	if err == nil {
		h.former = nil
	} else if h.former != nil {
		return take(h.former)
	}
	return err
}

func (h *hardware) asked(data []byte) (q *request.Question) {
	if h.heard(func(l *request.Link) (err error) {
		q, err = request.ParseQuestion(data, l)
		return err
	}) != nil {
		return nil
	}
	return q
}

// relayed takes a packet that the machine passes on. The machine cannot speak for the clock.
func (h *hardware) relayed(now time.Time, data []byte) []world.Packet {
	var f [][]byte
	if h.heard(func(l *request.Link) (err error) {
		f, err = l.Unprotect(data, request.KindRelay, 3)
		return err
	}) != nil {
		return nil
	}
	inner := world.Packet{From: string(f[0]), To: h.inner.name, Data: f[1]}
	if inner.Private() || inner.Kind() == request.KindRequest && !h.checks {
		return nil
	}
	h.inner.willing = bytes.Equal(f[2], []byte{1})
	return h.inner.Handle(now, inner)
}

// renew takes a new credential, which the machine has sealed to the key that was offered.
func (h *hardware) renew(data []byte) []world.Packet {
	f, err := h.link.Unprotect(data, request.KindRenew, 1)
	if err != nil || h.offer == nil {
		return nil
	}
	credential, err := law.Open(h.offer.Bytes(), []byte(h.name), f[0])
	if err != nil || len(credential) != 32 {
		return nil
	}
	h.link, h.former = &request.Link{Credential: credential}, h.link
	h.offer, h.epoch, h.told = nil, h.newestEpoch(), nil
	return h.speak(nil, false)
}

func (h *hardware) newestEpoch() string { return h.inner.live[len(h.inner.live)-1].Epoch }

// speak has the machine send packets in the trustee's name, and tells it what it may keep: the
// keys, which are public, and what was asked. When a share epoch begins it offers a key to which
// the machine is to seal a new credential, and again each night until that comes.
func (h *hardware) speak(packets []world.Packet, night bool) []world.Packet {
	var keep []world.Fact
	for _, k := range h.inner.live {
		keep = append(keep, k.Fact(), k.CertifiedFact())
	}
	told := world.EncodeFacts(append(keep, h.inner.requests...))
	var offered []byte
	if h.epoch != h.newestEpoch() && (h.offer == nil || night) {
		seed := make([]byte, 32)
		if _, err := io.ReadFull(h.random, seed); err == nil {
			h.offer, _ = ecdh.X25519().NewPrivateKey(seed) // of 32 bytes each is one
			offered = h.offer.PublicKey().Bytes()
		}
	}
	if len(packets) == 0 && offered == nil && bytes.Equal(told, h.told) {
		return nil
	}
	h.told = told
	return []world.Packet{{From: h.name, To: h.inner.name, Data: h.link.Protect(request.KindSpeak,
		request.EncodePackets(packets), told, world.Int(h.link.Heard), offered)}}
}

// machine is a trustee's machine beside its hardware. It implements [world.Node].
type machine struct {
	desk    *trustee // what checks orders, without any secret
	random  io.Reader
	checks  bool // the hardware checks orders, and the machine does not
	kept    []world.Fact
	program string

	link *request.Link
	next *request.Link // under a credential that the hardware has not used yet, nil if none
}

// Name implements [world.Node].
func (m *machine) Name() string { return m.desk.name }

// Holdings implements [world.Node]: what the hardware has told it, and the credential.
func (m *machine) Holdings() []world.Fact {
	facts := []world.Fact{{Kind: request.Credential, Ref: m.desk.name, Data: m.link.Encode()}}
	if m.next != nil {
		facts = append(facts,
			world.Fact{Kind: request.Credential, Ref: m.desk.name, Data: m.next.Encode()})
	}
	return append(append(facts, m.kept...), m.desk.requests...)
}

// Handle implements [world.Node].
func (m *machine) Handle(now time.Time, p world.Packet) []world.Packet {
	switch {
	case p.From == request.HardwareOf(m.desk.name):
		return m.say(p.Data)
	case p.From == world.Law && p.Kind() == world.KindComply:
		m.desk.willing = true
		return nil
	case p.Kind() == wire.KindUpdate:
		return m.desk.update(now, p, m.Holdings)
	case m.checks && (p.Private() || p.Kind() < 32): // what is nobody's to say on the network
		return nil
	case m.checks:
		return m.relay(p)
	case p.From == world.Log && p.Kind() == publiclog.KindUpdate,
		p.From == world.Provider && p.Kind() == committee.KindHaveKey:
		return m.relay(p)
	}
	out := m.desk.gossip.Handle(p)
	if p.Kind() == request.KindRequest {
		out = append(out, m.desk.answer(now, p)...)
	}
	return append(out, m.desk.resume(now)...)
}

// relay passes a packet on to the hardware.
func (m *machine) relay(p world.Packet) []world.Packet {
	if m.program == StayAway && p.From == world.Log {
		return nil
	}
	willing := []byte{0}
	if m.desk.willing {
		willing[0] = 1
	}
	return m.toHardware(m.link.Protect(request.KindRelay, []byte(p.From), p.Data, willing))
}

func (m *machine) toHardware(data []byte) []world.Packet {
	return []world.Packet{{From: m.desk.name, To: request.HardwareOf(m.desk.name), Data: data}}
}

// say sends what the hardware says. A modified program cannot deal a bad share or choose a key:
// what it changes of a post has no good signature any more.
func (m *machine) say(data []byte) []world.Packet {
	f, err := m.link.Unprotect(data, request.KindSpeak, 4)
	if err != nil && m.next != nil {
		if f, err = m.next.Unprotect(data, request.KindSpeak, 4); err == nil {
			m.link, m.next = m.next, nil
		}
	}
	if err != nil {
		return nil
	}
	packets, err := request.ParsePackets(f[0])
	if err != nil {
		return nil
	}
	if m.kept, err = world.ParseFacts(f[1]); err != nil {
		return nil
	}
	out := m.compareCounts(f[2])
	foreign := len(out) > 0
	for _, p := range packets {
		p.From = m.desk.name
		if foreign && p.Kind() == request.KindAnswer {
			continue
		}
		if m.program != "" && p.Kind() == publiclog.KindPost {
			if m.program == StayAway {
				continue
			}
			p.Data = bytes.Clone(p.Data)
			p.Data[len(p.Data)-1] ^= 1
		}
		out = append(out, p)
	}
	return append(out, m.renew(f[3])...)
}

// compareCounts warns if the hardware has taken packets that this machine did not send: somebody
// else has the credential. The machine counts on from there, and sends no answer on for which
// it did not ask.
func (m *machine) compareCounts(heard []byte) []world.Packet {
	number, err := world.ParseInt(heard)
	if err != nil || number <= m.link.Sent {
		return nil
	}
	m.link.Sent = number
	return []world.Packet{world.Warn(m.desk.name,
		"its hardware was asked by somebody else, who has the machine's credential")}
}

// renew makes another credential and seals it to the key that the hardware offers.
func (m *machine) renew(offer []byte) []world.Packet {
	if len(offer) == 0 {
		return nil
	}
	credential := make([]byte, 32)
	if _, err := io.ReadFull(m.random, credential); err != nil {
		return nil
	}
	sealed, err := law.Seal(m.random, offer, []byte(request.HardwareOf(m.desk.name)), credential)
	if err != nil {
		return nil
	}
	out := m.toHardware(m.link.Protect(request.KindRenew, sealed))
	m.next = &request.Link{Credential: credential}
	return out
}

// ReportsTo implements [world.Reporter].
func (m *machine) ReportsTo() string { return m.desk.ReportsTo() }

// ProgramsBy implements [world.Reporter].
func (m *machine) ProgramsBy() string { return m.desk.ProgramsBy() }

// Reprogram implements [world.Reprogrammable].
func (m *machine) Reprogram(program string, _ []byte) error {
	switch program {
	case BadShare, StayAway, ChooseKey:
		m.program = program
		return nil
	}
	return fmt.Errorf("%s: no program %q", m.desk.name, program)
}

// newHardware puts a trustee's keys into hardware, and gives the two nodes. desk is the same
// trustee once more, of which only what is public is used.
func newHardware(inner, desk *trustee, first *committee.Key, source world.Source,
	checks bool, rate int) (*machine, *hardware, error) {
	name := request.HardwareOf(inner.name)
	random := source.Stream(name)
	credential := make([]byte, 32)
	if _, err := io.ReadFull(random, credential); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	inner.guard = &guard{rate: rate}
	m := &machine{desk: desk, random: source.Stream("link of " + inner.name), checks: checks,
		link: &request.Link{Credential: credential},
		kept: []world.Fact{first.Fact(), first.CertifiedFact()}}
	for _, h := range desk.live {
		h.erase()
	}
	clear(desk.identity)
	desk.identity, desk.live, desk.random = nil, nil, nil // the hardware draws for these
	desk.pass = m.ask
	h := &hardware{name: name, inner: inner, random: random, checks: checks,
		link: &request.Link{Credential: credential}}
	h.epoch = h.newestEpoch()
	return m, h, nil
}

// ask has the hardware open what the machine found to be in order.
func (m *machine) ask(q *question) []world.Packet {
	asked := q.Question
	asked.Items = nil
	outside := false
	for _, i := range q.Items {
		if q.covers(i) {
			asked.Items = append(asked.Items, i)
		} else {
			outside = true
		}
	}
	var out []world.Packet
	if outside {
		out = append(out, world.Warn(m.desk.name, "refused a message: it is outside the order's scope"))
	}
	if len(asked.Items) == 0 {
		return out
	}
	return append(out, m.toHardware(asked.Encode(m.link))...)
}

var (
	_ world.Reprogrammable = (*machine)(nil)
	_ world.Reporter       = (*machine)(nil)
	_ world.Reporter       = (*trustee)(nil)
	_ world.Counter        = (*hardware)(nil)
	_ world.Waker          = (*hardware)(nil)
)

// idle is a hardware node that nobody uses.
type idle string

// Name implements [world.Node].
func (n idle) Name() string { return string(n) }

// Holdings implements [world.Node].
func (idle) Holdings() []world.Fact { return nil }

// Handle implements [world.Node].
func (idle) Handle(time.Time, world.Packet) []world.Packet { return nil }
