package atlas

import (
	"context"
	"math/big"
	"slices"

	"doormat/attacks"
	"doormat/world"
)

// A Document is an atlas as it is written, in JSON with these names, every field always present.
type Document struct {
	Arrangement  string         `json:"arrangement"`
	Settings     world.Settings `json:"settings"`
	Moments      []int          `json:"moments"`
	Capabilities int            `json:"capabilities"` // stores at each moment, and the tap
	Goals        []GoalSets     `json:"goals"`
	// Unscripted counts the casts, such as a tap and t trustees, that open a message or an
	// attachment and that no attack of the library shows.
	Unscripted  int         `json:"unscripted"`
	Certificate Certificate `json:"certificate"`
	Seconds     float64     `json:"seconds"`
}

// GoalSets are the sets of one goal.
type GoalSets struct {
	Goal    string   `json:"goal"`
	Minimal *big.Int `json:"minimal"`
	Maximal *big.Int `json:"maximal"`
	// Shapes fold the minimal sets; none if there are more than were asked for.
	Shapes []Shape `json:"shapes"`
	// Several says that the goal is several things at once, such as every message. What opens
	// them all is made up of what opens each, and is no idea of its own.
	Several bool `json:"several"`
}

// Make explores a design, certifies what was found and writes it down. Sets are listed and tried
// for goals of at most limit minimal and limit maximal ones.
func Make(ctx context.Context, lab *attacks.Lab, d world.Design, moments []int, limit int) (*Atlas, *Document, error) {
	start := clock(lab)
	a, err := Explore(ctx, lab, d, moments)
	if err != nil {
		return nil, nil, err
	}
	certificate, err := a.Certify(ctx, limit)
	if err != nil {
		return nil, nil, err
	}
	by, err := scripts(ctx, lab, d)
	if err != nil {
		return nil, nil, err
	}
	doc := &Document{Arrangement: a.Info.ID, Settings: a.Settings, Moments: moments,
		Capabilities: len(a.Events), Goals: []GoalSets{}, Certificate: certificate}
	var unscripted []string
	for i := range a.Goals {
		g := &a.Goals[i]
		sets := GoalSets{Goal: g.Name, Minimal: a.space.Count(g.function),
			Maximal: a.space.Count(a.space.Dual(g.function)), Shapes: []Shape{}, Several: g.Several}
		if sets.Minimal.IsInt64() && sets.Minimal.Int64() <= int64(limit) {
			sets.Shapes = a.Shapes(g)
		}
		for n := range sets.Shapes {
			s := &sets.Shapes[n]
			if found := by[s.cast]; found != nil && g.metadata {
				s.Script = found.metadata
			} else if found != nil {
				s.Script = found.content
			}
			if s.Script == "" && !g.Several && !slices.Contains(unscripted, s.cast) {
				unscripted = append(unscripted, s.cast)
			}
		}
		doc.Goals = append(doc.Goals, sets)
	}
	doc.Unscripted = len(unscripted)
	doc.Seconds = clock(lab) - start
	return a, doc, a.space.Err()
}

func clock(lab *attacks.Lab) float64 {
	if lab.Clock == nil {
		return 0
	}
	return lab.Clock()
}
