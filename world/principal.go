package world

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Names of principals that designs share. Of a user, a device, its secure element, a trustee,
// a witness and a vault server there may be several: a colon and what tells them apart follow.
const (
	UserName    = "user"
	DeviceName  = "device"
	ElementName = "element"
	Provider    = "provider"
	Court       = "court"
	Agency      = "agency"
	TrusteeName = "trustee"
	Log         = "log"
	WitnessName = "witness"
	Monitor     = "monitor"
	Vendor      = "vendor"
	BackupStore = "backup"
	VaultName   = "vault"
	Operator    = "operator"
)

// A Principal is somebody, or a machine, in a deployment. Each is declared once. From the
// declaration follow what an attack's header may need of it, how many there are, and where
// they stand.
type Principal struct {
	Name     string    // "provider"; of several, the kind: "trustee" for "trustee:3"
	Doc      string    // who that is, in half a line
	Surfaces []Surface // how it can be used against users
	Count    string    // "" if there is one; [PerAccount]; [Courts]; else an expression over t and n, such as "n"
	Placed   string    // its jurisdiction; [BySetting]; "" if no government reaches it
	Absent   string    // what is true where there is none: [NoSpareKey]; "" if that is all there is to say
}

const (
	// PerAccount is the count of principals of which each account has one.
	PerAccount = "one for each account"
	// Courts is the name of the parameter that says how many courts there are, and the count of
	// principals of which there are as many. The first of these goes by the plain name, since there
	// is one unless somebody asks for more: "court", "court:2".
	Courts = "courts"
	// BySetting is the place of principals who sit where the setting jurisdictions puts them.
	BySetting = "jurisdictions"
	// Home is the jurisdiction in which the provider stands.
	Home = "A"
	// NoSpareKey is what is true where nobody holds shares of a key to everybody's messages. A design
	// in which somebody holds such a key whole says so in its [Info].
	NoSpareKey = "no spare key exists"
	// Abroad is another one, in which the vendor stands: whoever makes phones is seldom whoever
	// carries messages.
	Abroad = "B"
)

// Several reports whether there may be more than one, each told from the others by what follows a
// colon. Of those that are counted by [Courts] the first is not.
func (p Principal) Several() bool { return p.Count != "" && p.Count != Courts }

// Numbered is the name of the i-th, from 1, of those whose first goes by the plain name.
func Numbered(kind string, i int) string {
	if i < 2 {
		return kind
	}
	return fmt.Sprintf("%s:%d", kind, i)
}

// Country is the jurisdiction of court i: the courts sit in A, B, C and so on.
func Country(i int) string { return string(rune('A' + i - 1)) }

// MaxCourts bounds how many courts there may be.
const MaxCourts = 9

// most is how many there may be: of those that each account has, as many as anything may
// count, since the settings do not know the accounts.
func (p Principal) most(s Settings) (int, error) {
	if p.Count == PerAccount {
		return MaxTrustees, nil
	}
	n, err := Index(p.Count, s)
	if err != nil {
		return 0, fmt.Errorf("principal %s: %w", p.Name, err)
	}
	return n, nil
}

// Principals are those of a design, or of several.
type Principals []Principal

var shared = Principals{
	{UserName, "who writes and reads, and may unlock the device", []Surface{Control, Order}, PerAccount, "", ""},
	{DeviceName, "a user's phone", []Surface{Store, Control}, PerAccount, "", ""},
	{ElementName, "the chip in a phone that guards the key of its store", []Surface{Store, Control},
		PerAccount, "", ""},
	{Provider, "routes and stores messages, hands out keys", []Surface{Store, Control, Order}, "",
		Home, ""},
	{Court, "signs orders", []Surface{Store, Control, Order}, Courts, "", ""},
	{Agency, "applies for orders and presents them", []Surface{Store, Control}, Courts, "", ""},
	{TrusteeName, "holds a share of the escrow key and answers orders",
		[]Surface{Store, Control, Order}, "n", BySetting, NoSpareKey},
	{Log, "publishes orders, what committees do, or whose key is whose",
		[]Surface{Store, Control}, "", "", "no public log exists"},
	{WitnessName, "cosigns the log", []Surface{Store, Control}, "4", "", "no public log exists"},
	{Monitor, "reads the log for the public", []Surface{Store, Control}, "", "",
		"no public log exists"},
	{Vendor, "writes and signs the programs of phones", []Surface{Store, Control, Order},
		"", Abroad, ""},
	{Operator, "carries text messages to whoever has a number's SIM card",
		[]Surface{Control, Order}, "", Abroad, ""},
	{BackupStore, "keeps the phones' backups, sealed", []Surface{Store, Control, Order}, "", Home,
		"no backup exists"},
	{VaultName, "releases keys of backups for PINs, with others", []Surface{Store, Control, Order},
		"n", BySetting, "no PIN releases a key"},
}

