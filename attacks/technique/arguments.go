package technique

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"doormat/attacks/language"
	"doormat/world"
)

// Arguments reads the values of a call; the first that is missing or of another
// type is the error.
type Arguments struct {
	Call
	err error
}

// Err says what was missing or of another type, nil if nothing was.
func (a *Arguments) Err() error { return a.err }

// inLoop are the calls by which a loop over adv.packets() goes on and ends. Those on its packet
// are declared; here the packet's fact stands before their own arguments.
var inLoop = map[string]int{"next": 1, "release": 0}

// Calls lists the calls on adv that go through the port as they are, in alphabetical order.
func Calls() (names []string) {
	for _, f := range language.Adversary.Methods {
		if f.Name != language.Packets {
			names = append(names, f.Name)
		}
	}
	return slices.Sorted(slices.Values(names))
}

// Check refuses arguments that the call would not look at, and puts those that were given by
// name where they go by position.
func (a *Arguments) Check() error {
	before := 0
	f, ok := language.Adversary.Method(a.Method)
	if !ok {
		f, ok = language.Packet.Method(a.Method)
		before = 1
	}
	if most, internal := inLoop[a.Method]; internal || a.Method == "info" {
		return a.checkInternal(most)
	}
	if !ok || a.Method == language.Packets {
		return fmt.Errorf("no such call: %s", brief(a.Method))
	}
	if most := before + f.CountPositional(); !f.Rest() && len(a.Args) > most {
		if most == before && len(f.Parameters) > 0 {
			return fmt.Errorf("takes its arguments by name, as NAME = VALUE: %s",
				strings.Join(f.Names(), ", "))
		}
		return fmt.Errorf("%d arguments, want at most %d", len(a.Args)-before, most-before)
	}
	for _, name := range slices.Sorted(maps.Keys(a.Named)) { // so that one script has one error
		switch _, ok := f.Named(name); {
		case ok:
		case len(f.Names()) == 0:
			return fmt.Errorf("unexpected argument %s: it takes none by name", brief(name))
		default:
			return fmt.Errorf("unexpected argument %s: it takes %s%s", brief(name),
				strings.Join(f.Names(), ", "), world.DidYouMean(name, f.Names()))
		}
	}
	if len(a.Named) == 0 {
		return nil
	}
	return a.place(f.Positional(), before)
}

// checkInternal refuses arguments of a call that no script writes.
func (a *Arguments) checkInternal(most int) error {
	if len(a.Args) > most || len(a.Named) > 0 {
		return fmt.Errorf("%d arguments, want at most %d and none by name", len(a.Args)+len(a.Named), most)
	}
	return nil
}

// place puts arguments given by name where they go by position, after so many others.
func (a *Arguments) place(positional []language.Parameter, before int) error {
	for i, p := range positional {
		v, given := a.Named[p.Name]
		switch at := before + i; {
		case !given:
		case at < len(a.Args):
			return fmt.Errorf("argument %s is given twice", p.Name)
		default:
			list := slices.Clone(a.Args)
			for len(list) <= at {
				list = append(list, nil)
			}
			list[at] = v
			a.Args = list
		}
	}
	return nil
}

func (a *Arguments) at(i int) any {
	if i < len(a.Args) {
		return a.Args[i]
	}
	return nil
}

func (a *Arguments) fail(what string, got any) {
	if a.err == nil {
		a.err = fmt.Errorf("want %s, got %s", what, brief(got))
	}
}

// maxText bounds names, so that an error can repeat one.
const maxText = 1000

func (a *Arguments) Text(i int) string {
	s, ok := a.at(i).(string)
	if !ok || len(s) > maxText {
		a.fail(fmt.Sprintf("a short string as argument %d", i+1), a.at(i))
		return ""
	}
	return s
}

// Optional reads a string given by position or name, "" if it is not given.
func (a *Arguments) Optional(i int, name string) string {
	v := a.at(i)
	if v == nil {
		v = a.Named[name]
	}
	s, ok := v.(string)
	if (!ok && v != nil) || len(s) > maxText {
		a.fail("a short string as "+name, v)
		return ""
	}
	return s
}

func (a *Arguments) Number(i int) int {
	n, ok := a.at(i).(int)
	if !ok {
		a.fail(fmt.Sprintf("a number as argument %d", i+1), a.at(i))
		return -1
	}
	return n
}

