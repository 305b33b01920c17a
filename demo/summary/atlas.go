package summary

import (
	"cmp"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"doormat/attacks/atlas"
	"doormat/attacks/generic"
)

// What is said of an atlas.

// AtlasScope says what an atlas cannot see.
const AtlasScope = "an adversary who copies and listens, and does nothing else. Whoever takes over " +
	"programs, swaps keys, forges orders or is served one is not in it: see the matrix"

// AtlasMoments says when stores were looked into.
func AtlasMoments(d *atlas.Document) string {
	var list []string
	for _, m := range d.Moments {
		list = append(list, strconv.Itoa(m))
	}
	return "a store is copied after message " + strings.Join(list, " or ") +
		"; a tap runs from before the first message"
}

// AtlasMessages is how many messages an atlas looked at.
func AtlasMessages(d *atlas.Document) (n int) {
	for _, g := range d.Goals {
		if strings.HasPrefix(g.Goal, "message ") {
			n++
		}
	}
	return n
}

// AtlasIdea says of an idea how many sets there are of it, and who shows it.
func AtlasIdea(i atlas.Idea) string {
	sets := Count(i.Fewest, "minimal set")
	if i.Most > i.Fewest {
		sets = fmt.Sprintf("%d to %s", i.Fewest, Count(i.Most, "minimal set"))
	}
	files := ""
	if n := len(i.Attachments); n > 0 {
		files = "; also " + Count(n, "attachment")
	}
	return sets + " of each" + files + "; " + AtlasShown(i.Script)
}

// AtlasShown names the attack that shows an idea.
func AtlasShown(script string) string {
	if script == "" {
		return "unscripted"
	}
	return "shown by " + script
}

// AtlasUnscripted says how many ideas no attack shows.
func AtlasUnscripted(d *atlas.Document) string {
	if d.Unscripted == 0 {
		return "none: an attack of the library shows each"
	}
	return fmt.Sprintf("%d of %d, which no attack of the library shows", d.Unscripted, len(d.Ideas))
}

// AtlasCounts counts the sets of a goal.
func AtlasCounts(g atlas.GoalSets) string {
	return fmt.Sprintf("minimal sets that are enough: %s; maximal sets that are not: %s", Thousands(g.Minimal),
		Thousands(g.Maximal))
}

