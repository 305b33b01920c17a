package text

import (
	"fmt"
	"strings"

	"doormat/attacks/atlas"
	"doormat/attacks/generic"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// Atlas shows what is enough to read messages of one arrangement, and of each idea which attack
// shows it.
func Atlas(d *atlas.Document, name string, width int) string {
	p := newPage(width)
	p.title(fmt.Sprintf("%s: everything that is enough to read a message", name))
	p.field("Moments", summary.AtlasMoments(d))
	p.field("Searched", fmt.Sprintf("%d capabilities: the store of everybody who has one at each moment, "+
		"and a tap; %s", d.Capabilities, summary.AtlasScope))
	p.gap()
	if len(d.Ideas) == 0 {
		p.prose(0, "Nothing that was searched reads a message.")
	}
	for _, idea := range d.Ideas {
		p.beside(11, bold(fmt.Sprintf("%d of %d", len(idea.Messages), summary.AtlasMessages(d))),
			plain.Clean(idea.Text))
		p.beside(11, "", faint(summary.AtlasIdea(idea)))
	}
	p.gap()
	p.field("Unscripted", summary.AtlasUnscripted(d))
	p.field("Counted", "minimal sets that are enough, and maximal sets that are not:")
	for _, g := range d.Goals {
		if g.Goal == "message 1" || !strings.HasPrefix(g.Goal, "message ") && !strings.HasPrefix(g.Goal, "attachment ") {
			p.beside(35, fmt.Sprintf("%15s and %12s  ", summary.Thousands(g.Minimal), summary.Thousands(g.Maximal)), g.Goal)
		}
	}
	p.field("Certificate", summary.AtlasCertificate(d))
	if len(d.Active) > 0 {
		p.gap()
		p.heading("── "+summary.AtlasActive, "")
		for _, m := range d.Active {
			p.beside(18, bold(summary.AtlasOpens(m)), plain.Clean(strings.Join(m.Needs, ", ")))
			p.beside(18, "", faint(summary.AtlasMeans(m)))
		}
	}
	if len(d.Forged) > 0 {
		p.gap()
		p.heading("── "+summary.AtlasForged, "")
		for _, m := range d.Forged {
			m.Opens = 0 // which is told above
			p.beside(18, bold(summary.Count(m.Forged, "forged message")), plain.Clean(strings.Join(m.Needs, ", ")))
			p.beside(18, "", faint(summary.AtlasMeans(m)))
		}
		p.prose(0, summary.AtlasForgedScope)
	}
	if d.Generic.Ran {
		atlasGeneric(p, d.Generic)
	}
	return p.String()
}

// atlasGeneric shows what an adversary found who knows no design.
func atlasGeneric(p *page, r generic.Report) {
	p.gap()
	p.heading("── "+summary.AtlasGeneric, "")
	p.field("Tried", summary.AtlasGenericSearched(r))
	for _, f := range r.Findings {
		p.beside(18, bold(summary.AtlasFound(f)), plain.Clean(strings.Join(f.Needs, ", ")))
		p.beside(18, "", faint(plain.Clean(summary.AtlasFinding(f))))
	}
	p.gap()
	p.field("Unscripted", fmt.Sprintf("%d of %d have a part that no attack of the library shows", r.Unscripted,
		len(r.Findings)))
	p.field("Blind", plain.Clean(summary.AtlasBlind(r)))
	p.prose(0, summary.AtlasGenericScope)
}

// AtlasGoal shows every shape of one goal.
func AtlasGoal(d *atlas.Document, g *atlas.GoalSets, name string, width int) string {
	p := newPage(width)
	p.title(fmt.Sprintf("%s: everything that is enough to read %s", name, g.Goal))
	p.field("Moments", summary.AtlasMoments(d))
	p.field("Counted", summary.AtlasCounts(*g))
	p.gap()
	for _, s := range g.Shapes {
		p.beside(11, bold(fmt.Sprint(s.Sets)), plain.Clean(s.Text))
		p.beside(11, "", faint(summary.AtlasShown(s.Script)))
	}
	p.gap()
	p.field("Certificate", summary.AtlasCertificate(d))
	return p.String()
}
