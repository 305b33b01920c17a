package demo

import (
	"fmt"
	"slices"
	"strings"

	"doormat/world"
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
	if near := world.Nearest(id, known); near != "" {
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
