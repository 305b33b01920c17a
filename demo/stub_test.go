package demo

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/syntax"

	"doormat/attacks/language"
)

// TestStub: whatever is declared stands in the stub once, and what scripts load from helpers.
func TestStub(t *testing.T) {
	stub, err := Stub()
	require.NoError(t, err)
	count := func(pattern string) int { return len(regexp.MustCompile(`(?m)`+pattern).FindAllString(stub, -1)) }
	for _, c := range language.Classes() {
		require.Equal(t, 1, count(`^class `+c.Name+`:$`), c.Name)
		for _, name := range c.Names() {
			require.Positive(t, count(`^    (def )?`+name+`[:(]`), "%s.%s", c.Name, name)
		}
	}
	for _, f := range language.Functions() {
		require.Equal(t, 1, count(`^def `+f.Name+`\(`), f.Name)
	}
	kit, err := Default()
	require.NoError(t, err)
	dialect := &syntax.FileOptions{TopLevelControl: true, While: true, Set: true}
	loaded := 0
	for _, a := range kit.Attacks {
		f, err := dialect.Parse(a.Header().ID, a.Source(), 0)
		require.NoError(t, err)
		for _, s := range f.Stmts {
			if load, ok := s.(*syntax.LoadStmt); ok {
				for _, name := range load.From {
					loaded++
					require.Equal(t, 1, count(`^(def )?`+name.Name+`[:(]`), "%s of %s", name.Name, load.ModuleName())
				}
			}
		}
	}
	require.Greater(t, loaded, 100)
}
