package trace

import (
	"context"
	"fmt"

	"doormat/attacks/deduce"
)

// A Recording is what somebody knew and claimed in a run, so that any claim can be proved. It is
// kept for each cell of a lab that records, and costs memory as long as the cell lives.
type Recording struct {
	know   *deduce.Knowledge
	claims map[int]int
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
