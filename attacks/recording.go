package attacks

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"doormat/attacks/deduce"
	"doormat/world"
)

// What a replay shows beyond what a result counts. It is kept for each cell of a
// [Lab] that has Record set, and costs memory as long as the cell lives.

// A Recording is what was where during a run.
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

// Prove derives message k from what was taken, if a claim of it was confirmed: any
// claim can be opened, not only the one in [Trace.Proof].
func (r *Recording) Prove(ctx context.Context, k int) (deduce.Proof, error) {
	id, ok := r.claims[k]
	if !ok {
		return nil, fmt.Errorf("message %d: nobody claimed it, so there is no proof", k)
	}
	return r.know.Prove(ctx, id)
}

// startRecording begins to keep what happens to a trial, if the lab wants that.
func (t *trial) startRecording() {
	if t.on.lab.Record {
		t.adv.rec = &Recording{know: t.adv.know, claims: t.adv.claims}
		t.adv.takeSnapshot()
	}
}

// endHonest lives on to the end of an honest run and records it as it is, for attacks
// that are not applicable; where scripts read it, they decide at which moments.
func (d *deployment) endHonest(r *run, batch []*trial, read bool) error {
	end := len(d.truth.Conversation.Messages)
	if !d.lab.Record {
		return r.Advance(end)
	}
	var snapshots []Snapshot
	moments := []int{r.Moment(), batch[0].settings.At, end}
	if read {
		moments = []int{end}
	}
	for _, moment := range moments {
		if err := r.Advance(moment); err != nil {
			return err
		}
		snapshots = append(snapshots, r.snapshot())
	}
	for _, t := range batch {
		t.undisturbed = &Recording{Snapshots: snapshots, Journey: r.journeys[t.settings.At]}
	}
	return nil
}

// takeSnapshot keeps what all principals hold now in the recording, if there is one.
func (a *adversary) takeSnapshot() {
	if a.rec == nil {
		return
	}
	s := a.run.snapshot()
	if n := len(a.rec.Snapshots); n == 0 || a.rec.Snapshots[n-1].Moment < s.Moment {
		a.rec.Snapshots = append(a.rec.Snapshots, s)
	}
}

// snapshot counts what all principals hold now; adversaries who share the run share it.
func (r *run) snapshot() Snapshot {
	at := when{r.Moment(), r.rested}
	if s, ok := r.snapshots[at]; ok {
		return s
	}
	s := Snapshot{Moment: at.moment, Of: map[string][]Holding{}}
	for _, name := range r.Net.Names() {
		if facts := r.Net.Node(name).Holdings(); !strings.HasPrefix(name, "user:") { // nobody copies what a person knows
			s.Of[name] = count(facts)
		}
	}
	if r.snapshots == nil {
		r.snapshots = map[when]Snapshot{}
	}
	r.snapshots[at] = s
	return s
}

// follow notes the way of the messages that somebody wants to see travel.
func (r *run) follow(p world.Packet) {
	if p.From == world.Clock || p.From == world.Environment {
		r.arrived = r.Moment() // what follows has other causes
	}
	k := r.Moment()
	if hops, wanted := r.journeys[k]; wanted && k > r.arrived {
		r.journeys[k] = append(hops, Hop{p.From, p.To, len(p.Encode(r.Net.Now())), p.Private()})
	}
}

// count sums up facts by kind, in the order in which the kinds come.
func count(facts []world.Fact) []Holding {
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