// SharedPrincipals are those of these names that designs share, all if none are given.
func SharedPrincipals(names ...string) Principals {
	return slices.DeleteFunc(slices.Clone(shared), func(p Principal) bool {
		return len(names) > 0 && !slices.Contains(names, p.Name)
	})
}

// everywhere are what every deployment has besides its principals, in the grammar of
// capabilities.
var everywhere = Principals{
	{NetworkName, "the links between machines", []Surface{Tap, Tamper}, "", "", ""},
	{JurisdictionName, "everybody who is placed there", []Surface{Control, Order}, BySetting, "", ""},
	{QuantumName, "a computer that finds private keys", []Surface{Control}, "", "", ""},
}

// Everywhere are what an attack can need of any deployment besides its principals.
func Everywhere() Principals { return slices.Clone(everywhere) }

// With adds those that are not there yet, by name.
func (ps Principals) With(others Principals) Principals {
	all := slices.Clone(ps)
	for _, p := range others {
		if _, there := all.Named(p.Name); !there {
			all = append(all, p)
		}
	}
	return all
}

// Names lists them in alphabetical order.
func (ps Principals) Names() []string {
	var names []string
	for _, p := range ps {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names
}

// SurfaceNames lists how p can be used: "store, control or order".
func (p Principal) SurfaceNames() string { return alternatives(surfaceNames(p.Surfaces)) }

func surfaceNames(list []Surface) (names []string) {
	for _, s := range list {
		names = append(names, string(s))
	}
	return names
}

// KindOf is the name under which a principal is declared: "trustee" of "trustee:3".
func KindOf(principal string) string {
	kind, _, _ := strings.Cut(principal, ":")
	return kind
}

// Named finds a declaration.
func (ps Principals) Named(name string) (Principal, bool) {
	i := slices.IndexFunc(ps, func(p Principal) bool { return p.Name == name })
	if i < 0 {
		return Principal{}, false
	}
	return ps[i], true
}

// Members lists the principals behind a capability's principal: those placed in
// a jurisdiction, the account behind "target", "partner" or a number, or itself.
// people are the accounts as [Conversation.People] lists them.
func (ps Principals) Members(principal string, s Settings, people []string) ([]string, error) {
	kind, name, _ := strings.Cut(principal, ":")
	if kind == JurisdictionName {
		return ps.placedIn(name, s)
	}
	if p, ok := ps.Named(kind); !ok || p.Count != PerAccount {
		return []string{principal}, nil
	}
	number := map[string]int{"target": 1, "partner": 2}[name]
	for i := range people {
		if name == fmt.Sprint(i+1) {
			number = i + 1
		}
	}
	if number < 1 || number > len(people) {
		return []string{principal}, nil
	}
	return []string{kind + ":" + people[number-1]}, nil
}

func (ps Principals) placedIn(name string, s Settings) ([]string, error) {
	placed, err := ps.Placement(s)
	if err != nil {
		return nil, err
	}
	var members []string
	for _, principal := range slices.Sorted(maps.Keys(placed)) {
		if placed[principal] == name {
			members = append(members, principal)
		}
	}
	if len(members) == 0 {
		return nil, fmt.Errorf("%w: nobody sits in jurisdiction %s", ErrNotApplicable, name)
	}
	return members, nil
}

// Placement gives the jurisdiction of each principal that stands in one.
func (ps Principals) Placement(s Settings) (map[string]string, error) {
	placed := map[string]string{}
	seats, err := s.Seats()
	if err != nil {
		return nil, err
	}
	for _, p := range ps {
		switch {
		case p.Placed == BySetting:
			for i, place := range seats {
				placed[fmt.Sprintf("%s:%d", p.Name, i+1)] = place
			}
		case p.Placed != "" && p.Several():
			return nil, errors.New("principal " + p.Name +
				": several sit where the setting says, or nowhere")
		case p.Placed != "":
			placed[p.Name] = p.Placed
		}
	}
	return placed, nil
}
