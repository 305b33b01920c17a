package attacks

import (
	"fmt"
	"io"
	"slices"
	"time"

	"doormat/attacks/technique"
	"doormat/world"
)

// What a script does with what it has: apply a rule to it, list it, read it.

func (a *adversary) apply(args *technique.Arguments) ([]int, error) {
	r, ok := a.know.Rule(args.Text(0))
	switch {
	case !ok:
		return nil, fmt.Errorf("no rule %q in design %s%s; see doormat design show %s",
			args.Text(0), a.design,
			world.DidYouMean(args.Text(0), a.know.Rules()), a.design)
	case r.Make && !slices.Contains(a.header.Applies, r.Name):
		return nil, fmt.Errorf("rule %q is not among those that the header's applies declares",
			r.Name)
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
	var now time.Time
	if r.Make {
		now = a.run.Net.Now()
		random = make([]byte, 64)
		if _, err := io.ReadFull(a.random, random); err != nil {
			return nil, err
		}
	}
	made, err := a.know.Apply(a.run.ctx, r, ids, text, random, now)
	a.now.Posed = a.now.Posed || r.Poses && len(made) > 0
	return made, err
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
