package world

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Surface is a way in which a principal can be used against users.
type Surface string

const (
	// Store: the unsealed contents that a thief finds now.
	Store Surface = "store"
	// Control: the principal runs the adversary's program from now on.
	Control Surface = "control"
	// Order: the principal honestly answers lawful process; without this grant
	// it refuses.
	Order Surface = "order"
	// Tap: every packet on the network is copied.
	Tap Surface = "tap"
	// Tamper: every packet on the network may be held, dropped or replaced.
	Tamper Surface = "tamper"
)

// NetworkName is the principal whose surfaces are Tap and Tamper.
const NetworkName = "network"

// A Capability is a principal and a surface, written "provider.store",
// "device:target.control", "trustee:2.order", "network.tap".
type Capability struct {
	Principal string
	Surface   Surface
}

func (c Capability) String() string { return c.Principal + "." + string(c.Surface) }

// ErrNotApplicable is wrapped when a capability names what does not exist under
// the settings: a finding, not a fault.
var ErrNotApplicable = errors.New("not applicable")

// ParseCapability decodes text and checks that the surface fits the principal.
func ParseCapability(text string) (Capability, error) {
	i := strings.LastIndexByte(text, '.')
	if i <= 0 {
		return Capability{}, fmt.Errorf("capability %q: want principal.surface, such as provider.store", text)
	}
	c := Capability{text[:i], Surface(text[i+1:])}
	onNetwork := c.Surface == Tap || c.Surface == Tamper
	known := onNetwork || c.Surface == Store || c.Surface == Control || c.Surface == Order
	placed := strings.HasPrefix(c.Principal, jurisdictionPrefix)
	switch {
	case !known:
		return c, fmt.Errorf("capability %q: unknown surface %q, want store, control, order, tap or tamper%s", text, c.Surface,
			DidYouMean(string(c.Surface), []string{"store", "control", "order", "tap", "tamper"}))
	case onNetwork != (c.Principal == NetworkName):
		return c, fmt.Errorf("capability %q: tap and tamper belong to the network, and only they do", text)
	case c.Principal == QuantumName && c.Surface != Control:
		return c, fmt.Errorf("capability %q: a quantum computer has control only: it is used, and holds nothing", text)
	case placed && c.Surface == Store:
		return c, fmt.Errorf("capability %q: a jurisdiction has control or order, a thief has no jurisdiction", text)
	}
	return c, nil
}

// JurisdictionName is the kind of principal that stands for everybody in one place.
const JurisdictionName = "jurisdiction"

const jurisdictionPrefix = JurisdictionName + ":"

// Expand resolves the ranges of needs ("trustee:1..t-1.store", "device:1..t.store")
// under the settings. Words and numbers that stand for accounts, and jurisdictions,
// stay as written. It wraps [ErrNotApplicable] if a range is empty or goes beyond
// what exists; how many accounts there are, only [Members] knows.
func Expand(needs []string, s Settings) ([]Capability, error) {
	var out []Capability
	for _, need := range needs {
		prefix, rest, ok := strings.Cut(need, "..")
		if !ok {
			if err := expandOne(&out, need, s); err != nil {
				return nil, err
			}
			continue
		}
		if err := expandRange(&out, need, prefix, rest, s); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func expandOne(out *[]Capability, need string, s Settings) error {
	c, err := ParseCapability(need)
	if err != nil {
		return err
	}
	if name, ok := strings.CutPrefix(c.Principal, "trustee:"); ok {
		i, err := Index(name, s)
		if err != nil {
			return fmt.Errorf("capability %q: %w", need, err)
		}
		if i < 1 || i > s.Trustees {
			return fmt.Errorf("%w: there is no trustee %d of %d", ErrNotApplicable, i, s.Trustees)
		}
		c.Principal = Trustee(i)
	}
	return add(out, c)
}

func expandRange(out *[]Capability, need, prefix, rest string, s Settings) error {
	dot := strings.LastIndexByte(rest, '.')
	kind, first, _ := strings.Cut(prefix, ":")
	most := map[string]int{"trustee": s.Trustees, "device": MaxTrustees}[kind]
	if dot < 0 || most == 0 {
		return fmt.Errorf("capability %q: a range reads trustee:FROM..TO.surface or device:FROM..TO.surface%s",
			need, DidYouMean(kind, []string{"trustee", "device"}))
	}
	from, err := Index(first, s)
	if err != nil {
		return fmt.Errorf("capability %q: %w", need, err)
	}
	to, err := Index(rest[:dot], s)
	if err != nil {
		return fmt.Errorf("capability %q: %w", need, err)
	}
	if from < 1 || to < from || to > most {
		return fmt.Errorf("%w: %ss %d to %d of %d do not exist", ErrNotApplicable, kind, from, to, most)
	}
	for i := from; i <= to; i++ {
		if err := expandOne(out, fmt.Sprintf("%s:%d%s", kind, i, rest[dot:]), s); err != nil {
			return err
		}
	}
	return nil
}

func add(out *[]Capability, c Capability) error {
	if slices.Contains(*out, c) {
		return fmt.Errorf("capability %q is declared twice", c)
	}
	*out = append(*out, c)
	return nil
}

// Index evaluates a sum over t, n and numbers, such as "n-t+1".
func Index(expr string, s Settings) (int, error) {
	sum, sign, rest := 0, 1, expr
	for {
		end := strings.IndexAny(rest, "+-")
		term := rest
		if end >= 0 {
			term = rest[:end]
		}
		v, err := value(term, s)
		if err != nil {
			return 0, fmt.Errorf("expression %q: %w", expr, err)
		}
		sum += sign * v
		if end < 0 {
			return sum, nil
		}
		sign = 1
		if rest[end] == '-' {
			sign = -1
		}
		rest = rest[end+1:]
	}
}

func value(term string, s Settings) (int, error) {
	switch term {
	case "t":
		return s.Threshold, nil
	case "n":
		return s.Trustees, nil
	}
	v, err := strconv.Atoi(term)
	if err != nil || v < 0 || v > 1<<20 {
		return 0, fmt.Errorf("%q is neither t, n nor a number", term)
	}
	return v, nil
}

// Members lists the principals behind a capability's principal: those placed in
// a jurisdiction, the account behind "target", "partner" or a number, or itself.
// people are the accounts as [Conversation.People] lists them.
func Members(principal string, s Settings, people []string) ([]string, error) {
	if name, ok := strings.CutPrefix(principal, jurisdictionPrefix); ok {
		return placedIn(name, s)
	}
	kind, name, _ := strings.Cut(principal, ":")
	number := map[string]int{"target": 1, "partner": 2}[name]
	if kind == "device" && number == 0 {
		number, _ = strconv.Atoi(name)
	}
	if number < 1 || number > len(people) {
		return []string{principal}, nil
	}
	return []string{kind + ":" + people[number-1]}, nil
}

func placedIn(name string, s Settings) ([]string, error) {
	placed, err := s.Placement()
	if err != nil {
		return nil, err
	}
	var members []string
	for principal, where := range placed {
		if where == name {
			members = append(members, principal)
		}
	}
	if len(members) == 0 {
		return nil, fmt.Errorf("%w: nobody sits in jurisdiction %s", ErrNotApplicable, name)
	}
	slices.Sort(members)
	return members, nil
}
