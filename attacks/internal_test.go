package attacks

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/deduce"
	"doormat/attacks/trace"
	"doormat/attacks/truth"
	"doormat/world"
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
