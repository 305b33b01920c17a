package technique

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Arguments reads the values of a call; the first that is missing or of another
// type is the error.
type Arguments struct {
	Call
	err error
}

// Err says what was missing or of another type, nil if nothing was.
func (a *Arguments) Err() error { return a.err }

// A shape says how many arguments a call takes by position (-1 for any number), and which
// by name.
type shape struct {
	most  int
	names []string
}

var (
	// onAdversary are the calls on adv.
	onAdversary = map[string]shape{
		"take":    {2, []string{"kind"}},
		"tap":     {1, nil},
		"hold":    {2, []string{"program", "text"}},
		"advance": {1, nil},
		"wait":    {1, nil},
		"rest":    {1, nil},
		"order": {0, []string{"accounts", "since", "until", "loot", "through", "program",
			"emergency"}},
		"send":     {-1, nil},
		"solve":    {-1, nil},
		"apply":    {-1, []string{"text"}},
		"attempt":  {-1, []string{"text"}},
		"saturate": {1, []string{"kind"}},
		"facts":    {2, []string{"ref"}},
		"read":     {1, nil},
		"claim":    {1, nil},
	}
	// inLoop are the calls of a loop over adv.packets() and on a packet in it.
	inLoop = map[string]shape{
		"next":    {1, nil},
		"release": {},
		"deliver": {1, nil},
		"drop":    {1, nil},
		"replace": {-1, nil},
	}
)

// Calls lists the calls on adv, in alphabetical order.
func Calls() []string { return slices.Sorted(maps.Keys(onAdversary)) }

// Check refuses arguments that the call would not look at.
func (a *Arguments) Check() error {
	shape, ok := onAdversary[a.Method]
	if !ok {
		shape, ok = inLoop[a.Method]
	}
	if !ok && a.Method != "info" {
		return fmt.Errorf("no such call: %s", brief(a.Method))
	}
	if shape.most >= 0 && len(a.Args) > shape.most {
		return fmt.Errorf("%d arguments, want at most %d", len(a.Args), shape.most)
	}
	for name := range a.Named {
		if !slices.Contains(shape.names, name) {
			return fmt.Errorf("unexpected argument %s", brief(name))
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
	items, _ := a.Named[name].([]any)
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
				a.fail("fact ids", item)
			}
		}
	}
	if i < len(a.Args) {
		read(a.Args[i:])
	}
	return ids
}

// Describe tells in a line what a call did.
func (c Call) Describe(out any) string {
	var words []string
	for _, arg := range c.Args {
		words = append(words, brief(arg))
	}
	text := fmt.Sprintf("%s(%s)", c.Method, strings.Join(words, ", "))
	if ids, ok := out.([]int); ok {
		text += fmt.Sprintf(": %d fact", len(ids))
		if len(ids) != 1 {
			text += "s"
		}
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
