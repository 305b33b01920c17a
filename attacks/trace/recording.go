package trace

import (
	"context"
	"fmt"
	"slices"

	"doormat/attacks/deduce"
	"doormat/world"
)

// A Recording is what was where during a run, beyond what a result counts. It is kept for each cell
// of a lab that records, and costs memory as long as the cell lives.
type Recording struct {
	Snapshots []Snapshot // in the order of moments
	Journey   []Hop      // of message Settings.At, while nobody interferes
	know      *deduce.Knowledge
	claims    map[int]int
}

// A Snapshot is what every principal held at a moment. The first is taken when all is
// switched on, the last at the end, and one when the adversary began.
type Snapshot struct {
	Moment int
	Of     map[string][]Holding // by the principal's name, by kind
}

// A Holding is facts of one kind that a principal holds.
type Holding struct {
	Kind  world.Kind
	Facts int
	Bytes int // of their data
}

// A Hop is a packet on its way.
type Hop struct {
	From, To string
	Bytes    int  // of the whole packet
	Private  bool // on a link that no surface reaches, such as from a user to the device
}

// NewRecording begins a recording of what somebody knows, whose right claims are facts by the
// number of the message.
func NewRecording(know *deduce.Knowledge, claims map[int]int) *Recording {
	return &Recording{know: know, claims: claims}
}

// Prove derives message k from what was taken, if a claim of it was confirmed: any
// claim can be opened, not only the one in [Trace.Proof].
func (r *Recording) Prove(ctx context.Context, k int) (deduce.Proof, error) {
	id, ok := r.claims[k]
	if !ok {
		return nil, fmt.Errorf("message %d: nobody claimed it, so there is no proof", k)
	}
	return r.know.Prove(ctx, id)
}

// Held sums up facts by kind, in the order in which the kinds come.
func Held(facts []world.Fact) []Holding {
	list := []Holding{}
	for _, f := range facts {
		i := slices.IndexFunc(list, func(h Holding) bool { return h.Kind == f.Kind })
		if i < 0 {
			i = len(list)
			list = append(list, Holding{Kind: f.Kind})
		}
		list[i].Facts++
		list[i].Bytes += len(f.Data)
	}
	return list
}
