package script

import (
	"testing"

	"doormat/attacks"
	"doormat/attacks/attackstest"
	"doormat/attacks/technique"
)

// toyLab is a lab over the toy design.
func toyLab(t *testing.T, scripts ...string) *attacks.Lab {
	t.Helper()
	return attackstest.LoadToys(t, attackstest.ToyLab(), loadToy, scripts...)
}

func loadToy(name string, src []byte) (technique.Technique, error) { return Load(name, src) }

var (
	attack = attackstest.ToyScript
	runOne = attackstest.RunOne
)

const (
	opensAll     = attackstest.OpensAll
	opensNothing = attackstest.OpensNothing
	keyTheft     = attackstest.KeyTheft
)
