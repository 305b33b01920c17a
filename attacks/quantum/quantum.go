// Package quantum is the quantum computer of a run. On a large one Shor's algorithm
// ("Algorithms for quantum computation: discrete logarithms and factoring", FOCS 1994)
// finds the private key of a public one in RSA and wherever security rests on discrete
// logarithms: X25519, Ed25519, ristretto255. Nothing here computes a logarithm: the lab
// sees what each node draws, so it knows the private half of every key that a node made,
// and hands it to whoever was granted quantum.control and has found the public half. Of
// keys that no single node drew, such as a committee's, it asks what everybody's
// holdings amount to together, by the design's own rules.
//
// Keys of ML-KEM are of no kind that designs declare in [world.Info], and are never handed
// out. A design that declares none has no such principal. TestQuantum in attacks and
// TestHarvest in demo show what such a computer opens, and what it does not.
package quantum

import (
	"context"
	"fmt"

	"doormat/attacks/deduce"
	"doormat/world"
	"doormat/world/simulation"
)

// A Computer knows the private halves of the keys of one run.
type Computer struct {
	kinds  []world.KeyKind
	draws  *world.Draws
	held   *deduce.Knowledge // what principals other than phones held, see observe
	known  map[string][]byte // private halves by kind and public half
	seen   map[string]int    // by kind: how many candidates have been looked at
	pooled int               // facts of held that have been looked at
}

// New is the computer of a run of d whose draws are noted.
func New(d world.Design, draws *world.Draws) *Computer {
	return &Computer{kinds: d.Info().Keys, draws: draws,
		held:  deduce.New(d.Rules(), deduce.Budget{}),
		known: map[string][]byte{}, seen: map[string]int{}}
}

// Watch notes before each message what those hold whose keys change as messages pass:
// later a key may have been destroyed, and its logarithm is the same.
func (q *Computer) Watch(net *simulation.Network) func(world.Packet) {
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

// observe keeps what the nodes hold that which picks; what a user knows is nobody's to see.
func (q *Computer) observe(net *simulation.Network, which func(world.Node) bool) {
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

// Solve finds the private half of a public key, nil if no node made it.
func (q *Computer) Solve(ctx context.Context, net *simulation.Network,
	k world.SeenKey) ([]byte, error) {
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
		if err := q.pool(ctx, net); err != nil {
			return nil, err
		}
	}
	return q.known[name], nil
}

func (q *Computer) learn(kind world.KeyKind, private []byte) {
	if public, err := kind.Public(private); err == nil {
		q.known[kind.Name+string(public)] = private
	}
}

// pool puts together what everybody but the phones holds, and has held.
func (q *Computer) pool(ctx context.Context, net *simulation.Network) error {
	q.observe(net, func(world.Node) bool { return true })
	if err := q.held.Saturate(ctx); err != nil {
		return fmt.Errorf("quantum: %w", err)
	}
	for ; q.pooled < q.held.Len(); q.pooled++ {
		for _, kind := range q.kinds {
			q.learn(kind, q.held.At(q.pooled).Data)
		}
	}
	return nil
}
