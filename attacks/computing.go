package attacks

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"doormat/world"
)

// What a script does with what it has: apply a rule, look, claim.

func (a *adversary) apply(args *arguments) ([]int, error) {
	r, ok := a.know.rules[args.text(0)]
	switch {
	case !ok:
		return nil, fmt.Errorf("no rule %q in design %s%s; see doormat design show %s", args.text(0), a.design,
			world.DidYouMean(args.text(0), slices.Sorted(maps.Keys(a.know.rules))), a.design)
	case r.Make && !slices.Contains(a.header.Applies, r.Name):
		return nil, fmt.Errorf("rule %q is not among those that the header's applies declares", r.Name)
	case !r.Make && args.Named["text"] != nil:
		return nil, fmt.Errorf("rule %q opens, and takes no text", r.Name)
	}
	ids, in := args.facts(1), world.Input{Text: args.bytes("text")}
	if args.err != nil {
		return nil, args.err
	}
	if err := a.fits(r, ids); err != nil {
		return nil, fmt.Errorf("rule %q: %w", r.Name, err)
	}
	if err := a.handIn(in.Text); err != nil {
		return nil, fmt.Errorf("rule %q: %w", r.Name, err)
	}
	if r.Make {
		in.Random = make([]byte, 64)
		if _, err := io.ReadFull(a.random, in.Random); err != nil {
			return nil, err
		}
	}
	if !a.know.spend(a.run.ctx) {
		return nil, a.know.fault
	}
	return a.know.fire(r, ids, in)
}

// fits checks the arguments of a rule: the kinds that it takes, in order, and
// for a rule that opens, equal refs.
func (a *adversary) fits(r world.Rule, ids []int) error {
	if err := a.known(ids); err != nil {
		return err
	}
	if len(ids) < len(r.Takes) || (len(ids) > len(r.Takes) && r.All == "") {
		return fmt.Errorf("it takes %v, %d facts were given", r.Takes, len(ids))
	}
	for i, id := range ids {
		want, f := r.All, a.know.facts[id]
		if i < len(r.Takes) {
			want = r.Takes[i]
		}
		if f.Kind != want {
			return fmt.Errorf("argument %d is a %s, want a %s", i+1, f.Kind, want)
		}
		if first := a.know.facts[ids[0]]; !r.Make && f.Ref != first.Ref {
			return fmt.Errorf("argument %d is of %q and the first of %q: it joins facts of one ref", i+1, f.Ref, first.Ref)
		}
	}
	return nil
}

func (a *adversary) known(ids []int) error {
	for _, id := range ids {
		if id < 0 || id >= len(a.know.facts) {
			if len(a.know.facts) == 0 {
				return fmt.Errorf("fact %d does not exist: nothing is known yet, take or tap first", id)
			}
			return fmt.Errorf("fact %d does not exist: want 0 to %d", id, len(a.know.facts)-1)
		}
	}
	return nil
}

func (a *adversary) list(kind, ref string) ([]int, error) {
	ids := []int{}
	if kind == "" {
		return ids, nil
	}
	if err := a.kind(world.Kind(kind)); err != nil {
		return nil, err
	}
	for _, id := range a.know.byKind[world.Kind(kind)] {
		if ref == "" || a.know.facts[id].Ref == ref {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (a *adversary) read(id int) (any, error) {
	if err := a.known([]int{id}); err != nil {
		return nil, err
	}
	f := a.know.facts[id]
	return map[string]any{"kind": string(f.Kind), "ref": f.Ref, "data": f.Data}, nil
}

// claim judges a fact that the adversary says is a plaintext or an attachment.
func (a *adversary) claim(id int) error {
	if err := a.known([]int{id}); err != nil {
		return err
	}
	e := &a.know.facts[id]
	if !e.derived() || !a.know.computed(e) {
		return fmt.Errorf("fact %d is not derived from loot: a claim needs a computation from what was taken", id)
	}
	data := string(e.Data)
	s, message := secret{number: a.run.truth.number[data]}, a.run.truth.number[data]
	if i := a.run.truth.file[data]; i > 0 {
		s, message = secret{true, i}, a.run.truth.owner[i-1]
	}
	switch {
	case message == 0:
		if !a.wrong[data] {
			a.wrong[data] = true
			a.now.False++
		}
	case !e.loot || a.handed.smuggled[s] || message > a.run.Moment(): // nobody may know it from loot
		if !a.smug[data] {
			a.smug[data] = true
			a.now.Smuggled++
		}
	case s.file:
		if !a.files[s.number] {
			a.files[s.number] = true
			a.now.Files = append(a.now.Files, s.number)
		}
	default:
		a.right(s, id)
	}
	return nil
}

// right counts a right claim of a message.
func (a *adversary) right(s secret, id int) {
	proof, ok := a.untainted(s, id)
	if ok && len(a.proven) < maxProven {
		a.proven = append(a.proven, proof)
	}
	if !a.opened[s.number] {
		a.opened[s.number], a.claims[s.number] = true, proof
		a.now.Opened = append(a.now.Opened, s.number)
	}
}
