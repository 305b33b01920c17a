package summary

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"doormat/attacks/odds"
	"doormat/demo/plain"
	"doormat/world"
)

// Chance writes a probability: in percent, or as one in so many where it is small.
func Chance(p float64) string {
	switch {
	case p <= 0:
		return "0"
	case p >= 1:
		return "100%"
	case p >= 0.9995:
		return ">99.9%"
	case p >= 0.001:
		return strconv.FormatFloat(100*p, 'g', 3, 64) + "%"
	case p < 1e-15:
		return fmt.Sprintf("%.1e", p)
	}
	return "1 in " + digits(1/p, 3)
}

// digits writes a number with so many digits of its own, and zeros after them.
func digits(n float64, many int) string {
	unit := math.Pow(10, max(0, math.Floor(math.Log10(max(n, 1)))+1-float64(many)))
	return plain.Number(int(math.Round(n/unit) * unit))
}

// Drawn writes what a simulation found, with its error, in percent. Of what is rare it may have
// drawn nothing.
func Drawn(exact, p, margin float64) string {
	switch {
	case exact == 0:
		return "0"
	case p == 0:
		return "too rare to draw"
	}
	places := max(0, 1-int(math.Floor(math.Log10(100*margin))))
	return fmt.Sprintf("%.*f±%.*f%%", places, 100*p, places, 100*margin)
}

// WholeChat is the goal to read every message of the conversation.
const WholeChat = "this whole chat"

// OddsGiven says whose numbers went in, and which.
func OddsGiven(in odds.Inputs) string {
	text := "These chances in a year were given, and everything below follows from them: " +
		strings.Join(in.Given(), ", ") + ". "
	if in.Common == 0 && in.Phones == 0 {
		text += "Everybody falls independently, since no common cause was given. "
	}
	switch {
	case in.Refresh && in.Rotate:
		return text + "Shares change every year, and so does the key."
	case in.Refresh:
		return text + "Shares change every year, and the key never."
	case in.Rotate:
		return text + "The key changes every year, and its shares with it only."
	}
	return text + "Shares and keys of trustees never change."
}

// OddsCaveats say what such numbers are not.
func OddsCaveats(r odds.Report) []string {
	counted := "Counted are copied stores and a tap. Who runs its own program somewhere, signs with " +
		"a stolen key, or deceives a user about keys is not counted, in any row: see the matrix, or " +
		"--active."
	if r.Inputs.Active {
		counted = "Counted are copied stores and a tap, and what the attacks of the library open by " +
			"more, as they ran here: who thinks of another adds to it."
		if out := others(r.Rows); len(out) > 0 {
			counted += " Not counted are those that fix other settings, and so speak of another deployment: " +
				strings.Join(out, ", ") + "."
		}
	}
	return []string{
		"All of this is reading by somebody who should not. Lawful orders are not counted, and no " +
			"column says whether one is answered: see doormat order, and question 16 of doormat " +
			"scorecard. A key that was destroyed, so that no thief gets it, is lost to courts too.",
		"Nobody measured the chances that were given. Other chances give other rows, and no row is " +
			"a likelihood of anything until somebody answers for them.",
		counted,
		"A tap counts in the year in which the messages travel; a store counts in every year, as it " +
			"is when the conversation ends.",
		"Other messages have other chances (--message): it matters whose phones got a message, and " +
			"how long they keep it.",
		Demonstration,
	}
}

// others lists the attacks that rows leave out and the settings that they fix, each once.
func others(rows []odds.Row) (list []string) {
	for _, row := range rows {
		for _, out := range row.LeftOut {
			list = append(list, fmt.Sprintf("%s (%s)", out.Attack, strings.Join(out.Fixes, ", ")))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// OddsEven says how good those who hold shares must be, "" if nobody does.
func OddsEven(list []odds.BreakEven, message int) string {
	var sentences []string
	for i := 0; i < len(list); {
		kind := list[i].Kind
		n := slices.IndexFunc(list[i:], func(b odds.BreakEven) bool { return b.Kind != kind })
		if n < 0 {
			n = len(list) - i
		}
		sentences = append(sentences, even(kind, list[i:i+n], message)...)
		i += n
	}
	return strings.Join(sentences, " ")
}

// even has sentences about one kind. Below what numbers can tell apart, none is good enough.
func even(kind string, list []odds.BreakEven, message int) (sentences []string) {
	var most []string
	who, surface, _ := strings.Cut(kind, ".")
	for _, b := range list {
		goal := b.Goal
		switch goal {
		case "message":
			goal = fmt.Sprint("message ", message)
		case "everything":
			goal = WholeChat
		}
		switch {
		case !b.Possible:
			sentences = append(sentences, fmt.Sprintf("No chance of %s is small enough for %s: other ways "+
				"without phones, or a common cause, are likelier than phones already.", kind, goal))
		case b.Chance < 1e-15:
			sentences = append(sentences, fmt.Sprintf("No chance of %s is small enough for %s: phones "+
				"have none.", kind, goal))
		case b.Chance == 1:
			sentences = append(sentences, fmt.Sprintf("Any chance of %s will do for %s.", kind, goal))
		case len(most) == 0:
			most = append(most, fmt.Sprintf("%s a year (%s)", Chance(b.Chance), goal))
		default:
			most = append(most, fmt.Sprintf("%s (%s)", Chance(b.Chance), goal))
		}
	}
	if surface != string(world.Store) {
		who = kind
	}
	if len(most) > 0 {
		sentences = append([]string{fmt.Sprintf("Ways past the phones are as likely again as the phones "+
			"if each %s falls with %s.", who, strings.Join(most, ", "))}, sentences...)
	}
	return sentences
}

// OddsMost names the kinds that decide most whether a message is read, those with a chance first.
func OddsMost(list []odds.Weight, message int) string {
	likely, never := []string{}, []string{}
	for _, w := range list {
		text := fmt.Sprintf("%s (%s)", w.Kind, Chance(w.Importance))
		switch {
		case w.Importance == 0:
		case w.Chance > 0 && len(likely) < 3:
			likely = append(likely, text)
		case w.Chance == 0 && len(never) < 3:
			never = append(never, text)
		}
	}
	text := fmt.Sprintf("For message %d: %s", message, strings.Join(likely, ", "))
	if len(likely) == 0 {
		text = fmt.Sprintf("For message %d nothing does: what reads it was not counted, or was given "+
			"chance 0", message)
	}
	if len(never) > 0 {
		text += ". At chance 0, would matter most if certain: " + strings.Join(never, ", ")
	}
	return text
}

// OddsAssumed says what an arrangement's row rests on.
func OddsAssumed(principals []string) string {
	return fmt.Sprintf("Nobody ever gets into the %s. That is assumed: no chance can be given for "+
		"it, and every number of this row rests on it.", strings.Join(principals, ", "))
}

// OddsIncomplete says what is wrong with an arrangement's row that is not complete.
const OddsIncomplete = "Not all sets of things that may fall were tried on the real bytes with " +
	"the expected result, so there may be other ways in than this row counts: see doormat atlas --sets."

// OddsCrowd says what follows for many.
func OddsCrowd(c odds.Crowd, in odds.Inputs) string {
	half := Chance(c.Half)
	if c.Half <= 0 && in.Phones == 0 {
		half = "0, because no common cause of phones was given"
	}
	return fmt.Sprintf("Of %s such users, each with phones of their own, everybody at once is read, that is "+
		"half of them or more: %s. On average %s are; in nine cases of ten %s to %s.", plain.Number(int(c.Users)), half,
		digits(c.Mean, 3), digits(c.Low, 5), digits(c.High, 5))
}
