package attacks_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/language"
	"doormat/attacks/script"
	"doormat/attacks/technique"
)

// caller calls everything that scripts may call, with what fits each parameter that has to be given.
type caller struct {
	technique.Technique
	said map[string]error
}

func (c *caller) Run(_ context.Context, port technique.Port) error {
	fits := map[string]any{"str": "x", "int": 1, "int | list[int]": 1, "list[str]": []any{"A"}}
	for _, name := range technique.Calls() {
		f, _ := language.Adversary.Method(name)
		call := technique.Call{Method: name, Named: map[string]any{}}
		for _, p := range f.Parameters {
			switch {
			case p.Default != "":
			case p.Named:
				call.Named[p.Name] = fits[p.Type]
			default:
				call.Args = append(call.Args, fits[p.Type])
			}
		}
		_, c.said[name] = port.Call(call)
	}
	return nil
}

// TestCallsAreDone: the adversary does whatever package language declares.
func TestCallsAreDone(t *testing.T) {
	loaded, err := script.Load("caller.star", []byte(attack(`"provider.store"`, "", opensNothing, "pass")))
	require.NoError(t, err)
	c := &caller{loaded, map[string]error{}}
	l := toyLab(t)
	l.Attacks = []technique.Technique{c}
	_, err = l.Run(t.Context())
	require.NoError(t, err)
	require.Len(t, c.said, len(technique.Calls()))
	for name, err := range c.said {
		if err != nil {
			require.NotContains(t, err.Error(), "no such call", "%s: dispatch in adversary.go lacks it", name)
		}
	}
}
