package text

import (
	"fmt"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// Order shows one order of a court by each way that each design offers to serve it.
func Order(w *summary.Ways, width int) string {
	p := newPage(width)
	o := w.Order
	p.title("One order, every way to serve it")
	p.field("Order", fmt.Sprintf("what %s wrote and received from message %d to %d of %s: %s",
		strings.Join(o.Accounts, ", "), o.Since, o.Until, o.Conversation,
		summary.Count(o.Messages, "message")))
	p.field("Applied", "by "+o.AppliedBy+": "+o.Why)
	p.field("Evidence", fmt.Sprintf("%d of the %d messages for whose sake it is signed are in its "+
		"scope", o.Evidence.Found, o.Evidence.Total))
	for _, d := range w.Designs {
		p.gap()
		p.heading("── "+d.Name, faint(d.ID))
		none := true
		for i := range w.Ways {
			if w.Ways[i].Design == d.ID {
				p.gap()
				way(p, &w.Ways[i])
				none = false
			}
		}
		if none {
			p.prose(2, "No way of this library: nobody here answers an order.")
		}
	}
	p.gap()
	p.prose(0, "Served counts what a way itself asks for, which may be more or less than the "+
		"order above. Nothing here says which way is right.")
	for _, text := range summary.Caveats() {
		p.prose(0, text)
	}
	return p.String()
}

func way(p *page, w *summary.Way) {
	p.beside(2, "", bold(w.Attack)+"  "+plain.Clean(w.Title))
	if w.Error != "" {
		p.field("  Error", w.Error)
		return
	}
	delay := "at once"
	if w.Lawful.DelayHours > 0 {
		delay = "the last after " + summary.Count(w.Lawful.DelayHours, "hour")
	}
	served := fmt.Sprintf("%d of %d that it asks for, %s", w.Lawful.Served, w.Lawful.Asked, delay)
	if w.Lawful.Served == 0 {
		served = fmt.Sprintf("0 of %d that it asks for", w.Lawful.Asked)
	}
	p.field("  Served", fmt.Sprintf("%s; %d of the %d of the order above; beyond its scope: %d",
		served, w.Declared.Found, w.Declared.Total, w.Lawful.Beyond))
	p.field("  Evidence", fmt.Sprintf("%d of %d messages", w.Evidence.Found, w.Evidence.Total))
	p.field("  People", fmt.Sprintf("%d read, %d of them neither the target nor named, %d whom "+
		"the law protects", w.People.Read, w.People.Unnamed, w.People.Privileged))
	p.field("  Who knows", knows(w))
	p.field("  Remains", w.Remains)
	p.field("  Needs", summary.Count(w.Principals, "principal"))
}

// knows says who learns of it, at the time and later.
func knows(w *summary.Way) string {
	c := attacks.Cell{Noticed: w.Noticed, Disclosed: w.Disclosed}
	text := "at the time nobody"
	if names := summary.Witnesses(w.Noticed); len(names) > 0 {
		text = "at the time " + summary.Some(names, 4)
	}
	if later := summary.DisclosedTo(&c); later != "" {
		return text + "; later, by design: " + later
	}
	return text + "; later nobody is told"
}