// Fact reads the number of one fact.
func (a *Arguments) Fact(i int) int {
	n, ok := a.at(i).(int)
	if !ok {
		what := "a fact's number"
		if _, list := a.at(i).([]any); list {
			what += " (of a list, one after the other: for f in ...)"
		} else {
			what += ", as take, saturate, apply and facts give them in lists"
		}
		a.fail(what, a.at(i))
	}
	return n
}

// Window reads which messages of so many an order is about; left out, it ends with the last one so
// far.
func (a *Arguments) Window(sofar, messages int) (since, until int) {
	since, until = a.NumberNamed("since", 1), a.NumberNamed("until", sofar)
	if a.err == nil && (since < 1 || until < since || until > messages) {
		a.err = fmt.Errorf("since = %d, until = %d: want 1 ≤ since ≤ until ≤ %d; %d are written so far",
			since, until, messages, sofar)
	}
	return since, until
}

func (a *Arguments) NumberNamed(name string, otherwise int) int {
	v, given := a.Named[name]
	if !given {
		return otherwise
	}
	n, ok := v.(int)
	if !ok {
		a.fail("a number as "+name, v)
	}
	return n
}

func (a *Arguments) Flag(name string, otherwise bool) bool {
	v, given := a.Named[name]
	if !given {
		return otherwise
	}
	b, ok := v.(bool)
	if !ok {
		a.fail("True or False as "+name, v)
	}
	return b
}

func (a *Arguments) Bytes(name string) []byte {
	var out []byte
	switch v := a.Named[name].(type) {
	case nil:
	case []byte:
		out = v
	case string:
		out = []byte(v)
	default:
		a.fail("bytes as "+name, v)
	}
	if len(out) > maxWritten {
		a.fail(fmt.Sprintf("at most %d bytes as %s", maxWritten, name), fmt.Sprintf("%d", len(out)))
		return nil
	}
	return out
}

// maxWritten bounds what a script writes at once, in bytes.
const maxWritten = 64 << 10

func (a *Arguments) Texts(name string) []string {
	var out []string
	v := a.Named[name]
	items, ok := v.([]any)
	if text, one := v.(string); one && a.err == nil {
		a.err = fmt.Errorf("%s wants a list: %s = [%.80q]", name, name, text)
	} else if !ok && v != nil {
		a.fail("a list as "+name, v)
	}
	for _, item := range items {
		s, ok := item.(string)
		if !ok || len(s) > maxText {
			a.fail("short strings as "+name, item)
			return nil
		}
		out = append(out, s)
	}
	return out
}

// Facts reads fact ids from position i on, lists of them included.
func (a *Arguments) Facts(i int) []int {
	var ids []int
	var read func(items []any)
	read = func(items []any) {
		for _, item := range items {
			switch v := item.(type) {
			case int:
				ids = append(ids, v)
			case []any:
				read(v)
			default:
				kind, _ := item.(string)
				a.fail(fmt.Sprintf("fact ids, as adv.facts(%q) lists them", cmp.Or(kind, "KIND")), item)
			}
		}
	}
	if i < len(a.Args) {
		read(a.Args[i:])
	}
	return ids
}

// Describe tells in a line what a call did, and of which kinds are the facts that it gave, where the
// call does not say so itself.
func (c Call) Describe(out any, kinds string) string {
	var words []string
	for _, arg := range c.Args {
		words = append(words, brief(arg))
	}
	text := fmt.Sprintf("%s(%s)", c.Method, strings.Join(words, ", "))
	ids, ok := out.([]int)
	switch {
	case ok && c.Method == "saturate" && len(c.Args) == 0:
		return text + ": " + cmp.Or(kinds, "nothing new")
	case !ok:
		return text
	}
	text += fmt.Sprintf(": %d fact", len(ids))
	if len(ids) != 1 {
		text += "s"
	}
	if (c.Method == "apply" || c.Method == "attempt") && kinds != "" {
		text += " (" + kinds + ")"
	}
	return text
}

func brief(v any) string {
	switch v := v.(type) {
	case []byte:
		return fmt.Sprintf("%d bytes", len(v))
	case []any:
		return fmt.Sprintf("%d items", len(v))
	case string:
		if len(v) > 80 {
			return fmt.Sprintf("%.60q and %d bytes more", v, len(v)-60)
		}
	case nil:
		return "nothing"
	}
	return fmt.Sprint(v)
}
