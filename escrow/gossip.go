package escrow

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
	KindForked                   // reader to reader and to the public: two notes, the proof of a fork
	KindProve                    // reader to log: two sizes between which it wants a consistency proof
	KindProof                    // log to reader: the two sizes, and the proof
)

// Gossip is what each reader of the log's checkpoints does besides reading: it
// remembers size and root of those that it was shown, asks the log how they continue
// what it knows, and passes them on to other readers.
//
// Whoever controls the log and has keys of enough witnesses can show some readers a
// tree that others never see. Each of them would be content. Gossip brings the two
// trees together: two checkpoints of one size with different roots, both signed by the
// log, are a proof that anybody can check, and it is published ([KindForked]). For
// checkpoints of different sizes there is no such proof. Then a consistency proof
// is due. If none comes by the third night, that is a warning and no proof: perhaps the
// log is down.
//
// What gossip does not do: it takes back nothing that was answered before. It hears
// nothing from readers that are cut off, so who holds the network can keep two groups
// of readers apart. Phones take part in none: what they know of the log comes
// through the provider. And readers that are behind, because packets were
// lost, accuse nobody: they ask.
//
// [Gossip.Show] takes a checkpoint at first hand, [Gossip.Read] one whose records were
// read, [Gossip.Handle] what others tell.
type Gossip struct {
	name   string
	policy *ledger.Policy
	view   *ledger.View
	near   []string // are told at once of what it is shown
	far    []string // are told at midnight
	untold []byte   // the last checkpoint that it has to tell at midnight
	doubts []*doubt
}

// doubt is a checkpoint that is not known to continue the others.
type doubt struct {
	note      []byte
	by        string // who showed it
	old, size int64  // sizes asked about last
	tries     int    // how often the log was asked, a day apart
}

// maxDoubts bounds the doubts of one reader: who holds the log's key could raise any
// number.
const maxDoubts = 64

// maxTries is how often the log is asked to prove the same, at once and at the next
// midnights, until the reader warns: three packets in a row are hardly lost.
const maxTries = 3

// NewGossip begins for the reader of that name with what it has seen of the log. What it
// is shown it passes on at once to those near, and to those far once a day.
func NewGossip(name string, policy *ledger.Policy, view *ledger.View, near, far []string) *Gossip {
	others := func(all []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(other string) bool { return other == name })
	}
	return &Gossip{name: name, policy: policy, view: view, near: others(near), far: others(far)}
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
	out := g.convict(err)
	if fresh {
		out = append(out, g.pass(note)...)
	}
	return append(out, g.wonder(note, by)...)
}

// wonder asks the log about a note that was seen and is not proved. Of one that
// contradicts what is known there is a proof already.
func (g *Gossip) wonder(note []byte, by string) []world.Packet {
	if g.Knows(note) || g.Contradicts(note) {
		return nil
	}
	d := g.doubt(note, by)
	if d == nil || d.tries > 0 {
		return nil
	}
	d.tries++
	return g.ask(d)
}

// Read takes a checkpoint of which the reader has verified by itself that it continues
// what it knows. The others hear of it at midnight: most of them have read it as well.
func (g *Gossip) Read(note []byte) []world.Packet {
	fresh, err := g.view.See(note)
	if g.view.Trust(note) == nil && fresh {
		g.untold = note
	}
	g.settle()
	return g.convict(err)
}

// Handle takes the packets that readers exchange among themselves and with the log,
// and midnight.
func (g *Gossip) Handle(p world.Packet) []world.Packet {
	switch {
	case p.From == world.Clock && p.Kind() == world.KindTick:
		return g.midnight()
	case p.Kind() == KindSeen:
		if f, err := world.Unpack(p.Data, KindSeen, 1); err == nil {
			return g.hear(f[0], p.From)
		}
	case p.Kind() == KindForked:
		return g.forked(p.Data)
	case p.From == world.Log && p.Kind() == KindProof:
		return g.proof(p.Data)
	}
	return nil
}

