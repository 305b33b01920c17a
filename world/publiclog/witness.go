package publiclog

import (
	"errors"
	"time"

	"doormat/world"
	"doormat/world/ledger"
)

// Witness is a principal that cosigns what the log shows it, if it extends what
// it was shown before, and warns otherwise. It gossips with other readers, and
// cosigns no checkpoint beside one of the same size that it knows from them.
type Witness struct {
	name    string
	witness *ledger.Witness
	gossip  *Gossip
	asked   bool // it has told the log from which size it wants a proof
}

// NewWitness wraps a witness under a principal's name.
func NewWitness(w *ledger.Witness, gossip *Gossip) *Witness {
	return &Witness{name: gossip.name, witness: w, gossip: gossip}
}

// Name implements [world.Node].
func (w *Witness) Name() string { return w.name }

// Holdings implements [world.Node].
func (w *Witness) Holdings() []world.Fact {
	return []world.Fact{{Kind: WitnessState, Ref: w.name, Data: w.witness.Encode()}}
}

// Handle implements [world.Node].
func (w *Witness) Handle(now time.Time, p world.Packet) []world.Packet {
	if p.Kind() != KindCosign {
		return w.gossip.Handle(p)
	}
	f, err := world.Unpack(p.Data, KindCosign, 2)
	if err != nil || p.From != world.Log {
		return nil
	}
	if w.gossip.Contradicts(f[0]) {
		return w.gossip.Show(f[0], p.From)
	}
	before := w.witness.Size()
	cosigned, err := w.witness.Cosign(f[0], f[1], now)
	lost := err != nil && !errors.Is(err, ledger.ErrFork) && !errors.Is(err, ledger.ErrRollback)
	if lost && !w.asked {
		cosigned, err = nil, nil // perhaps a packet was lost: tell the log once what was seen last
	}
	w.asked = lost
	if err != nil {
		return []world.Packet{world.Warn(w.name, "the log does not add up: "+err.Error())}
	}
	var out []world.Packet
	switch {
	case cosigned == nil:
	case before >= w.gossip.view.Size(): // it knows of no checkpoint that it has not cosigned
		out = append(w.gossip.Read(cosigned), w.gossip.send(w.gossip.peers, cosigned)...)
	default:
		out = w.gossip.Show(cosigned, p.From)
	}
	return append(out, world.Packet{From: w.name, To: world.Log,
		Data: world.Pack(KindCosigned, cosigned, world.Int(w.witness.Size()))})
}
