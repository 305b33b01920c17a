package attacks

import (
	"errors"
	"fmt"
	"slices"

	"doormat/world"
)

// What a script does with the quantum computer, which package quantum explains.

var errQuantum = errors.New("a quantum computer holds nothing and runs no program: give it " +
	"public keys with adv.solve()")

func hasQuantum(needs []world.Capability) bool {
	return slices.ContainsFunc(needs, func(c world.Capability) bool {
		return c.Principal == world.QuantumName
	})
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
			return nil, fmt.Errorf("fact %d does not come from loot: only keys that were found "+
				"are solved", id)
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
		private, err := a.run.quantum.Solve(a.run.ctx, a.run.Net, k)
		if err != nil {
			return nil, err
		}
		if private != nil {
			out = append(out, a.loot(wanted[0].String(), []world.Fact{k.PrivateFact(private)},
				false)...)
		}
	}
	return out, nil
}
