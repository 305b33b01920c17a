package demo

import (
	"fmt"
	"slices"
	"strings"
)

// A UsageError is a flag, value or id that makes no sense; everything else that
// goes wrong is a matter of files, scripts and limits.
type UsageError struct{ text string }

func (e *UsageError) Error() string { return e.text }

// Usagef makes a UsageError.
func Usagef(format string, args ...any) error {
	return &UsageError{fmt.Sprintf(format, args...)}
}

func unknown(what, id string, known []string) error {
	if near := Nearest(id, known); near != "" {
		return Usagef("no %s %q; did you mean %q? There are %s", what, id, near, enumerate(known))
	}
	return Usagef("no %s %q; there are %s", what, id, enumerate(known))
}

// enumerate names the first few of a list.
func enumerate(list []string) string {
	const few = 6
	text := strings.Join(list[:min(few, len(list))], ", ")
	if len(list) > few {
		text += fmt.Sprintf(" and %d more", len(list)-few)
	}
	return text
}

func wanted(list []string, id string) bool { return len(list) == 0 || slices.Contains(list, id) }

// Nearest returns the word of known that id was most likely meant to be: one that
// contains it, or one that few edits lead to; "" if there is none.
func Nearest(id string, known []string) string {
	best, least := "", len([]rune(id))/2+1
	for _, k := range known {
		if d := edits(strings.ToLower(id), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best != "" || len(id) < 2 {
		return best
	}
	for _, k := range known {
		if strings.Contains(strings.ToLower(k), strings.ToLower(id)) {
			return k
		}
	}
	return ""
}

// edits is the number of characters to insert, delete or change on the way from a
// to b (Levenshtein, 1966).
func edits(a, b string) int {
	to := []rune(b)
	row := make([]int, len(to)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range []rune(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j, s := range to {
			change := diagonal
			if r != s {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(to)]
}
