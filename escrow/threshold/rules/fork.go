package rules

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"doormat/world"
	"doormat/world/law"
	"doormat/world/ledger"
	"doormat/world/publiclog"
)

// ForkLog is the making rule of a split view: beside the public tree the log's key
// signs another one, which is shown to some and not to others. Trustees ask who
// cosigned it, and how it continues what they know; whoever has the keys of enough
// witnesses has cosigned it, and whoever speaks for the log says how it continues.
const ForkLog = "fork the log"

func forkRule() world.Rule {
	return world.Rule{Name: ForkLog, Make: true,
		Doc: "The log's key signs a tree of its own: the public one up to a size (\"keep 12\" in text; " +
			"without it, all) and one order's record. The keys of witnesses that are given cosign it. " +
			"The other lines of text name principals: a witness is asked to cosign it, and anybody else " +
			"is sent the log's proof that it continues what the given witnesses cosigned last.",
		Takes: []world.Kind{publiclog.LogState, law.OrderFact}, All: publiclog.WitnessState,
		Gives: []world.Kind{LogEvidence, world.Outgoing}, Text: world.TextSpecial, Apply: forkLog}
}

// fork is a tree that the log's key signs beside the public one.
type fork struct {
	log  *ledger.Log
	keep int64 // records that it has in common with the public tree
	from int64 // size of the largest checkpoint that the given witnesses remember, or keep
}

func forkLog(in world.Input) ([]world.Derived, error) {
	public, err := ledger.ParseLog(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	order, err := law.ParseSigned(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	keep, names, err := forkText(in.Text, public.Size())
	if err != nil {
		return nil, err
	}
	f := &fork{keep: keep}
	if f.log, err = public.Fork(keep); err != nil {
		return nil, err
	}
	index := f.log.Append(order.Record)
	checkpoint, err := f.cosign(in.Facts[2:], order)
	if err != nil {
		return nil, err
	}
	evidence, err := f.log.Evidence(index, checkpoint)
	if err != nil {
		return nil, err
	}
	encoded, err := evidence.Encode()
	if err != nil {
		return nil, err
	}
	out := []world.Fact{{Kind: LogEvidence, Ref: "log", Data: world.Pack(law.KindLogged, order.Record, encoded)}}
	for _, name := range names {
		shown, err := f.show(name)
		if err != nil {
			return nil, err
		}
		out = append(out, shown)
	}
	return world.Conclude(out...), nil
}

// forkText reads where the fork leaves the public tree, and to whom it is shown.
func forkText(text []byte, size int64) (keep int64, names []string, err error) {
	keep = size
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		number, isSize := strings.CutPrefix(line, "keep")
		switch {
		case line == "":
		case !isSize:
			names = append(names, line)
		default:
			keep, err = strconv.ParseInt(strings.TrimSpace(number), 10, 64)
			if err != nil || keep < 0 || keep > size {
				return 0, nil, fmt.Errorf("rule %q: %q: the log has 0 to %d records to keep", ForkLog, line, size)
			}
		}
	}
	return keep, names, nil
}

// cosign signs the fork as the log and as each witness whose key is at hand. What a
// witness saw before binds its program, not its key.
func (f *fork) cosign(states []world.Fact, order law.Signed) ([]byte, error) {
	proof, err := f.log.Consistency(0, f.log.Size())
	if err != nil {
		return nil, err
	}
	notes, known := [][]byte{f.log.Checkpoint()}, map[string]bool{}
	for _, state := range states {
		w, err := ledger.ParseWitness(state.Data)
		if err != nil {
			return nil, err
		}
		if known[w.VerifierKey()] {
			return nil, errors.New("the same witness twice")
		}
		known[w.VerifierKey()] = true
		f.from = max(f.from, w.Size())
		note, err := w.Fresh().Cosign(f.log.Checkpoint(), proof, order.Order.From)
		if err != nil {
			return nil, err
		}
		notes = append(notes, note)
	}
	if len(states) == 0 {
		f.from = f.keep
	}
	return ledger.Combine(notes...)
}

// show builds the packet by which the log asks a witness to cosign the fork, or proves
// to another reader that the fork continues what it knows. If the fork leaves the public
// tree before, there is no such proof, and another one fills the place.
func (f *fork) show(name string) (world.Fact, error) {
	size := f.log.Size()
	proof, err := f.log.Consistency(min(f.from, size), size)
	if err != nil {
		return world.Fact{}, err
	}
	p := publiclog.Proof(name, f.from, size, proof)
	if strings.HasPrefix(name, "witness:") {
		p.Data = world.Pack(publiclog.KindCosign, f.log.Checkpoint(), proof)
	}
	return world.Fact{Kind: world.Outgoing, Ref: name, Data: p.Encode(always)}, nil
}
