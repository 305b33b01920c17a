package summary

import (
	"fmt"

	"doormat/attacks"
)

// Concerned returns the attacks that some design of a result is open to, and a
// sentence about the others, "" if there are none: attacks that apply to no design
// here, as those on the vault of a backup where there is none. A table of few columns leaves those
// out, and says so. If no attack concerns any design, all are returned.
func Concerned(r *attacks.Result) (here []attacks.AttackRow, elsewhere string) {
	cells := Cells(r)
	var others []string
	for _, a := range r.Attacks {
		concerned := false
		for _, d := range r.Designs {
			c := cells[[2]string{a.ID, d.ID}]
			concerned = concerned || c == nil || c.Applicable || !c.Expected
		}
		if concerned {
			here = append(here, a)
		} else {
			others = append(others, a.ID)
		}
	}
	if len(here) == 0 || len(others) == 0 {
		return r.Attacks, ""
	}
	return here, fmt.Sprintf("Not shown: %s that no column here is open to (%s). --designs all "+
		"shows every attack.",
		Count(len(others), "attack"), Some(others, 3))
}
