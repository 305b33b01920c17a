package script

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// toyLab is a lab over the toy design.
func toyLab(t *testing.T, scripts ...string) *attacks.Lab {
	t.Helper()
	l := attackstest.ToyLab()
	for i, s := range scripts {
		a, err := Load(fmt.Sprintf("attack%d.star", i+1), []byte(s))
		require.NoError(t, err)
		l.Attacks = append(l.Attacks, a)
	}
	return l
}

var (
	attack = attackstest.ToyScript
	runOne = attackstest.RunOne
)

const (
	opensAll     = attackstest.OpensAll
	opensNothing = attackstest.OpensNothing
	keyTheft     = attackstest.KeyTheft
)
