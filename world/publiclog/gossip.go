package publiclog

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"doormat/world"
	"doormat/world/ledger"
)

// Packets by which readers of checkpoints hold the log to one history (RFC 6962,
// sections 5.3 and 5.4).
const (
	KindSeen   byte = 104 + iota // reader to reader: a checkpoint that it was shown
	KindForked                   // reader to reader and to the public: two notes that prove a fork
	KindProve                    // reader to log: the two sizes of the consistency proof it wants
	KindProof                    // log to reader: the two sizes, and the proof
)

// Gossip is what each reader of the log's checkpoints does besides reading: it
// remembers size and root of those that it was shown, asks the log how they continue
// what it knows, and passes them on to other readers.
//
// Whoever controls the log and has keys of enough witnesses can show some readers a
// tree that others never see. Each of them would be content. Gossip brings the two
// trees together: two checkpoints of one size with different roots, both signed by the
// log, are a proof that anybody can check, and the reader publishes it ([KindForked]). For
// checkpoints of different sizes there is no such proof. Then the log owes a consistency
// proof. If none comes by the third night, the reader warns; it proves nothing, since
// perhaps the log is down.
//
// Gossip has limits. It takes back nothing that was answered before. It reaches no readers
// that are cut off, so whoever holds the network can keep two groups of readers apart.
// Phones take no part in it: what they know of the log comes through the provider. And
// readers that are behind, because packets were lost, accuse nobody: they ask.
//
// [Gossip.Show] takes a checkpoint that the reader was shown itself, [Gossip.Read] one whose
// records it has read, and [Gossip.Handle] what other readers send.
type Gossip struct {
	name    string
	policy  *ledger.Policy
	view    *ledger.View
	peers   []string // readers to whom it sends at once what it is shown
	nightly []string // readers to whom it sends at midnight
	unsent  []byte   // the last checkpoint, to be sent at midnight
	doubts  []*doubt
}

// doubt is a checkpoint that is not proved to continue those that the reader knows.
type doubt struct {
	note      []byte
	by        string // who showed it
	old, size int64  // sizes between which it last asked for a proof
	tries     int    // how often the log was asked, a day apart
}

// maxDoubts bounds the doubts of one reader: whoever holds the log's key could raise any
// number.
const maxDoubts = 64

// maxTries is how often the log is asked to prove the same, at once and at the next
// midnights, until the reader warns: three packets in a row are hardly lost.
const maxTries = 3

// NewGossip begins for the reader of that name with what it has seen of the log. It passes on
// what it is shown, to peers at once and to nightly once a day.
func NewGossip(name string, policy *ledger.Policy, view *ledger.View, near, far []string) *Gossip {
	others := func(all []string) []string {
		return slices.DeleteFunc(slices.Clone(all),
			func(other string) bool { return other == name })
	}
	return &Gossip{name: name, policy: policy, view: view, peers: others(near),
		nightly: others(far)}
}

// Knows tells whether the note's checkpoint continues, or is continued by, what the
// reader knows.
func (g *Gossip) Knows(note []byte) bool { return g.view.Proved(note) }

// Doubts tells whether the reader still waits for a proof that it does.
func (g *Gossip) Doubts(note []byte) bool {
	return slices.ContainsFunc(g.doubts, func(d *doubt) bool { return d.about(note) })
}

// Contradicts tells whether the log signed the note, and its checkpoint has the size of
// one that the reader knows and another root.
func (g *Gossip) Contradicts(note []byte) bool { return g.view.Contradicts(note) }

// Show takes a checkpoint that somebody showed the reader to rely on, passes it on, and
// asks the log to prove that it continues what is known.
func (g *Gossip) Show(note []byte, by string) []world.Packet {
	fresh, err := g.view.See(note)
	out := g.publishFork(err)
	if fresh {
		out = append(out, g.forward(note)...)
	}
	return append(out, g.seekProof(note, by)...)
}

// seekProof asks the log to prove a checkpoint that is not proved yet. It does not ask about
// one that contradicts what is known: that is a proof of a fork already.
func (g *Gossip) seekProof(note []byte, by string) []world.Packet {
	if g.Knows(note) || g.Contradicts(note) {
		return nil
	}
	d := g.doubt(note, by)
	if d == nil || d.tries > 0 {
		return nil
	}
	d.tries++
	return g.requestProof(d)
}

// Read takes a checkpoint that the reader itself has verified to continue what it knows. It
// passes this on at midnight only, since most others have read it as well.
func (g *Gossip) Read(note []byte) []world.Packet {
	fresh, err := g.view.See(note)
	if g.view.Trust(note) == nil && fresh {
		g.unsent = note
	}
	g.dropSettled()
	return g.publishFork(err)
}

// Handle takes the packets that readers exchange among themselves and with the log,
// and midnight.
func (g *Gossip) Handle(p world.Packet) []world.Packet {
	switch {
	case p.From == world.Clock && p.Kind() == world.KindTick:
		return g.midnight()
	case p.Kind() == KindSeen:
		if f, err := world.Unpack(p.Data, KindSeen, 1); err == nil {
			return g.receive(f[0], p.From)
		}
	case p.Kind() == KindForked:
		return g.forked(p.Data)
	case p.From == world.Log && p.Kind() == KindProof:
		return g.readProof(p.Data)
	}
	return nil
}

// receive takes a checkpoint from another reader, which sends it to the others itself.
func (g *Gossip) receive(note []byte, from string) []world.Packet {
	_, err := g.view.See(note)
	return append(g.publishFork(err), g.seekProof(note, from)...)
}

