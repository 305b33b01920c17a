package world

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// An Arrangement is a design under named parameter values, with a name and a reason: a
// column of the matrix. Neither a user's settings nor an attack's can change a value that it
// fixes. Two arrangements of one design differ in fixed values, name and text only.
type Arrangement struct {
	Design
	ID     string
	Name   string
	Slogan string            // see [Info]
	Doc    string            // who arranges it so, and why; follows the design's own text where the ids are equal
	Fixed  map[string]string // values of parameters, by name
}

// Info is that of the design, under the arrangement's own id, name and doc.
func (a Arrangement) Info() Info {
	info := a.Design.Info()
	info.Design, info.ID, info.Name, info.Fixed = info.ID, a.ID, a.Name, maps.Clone(a.Fixed)
	info.Slogan = a.Slogan
	switch {
	case info.ID == info.Design && a.Doc != "": // the arrangement that a design goes by
		info.Doc += " " + a.Doc
	case a.Doc != "":
		info.Doc = a.Doc
	}
	return info
}

// Check reports the first thing that makes an arrangement useless: a parameter that does
// not exist, belongs to the conversation, or cannot have the value.
func (a Arrangement) Check() error {
	if a.ID == "" || a.Name == "" || a.Design == nil {
		return errors.New("arrangement: want an id, a name and a design")
	}
	for _, p := range a.Design.Info().Parameters {
		if _, common := ParameterNamed(p.Name); common {
			return fmt.Errorf("arrangement %s: its design has a parameter %q of its own, and "+
				"every run has one", a.ID, p.Name)
		}
	}
	if _, err := (Settings{Threshold: 2, Trustees: 3}).Override(a.Fixed,
		a.Design.Info().Parameters...); err != nil {
		return fmt.Errorf("arrangement %s: %w", a.ID, err)
	}
	return nil
}

// Override returns settings with other values, as a header or an arrangement fixes them:
// by name, texts or expressions over t and n. Another number of trustees is spread round
// robin unless the values place them. own are the parameters of the design at hand: each gets
// a value, the usual one if no other is given, and values of other designs are dropped.
func (s Settings) Override(values map[string]string, own ...Parameter) (Settings, error) {
	before := s.Trustees
	var names []string
	for _, p := range ByDependence() {
		if p.Whose {
			continue
		}
		names = append(names, p.Name)
		if text, given := values[p.Name]; given {
			if err := p.Override(&s, text); err != nil {
				return s, fmt.Errorf("settings: %s: %w", p.Name, err)
			}
		}
	}
	given := s.Own
	s.Own = ""
	for _, p := range own {
		names = append(names, p.Name)
		text := cmp.Or(values[p.Name], given.Value(p.Name), p.Usual)
		if err := p.Set(&s, text, 0); err != nil {
			return s, fmt.Errorf("settings: %s %q: %w", p.Name, text, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if !slices.Contains(names, name) {
			return s, fmt.Errorf("settings: %q: want one of %s%s", name, alternatives(names),
				DidYouMean(name, names))
		}
	}
	if _, placed := values["jurisdictions"]; !placed && s.Trustees != before {
		s.Jurisdictions = RoundRobin(s.Trustees)
	}
	return s, nil
}
