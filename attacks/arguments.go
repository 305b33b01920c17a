package attacks

import (
	"fmt"
	"strings"
)

// arguments reads the values of a call; the first that is missing or of another
// type is the error.
type arguments struct {
	Call
	err error
}

func (a *arguments) at(i int) any {
	if i < len(a.Args) {
		return a.Args[i]
	}
	return nil
}

func (a *arguments) fail(what string, got any) {
	if a.err == nil {
		a.err = fmt.Errorf("want %s, got %v", what, got)
	}
}

func (a *arguments) text(i int) string {
	s, ok := a.at(i).(string)
	if !ok {
		a.fail(fmt.Sprintf("a string as argument %d", i+1), a.at(i))
	}
	return s
}

// optional reads a string given by position or name, "" if it is not given.
func (a *arguments) optional(i int, name string) string {
	v := a.at(i)
	if v == nil {
		v = a.Named[name]
	}
	s, ok := v.(string)
	if !ok && v != nil {
		a.fail("a string as "+name, v)
	}
	return s
}

func (a *arguments) number(i int) int {
	n, ok := a.at(i).(int)
	if !ok {
		a.fail(fmt.Sprintf("a number as argument %d", i+1), a.at(i))
		return -1
	}
	return n
}

func (a *arguments) named(name string, otherwise int) int {
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

func (a *arguments) bytes(name string) []byte {
	switch v := a.Named[name].(type) {
	case nil:
		return nil
	case []byte:
		return v
	case string:
		return []byte(v)
	default:
		a.fail("bytes as "+name, v)
		return nil
	}
}

func (a *arguments) texts(name string) []string {
	var out []string
	items, _ := a.Named[name].([]any)
	for _, item := range items {
		s, ok := item.(string)
		if !ok {
			a.fail("strings as "+name, item)
		}
		out = append(out, s)
	}
	return out
}

// facts reads fact ids from position i on, lists of them included.
func (a *arguments) facts(i int) []int {
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

// describe tells in a line what a call did.
func (c Call) describe(out any) string {
	var words []string
	for _, arg := range c.Args {
		words = append(words, brief(arg))
	}
	line := fmt.Sprintf("line %d: %s(%s)", c.Line, c.Method, strings.Join(words, ", "))
	if ids, ok := out.([]int); ok {
		line += fmt.Sprintf(": %d facts", len(ids))
	}
	return line
}

func brief(v any) string {
	switch v := v.(type) {
	case []byte:
		return fmt.Sprintf("%d bytes", len(v))
	case []any:
		return fmt.Sprintf("%d items", len(v))
	}
	return fmt.Sprint(v)
}
