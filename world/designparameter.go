package world

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Own holds values of parameters that one design has and others have not, by name. It is a
// text, "name=value" a line, sorted, so that settings compare with == and serve as keys.
type Own string

// Value is the value of a parameter, "" if there is none.
func (o Own) Value(name string) string { return o.All()[name] }

// Number is the value of a parameter whose values are numbers, 0 if there is none.
func (o Own) Number(name string) int {
	n, _ := strconv.Atoi(o.Value(name)) // [Parameter.Set] has read it
	return n
}

// All gives the values by name.
func (o Own) All() map[string]string {
	values := map[string]string{}
	for line := range strings.Lines(string(o)) {
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "=")
		values[name] = value
	}
	return values
}

// With is o with one value more, or another one.
func (o Own) With(name, value string) Own {
	values := o.All()
	values[name] = value
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(values)) {
		b.WriteString(name + "=" + values[name] + "\n")
	}
	return Own(b.String())
}

// OwnWord declares a parameter that one design has, whose value is one of some words. The
// first is the usual one.
func OwnWord(name, doc string, words ...string) Parameter {
	return Parameter{Name: name, Doc: doc, Means: doc, Usual: words[0], Words: words,
		Sweep: true, own: true}
}

// OwnNumber declares a parameter that one design has, whose value is a number from 1 to most,
// or 0, which is written as the word zero unless that is "". The usual value is a text like
// the others.
func OwnNumber(name, doc, usual, zero string, most int) Parameter {
	return Parameter{Name: name, Doc: doc, Means: doc, Usual: usual, Zero: zero,
		Sweep: true, own: true,
		most: func(Settings, int) int { return most }}
}

// IsOwn tells whether the parameter belongs to one design: it is in that design's [Info], and
// its value in [Settings.Own].
func (p Parameter) IsOwn() bool { return p.own }

func (p Parameter) readNumber(s Settings) int {
	if p.own {
		return s.Own.Number(p.Name)
	}
	return *p.number(&s)
}

func (p Parameter) readText(s Settings) string {
	if p.own {
		return s.Own.Value(p.Name)
	}
	return *p.text(&s)
}

func (p Parameter) writeNumber(s *Settings, n int) {
	if p.own {
		s.Own = s.Own.With(p.Name, strconv.Itoa(n))
		return
	}
	*p.number(s) = n
}

func (p Parameter) writeText(s *Settings, text string) {
	if p.own {
		s.Own = s.Own.With(p.Name, text)
		return
	}
	*p.text(s) = text
}

// WithOwn adds the parameters of a design to a list in which each stands once.
func WithOwn(list []Parameter, of Info) []Parameter {
	for _, p := range of.Parameters {
		if !slices.ContainsFunc(list, func(q Parameter) bool { return q.Name == p.Name }) {
			list = append(list, p)
		}
	}
	return list
}

// ParameterNames lists the names of the parameters of every run, and of those given.
func ParameterNames(own []Parameter) (names []string) {
	for _, p := range slices.Concat(parameters, own) {
		names = append(names, p.Name)
	}
	return names
}

// Values says what one may write for the value, the usual one first: "off|on".
func (p Parameter) Values() string {
	list := []string{p.Usual}
	for _, word := range p.Choices() {
		if word != p.Usual {
			list = append(list, word)
		}
	}
	if p.Number() {
		list = append(list, "NUMBER")
	}
	return strings.Join(list, "|")
}
