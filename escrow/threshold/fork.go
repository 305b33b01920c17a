package threshold

import (
	"strings"

	"doormat/escrow"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/ledger"
)

// ForkLog is the making rule of a split view: beside the public tree the log's key
// signs another one, which is shown to some and not to others. Trustees ask who
// cosigned it; whoever has the keys of enough witnesses has cosigned it.
const ForkLog = "fork the log"

func forkRule() world.Rule {
	return world.Rule{Name: ForkLog, Make: true,
		Doc:   "The log's key signs a tree of its own that holds one order's record; the keys of witnesses that are given cosign it; the witnesses named in text, one a line, are asked to.",
		Takes: []world.Kind{escrow.LogState, law.OrderFact}, All: escrow.WitnessState,
		Gives: []world.Kind{LogEvidence, world.Outgoing}, Apply: forkLog}
}

func forkLog(in world.Input) ([]world.Derived, error) {
	log, err := ledger.ParseLog(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	order, err := law.ParseSigned(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	fork, err := log.Fork(0)
	if err != nil {
		return nil, err
	}
	index := fork.Append(order.Record)
	checkpoint, err := cosignFork(fork, in.Facts[2:], order)
	if err != nil {
		return nil, err
	}
	evidence, err := fork.Evidence(index, checkpoint)
	if err != nil {
		return nil, err
	}
	encoded, err := evidence.Encode()
	if err != nil {
		return nil, err
	}
	out := []world.Fact{{Kind: LogEvidence, Ref: "log", Data: world.Pack(law.KindLogged, order.Record, encoded)}}
	for _, name := range strings.Fields(string(in.Text)) {
		shown, err := show(fork, name)
		if err != nil {
			return nil, err
		}
		out = append(out, shown)
	}
	return world.Conclude(out...), nil
}

// cosignFork signs the fork as the log and as each witness whose key is at hand.
// What a witness saw before binds its program, not its key.
func cosignFork(fork *ledger.Log, states []world.Fact, order law.Signed) ([]byte, error) {
	proof, err := fork.Consistency(0, fork.Size())
	if err != nil {
		return nil, err
	}
	notes, keys := [][]byte{fork.Checkpoint()}, []string{}
	for _, f := range states {
		w, err := ledger.ParseWitness(f.Data)
		if err != nil {
			return nil, err
		}
		note, err := w.Fresh().Cosign(fork.Checkpoint(), proof, order.Order.From)
		if err != nil {
			return nil, err
		}
		notes, keys = append(notes, note), append(keys, w.VerifierKey())
	}
	known, err := ledger.NewPolicy(fork.VerifierKey(), 0, keys...)
	if err != nil {
		return nil, err
	}
	return known.Join(notes...)
}

// show builds the packet by which the log asks a witness to cosign the fork. There
// is no proof that it grew from what the witness saw; an empty one fills the place.
func show(fork *ledger.Log, witness string) (world.Fact, error) {
	proof, err := fork.Consistency(fork.Size(), fork.Size())
	if err != nil {
		return world.Fact{}, err
	}
	p := world.Packet{From: "log", To: witness, Data: world.Pack(escrow.KindCosign, fork.Checkpoint(), proof)}
	return world.Fact{Kind: world.Outgoing, Ref: witness, Data: p.Encode(always)}, nil
}
