package attacks

import (
	"fmt"

	"doormat/attacks/truth"
)

// claim judges a fact that the adversary says is a plaintext, an attachment or speech.
func (a *adversary) claim(id int) error {
	if err := a.know.Check(id); err != nil {
		return err
	}
	e := a.know.At(id)
	if !a.know.Computed(id) {
		return fmt.Errorf("fact %d, %q, is not derived from loot: a claim needs a computation from "+
			"what was taken, as saturate(\"plaintext\") or apply(...) makes it", id, e.Kind)
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
