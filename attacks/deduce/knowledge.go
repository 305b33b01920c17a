package deduce

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"doormat/world"
)

// Knowledge is what one adversary knows: facts that were taken, and facts that
// follow from them by rules, each with what it follows from. It never sees the
// ground truth.
//
// It is made for a million facts. Bytes that a rule cut out of its input stay
// where they are, references are kept once, and numbers tell facts apart.
type Knowledge struct {
	rules   map[string]world.Rule
	uses    map[world.Kind][]use // opening rules by the kinds they take
	facts   []Entry              // by id
	ids     map[[16]byte]int32   // by hash, see digest
	byKind  map[world.Kind][]int
	names   map[string]int32     // the number of each kind and reference
	texts   []string             // the kind or reference of each number
	at      map[refKey]chain     // processed facts by kind and reference
	next    int                  // facts below next have been processed
	firings []firing             // rules to fire on facts that have been processed
	dirty   []pendingJoin        // combining rules to run again
	marked  map[pendingJoin]bool // the same as a set
	buffer  []byte               // of digest
	minted  map[string]bool      // references of packets made of the script's own bytes
	watch   func(Firing)
	left    Budget
	fault   error // why nothing more can be concluded: a broken rule, the budget, the context
}

// refKey is a kind and a reference, both by number: where facts meet.
type refKey struct{ kind, ref int32 }

// chain is the facts of one refKey, in the order in which they were processed: the
// first and the last, between which [Entry.after] leads.
type chain struct{ first, last int32 }

// use is a place in a rule that a kind of facts can take.
type use struct {
	rule     string
	position int // in Takes; -1 for All
}

// pendingJoin is a combining rule that waits until all facts with that reference
// are there.
type pendingJoin struct{ rule, ref string }

// An Entry is a fact of a [Knowledge] and how the adversary came by it.
type Entry struct {
	world.Fact
	Origin string // the capability that yielded it, [Made], or "" if a rule gave it
	Loot   bool   // a capability yielded it, or it follows from what one yielded
	Own    bool   // holds bytes that the script handed in, and is never loot
	said   bool   // a making rule put the script's text into it
	after  int32  // the next fact of the same refKey, 0 if there is none
	how    *derivation
}

// derivation is what a rule was applied to.
type derivation struct {
	rule    string
	parents []int
}

// Derived reports whether a rule gave the fact.
func (e *Entry) Derived() bool { return e.how != nil }

// Parents lists the ids of the facts that a rule concluded it from. They are smaller
// than its own id.
func (e *Entry) Parents() []int {
	if e.how == nil {
		return nil
	}
	return e.how.parents
}

func (e *Entry) rule() string {
	if e.how == nil {
		return ""
	}
	return e.how.rule
}

// A Budget is what one adversary may still learn and compute. A long real chat stays
// far below the default; what feeds itself, or multiplies, ends.
type Budget struct {
	Facts int // that may become known
	Bytes int // of these facts
	Work  int // combinations of facts that may be tried
}

var fullBudget = Budget{Facts: 4 << 20, Bytes: 2 << 30, Work: 64 << 20}

var errBudget = errors.New("saturate: too many facts or too many ways to combine them: " +
	"what was taken is too much, or feeds itself")

