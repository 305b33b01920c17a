package attacks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/deduce"
	"doormat/attacks/technique"
	"doormat/attacks/trace"
	"doormat/attacks/truth"
	"doormat/world"
	"doormat/world/simulation"
)

// Other tests of this package run scripts, which package script loads, and so stand
// outside of it. What they need of its inside:

// SetBudget limits what each adversary may learn and compute.
func (l *Lab) SetBudget(b deduce.Budget) { l.left = b }

// SetCalls limits how many calls each adversary may make.
func (l *Lab) SetCalls(n int) { l.calls = n }

// SaltSize is the length of what precedes each text.
const SaltSize = truth.SaltSize

// Said is what is said in a lab's runs, salted.
func (l *Lab) Said() ([]world.Payload, error) {
	t, err := truth.New(l.Conversation, l.Seed, l.Draw)
	if err != nil {
		return nil, err
	}
	return t.Said, nil
}

// TestDate says of each event how much of the evidence was there by then.
func TestDate(t *testing.T) {
	events := []trace.Event{{Heard: 1}, {Heard: 3}, {Heard: 4}}
	trace.Date(events, []int{1, 3})
	require.Equal(t, []int{0, 1, 2}, []int{events[0].Noticed, events[1].Noticed, events[2].Noticed})
}

// TestEndless: where packets go round, the error names a program that the header declares and
// nobody runs, and neither a rule nor a program that somebody runs.
func TestEndless(t *testing.T) {
	a := &adversary{know: deduce.New([]world.Rule{{Name: "a rule"}}, deduce.Budget{}),
		header: technique.Header{Applies: []string{"a rule", "run", "forgotten"}},
		held: interception{members: map[string]string{"provider": "provider.control"},
			programs: map[string]bool{"run": true}}}
	err := a.endless(simulation.ErrRestless)
	require.ErrorIs(t, err, simulation.ErrRestless)
	require.ErrorContains(t, err, `try adv.hold("provider.control", "forgotten")`)
	a.held.programs["forgotten"] = true
	require.Equal(t, simulation.ErrRestless, a.endless(simulation.ErrRestless))
}
