package attacks

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"

	"doormat/world"
)

// knowledge is what one adversary knows: facts that it looted, and facts that
// follow from them by the design's rules (saturate.go), each with its parents. It
// never sees the ground truth.
//
// It is made for a million facts. Bytes that a rule cut out of its input stay
// where they are, refs are kept once, and what tells facts apart is numbers.
type knowledge struct {
	rules   map[string]world.Rule
	uses    map[world.Kind][]use // opening rules by the kinds they take
	facts   []entry
	ids     map[[16]byte]int32 // by hash, see digest
	byKind  map[world.Kind][]int
	names   map[string]int32 // kinds and refs
	texts   []string         // what they read
	at      map[place]chain  // facts by kind and ref, processed ones only
	next    int              // facts below next have been processed
	firings []firing         // rules to fire on facts that have been processed
	dirty   []meeting        // combining rules to run again
	marked  map[meeting]bool // the same as a set
	buffer  []byte           // of digest
	minted  map[string]bool  // refs of packets that were made of the script's own bytes
	left    budget
	fault   error // why nothing more can be concluded: a broken rule, the budget, the context
}

// place is a kind and a ref, both by number.
type place struct{ kind, ref int32 }

// chain is the facts of one place, in the order in which they were processed: the
// first and the last, between which [entry.after] leads.
type chain struct{ first, last int32 }

type use struct {
	rule     string
	position int // in Takes; -1 for All
}

type meeting struct{ rule, ref string } // of facts that a combining rule takes together

// entry is a fact and how the adversary came by it.
type entry struct {
	world.Fact
	how    *derivation // nil for loot and for facts of the adversary's own
	origin string      // for loot: the capability
	after  int32       // the next fact of the same place, 0 if there is none
	loot   bool        // is loot, or has loot among its ancestors
	own    bool        // holds bytes that the script handed in: never loot
}

// derivation is what a rule was applied to.
type derivation struct {
	rule    string
	parents []int
}

func (e *entry) derived() bool { return e.how != nil }

func (e *entry) rule() string {
	if e.how == nil {
		return ""
	}
	return e.how.rule
}

func (e *entry) parents() []int {
	if e.how == nil {
		return nil
	}
	return e.how.parents
}

// budget is what one adversary may still learn and compute. A long real chat
// stays far below; what feeds itself, or multiplies, ends.
type budget struct{ facts, bytes, work int }

var fullBudget = budget{facts: 4 << 20, bytes: 2 << 30, work: 64 << 20}

var errBudget = errors.New("saturate: too many facts or too many ways to combine them: what was taken is too much, or feeds itself")

func newKnowledge(rules []world.Rule, left budget) *knowledge {
	k := &knowledge{
		rules: map[string]world.Rule{}, uses: map[world.Kind][]use{}, ids: map[[16]byte]int32{},
		byKind: map[world.Kind][]int{}, names: map[string]int32{}, at: map[place]chain{},
		marked: map[meeting]bool{}, minted: map[string]bool{}, left: left,
	}
	for _, r := range rules {
		k.rules[r.Name] = r
		if r.Make {
			continue
		}
		for i, kind := range r.Takes {
			k.uses[kind] = append(k.uses[kind], use{r.Name, i})
		}
		if r.All != "" {
			k.uses[r.All] = append(k.uses[r.All], use{r.Name, -1})
		}
	}
	return k
}

// add records a fact and returns its id. Equal facts are one: a fact that is
// known keeps its origin and its derivation. The data of loot is copied, since its
// owner may change it; rules change nothing, so what they give is kept as it is.
func (k *knowledge) add(e entry) int {
	key := k.digest(e.Fact)
	if id, ok := k.ids[key]; ok {
		if e.loot && !k.facts[id].loot && !k.facts[id].own {
			k.facts[id].origin = e.origin
			k.lootedToo(int(id))
		}
		return int(id)
	}
	id := len(k.facts)
	if !e.derived() {
		e.Data = slices.Clone(e.Data)
	}
	e.Data = slices.Clip(e.Data) // whoever appends to it writes elsewhere
	e.Ref = k.texts[k.name(e.Ref)]
	e.after = 0
	k.facts = append(k.facts, e)
	k.ids[key] = int32(id)
	k.byKind[e.Kind] = append(k.byKind[e.Kind], id)
	k.left.facts--
	k.left.bytes -= len(e.Ref) + len(e.Data)
	return id
}

// digest is half a SHA-256 of the fact. Whoever made two facts of one digest, at
// the cost of 2^64 hashes, would keep the second from being known.
func (k *knowledge) digest(f world.Fact) [16]byte {
	b := k.buffer[:0]
	b = append(binary.BigEndian.AppendUint32(b, uint32(len(f.Kind))), f.Kind...)
	b = append(binary.BigEndian.AppendUint32(b, uint32(len(f.Ref))), f.Ref...)
	k.buffer = append(b, f.Data...)
	sum := sha256.Sum256(k.buffer)
	return [16]byte(sum[:16])
}

// name gives the number of a kind or ref.
func (k *knowledge) name(text string) int32 {
	n, ok := k.names[text]
	if !ok {
		n = int32(len(k.texts))
		k.names[text] = n
		k.texts = append(k.texts, text)
	}
	return n
}

// lootedToo notes that a fact that was the adversary's own turned up as loot, so
// that what follows from it rests on loot.
func (k *knowledge) lootedToo(id int) {
	k.facts[id].loot = true
	for i := id + 1; i < len(k.facts); i++ { // children come after their parents
		e := &k.facts[i]
		e.loot = e.loot || slices.ContainsFunc(e.parents(), func(p int) bool { return k.facts[p].loot })
	}
}

// computed tells whether a rule concluded e from something: loot, or packets, even of the
// adversary's own. What a script has just made itself is no computation.
func (k *knowledge) computed(e *entry) bool {
	return e.loot || !k.rules[e.rule()].Make || slices.ContainsFunc(e.parents(), func(p int) bool { return k.facts[p].loot })
}

// mint notes the message that a packet of the script's own making carries, unless it is
// one that was heard of before. What it says of itself, nobody learns from it.
func (k *knowledge) mint(f world.Fact) {
	if f.Kind != world.Outgoing {
		return
	}
	for range k.each(world.Metadata, f.Ref) {
		return
	}
	k.minted[f.Ref] = true
}
