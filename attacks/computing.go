package attacks

import (
	"fmt"
	"io"
	"slices"

	"doormat/attacks/technique"
	"doormat/attacks/truth"
	"doormat/world"
)

// What a script does with what it has: apply a rule, look, claim.

func (a *adversary) apply(args *technique.Arguments) ([]int, error) {
	r, ok := a.know.Rule(args.Text(0))
	switch {
	case !ok:
		return nil, fmt.Errorf("no rule %q in design %s%s; see doormat design show %s", args.Text(0), a.design,
			world.DidYouMean(args.Text(0), a.know.Rules()), a.design)
	case r.Make && !slices.Contains(a.header.Applies, r.Name):
		return nil, fmt.Errorf("rule %q is not among those that the header's applies declares", r.Name)
	case !r.Make && args.Named["text"] != nil:
		return nil, fmt.Errorf("rule %q opens, and takes no text", r.Name)
	}
	ids, text := args.Facts(1), args.Bytes("text")
	if err := args.Err(); err != nil {
		return nil, err
	}
	if err := a.know.Fits(r, ids); err != nil {
		return nil, fmt.Errorf("rule %q: %w", r.Name, err)
	}
	if err := a.handed.In(text); err != nil {
		return nil, fmt.Errorf("rule %q: %w", r.Name, err)
	}
	var random []byte
	if r.Make {
		random = make([]byte, 64)
		if _, err := io.ReadFull(a.random, random); err != nil {
			return nil, err
		}
	}
	return a.know.Apply(a.run.ctx, r, ids, text, random)
}

func (a *adversary) list(kind, ref string) ([]int, error) {
	ids := []int{}
	if kind == "" {
		return ids, nil
	}
	if err := a.kind(world.Kind(kind)); err != nil {
		return nil, err
	}
	for _, id := range a.know.Of(world.Kind(kind)) {
		if ref == "" || a.know.At(id).Ref == ref {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

func (a *adversary) read(id int) (any, error) {
	if err := a.know.Check(id); err != nil {
		return nil, err
	}
	f := a.know.At(id)
	return map[string]any{"kind": string(f.Kind), "ref": f.Ref, "data": f.Data}, nil
}

// claim judges a fact that the adversary says is a plaintext, an attachment or speech.
func (a *adversary) claim(id int) error {
	if err := a.know.Check(id); err != nil {
		return err
	}
	e := a.know.At(id)
	if !a.know.Computed(id) {
		return fmt.Errorf("fact %d is not derived from loot: a claim needs a computation from what was taken", id)
	}
	data := string(e.Data)
	s, said := a.run.truth.Find(e.Data)
	switch {
	case !said:
		if !a.wrong[data] {
			a.wrong[data] = true
			a.now.False++
		}
	case !e.Loot || a.handed.Smuggled(s) || !a.run.happened(s): // nobody may know it from loot
		if !a.smug[data] {
			a.smug[data] = true
			a.now.Smuggled++
		}
	case s.Part == truth.Speech:
		a.hear(s.Number)
	case s.Part == truth.File:
		if !a.files[s.Number] {
			a.files[s.Number] = true
			a.now.Files = append(a.now.Files, s.Number)
		}
	default:
		a.right(s, id)
	}
	return nil
}

// hear counts a right claim of an utterance, and the call if it was the last that was missing.
func (a *adversary) hear(utterance int) {
	before := len(a.run.truth.Calls(a.heard))
	a.heard[utterance] = true
	if len(a.run.truth.Calls(a.heard)) > before {
		a.now.Calls = append(a.now.Calls, a.run.truth.CallOf(utterance))
	}
}

// right counts a right claim of a message.
func (a *adversary) right(s truth.Secret, id int) {
	proof, ok := a.handed.Untainted(s, id)
	if ok && len(a.proven) < maxProven {
		a.proven = append(a.proven, proof)
	}
	if !a.opened[s.Number] {
		a.opened[s.Number], a.claims[s.Number] = true, proof
		a.now.Opened = append(a.now.Opened, s.Number)
	}
}
