package technique

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"doormat/world"
)

// Names are all that a script may name: what some design of the program has. A name that
// none has is an error. One that the design at hand lacks is a finding: there the attack
// is not applicable.
type Names struct {
	designs, classes, rules, programs, kinds []string

	own        []world.Parameter // of all designs, each once
	principals world.Principals  // of all designs, each once; what is in every deployment among them
}

// NamesOf collects what designs declare.
func NamesOf(designs []world.Design) *Names {
	n := &Names{principals: world.Everywhere()}
	kinds := map[world.Kind]bool{world.Plaintext: true, world.File: true, world.Speech: true,
		world.Metadata: true, world.Observed: true, world.Outgoing: true}
	for _, d := range designs {
		info := d.Info()
		n.designs, n.classes = append(n.designs, info.ID), append(n.classes, info.Classes...)
		for _, p := range info.Programs {
			n.programs = append(n.programs, p.Name)
		}
		n.principals = n.principals.With(info.Principals)
		n.own = world.WithOwn(n.own, info)
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

// Check refuses a header with names that exist in no design. The error tells of all of them.
func (n *Names) Check(h Header) error {
	var wrong []error
	for _, need := range h.Needs {
		if err := n.need(need); err != nil {
			wrong = append(wrong, fmt.Errorf("technique: needs: %w", err))
		}
	}
	for _, name := range h.Applies {
		if known := slices.Concat(n.rules, n.programs); !slices.Contains(known, name) {
			wrong = append(wrong, fmt.Errorf("technique: applies: no design has a rule or program %q%s",
				name, world.DidYouMean(name, known)))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(h.Settings)) {
		if err := n.setting(name, h.Settings[name]); err != nil {
			wrong = append(wrong, fmt.Errorf("technique: settings: %w", err))
		}
	}
	if h.Showcase != "" && !slices.Contains(n.designs, h.Showcase) {
		wrong = append(wrong, fmt.Errorf("technique: showcase: there is no design %q%s", h.Showcase,
			world.DidYouMean(h.Showcase, n.designs)))
	}
	known := slices.Concat(n.designs, n.classes)
	for _, key := range h.Expects {
		if !slices.Contains(known, key) {
			wrong = append(wrong, fmt.Errorf("technique: expects: %q is neither a design nor a class of "+
				"designs%s", key, world.DidYouMean(key, known)))
		}
	}
	return errors.Join(wrong...)
}

// setting checks that a parameter of a design, which a header fixes, exists and can have the
// value. Common ones [Header.Check] has read.
func (n *Names) setting(name, text string) error {
	if _, common := world.ParameterNamed(name); common {
		return nil
	}
	i := slices.IndexFunc(n.own, func(p world.Parameter) bool { return p.Name == name })
	if i < 0 {
		known := world.ParameterNames(n.own)
		return fmt.Errorf("%q: want one of %s%s", name, strings.Join(known, ", "),
			world.DidYouMean(name, known))
	}
	if err := n.own[i].Set(&world.Settings{}, text, 0); err != nil {
		return fmt.Errorf("%s %q: %w", name, text, err)
	}
	return nil
}

// CheckKind refuses a kind of which no design has facts.
func (n *Names) CheckKind(k world.Kind) error {
	if slices.Contains(n.kinds, string(k)) {
		return nil
	}
	return fmt.Errorf("no design has facts of a kind %q%s", brief(string(k)),
		world.DidYouMean(string(k), n.kinds))
}

// need checks that some design has the principal of a capability, and that it can be used so;
// which of several there are, the settings say.
func (n *Names) need(text string) error {
	dot := max(0, strings.LastIndexByte(text, '.'))
	kind, which, given := strings.Cut(text[:dot], ":")
	p, known := n.principals.Named(kind)
	kinds := n.principals.Names()
	switch surface := world.Surface(strings.TrimPrefix(text[dot:], ".")); {
	case !known:
		if near := world.Nearest(kind, kinds); near != "" {
			return fmt.Errorf("capability %q: no design has a principal %q; did you mean %q?", text,
				kind, near+strings.TrimPrefix(text, kind))
		}
		return fmt.Errorf("capability %q: no design has a principal %q: there are %s", text, kind,
			strings.Join(kinds, ", "))
	case given && p.Count == "":
		return fmt.Errorf("capability %q: there is one %s, and %q names none of several; did you "+
			"mean %q?", text, kind, which, kind+text[dot:])
	case !given && p.Several():
		return fmt.Errorf("capability %q: there may be several of %s: want %s:WHICH", text, kind,
			kind)
	case !slices.Contains(p.Surfaces, surface):
		return fmt.Errorf("capability %q: of a %s there is %s", text, kind, p.SurfaceNames())
	}
	return nil
}

// Fits reports whether a design has what an attack needs whatever the settings are.
func (h Header) Fits(d world.Design) bool {
	return len(h.absent(d)) == 0 && h.unruled(d) == ""
}

// Lacks says what a design lacks of what an attack needs whatever the settings are, ""
// if it has everything. The attack is not applicable there. For whom a court orders something
// that is no success, so it says that the order is not answered.
func (n *Names) Lacks(h Header, d world.Design) string {
	absent := h.absent(d)
	switch {
	case len(absent) > 0 && h.Kind == "lawful":
		return n.without(h, d, absent) + "; the order is not answered"
	case len(absent) > 0:
		return n.without(h, d, absent)
	}
	if name := h.unruled(d); name != "" {
		return fmt.Sprintf("the design has no rule or program %q", name)
	}
	return ""
}

// without says which principals a design has not. Where no key is kept for anybody to give out,
// that is the reason, whoever else would be needed beside its keepers.
func (n *Names) without(h Header, d world.Design, absent []string) string {
	var keepers, reasons []string
	told := false
	for _, kind := range absent {
		p, _ := n.principals.Named(kind)
		if p.Absent == world.NoSpareKey {
			keepers = append(keepers, kind)
		}
		told = told || p.Absent != ""
		if text := cmp.Or(p.Absent, "there is no "+kind); !slices.Contains(reasons, text) {
			reasons = append(reasons, text)
		}
	}
	held := d.Info().KeysWith
	switch {
	case !told:
		return "there is no " + strings.Join(absent, " and no ")
	case len(keepers) == 0:
		return fmt.Sprintf("nobody to %s here: %s", h.uses(absent), strings.Join(reasons, " and "))
	case held == "":
		return fmt.Sprintf("nobody to %s here: %s", h.uses(keepers), world.NoSpareKey)
	}
	return fmt.Sprintf("no %s to %s here: %s", keepers[0], h.uses(keepers), held)
}

// absent are the kinds of principals that an attack needs and a design lacks, each once.
func (h Header) absent(d world.Design) (kinds []string) {
	info := d.Info()
	for _, need := range h.Needs {
		kind := kindOf(need)
		has := kind == world.QuantumName && len(info.Keys) > 0
		if kind != world.QuantumName {
			_, has = world.Everywhere().With(info.Principals).Named(kind)
		}
		if !has && !slices.Contains(kinds, kind) {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// kindOf is the kind of the principal of a need, a range or not.
func kindOf(need string) string {
	return world.KindOf(need[:max(0, strings.LastIndexByte(need, '.'))])
}

// uses says in a word each what an attack would do to principals of these kinds.
func (h Header) uses(kinds []string) string {
	words := map[world.Surface]string{world.Store: "rob", world.Control: "take over",
		world.Order: "ask"}
	var verbs []string
	for _, need := range h.Needs {
		verb := words[world.Surface(need[strings.LastIndexByte(need, '.')+1:])]
		if slices.Contains(kinds, kindOf(need)) && !slices.Contains(verbs, verb) {
			verbs = append(verbs, verb)
		}
	}
	last := len(verbs) - 1
	return strings.TrimPrefix(strings.Join(verbs[:last], ", ")+" or "+verbs[last], " or ")
}

// unruled is the first rule or program that an attack applies and a design lacks, "" if there
// is none.
func (h Header) unruled(d world.Design) string {
	rules, programs := d.Rules(), d.Info().Programs
	for _, name := range h.Applies {
		if !slices.ContainsFunc(rules, func(r world.Rule) bool { return r.Name == name }) &&
			!slices.ContainsFunc(programs, func(p world.Program) bool { return p.Name == name }) {
			return name
		}
	}
	return ""
}
