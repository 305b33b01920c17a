package challenge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"doormat/demo/summary"
	"doormat/world"
)

// A Condition is one line of a goal: a measure, a comparison, and a number or another measure,
// such as "served == asked".
type Condition struct {
	Goal string `json:"goal"` // as it stands in the declaration
	Text string `json:"text"` // in words; {message} is the message asked for

	measure, sign, bound string
}

// asks tells whether the condition is about the message that a student is asked for.
func (c Condition) asks() bool { return c.measure == "message" }

// parseCondition reads a line of a goal.
func parseCondition(goal, text string) (Condition, error) {
	words := strings.Fields(goal)
	if len(words) != 3 || text == "" {
		return Condition{}, fmt.Errorf("challenge: goal %q: want MEASURE SIGN NUMBER, and words", goal)
	}
	c := Condition{Goal: goal, Text: text, measure: words[0], sign: words[1], bound: words[2]}
	if !slices.Contains([]string{"==", ">=", "<="}, c.sign) {
		return c, fmt.Errorf("challenge: goal %q: want ==, >= or <=", goal)
	}
	n, notNumber := strconv.Atoi(c.bound)
	if c.sign == ">=" && notNumber == nil && n > 1 && !strings.Contains(text, "at least "+c.bound) {
		return c, fmt.Errorf("challenge: goal %q: %q does not say \"at least %s\"", goal, text, c.bound)
	}
	for _, name := range []string{c.measure, c.bound} {
		if _, known := measures[name]; !known && !(name == c.bound && notNumber == nil) {
			return c, fmt.Errorf("challenge: goal %q: there is no measure %q%s", goal, name,
				world.DidYouMean(name, Measures()))
		}
	}
	return c, nil
}

// judge measures the condition on a cell.
func (c Condition) judge(m measured) Mark {
	want, err := strconv.Atoi(c.bound)
	if err != nil {
		want = measures[c.bound].count(m)
	}
	of := measures[c.measure]
	mark := Mark{Goal: c.Goal, Text: c.words(m.wanted), Got: of.count(m), Want: want}
	mark.Met = map[string]bool{"==": mark.Got == want, ">=": mark.Got >= want, "<=": mark.Got <= want}[c.sign]
	if of.yet != nil {
		if missing := of.yet(m); missing != "" {
			mark.Met, mark.Found = false, "not yet: "+missing
			return mark
		}
	}
	if mark.Met {
		return mark
	}
	mark.Found = of.found(m, mark.Got)
	if !c.asks() {
		mark.Found += atLeast(c.sign, want)
	}
	return mark
}

// found says what was measured: so many of what, and which.
func (of measure) found(m measured, got int) string {
	if of.words != nil {
		return of.words(m)
	}
	text := summary.Count(got, of.unit)
	if got > 0 && of.which != nil {
		text += of.which(m)
	}
	return text
}

// atLeast says what was wanted instead.
func atLeast(sign string, want int) string {
	return "; want " + map[string]string{"==": "", ">=": "at least ", "<=": "at most "}[sign] + strconv.Itoa(want)
}

// words are the condition's, for whoever is asked for that message.
func (c Condition) words(wanted int) string {
	return strings.ReplaceAll(c.Text, "{message}", strconv.Itoa(wanted))
}
