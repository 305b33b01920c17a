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
	p.field("Evidence", fmt.Sprintf("it is after %s; %d of them are within its scope",
		summary.Count(o.Evidence.Total, "message"), o.Evidence.Found))
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

// told leaves out what follows from the lines before it: whoever reads no word finds no evidence
// in it, and whoever got nothing holds nothing afterwards.
func told(w *summary.Way) []string {
	if w.Error != "" {
		return []string{w.Error, "", "", "", "", "", "", ""}
	}
	l := w.Lawful
	words := fmt.Sprintf("%s of the %s that it asks for", noneOr(l.Served),
		summary.Count(l.Asked, "message"))
	switch {
	case l.Served > 0 && l.DelayHours > 0:
		words += ", the last after " + summary.Count(l.DelayHours, "hour")
	case l.Served > 0:
		words += ", at once"
	}
	if (w.Declared != summary.Of{Found: l.Served, Total: l.Asked}) {
		words += fmt.Sprintf("; %s of the %d of the order above", noneOr(w.Declared.Found),
			w.Declared.Total)
	}
	if l.Beyond > 0 {
		words += fmt.Sprintf("; beyond its scope come %d more", l.Beyond)
	}
	evidence, people, remains := "", "", ""
	if w.People.Read > 0 {
		evidence = fmt.Sprintf("%d of %d messages", w.Evidence.Found, w.Evidence.Total)
		people = fmt.Sprintf("%d read; %d of them neither the target nor named in the order, %d "+
			"whose own words the law protects", w.People.Read, w.People.Unnamed, w.People.Privileged)
	}
	if l.Served+l.Beyond+l.Metadata.Recovered > 0 || w.Remains != summary.Remains(&attacks.Cell{}) {
		remains = w.Remains
	}
	return []string{"", words, fmt.Sprintf("who wrote to whom and when, of %s of them",
		noneOr(l.Metadata.Recovered)), evidence, people, knows(w), remains,
		fmt.Sprintf("%d had to say yes", w.Principals)}
}

// noneOr is a number, or the word for zero.
func noneOr(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
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
