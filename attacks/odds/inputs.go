package odds

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"doormat/world"
)

// Inputs are somebody's probabilities, in a year.
type Inputs struct {
	// by kind of capability ("trustee.store"), or by one capability ("trustee:2.store"), which
	// goes before its kind
	Chances map[string]float64 `json:"chances"`
	Common  float64            `json:"common"`  // that one cause takes everybody who holds shares
	Phones  float64            `json:"phones"`  // that one cause takes everything of all users
	Refresh bool               `json:"refresh"` // shares change with each year
	Rotate  bool               `json:"rotate"`  // the key changes with each year, and its shares
	Users   float64            `json:"users"`   // of the crowd
	Message int                `json:"message"` // the given one, from 1
	Active  bool               `json:"active"`  // trees have what attacks do besides
}

// KindOf is the kind of a capability: "trustee.store" of "trustee:2.store".
func KindOf(capability string) string {
	c, err := world.ParseCapability(capability)
	if err != nil {
		return capability
	}
	return world.KindOf(c.Principal) + "." + string(c.Surface)
}

// chance is what is given for a capability, its own before that of its kind.
func (in Inputs) chance(capability string) (p float64, given bool) {
	if p, given = in.Chances[capability]; !given {
		p, given = in.Chances[KindOf(capability)]
	}
	return p, given
}

// Kinds lists the kinds of capabilities of declared principals, in the order of declaration.
func Kinds(principals world.Principals) (kinds []string) {
	for _, p := range principals {
		for _, s := range p.Surfaces {
			kinds = append(kinds, p.Name+"."+string(s))
		}
	}
	return kinds
}

// Names are what may be given a probability: kinds of capabilities, and capabilities of somebody.
type Names struct{ Kinds, Each []string }

// NewNames lists the names of declared principals under settings, in the order of declaration.
func NewNames(ps world.Principals, s world.Settings, accounts []string) (Names, error) {
	names := Names{Kinds: Kinds(ps)}
	placed, err := ps.Placement(s)
	if err != nil {
		return names, err
	}
	for _, p := range ps {
		var who []string
		switch {
		case p.Count == world.PerAccount:
			who = accounts
		case p.Name == world.JurisdictionName:
			who = slices.Compact(slices.Sorted(maps.Values(placed)))
		case p.Several():
			n, err := world.Index(p.Count, s)
			if err != nil {
				return names, fmt.Errorf("odds: how many of %s: %w", p.Name, err)
			}
			for i := range n {
				who = append(who, strconv.Itoa(i+1))
			}
		}
		for _, one := range who {
			for _, surface := range p.Surfaces {
				names.Each = append(names.Each, p.Name+":"+one+"."+string(surface))
			}
		}
	}
	return names, nil
}

// check refuses a name that nobody declares, and says which is meant.
func (n Names) check(name string) error {
	kind := KindOf(name)
	known := append(slices.Clone(n.Kinds), commonName, phonesName)
	switch {
	case !slices.Contains(known, kind):
		hint := world.DidYouMean(kind, known)
		if hint == "" {
			hint = "; there are " + strings.Join(known, ", ")
		}
		return fmt.Errorf("%q: no capability of that kind is declared%s", name, hint)
	case name != kind && !slices.Contains(n.Each, name):
		return fmt.Errorf("%q: there is nobody of that name%s", name, world.DidYouMean(name, n.Each))
	}
	return nil
}

// Missing lists the kinds that the trees of the cases ask for and that nobody has given a
// probability, in the order of declaration.
func (in Inputs) Missing(cases ...Case) (kinds []string) {
	var all world.Principals
	missing := map[string]bool{}
	for _, c := range cases {
		all = all.With(c.Principals)
		for _, capability := range c.capabilities() {
			if _, given := in.chance(capability); !given {
				missing[KindOf(capability)] = true
			}
		}
	}
	for _, kind := range Kinds(all.With(world.Everywhere())) {
		if missing[kind] {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// Set gives a probability for a kind of capability, for one capability, or for a common cause
// ("common" of those who hold shares, "common-phones").
func (in *Inputs) Set(name, text string, names Names) error {
	p, err := strconv.ParseFloat(text, 64)
	if err != nil || !(p >= 0 && p <= 1) || math.Signbit(p) {
		return fmt.Errorf("%s: %q is no probability, want a number from 0 to 1", name, text)
	}
	switch name {
	case commonName:
		in.Common = p
		return nil
	case phonesName:
		in.Phones = p
		return nil
	}
	if err := names.check(name); err != nil {
		return err
	}
	chances := map[string]float64{}
	maps.Copy(chances, in.Chances)
	chances[name] = p
	in.Chances = chances
	return nil
}

// The words for the common causes.
const (
	commonName = "common"
	phonesName = "common-phones"
)

// maxLine is how long a line of a file may be, in bytes.
const maxLine = 1 << 12

// Read reads probabilities: a line each, "trustee.store = 0.05", "common = 0.01". Names may be
// quoted; what follows # is a comment, and a byte order mark at the beginning is nothing. An error
// names file and line.
func (in *Inputs) Read(file string, r io.Reader, names Names) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	seen, n := map[string]int{}, 0
	for lines.Scan() {
		n++
		text := lines.Text()
		if n == 1 {
			text = strings.TrimPrefix(text, "\ufeff")
		}
		text, _, _ = strings.Cut(text, "#")
		if text = strings.TrimSpace(text); text == "" {
			continue
		}
		name, value, ok := strings.Cut(text, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || name == "" || value == "" {
			return fmt.Errorf("%s:%d: %q: want NAME = NUMBER, such as trustee.store = 0.05", file, n, text)
		}
		if len(name) > 1 && name[0] == '"' && name[len(name)-1] == '"' {
			name = name[1 : len(name)-1]
		}
		if before, twice := seen[name]; twice {
			return fmt.Errorf("%s:%d: %s was given in line %d already", file, n, name, before)
		}
		seen[name] = n
		if err := in.Set(name, value, names); err != nil {
			return fmt.Errorf("%s:%d: %w", file, n, err)
		}
	}
	switch err := lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return fmt.Errorf("%s:%d: the line is longer than %d bytes", file, n+1, maxLine)
	case err != nil:
		return fmt.Errorf("%s:%d: %w", file, n+1, err)
	}
	return nil
}

// Given lists what was given, as it may stand in a file: by name, common causes last.
func (in Inputs) Given() (lines []string) {
	for _, name := range slices.Sorted(maps.Keys(in.Chances)) {
		lines = append(lines, fmt.Sprintf("%s = %s", name, Decimal(in.Chances[name])))
	}
	if in.Common > 0 {
		lines = append(lines, fmt.Sprintf("%s = %s", commonName, Decimal(in.Common)))
	}
	if in.Phones > 0 {
		lines = append(lines, fmt.Sprintf("%s = %s", phonesName, Decimal(in.Phones)))
	}
	return lines
}

// Decimal writes a number in its fewest digits.
func Decimal(p float64) string { return strconv.FormatFloat(p, 'g', -1, 64) }