// Thousands puts a comma after each three digits.
func Thousands(n *big.Int) string {
	digits := n.String()
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// AtlasCertificate says what was tried, and what that proves.
func AtlasCertificate(d *atlas.Document) string {
	c := d.Certificate
	text := fmt.Sprintf("%s different sets were taken, each for one goal or for several: a minimal set had to "+
		"read what it is for (%s times), a maximal set had not to (%s times); %d answered otherwise. "+
		"Everything that follows from %d of them was computed again from raw bytes, and was the same.",
		Thousands(big.NewInt(int64(c.Sets))), Thousands(big.NewInt(int64(c.Opened))),
		Thousands(big.NewInt(int64(c.Closed))), c.Refuted, c.Recomputed)
	if c.Complete {
		return text + " If more loot never reads less, which is tested of all rules and not proved, there is no " +
			"other set under these rules and moments."
	}
	return text + " Not all sets were tried, so this proves nothing of those that were not: see --sets."
}

// AtlasActive is over what attacks need that do more than copy and listen.
const AtlasActive = "With programs, tampering and orders: what attacks of the library need"

// AtlasOpens counts what means open.
func AtlasOpens(m atlas.Means) string {
	if m.Opens == 0 {
		return Count(m.Forged, "forged message")
	}
	return Count(m.Opens, "message")
}

// AtlasMeans says whose means they are, and who was warned.
func AtlasMeans(m atlas.Means) string {
	text := cmp.Or(m.Script, "found by the search")
	if m.Opens > 0 && m.Forged > 0 {
		text += "; " + Count(m.Forged, "forged message")
	}
	if len(m.Fixes) > 0 {
		text += "; under its own settings: " + strings.Join(m.Fixes, ", ")
	}
	return text + "; " + noticed(m.Noticed)
}

func noticed(by bool) string {
	if by {
		return "noticed"
	}
	return "noticed by nobody"
}

// AtlasForged is over what was enough for a message that nobody wrote.
const AtlasForged = "A forged message: what was enough"

// AtlasForgedScope says what such sets are, and what they are not.
const AtlasForgedScope = "These are the smallest among the sets that were tried: subsets of what " +
	"attacks of the library need, and, with --generic, every set of at most two. That there is no " +
	"smaller one, and no other, nobody has shown: this is no certificate."

// AtlasGeneric is over what an adversary found who knows no design.
const AtlasGeneric = "Without a script: an adversary who knows no design"

// AtlasGenericSearched says what was tried, and in how long.
func AtlasGenericSearched(r generic.Report) string {
	text := fmt.Sprintf("from message %d on, with each of %d capabilities alone, and with %d of %s of them: "+
		"in the others nothing meets, or nothing was left to find. These sets stand for %d, which differ only "+
		"by which trustee, or who else is counted, is in them. %s", r.Moment, r.Single, r.Tried,
		Count(r.Pairs, "pair"), r.All, Count(r.Runs, "run"))
	if r.Seconds > 0 {
		text += fmt.Sprintf(", %.0f seconds", r.Seconds)
	}
	return text
}

// AtlasFinding says what a set of capabilities is good for, who else shows it, and who was warned.
func AtlasFinding(f generic.Finding) string {
	shown := "no attack of the library shows it"
	switch {
	case len(f.Unscripted) == 0:
		shown = "as in " + strings.Join(f.Scripts, ", ")
	case len(f.Unscripted) < len(f.Goals):
		shown = "no attack of the library shows " + strings.Join(f.Unscripted, ", ") + "; the rest is as in " +
			strings.Join(f.Scripts, ", ")
	}
	return strings.Join(f.Goals, ", ") + "; " + noticed(f.Noticed) + "; " + shown
}

// AtlasFound counts what a set of capabilities opened and forged.
func AtlasFound(f generic.Finding) string {
	if f.Opens == 0 || len(f.Goals) == 1 && f.Goals[0] == generic.Forgery {
		return Count(f.Forged, "forged message")
	}
	return Count(f.Opens, "message")
}

// AtlasBlind says what attacks of the library do with as little that the search did not find.
func AtlasBlind(r generic.Report) string {
	apart := fmt.Sprintf(" Not compared are %d sets of theirs with orders, a quantum computer or settings of "+
		"their own, which the search does not try.", r.Apart)
	if len(r.Missed) == 0 {
		return "Nothing that attacks of the library reach with at most two capabilities escaped it." + apart
	}
	var list []string
	for _, m := range r.Missed {
		list = append(list, fmt.Sprintf("%s with %s (%s)", strings.Join(m.Goals, ", "),
			strings.Join(m.Needs, ", "), m.Script))
	}
	return fmt.Sprintf("It missed %d that attacks of the library reach: %s.", len(r.Missed),
		strings.Join(list, "; ")) + apart
}

// AtlasGenericScope says how the search looks, and what it cannot see.
const AtlasGenericScope = "It hands out keys of its own, opens and passes on what is sealed to them, signs " +
	"whatever a stolen key signs, has programs run that the design lists, sends every packet again, or loses " +
	"every one. What this search cannot see: it begins at one moment, never plans, waits or tells a story, " +
	"picks no single packet to lose, brings no orders, and writes no text that has a form of its own; of " +
	"accounts it tries the target, its partner and one more, and pairs only where what one part has may serve " +
	"the other. Its tries are counted, and with more at hand it tries others: so a pair may owe what it " +
	"reached to that, and not to both of its parts. What it found is there; what it did not find may be " +
	"there all the same."