// hear takes a checkpoint from another reader, who tells the others itself.
func (g *Gossip) hear(note []byte, from string) []world.Packet {
	_, err := g.view.See(note)
	return append(g.convict(err), g.wonder(note, from)...)
}

// forked takes a proof of a fork from another reader, and publishes it as well.
func (g *Gossip) forked(data []byte) []world.Packet {
	f, err := world.Unpack(data, KindForked, 2)
	if err != nil || g.policy.Forked(f[0], f[1]) != nil {
		return nil
	}
	_, err = g.view.See(f[0])
	out := g.convict(err)
	_, err = g.view.See(f[1])
	return append(out, g.convict(err)...)
}

// convict publishes the proof if the error is one.
func (g *Gossip) convict(err error) []world.Packet {
	var proof *ledger.ForkError
	if !errors.As(err, &proof) {
		return nil
	}
	data := world.Pack(KindForked, proof.First, proof.Second)
	what := fmt.Sprintf("the log forked: it signed two checkpoints of size %d with different roots", proof.Size)
	out := []world.Packet{world.Warn(g.name, what)}
	for _, to := range slices.Concat([]string{world.Public}, g.near, g.far) {
		out = append(out, world.Packet{From: g.name, To: to, Data: data})
	}
	return out
}

// pass tells those near now, and keeps for those far what they are to be told.
func (g *Gossip) pass(note []byte) []world.Packet {
	if len(g.far) > 0 {
		g.untold = note
	}
	return g.tell(g.near, note)
}

func (g *Gossip) tell(whom []string, note []byte) []world.Packet {
	var out []world.Packet
	for _, to := range whom {
		out = append(out, world.Packet{From: g.name, To: to, Data: world.Pack(KindSeen, note)})
	}
	return out
}

// about tells whether it is about the note's checkpoint, whoever cosigned the note.
func (d *doubt) about(note []byte) bool {
	return bytes.Equal(ledger.Text(d.note), ledger.Text(note))
}

// doubt finds or opens the doubt about a note, nil if it was not seen, being no note of
// the log's, or if there are too many.
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

// ask has the log prove that a checkpoint continues what is known.
func (g *Gossip) ask(d *doubt) []world.Packet {
	var err error
	if d.old, d.size, err = g.view.Wanted(d.note); err != nil {
		return nil
	}
	data := world.Pack(KindProve, world.Int(d.old), world.Int(d.size))
	return []world.Packet{{From: g.name, To: world.Log, Data: data}}
}

// proof takes what the log answers. A wrong proof is none. One from a size beyond
// which the reader has read since is asked for again, from where it is now.
func (g *Gossip) proof(data []byte) []world.Packet {
	old, size, proof, err := parseProof(data)
	if err != nil {
		return nil
	}
	if g.view.Prove(old, size, proof) == nil {
		g.settle()
		return nil
	}
	var out []world.Packet
	for _, d := range g.doubts {
		nowOld, nowSize, err := g.view.Wanted(d.note)
		answered := d.tries > 0 && d.old == old && d.size == size
		if err == nil && answered && (nowOld != old || nowSize != size) {
			out = append(out, g.ask(d)...)
		}
	}
	return out
}

// settle drops the doubts that are over.
func (g *Gossip) settle() {
	over := func(d *doubt) bool { return g.Knows(d.note) || g.Contradicts(d.note) }
	g.doubts = slices.DeleteFunc(g.doubts, over)
}

// midnight tells the others what is new, asks again about what is in doubt, and warns
// of what the log has not answered by the third night.
func (g *Gossip) midnight() []world.Packet {
	var out []world.Packet
	if g.untold != nil {
		out, g.untold = g.tell(slices.Concat(g.near, g.far), g.untold), nil
	}
	for _, d := range slices.Clone(g.doubts) {
		if d.tries++; d.tries <= maxTries {
			out = append(out, g.ask(d)...)
			continue
		}
		g.doubts = slices.DeleteFunc(g.doubts, func(other *doubt) bool { return other == d })
		what := fmt.Sprintf("the log does not show that the checkpoint shown by %s and the one of size %d "+
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
