// Package language declares once what scripts of attacks may call and read: the header, what an
// expectation is made of, and the methods and attributes of adv, of a packet and of a view.
//
// Package script takes arguments as the declarations say, package technique checks calls by
// them, and from them are made the editor's stub ([Stub]) and docs/builtins.md (package
// demo/pages). So none of these can name what does not exist, or leave out what does:
// TestReference of demo/pages compares with what a running script sees.
package language

import (
	"slices"
	"strings"
)

// A Value is something that a script reads: an attribute.
type Value struct {
	Name string
	Type string // as Python's type hints write it
	Doc  string // what it says, in Markdown
}

// A Parameter is an argument of a function. By position come first those that are neither Named
// nor Many; they may go by name as well.
type Parameter struct {
	Name    string
	Type    string
	Default string // as one writes it; "" if it has to be given
	Doc     string // "" where the function's says it
	Named   bool   // goes by name only
	Many    bool   // takes what is left of the arguments by position
}

// A Function is what a script calls.
type Function struct {
	Name       string
	Parameters []Parameter
	Returns    string // its type; "" for nothing
	Doc        string
	Fails      string // when a call is an error, beyond arguments of another type; "" if never
}

// Positional lists the parameters that go by position or name.
func (f *Function) Positional() []Parameter {
	return slices.DeleteFunc(slices.Clone(f.Parameters), func(p Parameter) bool {
		return p.Named || p.Many
	})
}

// CountPositional tells how many those are, for who asks at every call.
func (f *Function) CountPositional() (n int) {
	for i := range f.Parameters {
		if p := &f.Parameters[i]; !p.Named && !p.Many {
			n++
		}
	}
	return n
}

// Rest tells whether the function takes any number of arguments by position.
func (f *Function) Rest() bool {
	return slices.ContainsFunc(f.Parameters, func(p Parameter) bool { return p.Many })
}

// Named finds a parameter that may go by name.
func (f *Function) Named(name string) (Parameter, bool) {
	i := slices.IndexFunc(f.Parameters, func(p Parameter) bool { return p.Name == name && !p.Many })
	if i < 0 {
		return Parameter{}, false
	}
	return f.Parameters[i], true
}

// Names lists what may go by name.
func (f *Function) Names() (names []string) {
	for _, p := range f.Parameters {
		if !p.Many {
			names = append(names, p.Name)
		}
	}
	return names
}

// Signature is the function as Python declares it, after its name. first come before its own
// parameters.
func (f *Function) Signature(first ...string) string {
	star, list := false, slices.Clone(first)
	for _, p := range f.Parameters {
		text := p.Name + ": " + p.Type
		if p.Default != "" {
			text += " = " + p.Default
		}
		switch {
		case p.Many:
			star, text = true, "*"+text
		case p.Named && !star:
			star, list = true, append(list, "*")
		}
		list = append(list, text)
	}
	out := "(" + strings.Join(list, ", ") + ")"
	if f.Returns == "" {
		return out + " -> None"
	}
	return out + " -> " + f.Returns
}

// A Class is a kind of value that has attributes and methods.
type Class struct {
	Name    string
	Doc     string
	Values  []Value
	Methods []Function
}

// Method finds a method.
func (c *Class) Method(name string) (*Function, bool) {
	i := slices.IndexFunc(c.Methods, func(f Function) bool { return f.Name == name })
	if i < 0 {
		return nil, false
	}
	return &c.Methods[i], true
}

// Names lists attributes and methods, in alphabetical order.
func (c *Class) Names() []string {
	var names []string
	for _, v := range c.Values {
		names = append(names, v.Name)
	}
	for _, f := range c.Methods {
		names = append(names, f.Name)
	}
	slices.Sort(names)
	return names
}

// Packets is the one method of adv that is a loop and no call.
const Packets = "packets"

// Classes lists what scripts are handed: adv, what it gives, and what an expectation sees.
func Classes() []Class {
	return []Class{Adversary, Packet, Fact, View(), Message, Call, Event, Group}
}

// Functions lists what a script of an attack can call besides the core of Starlark.
func Functions() []Function { return []Function{Technique, Opens, NotApplicable, Struct} }