// New is knowledge of nothing yet, from which conclusions are drawn by these rules
// within this budget; the zero budget stands for the default.
func New(rules []world.Rule, budget Budget) *Knowledge {
	if budget == (Budget{}) {
		budget = fullBudget
	}
	k := &Knowledge{
		rules: map[string]world.Rule{}, uses: map[world.Kind][]use{}, ids: map[[16]byte]int32{},
		byKind: map[world.Kind][]int{}, names: map[string]int32{}, at: map[refKey]chain{},
		marked: map[pendingJoin]bool{}, minted: map[string]bool{}, left: budget,
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

// Rule finds a rule by name.
func (k *Knowledge) Rule(name string) (world.Rule, bool) {
	r, ok := k.rules[name]
	return r, ok
}

// Rules lists the names of all rules.
func (k *Knowledge) Rules() []string { return slices.Sorted(maps.Keys(k.rules)) }

// Len is how many facts are known. Their ids are 0 to Len()-1.
func (k *Knowledge) Len() int { return len(k.facts) }

// At is the fact of an id. Nobody may change it, and it is good until a fact is added.
func (k *Knowledge) At(id int) *Entry { return &k.facts[id] }

// Of lists the ids of the known facts of a kind.
func (k *Knowledge) Of(kind world.Kind) []int { return k.byKind[kind] }

// Kinds counts by kind the facts that were added when so many were known: "3 metadata, 1 plaintext".
func (k *Knowledge) Kinds(since int) string {
	if since == len(k.facts) {
		return ""
	}
	counts := map[world.Kind]int{}
	for i := since; i < len(k.facts); i++ {
		counts[k.facts[i].Kind]++
	}
	var words []string
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		words = append(words, fmt.Sprintf("%d %s", counts[kind], kind))
	}
	return strings.Join(words, ", ")
}

// Find gives the id of a fact that is known. Several may ask at once, while nothing is added.
func (k *Knowledge) Find(f world.Fact) (id int, ok bool) {
	var own []byte
	at, ok := k.ids[digest(f, &own)]
	return int(at), ok
}

// Watch has hear told of each firing that gave something, also where all of that was known.
func (k *Knowledge) Watch(hear func(Firing)) { k.watch = hear }

// Check refuses ids of facts that do not exist.
func (k *Knowledge) Check(ids ...int) error {
	for _, id := range ids {
		switch {
		case id >= 0 && id < len(k.facts):
		case len(k.facts) == 0:
			return fmt.Errorf("fact %d does not exist: nothing is known yet, take or tap first", id)
		default:
			return fmt.Errorf("fact %d does not exist: want 0 to %d", id, len(k.facts)-1)
		}
	}
	return nil
}

// Add records a fact that no rule gave, and returns its id. Equal facts are one: a fact
// that is known keeps its origin, unless it was the adversary's own idea and turns up
// as loot now.
func (k *Knowledge) Add(e Entry) int {
	e.how = nil
	return k.add(e)
}

// add records a fact. The bytes of one that no rule gave are copied, since their owner
// may change them; rules change nothing, so what they give is kept as it is.
func (k *Knowledge) add(e Entry) int {
	key := digest(e.Fact, &k.buffer)
	if id, ok := k.ids[key]; ok {
		if e.Loot && !k.facts[id].Loot && !k.facts[id].Own {
			k.facts[id].Origin = e.Origin
			k.lootedToo(int(id))
		}
		return int(id)
	}
	id := len(k.facts)
	if !e.Derived() {
		e.Data = slices.Clone(e.Data)
	}
	e.Data = slices.Clip(e.Data) // whoever appends to it writes elsewhere
	e.Ref = k.texts[k.name(e.Ref)]
	e.after = 0
	k.facts = append(k.facts, e)
	k.ids[key] = int32(id)
	k.byKind[e.Kind] = append(k.byKind[e.Kind], id)
	k.left.Facts--
	k.left.Bytes -= len(e.Ref) + len(e.Data)
	return id
}

// digest is half a SHA-256 of the fact, encoded in a buffer that is used again. Whoever made
// two facts of one digest, at the cost of 2^64 hashes, would keep the second from being known.
func digest(f world.Fact, buffer *[]byte) [16]byte {
	b := (*buffer)[:0]
	b = append(binary.BigEndian.AppendUint32(b, uint32(len(f.Kind))), f.Kind...)
	b = append(binary.BigEndian.AppendUint32(b, uint32(len(f.Ref))), f.Ref...)
	*buffer = append(b, f.Data...)
	sum := sha256.Sum256(*buffer)
	return [16]byte(sum[:16])
}

// name gives the number of a kind or reference.
func (k *Knowledge) name(text string) int32 {
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
func (k *Knowledge) lootedToo(id int) {
	k.facts[id].Loot = true
	for i := id + 1; i < len(k.facts); i++ { // children come after their parents
		e := &k.facts[i]
		if e.Loot || e.said || !k.anyLoot(e.Parents()) {
			continue
		}
		if e.Loot = true; e.Own { // as it would have been, had the loot come first
			e.Own, e.Origin = false, ""
		}
	}
}

func (k *Knowledge) anyLoot(ids []int) bool {
	return slices.ContainsFunc(ids, func(id int) bool { return k.facts[id].Loot })
}

// Computed reports whether a rule concluded a fact from something: from loot, or from
// packets, even of the adversary's own. What a script has just made itself is no
// computation.
func (k *Knowledge) Computed(id int) bool {
	e := &k.facts[id]
	return e.Derived() && (e.Loot || !k.rules[e.rule()].Make || k.anyLoot(e.Parents()))
}

// FromLoot saturates and lists the facts of a kind that rest on loot. It leaves out
// those that tell of messages which the adversary made itself.
func (k *Knowledge) FromLoot(ctx context.Context, kind world.Kind) ([]world.Fact, error) {
	err := k.Saturate(ctx)
	var facts []world.Fact
	for _, id := range k.byKind[kind] {
		if k.facts[id].Loot && !k.minted[k.facts[id].Ref] {
			facts = append(facts, k.facts[id].Fact)
		}
	}
	return facts, err
}

// mint notes the message that a packet of the script's own making carries, unless it is
// one that was heard of before. What it says of itself, nobody learns from it.
func (k *Knowledge) mint(f world.Fact) {
	if f.Kind != world.Outgoing {
		return
	}
	for range k.each(world.Metadata, f.Ref) {
		return
	}
	k.minted[f.Ref] = true
}
