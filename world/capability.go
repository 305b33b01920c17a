package world

import (
	"errors"
	"fmt"
	"slices"
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

// Surfaces lists them all.
func Surfaces() []Surface { return []Surface{Store, Control, Order, Tap, Tamper} }

// NetworkName is the principal whose surfaces are Tap and Tamper.
const NetworkName = "network"

// A Capability is a principal and a surface, written "provider.store",
// "device:target.control", "trustee:2.order", "network.tap".
type Capability struct {
	Principal string
	Surface   Surface
}

func (c Capability) String() string { return c.Principal + "." + string(c.Surface) }

// Written gives capabilities as text.
func Written(list []Capability) []string {
	texts := make([]string, len(list))
	for i, c := range list {
		texts[i] = c.String()
	}
	return texts
}

// MarshalText writes "principal.surface".
func (c Capability) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// UnmarshalText reads what [ParseCapability] reads.
func (c *Capability) UnmarshalText(text []byte) (err error) {
	*c, err = ParseCapability(string(text))
	return err
}

// ErrNotApplicable is wrapped when a capability names what does not exist under
// the settings: a finding, not a fault.
var ErrNotApplicable = errors.New("not applicable")

// ParseCapability decodes text and checks that the surface fits the principal.
func ParseCapability(text string) (Capability, error) {
	i := strings.LastIndexByte(text, '.')
	if i <= 0 {
		return Capability{}, fmt.Errorf("capability %q: want principal.surface, such as "+
			"provider.store", text)
	}
	c := Capability{text[:i], Surface(text[i+1:])}
	onNetwork := c.Surface == Tap || c.Surface == Tamper
	placed := strings.HasPrefix(c.Principal, jurisdictionPrefix)
	switch {
	case !slices.Contains(Surfaces(), c.Surface):
		return c, fmt.Errorf("capability %q: unknown surface %q, want %s%s", text, c.Surface,
			alternatives(surfaceNames(Surfaces())),
			DidYouMean(string(c.Surface), surfaceNames(Surfaces())))
	case onNetwork != (c.Principal == NetworkName):
		return c, fmt.Errorf("capability %q: tap and tamper belong to the network, and only they do", text)
	case c.Principal == QuantumName && c.Surface != Control:
		return c, fmt.Errorf("capability %q: a quantum computer has control only: it is used, "+
			"and holds nothing", text)
	case placed && c.Surface == Store:
		return c, fmt.Errorf("capability %q: a jurisdiction has control or order, a thief has no "+
			"jurisdiction", text)
	}
	return c, nil
}

// JurisdictionName is the kind of principal that stands for everybody in one place.
const JurisdictionName = "jurisdiction"

const jurisdictionPrefix = JurisdictionName + ":"
