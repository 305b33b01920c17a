package attacks

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"doormat/world"
)

// Names are all that a script may name: what some design of the program has. A name that
// none has is an error. One that the design at hand lacks is a finding: there the attack
// is not applicable.
type Names struct {
	designs, classes, rules, programs, kinds []string

	principals map[string]bool // by kind; whether several have it, told apart by what follows a colon
}

// NamesOf collects what designs declare.
func NamesOf(designs []world.Design) *Names {
	n := &Names{principals: map[string]bool{world.NetworkName: false, world.JurisdictionName: true}}
	kinds := map[world.Kind]bool{world.Plaintext: true, world.File: true, world.Metadata: true, world.Observed: true, world.Outgoing: true}
	for _, d := range designs {
		info := d.Info()
		n.designs, n.classes = append(n.designs, info.ID), append(n.classes, info.Classes...)
		for _, p := range info.Programs {
			n.programs = append(n.programs, p.Name)
		}
		for _, p := range principals(info) {
			kind, several := strings.CutSuffix(p, ":")
			n.principals[kind] = several
		}
		for _, k := range info.Kinds {
			kinds[k] = true
		}
		for _, r := range d.Rules() {
			n.rules = append(n.rules, r.Name)
			for _, k := range slices.Concat(r.Takes, r.Gives, []world.Kind{r.All}) {
				kinds[k] = true
			}
		}
	}
	for k := range kinds {
		if k != "" {
			n.kinds = append(n.kinds, string(k))
		}
	}
	slices.Sort(n.kinds)
	return n
}

// principals are those of a deployment, and the quantum computer that would break its keys.
func principals(info world.Info) []string {
	if len(info.Keys) == 0 {
		return info.Principals
	}
	return append(slices.Clone(info.Principals), world.QuantumName)
}

// Check refuses a header with a name that exists in no design.
func (n *Names) Check(h Header) error {
	for _, need := range h.Needs {
		if err := n.need(need); err != nil {
			return fmt.Errorf("technique: needs: %w", err)
		}
	}
	for _, name := range h.Applies {
		if known := slices.Concat(n.rules, n.programs); !slices.Contains(known, name) {
			return fmt.Errorf("technique: applies: no design has a rule or program %q%s", name, world.DidYouMean(name, known))
		}
	}
	if !slices.Contains(n.designs, h.Showcase) {
		return fmt.Errorf("technique: showcase: there is no design %q%s", h.Showcase, world.DidYouMean(h.Showcase, n.designs))
	}
	known := slices.Concat(n.designs, n.classes)
	for _, key := range h.Expects {
		if !slices.Contains(known, key) {
			return fmt.Errorf("technique: expects: %q is neither a design nor a class of designs%s", key, world.DidYouMean(key, known))
		}
	}
	return nil
}

// need checks the principal of a capability. Its surface was checked when the header was
// read; which of several there are, the settings say.
func (n *Names) need(text string) error {
	principal := text[:max(0, strings.LastIndexByte(text, '.'))]
	kind, which, given := strings.Cut(principal, ":")
	several, known := n.principals[kind]
	kinds := slices.Sorted(maps.Keys(n.principals))
	switch {
	case !known:
		if near := world.Nearest(kind, kinds); near != "" {
			return fmt.Errorf("capability %q: no design has a principal %q; did you mean %q?", text, kind, near+strings.TrimPrefix(text, kind))
		}
		return fmt.Errorf("capability %q: no design has a principal %q: there are %s", text, kind, strings.Join(kinds, ", "))
	case given && !several:
		return fmt.Errorf("capability %q: there is one %s, and %q names none of several; did you mean %q?", text, kind, which, kind+text[len(principal):])
	case !given && several:
		return fmt.Errorf("capability %q: there may be several of %s: want %s:WHICH", text, kind, kind)
	}
	return nil
}

// nameError is about a name that exists nowhere: a mistake, not a finding.
type nameError struct{ error }

// somebody checks whose phone or mind a capability is about: the target's, its partner's,
// somebody's by number or by name.
func somebody(c world.Capability, people []string) error {
	kind, who, given := strings.Cut(c.Principal, ":")
	_, err := strconv.Atoi(who)
	if !given || err == nil || kind != "device" && kind != "user" {
		return nil
	}
	if known := append([]string{"target", "partner"}, people...); !slices.Contains(known, who) {
		return &nameError{fmt.Errorf("technique: needs: capability %q: nobody is called %q%s", c, who, world.DidYouMean(who, known))}
	}
	return nil
}

// lacks says what a design lacks of what an attack needs whatever the settings are, ""
// if it has everything. The attack is not applicable there.
func lacks(d world.Design, h Header) string {
	info := d.Info()
	var missing []string
	for _, need := range h.Needs {
		kind, _, _ := strings.Cut(need[:max(0, strings.LastIndexByte(need, '.'))], ":")
		has := kind == world.NetworkName || kind == world.JurisdictionName || slices.ContainsFunc(principals(info), func(p string) bool {
			return strings.TrimSuffix(p, ":") == kind
		})
		if !has && !slices.Contains(missing, kind) {
			missing = append(missing, kind)
		}
	}
	if len(missing) > 0 {
		return "there is no " + strings.Join(missing, " and no ")
	}
	rules := d.Rules()
	for _, name := range h.Applies {
		if !slices.ContainsFunc(rules, func(r world.Rule) bool { return r.Name == name }) &&
			!slices.ContainsFunc(info.Programs, func(p world.Program) bool { return p.Name == name }) {
			return fmt.Sprintf("the design has no rule or program %q", name)
		}
	}
	return ""
}
