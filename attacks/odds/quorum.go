package odds

import (
	"math"

	"doormat/world"
)

// A Quorum is what t of n trustees are worth by themselves, in closed form: the binomial tail, of
// which decision diagrams know nothing.
type Quorum struct {
	T           int     `json:"t"`
	N           int     `json:"n"`
	Year        float64 `json:"year"`        // at least t fall in a year
	Common      float64 `json:"common"`      // the same, with the common cause
	Refreshed   float64 `json:"refreshed"`   // Common in one of ten years, with yearly refresh
	Ten         float64 `json:"ten"`         // at least t, or the common cause, in ten years without
	Unavailable float64 `json:"unavailable"` // fewer than t answer, if each is down with p
}

// NewQuorum computes with a probability p for each trustee, and for the common cause.
func NewQuorum(t, n int, p, common float64) Quorum {
	or := func(a, b float64) float64 { return a + (1-a)*b }
	year := tail(t, n, p)
	both := or(common, year)
	return Quorum{t, n, year, both, within(both, 10), or(within(common, 10), tail(t, n, within(p, 10))),
		tail(n-t+1, n, p)}
}

// tail is the probability of at least k among n.
func tail(k, n int, p float64) (sum float64) {
	ways := 1.0 // to choose i of n
	for i := range n + 1 {
		if i >= k {
			sum += ways * math.Pow(p, float64(i)) * math.Pow(1-p, float64(n-i))
		}
		ways = ways * float64(n-i) / float64(i+1)
	}
	return min(sum, 1) // rounding may go beyond
}

// sizes of quorums that are compared: one trustee, all of two, and majorities.
var sizes = [][2]int{{1, 1}, {2, 2}, {2, 3}, {3, 5}, {5, 9}, {7, 13}}

// Holder is the kind of capability whose chance counts for a [Quorum].
const Holder = world.TrusteeName + "." + string(world.Store)

// quorums compares some, if there is a chance for trustees' stores.
func (in Inputs) quorums() []Quorum {
	list := []Quorum{}
	if p, given := in.Chances[Holder]; given {
		for _, size := range sizes {
			list = append(list, NewQuorum(size[0], size[1], p, in.Common))
		}
	}
	return list
}
