package text

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"doormat/attacks/technique"
	"doormat/demo/plain"
)

// Attacks lists attacks by family.
func Attacks(list []technique.Technique, width int) string {
	p := newPage(width)
	column := 0
	for _, a := range list {
		column = max(column, len(a.Header().ID)+2)
	}
	family := ""
	for _, a := range list {
		h := a.Header()
		if h.Family != family {
			if family != "" {
				p.gap()
			}
			family = h.Family
			p.heading(strings.ToUpper(family), "")
		}
		title := plain.Clean(h.Title)
		if h.Kind != "attack" {
			title += " (" + h.Kind + ")"
		}
		p.beside(2+column, "  "+h.ID, title)
	}
	return p.String()
}

// Attack shows what an attack's header says.
func Attack(h technique.Header, width int) string {
	p := newPage(width)
	p.title(h.Title)
	p.field("Id", fmt.Sprintf("%s · family %s · kind %s", h.ID, h.Family, h.Kind))
	p.field("Needs", strings.Join(h.Needs, ", "))
	if len(h.Applies) > 0 {
		p.field("Builds by", strings.Join(h.Applies, "; "))
	}
	for _, name := range slices.Sorted(maps.Keys(h.Settings)) {
		p.field("Fixes", name+" = "+h.Settings[name])
	}
	p.field("Showcase", h.Showcase)
	p.gap()
	about(p, h)
	p.gap()
	p.field("Expects of", strings.Join(h.Expects, ", "))
	p.field("Run it", "doormat attack run "+h.ID)
	return p.String()
}

func about(p *page, h technique.Header) {
	p.field("Happens", h.Happens)
	p.field("Why", h.Why)
	p.field("Really", h.Really)
	p.field("Source", h.Source)
	p.field("Exercise", h.Exercise)
}
