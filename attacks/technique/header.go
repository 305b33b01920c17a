package technique

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"doormat/attacks/language"
	"doormat/world"
)

// A Header says what an attack is. It stands at the top of the attack's script
// and is the only place where these things are written.
type Header struct {
	ID       string            `json:"id"`
	Title    string            `json:"title"`
	Family   string            `json:"family"`
	Kind     string            `json:"kind"`
	Needs    []string          `json:"needs"`
	Showcase string            `json:"showcase"`  // the design in which no need is idle
	Applies  []string          `json:"applies"`   // making rules and programs that the script uses by name
	AtSetUp  bool              `json:"at_set_up"` // the script begins before anything is switched on
	Settings map[string]string `json:"settings"`  // settings that the attack fixes, as expressions over t and n
	Happens  string            `json:"happens"`
	Why      string            `json:"why"`
	Really   string            `json:"really"`
	Source   string            `json:"source"`
	Exercise string            `json:"exercise"`
	Beats    []string          `json:"beats"`   // four sentences for a wall, or none: {t}, {n} and {target} are filled in
	Expects  []string          `json:"expects"` // the design ids and classes with an expectation
}

// Families and kinds of attacks.
var (
	Families = language.Families
	Kinds    = language.Kinds
)

var idForm = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// Check refuses a header with anything missing. The error tells of everything at once.
func (h *Header) Check() error {
	texts := map[string]string{
		"title": h.Title, "showcase": h.Showcase, "happens": h.Happens, "why": h.Why,
		"really": h.Really, "source": h.Source, "exercise": h.Exercise,
	}
	var missing []error
	for _, name := range []string{"title", "showcase", "happens", "why", "really", "source",
		"exercise"} {
		if strings.TrimSpace(texts[name]) == "" {
			missing = append(missing, fmt.Errorf("technique: %s is empty", name))
		}
	}
	if len(h.Expects) == 0 {
		missing = append(missing, errors.New("technique: expects is empty"))
	}
	return errors.Join(append(missing, h.CheckDraft())...)
}

// CheckDraft refuses what [Header.Check] refuses, but asks for no prose and no expectation: so
// somebody can run an attack before its story is written. The error tells of everything at once.
func (h *Header) CheckDraft() error {
	var wrong []error
	refuse := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Errorf("technique: "+format, args...))
		}
	}
	refuse(idForm.MatchString(h.ID), "id %q: want lower-case words joined by hyphens", h.ID)
	refuse(slices.Contains(Families, h.Family), "family %q: want one of %s%s", h.Family,
		strings.Join(Families, ", "), world.DidYouMean(h.Family, Families))
	refuse(slices.Contains(Kinds, h.Kind), "kind %q: want one of %s%s", h.Kind,
		strings.Join(Kinds, ", "), world.DidYouMean(h.Kind, Kinds))
	refuse(len(h.Needs) > 0, "needs is empty: an adversary without capabilities shows nothing")
	refuse(len(h.Beats) == 0 || len(h.Beats) == 4, "beats: %d sentences, want four or none", len(h.Beats))
	sample := world.Settings{Threshold: 2, Trustees: 3}
	for _, need := range h.Needs { // each, since an empty range hides what follows
		_, err := world.SharedPrincipals().Expand([]string{need}, sample)
		refuse(err == nil || errors.Is(err, world.ErrNotApplicable), "needs: %w", err)
	}
	if len(wrong) == 0 { // all of them together
		_, err := world.SharedPrincipals().Expand(h.Needs, sample)
		refuse(err == nil || errors.Is(err, world.ErrNotApplicable), "needs: %w", err)
	}
	if _, err := h.Override(sample, world.Info{}); err != nil {
		wrong = append(wrong, err)
	}
	return errors.Join(wrong...)
}

// Override returns s as the header's own settings override it, and then as an arrangement
// fixes it, whatever the header says. What it says of a parameter that the design has not
// changes nothing; [Names.Check] refuses a name that no design has.
func (h *Header) Override(s world.Settings, arrangement world.Info) (world.Settings, error) {
	values := map[string]string{}
	for name, text := range h.Settings {
		_, common := world.ParameterNamed(name)
		if common || slices.ContainsFunc(arrangement.Parameters, func(p world.Parameter) bool {
			return p.Name == name
		}) {
			values[name] = text
		}
	}
	maps.Copy(values, arrangement.Fixed)
	s, err := s.Override(values, arrangement.Parameters...)
	if err != nil {
		err = fmt.Errorf("technique: %w", err)
	}
	return s, err
}

// Fixes says in words which settings the attack fixes, in a fixed order.
func (h *Header) Fixes(base world.Settings) []string {
	return h.fixes(base, slices.Sorted(maps.Keys(h.Settings)))
}

// FixesIn says which of them it fixes in an arrangement: those that this does not fix itself, and
// that its design has.
func (h *Header) FixesIn(base world.Settings, arrangement world.Info) []string {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(h.Settings)), func(name string) bool {
		_, fixed := arrangement.Fixed[name]
		_, common := world.ParameterNamed(name)
		return fixed || !common && !slices.ContainsFunc(arrangement.Parameters,
			func(p world.Parameter) bool { return p.Name == name })
	})
	return h.fixes(base, names)
}

func (h *Header) fixes(base world.Settings, names []string) []string {
	s, err := h.Override(base, world.Info{})
	if err != nil {
		return nil
	}
	var out []string
	for _, name := range names {
		value := h.Settings[name]
		if name == "jurisdictions" {
			value = s.Jurisdictions
		}
		out = append(out, name+" "+value)
	}
	return out
}