// forked takes a proof of a fork from another reader, and publishes it as well.
func (g *Gossip) forked(data []byte) []world.Packet {
	f, err := world.Unpack(data, KindForked, 2)
	if err != nil || g.policy.Forked(f[0], f[1]) != nil {
		return nil
	}
	_, err = g.view.See(f[0])
	out := g.publishFork(err)
	_, err = g.view.See(f[1])
	return append(out, g.publishFork(err)...)
}

// publishFork publishes the proof if err is a proof of a fork.
func (g *Gossip) publishFork(err error) []world.Packet {
	var proof *ledger.ForkError
	if !errors.As(err, &proof) {
		return nil
	}
	data := world.Pack(KindForked, proof.First, proof.Second)
	what := fmt.Sprintf("the log forked: it signed two checkpoints of size %d with different roots",
		proof.Size)
	out := []world.Packet{world.Warn(g.name, what)}
	for _, to := range slices.Concat([]string{world.Public}, g.peers, g.nightly) {
		out = append(out, world.Packet{From: g.name, To: to, Data: data})
	}
	return out
}

// forward sends a checkpoint to the peers, and keeps it for those who get it at midnight.
func (g *Gossip) forward(note []byte) []world.Packet {
	if len(g.nightly) > 0 {
		g.unsent = note
	}
	return g.send(g.peers, note)
}

func (g *Gossip) send(whom []string, note []byte) []world.Packet {
	var out []world.Packet
	for _, to := range whom {
		out = append(out, world.Packet{From: g.name, To: to, Data: world.Pack(KindSeen, note)})
	}
	return out
}

// about tells whether the doubt is about the note's checkpoint, whoever cosigned the note.
func (d *doubt) about(note []byte) bool {
	return bytes.Equal(ledger.Text(d.note), ledger.Text(note))
}

// doubt finds or opens the doubt about a note. It returns nil if the log did not sign the
// note, or if there are too many doubts.
func (g *Gossip) doubt(note []byte, by string) *doubt {
	for _, d := range g.doubts {
		if d.about(note) {
			return d
		}
	}
	if _, _, err := g.view.Wanted(note); err != nil || len(g.doubts) >= maxDoubts {
		return nil
	}
	d := &doubt{note: bytes.Clone(note), by: by}
	g.doubts = append(g.doubts, d)
	return d
}

// requestProof has the log prove that a checkpoint continues what is known.
func (g *Gossip) requestProof(d *doubt) []world.Packet {
	var err error
	if d.old, d.size, err = g.view.Wanted(d.note); err != nil {
		return nil
	}
	data := world.Pack(KindProve, world.Int(d.old), world.Int(d.size))
	return []world.Packet{{From: g.name, To: world.Log, Data: data}}
}

// readProof takes a consistency proof from the log, and ignores a wrong one. If the reader has
// read further since it asked, it asks again, from where it is now.
func (g *Gossip) readProof(data []byte) []world.Packet {
	old, size, proof, err := parseProof(data)
	if err != nil {
		return nil
	}
	if g.view.Prove(old, size, proof) == nil {
		g.dropSettled()
		return nil
	}
	var out []world.Packet
	for _, d := range g.doubts {
		nowOld, nowSize, err := g.view.Wanted(d.note)
		answered := d.tries > 0 && d.old == old && d.size == size
		if err == nil && answered && (nowOld != old || nowSize != size) {
			out = append(out, g.requestProof(d)...)
		}
	}
	return out
}

// dropSettled drops the doubts about checkpoints that are proved, or proved to be a fork.
func (g *Gossip) dropSettled() {
	over := func(d *doubt) bool { return g.Knows(d.note) || g.Contradicts(d.note) }
	g.doubts = slices.DeleteFunc(g.doubts, over)
}

// midnight sends the others what is new, asks again about checkpoints in doubt, and warns of
// those that the log has not proved by the third night.
func (g *Gossip) midnight() []world.Packet {
	var out []world.Packet
	if g.unsent != nil {
		out, g.unsent = g.send(slices.Concat(g.peers, g.nightly), g.unsent), nil
	}
	for _, d := range slices.Clone(g.doubts) {
		if d.tries++; d.tries <= maxTries {
			out = append(out, g.requestProof(d)...)
			continue
		}
		g.doubts = slices.DeleteFunc(g.doubts, func(other *doubt) bool { return other == d })
		what := fmt.Sprintf("the log does not show that the checkpoint shown by %s and the one "+
			"of size %d "+
			"are of one history", d.by, g.view.Size())
		out = append(out, world.Warn(g.name, what))
	}
	return out
}

// parseProof reads a KindProof packet.
func parseProof(data []byte) (old, size int64, proof []byte, err error) {
	f, err := world.Unpack(data, KindProof, 3)
	if err != nil {
		return 0, 0, nil, fmt.Errorf("consistency proof: %w", err)
	}
	if old, err = world.ParseInt(f[0]); err != nil {
		return 0, 0, nil, fmt.Errorf("consistency proof: %w", err)
	}
	size, err = world.ParseInt(f[1])
	return old, size, f[2], err
}

// Proof builds the packet by which the log answers a reader that asked how the size
// continues the old one.
func Proof(to string, old, size int64, proof []byte) world.Packet {
	data := world.Pack(KindProof, world.Int(old), world.Int(size), proof)
	return world.Packet{From: world.Log, To: to, Data: data}
}

// prove answers anybody: a proof of consistency gives away hashes only.
func (l *Log) prove(p world.Packet) []world.Packet {
	f, err := world.Unpack(p.Data, KindProve, 2)
	if err != nil {
		return nil
	}
	old, err1 := world.ParseInt(f[0])
	size, err2 := world.ParseInt(f[1])
	if err1 != nil || err2 != nil {
		return nil
	}
	proof, err := l.log.Consistency(old, size)
	if err != nil {
		return nil
	}
	return []world.Packet{Proof(p.From, old, size, proof)}
}
