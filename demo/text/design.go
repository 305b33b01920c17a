package text

import (
	"maps"
	"slices"
	"strings"

	"doormat/demo/overhead"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world"
)

// Designs lists designs.
func Designs(list []world.Design, width int) string {
	p := newPage(width)
	column := 0
	for _, d := range list {
		column = max(column, len(d.Info().ID)+2)
	}
	for _, d := range list {
		i := d.Info()
		p.beside(column, bold(i.ID), plain.Clean(i.Name)+". "+plain.Clean(
			plain.FirstSentence(i.Doc)))
	}
	return p.String()
}

// DesignInfos is the list of designs as a JSON document has it: no list is null.
func DesignInfos(list []world.Design) []world.Info {
	infos := []world.Info{}
	for _, d := range list {
		i := d.Info()
		i.Classes = append([]string{}, i.Classes...)
		i.Trusts = append([]string{}, i.Trusts...)
		i.Design = i.Of()
		if i.Fixed == nil {
			i.Fixed = map[string]string{}
		}
		i.Programs = append([]world.Program{}, i.Programs...)
		infos = append(infos, i)
	}
	return infos
}

// Design shows what a design is, whom its users trust, what it costs, and the rules by which
// anybody reads and builds its bytes. costs and times may be none.
func Design(d world.Design, costs, times []overhead.Row, width int) string {
	p := newPage(width)
	i := d.Info()
	p.title(i.Name)
	p.field("Id", i.ID)
	if len(i.Classes) > 0 {
		p.field("Classes", strings.Join(i.Classes, ", "))
	}
	if i.Of() != i.ID {
		p.field("Design", i.Of())
	}
	for _, name := range slices.Sorted(maps.Keys(i.Fixed)) {
		p.field("Fixes", name+" "+i.Fixed[name])
	}
	for _, own := range i.Parameters {
		p.field("--set", own.Name+"="+own.Values()+": "+own.Doc)
	}
	p.gap()
	p.prose(0, strings.Join(strings.Fields(i.Doc), " "))
	p.gap()
	p.heading("A user must trust", "")
	for _, t := range i.Trusts {
		p.beside(2, "-", plain.Clean(t))
	}
	capabilities(p, i.Principals.With(world.Everywhere()))
	if len(costs) > 0 {
		p.gap()
		p.heading("What it costs, beside end-to-end encryption as deployed", "")
		for _, r := range costs {
			p.beside(2, "-", plain.Clean(r.What+": "+r.Much))
		}
		p.prose(2, overhead.Basis)
		p.gap()
		p.heading("How long it takes on this machine, now, one step after the other", "")
		for _, r := range times {
			p.beside(2, "-", plain.Clean(r.What+": "+r.Much))
		}
	}
	rules(p, d.Rules())
	return p.String()
}

// capabilities lists what the needs of an attack can name.
func capabilities(p *page, list world.Principals) {
	p.gap()
	p.heading("Who can be used, and how (the needs of an attack)", "")
	for _, one := range list {
		name := one.Name
		switch {
		case one.Count == world.PerAccount:
			name += ":target"
		case one.Count == world.BySetting:
			name += ":" + world.Home
		case one.Several():
			name += ":1.." + one.Count
		}
		var needs []string
		for _, s := range one.Surfaces {
			needs = append(needs, name+"."+string(s))
		}
		p.beside(2, "-", strings.Join(needs, ", ")+": "+plain.Clean(one.Doc))
	}
}

func rules(p *page, list []world.Rule) {
	for _, group := range []struct {
		head string
		made bool
	}{{"How its bytes are read (tried on everything an adversary has)", false},
		{"What can be built (by scripts, by name)", true}} {
		p.gap()
		p.heading(group.head, "")
		for _, r := range list {
			if r.Make == group.made {
				p.prose(2, r.Name)
				p.beside(6, "", faint(plain.Clean(summary.Rule(r))))
				p.prose(6, r.Doc)
			}
		}
	}
}
