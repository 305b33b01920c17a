package summary

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"doormat/attacks/odds"
	"doormat/demo/plain"
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

// Drawn writes what a simulation found, with its error, in percent.
func Drawn(p, margin float64) string {
	places := max(0, 1-int(math.Floor(math.Log10(100*margin))))
	return fmt.Sprintf("%.*f±%.*f%%", places, 100*p, places, 100*margin)
}

// OddsGiven says whose numbers went in, and which.
func OddsGiven(in odds.Inputs) string {
	text := "These chances in a year were given, and everything below follows from them: " +
		strings.Join(in.Given(), ", ") + ". "
	if in.Common == 0 && in.Phones == 0 {
		text += "Everybody falls independently. "
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
func OddsCaveats(in odds.Inputs) []string {
	counted := "Counted are copied stores and a tap. Who runs its own program somewhere, is " +
		"served by order, or deceives a user about keys is not counted, in any row: see the " +
		"matrix, or --active."
	if in.Active {
		counted = "Counted are copied stores and a tap, of which every set was found, and what the " +
			"attacks of the library open by more, as they ran here: who thinks of another adds to it."
	}
	return []string{
		"Nobody measured the chances that were given. Other chances give other rows, and no row is " +
			"a likelihood of anything until somebody answers for them.",
		counted,
		"A tap counts in the year in which the messages travel; a store counts in every year, as it " +
			"is when the conversation ends.",
		Demonstration,
	}
}

// OddsEven says how good those who hold shares must be, "" if nobody does.
func OddsEven(list []odds.BreakEven) string {
	text, kind := "", ""
	for _, b := range list {
		if b.Kind != kind {
			kind = b.Kind
			if text != "" {
				text += "."
			}
			text += " " + kind
		} else {
			text += ";"
		}
		goal := "this message"
		if b.Goal == "everything" {
			goal = "everything"
		}
		switch {
		case !b.Possible:
			text += fmt.Sprintf(" for %s, none is good enough", goal)
		case b.Chance == 1:
			text += fmt.Sprintf(" for %s, any chance will do", goal)
		default:
			text += fmt.Sprintf(" for %s, %s a year at most", goal, Chance(b.Chance))
		}
	}
	if text == "" {
		return ""
	}
	return "What needs no phone is no likelier than what needs phones only, if each has a chance of:" +
		text + "."
}

// OddsMost names the kinds that decide most.
func OddsMost(list []odds.Weight) string {
	var parts []string
	for _, w := range list[:min(3, len(list))] {
		parts = append(parts, fmt.Sprintf("%s (%s)", w.Kind, Chance(w.Importance)))
	}
	if len(parts) == 0 {
		return "nothing: no capability that was counted reads it"
	}
	return strings.Join(parts, ", ")
}

// OddsCrowd says what follows for many.
func OddsCrowd(c odds.Crowd) string {
	return fmt.Sprintf("Of %s such users, each with phones of their own, %s are read on average; "+
		"in nine cases of ten %s to %s. Half of them or more: %s.", plain.Number(int(c.Users)),
		digits(c.Mean, 3), digits(c.Low, 5), digits(c.High, 5), Chance(c.Half))
}
