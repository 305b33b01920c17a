package world

import (
	"fmt"
	"strings"
)

// Nearest returns the word of known that text was most likely meant to be: one that few
// edits lead to, or one that contains it; "" if there is none.
func Nearest(text string, known []string) string {
	best, least := "", len([]rune(text))/2+1
	for _, k := range known {
		if d := edits(strings.ToLower(text), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best != "" || len(text) < 2 {
		return best
	}
	for _, k := range known {
		if strings.Contains(strings.ToLower(k), strings.ToLower(text)) {
			return k
		}
	}
	return ""
}

// DidYouMean ends an error about a name that there is not: "; did you mean "x"?", or
// nothing if no known name is near.
func DidYouMean(text string, known []string) string {
	if near := Nearest(text, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
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
