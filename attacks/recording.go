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
	Stocks  []Stock // in the order of moments
	Journey []Hop   // of message Settings.At, while nobody interferes
	know    *deduce.Knowledge
	claims  map[int]int
}

// A Stock is what every principal held at a moment. The first is taken when all is
// switched on, the last at the end, and one when the adversary began.
type Stock struct {
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

// recording begins to keep what happens to a trial, if the lab wants that.
func (g *group) recording(t *trial) {
	if g.lab.Record {
		t.adv.rec = &Recording{know: t.adv.know, claims: t.adv.claims}
		t.adv.takeStock()
	}
}

// endRun lives on to the end of the honest run, and records it as it is, for attacks
// that are not applicable; where scripts read it, they decide at which moments.
func (g *group) endRun(r *run, read bool) error {
	end := len(g.truth.conv.Messages)
	if !g.lab.Record {
		return r.Advance(end)
	}
	rec := &Recording{}
	moments := []int{r.Moment(), g.jobs[0].settings.At, end}
	if read {
		moments = []int{end}
	}
	for _, moment := range moments {
		if err := r.Advance(moment); err != nil {
			return err
		}
		rec.Stocks = append(rec.Stocks, r.stock())
	}
	rec.Journey = r.journeys[g.jobs[0].settings.At]
	g.undisturbed = rec
	return nil
}

// takeStock keeps what all principals hold now.
func (a *adversary) takeStock() {
	if a.rec == nil {
		return
	}
	s := a.run.stock()
	if n := len(a.rec.Stocks); n == 0 || a.rec.Stocks[n-1].Moment < s.Moment {
		a.rec.Stocks = append(a.rec.Stocks, s)
	}
}

// stock takes stock of all principals; adversaries who share the run share it.
func (r *run) stock() Stock {
	at := when{r.Moment(), r.rested}
	if s, ok := r.stocks[at]; ok {
		return s
	}
	s := Stock{Moment: at.moment, Of: map[string][]Holding{}}
	for _, name := range r.Net.Names() {
		if facts := r.Net.Node(name).Holdings(); !strings.HasPrefix(name, "user:") { // nobody copies what a person knows
			s.Of[name] = count(facts)
		}
	}
	if r.stocks == nil {
		r.stocks = map[when]Stock{}
	}
	r.stocks[at] = s
	return s
}

// follow notes the way of the messages that somebody wants to see travel.
func (r *run) follow(p world.Packet) {
	if p.From == world.Clock || p.From == world.Life {
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
