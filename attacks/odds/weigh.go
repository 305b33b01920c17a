package odds

import (
	"cmp"
	"maps"
	"math"
	"slices"

	"doormat/attacks/faulttree"
)

// A Weight is how much one kind of capability decides: Birnbaum's importance of the one of its
// kind, in the one epoch, that decides most.
type Weight struct {
	Kind       string  `json:"kind"`
	Importance float64 `json:"importance"` // probability that it decides, 0 to 1
	Chance     float64 `json:"chance"`     // that it falls within the years, the highest of its kind
}

// weigh lists kinds, the most important first.
func (s *spread) weigh(d *faulttree.Diagram, chances faulttree.Chances) ([]Weight, error) {
	importance, err := d.Importance(chances)
	if err != nil {
		return nil, err
	}
	most := map[string]Weight{}
	for name, i := range importance {
		kind := KindOf(s.events[name].capability)
		w := most[kind]
		most[kind] = Weight{kind, max(w.Importance, i), max(w.Chance, chances[name])}
	}
	list := slices.AppendSeq([]Weight{}, maps.Values(most))
	slices.SortFunc(list, func(a, b Weight) int {
		return cmp.Or(cmp.Compare(b.Importance, a.Importance), cmp.Compare(a.Kind, b.Kind))
	})
	return list, nil
}

// A BreakEven is how likely, at most, one of a kind that holds shares may fall in a year, for the
// ways that do not need a user's own things to be no likelier than those that need nothing else.
type BreakEven struct {
	Kind     string  `json:"kind"`
	Goal     string  `json:"goal"`     // "message" or "everything"
	Chance   float64 `json:"chance"`   // in a year; 1 if any will do
	Possible bool    `json:"possible"` // false if even 0 is not good enough, because of other ways
}

// breakEven answers for each kind that is seated, and each of two goals.
func (s *spread) breakEven(in Inputs, goals [4]*faulttree.Tree) ([]BreakEven, error) {
	list := []BreakEven{}
	for _, kind := range Kinds(s.Principals) {
		if s.roleOf(kind) != seated || !slices.ContainsFunc(s.capabilities(),
			func(name string) bool { return KindOf(name) == kind }) {
			continue
		}
		for i, goal := range map[int]string{0: "message", 3: "everything"} {
			d, err := goals[i].Diagram()
			if err != nil {
				return nil, err
			}
			b, err := s.even(in, kind, d)
			if err != nil {
				return nil, err
			}
			b.Kind, b.Goal = kind, goal
			list = append(list, b)
		}
	}
	slices.SortFunc(list, func(a, b BreakEven) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(b.Goal, a.Goal))
	})
	return list, nil
}

// alone is the probability if, of what happens, only what strikes users' own does (phones), or
// only the rest.
func (s *spread) alone(d *faulttree.Diagram, in Inputs, phones bool) (float64, error) {
	chances := s.chances(in)
	for name, h := range s.events {
		if (s.roleOf(h.capability) == own || h.capability == phonesCause) != phones {
			chances[name] = 0
		}
	}
	return d.Probability(chances)
}

// even looks for the break-even of one kind and goal. Probabilities grow with each chance, so
// there is one.
func (s *spread) even(in Inputs, kind string, d *faulttree.Diagram) (BreakEven, error) {
	phones, err := s.alone(d, in, true)
	if err != nil {
		return BreakEven{}, err
	}
	exposes := func(p float64) (bool, error) { // more than phones do
		at, err := s.alone(d, in.with(kind, p), false)
		return at > phones, err
	}
	if more, err := exposes(0); more || err != nil {
		return BreakEven{}, err
	}
	if more, err := exposes(1); !more || err != nil {
		return BreakEven{Chance: 1, Possible: true}, err
	}
	low, high := 0.0, 1.0
	for middle := 0.5; low < middle && middle < high; middle = low + (high-low)/2 {
		more, err := exposes(middle)
		if err != nil {
			return BreakEven{}, err
		}
		if more {
			high = middle
		} else {
			low = middle
		}
	}
	return BreakEven{Chance: low, Possible: true}, nil
}

// with is the inputs with one chance for all of a kind.
func (in Inputs) with(kind string, p float64) Inputs {
	chances := map[string]float64{kind: p}
	for name, q := range in.Chances {
		if KindOf(name) != kind {
			chances[name] = q
		}
	}
	in.Chances = chances
	return in
}

// A Crowd is many users, in pairs or groups of their own, whose messages are protected alike and
// by the same provider and trustees: how many of them have a given message read. It is a mixture
// of binomials, one for each thing that may happen to all of them at once.
type Crowd struct {
	Users float64 `json:"users"`
	Mean  float64 `json:"mean"` // users, on average
	// The number is below Low, or above High, in one case in twenty each.
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	Half float64 `json:"half"` // probability that at least half of all users are read
}

// crowd computes with the normal approximation of each binomial.
func (s *spread) crowd(message *faulttree.Tree, in Inputs) (Crowd, error) {
	users := in.Users
	parts, err := message.Mixture(func(name string) bool {
		return s.roleOf(s.events[name].capability) != own
	}, s.chances(in))
	if err != nil {
		return Crowd{}, err
	}
	c := Crowd{Users: users}
	for _, p := range parts {
		c.Mean += users * p.Weight * p.Chance
	}
	c.Low, c.High = quantile(parts, users, 0.05), quantile(parts, users, 0.95)
	c.Half = 1 - below(parts, users, math.Ceil(users/2)-1)
	return c, nil
}

// below is the probability that at most x users are read.
func below(parts []faulttree.Part, users, x float64) (p float64) {
	for _, part := range parts {
		mean, sd := users*part.Chance, math.Sqrt(users*part.Chance*(1-part.Chance))
		switch {
		case sd > 0:
			p += part.Weight * math.Erfc((mean-x-0.5)/(sd*math.Sqrt2)) / 2
		case mean <= x:
			p += part.Weight
		}
	}
	return p
}

// quantile is the least number of users which is reached with at most that probability.
func quantile(parts []faulttree.Part, users, q float64) float64 {
	low, high := -1.0, users // below(low) < q <= below(high)
	for high-low > 1 {
		middle := math.Floor(low + (high-low)/2)
		if below(parts, users, middle) < q {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}
