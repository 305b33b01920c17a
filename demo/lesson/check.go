package lesson

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"doormat/world"
)

// Known is what lessons may name.
type Known struct{ Stories, Designs, Attacks, Settings []string }

// Check tells every name of a lesson that nothing bears, each as a [*Fault] of its file. Whether
// the file of a script is there is not looked at.
func (l *Lesson) Check(file string, known Known) error {
	var faults []error
	want := func(line int, what, name string, list []string) {
		if !slices.Contains(list, name) {
			faults = append(faults, &Fault{file, line, fmt.Sprintf("no %s %s%s", what, quote(name),
				world.DidYouMean(name, list))})
		}
	}
	if l.Story != "" {
		want(l.lines["story"], "story", l.Story, known.Stories)
	}
	for _, id := range l.Designs {
		want(l.lines["designs"], "design", id, known.Designs)
	}
	for i := range l.Steps {
		s := &l.Steps[i]
		if s.Kind == Act && !s.IsScript() {
			want(s.Line, "attack", s.Attack, known.Attacks)
		}
		for _, v := range s.Values {
			want(s.Line, "setting", v[0], known.Settings)
		}
	}
	return errors.Join(faults...)
}

// IsScript tells the file of a script from an id.
func (s *Step) IsScript() bool {
	return strings.HasSuffix(s.Attack, ".star") || strings.ContainsAny(s.Attack, `/\`)
}
