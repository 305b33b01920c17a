package summary

import (
	"fmt"
	"maps"
	"strings"

	"doormat/attacks"
	"doormat/world"
)

// keptMail says what it is worth that a provider keeps mail, to thieves and to courts
// alike, in each design of a result: the same attacks where it keeps all, and where it
// erases on delivery. Columns that did not run are taken from results made ahead, if there
// are any of the same run; else the line says how to see them.
func keptMail(r *attacks.Result) string {
	var parts, missing []string
	said := map[string]bool{} // designs of which one column has both forms
	for _, d := range r.Designs {
		if kept, erased := formsOf(r, d); kept != nil && erased != nil && !said[d.Design] {
			said[d.Design] = true
			parts = append(parts, "with "+d.Name+", "+worth(r, kept, erased))
		}
	}
	for _, d := range r.Designs {
		if !said[d.Design] {
			missing = append(missing, fmt.Sprintf("%s %s", d.Name, mailOf(r, d)))
		}
	}
	var text []string
	if len(parts) > 0 {
		text = append(text, "What kept mail is worth: the same attacks, where the provider "+
			"keeps all mail and where it erases mail on delivery: "+
			strings.Join(parts, "; ")+".")
	}
	if len(missing) > 0 {
		text = append(text, "Kept mail: "+strings.Join(missing, ", ")+". What that is worth: "+
			"--designs all.")
	}
	return strings.Join(text, " ")
}

func mailOf(r *attacks.Result, d attacks.DesignRow) string {
	if value(r, d, "mailbox") == world.MailboxAll {
		return "keeps all"
	}
	return "erases on delivery"
}

// value is that of a parameter in a column: what the column fixes, or what the run has.
func value(r *attacks.Result, d attacks.DesignRow, name string) string {
	if text, fixed := d.Parameters[name]; fixed {
		return text
	}
	p, _ := world.ParameterNamed(name)
	return p.Text(r.Settings)
}

// column are the cells of a column, by attack.
type column map[string]*attacks.Cell

func columnOf(r *attacks.Result, id string) column {
	cells := column{}
	for i := range r.Cells {
		if c := &r.Cells[i]; c.Design == id {
			cells[c.Attack] = c
		}
	}
	return cells
}

// formsOf finds the columns that are like d in all but whether mail is kept, d among them.
func formsOf(r *attacks.Result, d attacks.DesignRow) (kept, erased column) {
	like := func(in *attacks.Result, other attacks.DesignRow) bool {
		a, b := maps.Clone(d.Parameters), maps.Clone(other.Parameters)
		delete(a, "mailbox")
		delete(b, "mailbox")
		return other.Design == d.Design && maps.Equal(a, b)
	}
	for _, in := range []*attacks.Result{r, r.Ahead} {
		if in == nil {
			continue
		}
		for _, other := range in.Designs {
			switch {
			case !like(in, other):
			case value(in, other, "mailbox") == world.MailboxAll && kept == nil:
				kept = columnOf(in, other.ID)
			case value(in, other, "mailbox") != world.MailboxAll && erased == nil:
				erased = columnOf(in, other.ID)
			}
		}
	}
	return kept, erased
}

// worth compares two columns, attack by attack.
func worth(r *attacks.Result, kept, erased column) string {
	var more, metadata []string
	orders, rows := 0, 0
	for _, a := range r.Attacks {
		id, k, e := a.ID, kept[a.ID], erased[a.ID]
		if k == nil || e == nil || !k.Applicable || Granted(a.Needs) {
			continue
		}
		rows++
		most, _ := recovered(k)
		least, _ := recovered(e)
		switch {
		case most > least:
			more = append(more, id)
		case k.Metadata.Recovered > e.Metadata.Recovered:
			metadata = append(metadata, id)
		}
		if Full(k) && !Full(e) {
			orders++
		}
	}
	text := fmt.Sprintf("%d of %s %s more where it is kept%s", len(more), Count(rows, "attack"),
		verb(len(more), "opens", "open"), parenthesis(more))
	if len(metadata) > 0 {
		text += fmt.Sprintf(", %s %s more of who wrote to whom", Count(len(metadata), "other"),
			verb(len(metadata), "tells", "tell"))
	}
	if orders > 0 {
		text += fmt.Sprintf(", and %s %s served in full only there", Count(orders, "order"),
			verb(orders, "is", "are"))
	}
	return text
}

// verb is the form of a verb for so many.
func verb(n int, one, more string) string {
	if n == 1 {
		return one
	}
	return more
}
