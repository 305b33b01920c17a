package text

import (
	"fmt"
	"slices"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

// Order shows one order of a court by each way to serve it, and in which designs it comes to what.
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
	p.field("Phones", summary.InHand(o.Phones))
	for _, exists := range []bool{true, false} {
		groups := byAttack(w.Ways, exists)
		if len(groups) == 0 {
			continue
		}
		p.gap()
		p.title(summary.WaysThat(exists))
		for _, group := range groups {
			p.gap()
			p.beside(0, "", bold(group[0][0].Attack)+"  "+plain.Clean(group[0][0].Title))
			if !exists {
				p.field("Missing", group[0][0].Lacks)
			}
			for _, ways := range group {
				way(p, ways)
			}
		}
	}
	if none := without(w); len(none) > 0 {
		p.gap()
		p.prose(0, "Without any of these ways: "+strings.Join(none, ", ")+".")
	}
	p.gap()
	p.prose(0, summary.WaysNote)
	for _, text := range summary.Caveats() {
		p.prose(0, text)
	}
	return p.String()
}

// byAttack sorts the ways that a story has, or those that it has not, by their attack, in the
// order of the library, and puts those of designs together in which one comes to the same.
func byAttack(ways []summary.Way, exists bool) (all [][][]*summary.Way) {
	attack, text := map[string]int{}, map[string]int{}
	for i := range ways {
		w := &ways[i]
		if w.Exists != exists {
			continue
		}
		if _, ok := attack[w.Attack]; !ok {
			attack[w.Attack] = len(all)
			all = append(all, nil)
		}
		of := attack[w.Attack]
		key := w.Attack + "\n" + strings.Join(told(w), "\n")
		if _, ok := text[key]; !ok {
			text[key] = len(all[of])
			all[of] = append(all[of], nil)
		}
		all[of][text[key]] = append(all[of][text[key]], w)
	}
	return all
}

// without lists the designs in which nobody answers an order.
func without(w *summary.Ways) (names []string) {
	for _, d := range w.Designs {
		if !slices.ContainsFunc(w.Ways, func(way summary.Way) bool { return way.Design == d.ID }) {
			names = append(names, plain.Clean(d.Name))
		}
	}
	return names
}

func way(p *page, ways []*summary.Way) {
	var in []string
	for _, w := range ways {
		in = append(in, plain.Clean(w.Design))
	}
	p.field("In", strings.Join(in, ", "))
	for i, text := range told(ways[0]) {
		if text != "" {
			p.field("  "+parts[i], text)
		}
	}
}

// parts are what is told of a way, as told returns it.
var parts = []string{"Error", "Words", "Metadata", "Evidence", "People", "Who knows", "Remains",
	"Needs"}

func told(w *summary.Way) []string {
	if w.Error != "" {
		return []string{w.Error, "", "", "", "", "", "", ""}
	}
	delay := ""
	switch {
	case w.Lawful.Served > 0 && w.Lawful.DelayHours > 0:
		delay = ", the last after " + summary.Count(w.Lawful.DelayHours, "hour")
	case w.Lawful.Served > 0:
		delay = ", at once"
	}
	return []string{"",
		fmt.Sprintf("served %d of %d that it asks for%s; %d of the %d of the order above; "+
			"beyond its scope: %d", w.Lawful.Served, w.Lawful.Asked, delay, w.Declared.Found,
			w.Declared.Total, w.Lawful.Beyond),
		fmt.Sprintf("who wrote to whom and when, of %d of %d that it asks for",
			w.Lawful.Metadata.Recovered, w.Lawful.Metadata.Total),
		fmt.Sprintf("%d of %d messages", w.Evidence.Found, w.Evidence.Total),
		fmt.Sprintf("%d read, %d of them neither the target nor named, %d whom the law protects",
			w.People.Read, w.People.Unnamed, w.People.Privileged),
		knows(w), w.Remains, fmt.Sprintf("%d had to say yes", w.Principals),
	}
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
