package summary

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"doormat/attacks/atlas"
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
	text := m.Script
	if m.Opens > 0 && m.Forged > 0 {
		text += "; " + Count(m.Forged, "forged message")
	}
	if m.Fixes {
		text += "; under settings of its own"
	}
	if m.Noticed {
		return text + "; noticed"
	}
	return text + "; noticed by nobody"
}
