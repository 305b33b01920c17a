package attacks

import (
	"errors"
	"fmt"
	"slices"

	"doormat/attacks/deduce"
	"doormat/world"
)

// The quantum computer of a run. Nothing here computes a logarithm: the lab sees what
// each node draws, so it knows the private half of every key that a node made, and hands
// it to whoever was granted quantum.control and has found the public half. Of keys that
// no single node drew, such as a committee's, it asks what everybody's holdings amount to
// together, by the design's own rules.
//
// Keys of ML-KEM are of no kind that designs declare in [world.Info], and are never handed
// out. A design that declares none has no such principal.
type quantum struct {
	kinds  []world.KeyKind
	rules  []world.Rule
	draws  *world.Draws
	held   *deduce.Knowledge // what principals other than phones held, see observe
	known  map[string][]byte // private halves by kind and public half
	seen   map[string]int    // by kind: how many candidates have been looked at
	pooled int               // facts of held that have been looked at
}

var errQuantum = errors.New("a quantum computer holds nothing and runs no program: give it public keys with adv.solve()")

func hasQuantum(needs []world.Capability) bool {
	return slices.ContainsFunc(needs, func(c world.Capability) bool { return c.Principal == world.QuantumName })
}

func newQuantum(d world.Design, draws *world.Draws) *quantum {
	return &quantum{kinds: d.Info().Keys, rules: d.Rules(), draws: draws, held: deduce.New(d.Rules(), deduce.Budget{}),
		known: map[string][]byte{}, seen: map[string]int{}}
}

// watch notes before each message what those hold whose keys change as messages pass:
// later a key may have been destroyed, and its logarithm is the same.
func (q *quantum) watch(net *world.Network) func(world.Packet) {
	return func(p world.Packet) {
		if p.Kind() != world.KindTyped {
			return
		}
		q.observe(net, func(n world.Node) bool {
			c, ok := n.(world.Counter)
			return ok && c.CountsMessages()
		})
	}
}

func (q *quantum) observe(net *world.Network, which func(world.Node) bool) {
	for _, name := range net.Names() {
		node := net.Node(name)
		if _, person := world.AccountOf(name); person || !which(node) {
			continue
		}
		for _, f := range node.Holdings() {
			q.held.Add(deduce.Entry{Fact: f, Loot: true})
		}
	}
}

// solve finds the private half of a public key, nil if no node made it.
func (q *quantum) solve(r *run, k world.SeenKey) ([]byte, error) {
	kind, err := world.FindKind(q.kinds, k.Kind)
	if err != nil {
		return nil, err
	}
	name := k.Kind + string(k.Public)
	pieces := q.draws.Pieces(kind.Drawn)
	for _, piece := range pieces[q.seen[k.Kind]:] {
		if private, err := kind.Private(piece); err == nil {
			q.learn(kind, private)
		}
	}
	q.seen[k.Kind] = len(pieces)
	if q.known[name] == nil {
		if err := q.pool(r); err != nil {
			return nil, err
		}
	}
	return q.known[name], nil
}

func (q *quantum) learn(kind world.KeyKind, private []byte) {
	if public, err := kind.Public(private); err == nil {
		q.known[kind.Name+string(public)] = private
	}
}

// pool puts together what everybody but the phones holds, and has held.
func (q *quantum) pool(r *run) error {
	q.observe(r.Net, func(world.Node) bool { return true })
	if err := q.held.Saturate(r.ctx); err != nil {
		return fmt.Errorf("quantum: %w", err)
	}
	for ; q.pooled < q.held.Len(); q.pooled++ {
		for _, kind := range q.kinds {
			q.learn(kind, q.held.At(q.pooled).Data)
		}
	}
	return nil
}

// solve gives the private halves of public keys, to whoever was granted the quantum
// computer.
func (a *adversary) solve(ids []int) ([]int, error) {
	wanted, err := a.declared(world.QuantumName+"."+string(world.Control), world.Control)
	if err != nil {
		return nil, err
	}
	if err := a.know.Check(ids...); err != nil {
		return nil, err
	}
	a.mark()
	out := []int{}
	for _, id := range ids {
		f := a.know.At(id)
		if f.Kind != world.PublicKey {
			return nil, fmt.Errorf("fact %d is a %s, want a %s", id, f.Kind, world.PublicKey)
		}
		if !f.Loot {
			return nil, fmt.Errorf("fact %d does not come from loot: only keys that were found are solved", id)
		}
		if a.withheld[wanted[0]] {
			continue
		}
		if a.run.quantum == nil {
			return nil, errors.New("this design has no key that a quantum computer breaks")
		}
		k, err := world.ParseSeenKey(f.Data)
		if err != nil {
			return nil, err
		}
		private, err := a.run.quantum.solve(a.run, k)
		if err != nil {
			return nil, err
		}
		if private != nil {
			out = append(out, a.loot(wanted[0].String(), []world.Fact{k.PrivateFact(private)}, false)...)
		}
	}
	return out, nil
}
