package summary

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/world"
)

func TestNumbers(t *testing.T) {
	require.Equal(t, "1 message", Count(1, "message"))
	require.Equal(t, "0 messages", Count(0, "message"))
	require.Equal(t, "–", Fraction(0, 0))
	require.Equal(t, "there are none", OutOf(0, 0))
	require.Equal(t, "before the first message", Moment(0, 9))
	require.Equal(t, "after message 9 of 9", Moment(9, 9))
	require.Equal(t, "1-3, 7", Ranges([]int{1, 2, 3, 7}))
	require.Equal(t, "5", Ranges([]int{5}))
	require.Empty(t, Ranges(nil))
}

func TestReaders(t *testing.T) {
	list := []string{"a", "b", "c", "d", "e", "f", "g", "h"}
	require.Equal(t, "a, b", Readers(&world.Message{To: list[:2]}))
	require.Equal(t, "a, b, c, d, e, f and 2 more", Readers(&world.Message{To: list}))
	require.Equal(t, `G\x1b`, Readers(&world.Message{To: list, Group: "G\x1b"}))
	require.Equal(t, "a and 1 more", Some([]string{"a", "a", "b"}, 1))
}

// A table leaves out the attacks that apply to no design in it, says so, and
// leaves out none that failed.
func TestConcerned(t *testing.T) {
	r := &attacks.Result{Designs: []attacks.DesignRow{{ID: "d1"}, {ID: "d2"}}}
	add := func(id string, applies bool, failure string) {
		r.Attacks = append(r.Attacks, attacks.AttackRow{ID: id})
		for _, d := range r.Designs {
			r.Cells = append(r.Cells, attacks.Cell{Attack: id, Design: d.ID, Error: failure,
				Applicable: applies && d.ID == "d2", Expected: failure == ""})
		}
	}
	add("vault", false, "")
	here, elsewhere := Concerned(r)
	require.Len(t, here, 1, "nothing else is there to be shown")
	require.Empty(t, elsewhere)

	add("theft", true, "")
	add("broken", false, "the rule panicked")
	here, elsewhere = Concerned(r)
	require.Len(t, here, 2)
	require.Equal(t, "theft", here[0].ID)
	require.Equal(t, "broken", here[1].ID)
	require.Contains(t, elsewhere, "1 attack that no column here is open to (vault)")
}

// There is a word for whatever an adversary can do.
func TestSurfaceWord(t *testing.T) {
	for _, s := range world.Surfaces() {
		require.NotEmpty(t, SurfaceWord(s), "%s: add it to SurfaceWord in surface.go", s)
	}
}
