package pages

import (
	"strings"

	"doormat/attacks/language"
	"doormat/attacks/library"
	"doormat/attacks/script"
	"doormat/demo/markdown"
)

// builtins is the page of what scripts may call and read.
func builtins() (string, error) {
	d := newDocument()
	d.Heading(1, "What scripts are written in")
	d.Prose("Everything that a script of an attack may call or read, beside the core of " +
		"[Starlark](https://github.com/google/starlark-go/blob/master/doc/spec.md). How to write one: " +
		"[scripts](scripts.md). An editor completes these names with the file that `doormat attack stub` prints.")
	for _, f := range language.Functions() {
		d.Heading(2, "`"+f.Name+"`")
		d.function(&f, true)
	}
	for _, c := range language.Classes() {
		d.class(&c)
	}
	if err := d.helpers(); err != nil {
		return "", err
	}
	d.habits()
	return d.String(), nil
}

// function tells what a function does and what its parameters are; long says them in a table.
func (d *document) function(f *language.Function, long bool) {
	d.Prose(f.Doc + fails(f))
	if !long {
		return
	}
	d.Head("argument", "type", "what it says")
	for _, p := range f.Parameters {
		d.Row("`"+p.Name+"`", typed(p.Type), optional(p)+p.Doc)
	}
	d.Gap()
}

func fails(f *language.Function) string {
	if f.Fails == "" {
		return ""
	}
	return " Fails if: " + f.Fails + "."
}

func optional(p language.Parameter) string {
	switch p.Default {
	case "":
		return ""
	case "...":
		return "optional: "
	}
	return "optional, `" + p.Default + "`: "
}

// typed is a type in a table, where a bar would end the cell.
func typed(text string) string { return "`" + strings.ReplaceAll(text, "|", `\|`) + "`" }

// class tells what a value has.
func (d *document) class(c *language.Class) {
	d.Heading(2, c.Name)
	d.Prose(c.Doc)
	d.Head("attribute", "type", "what it says")
	for _, v := range c.Values {
		d.Row("`"+v.Name+"`", typed(v.Type), v.Doc)
	}
	d.Gap()
	if len(c.Methods) == 0 {
		return
	}
	d.Head("call", "does", "fails if")
	for i := range c.Methods {
		f := &c.Methods[i]
		d.Row(typed(f.Name+f.Signature()), f.Doc+arguments(f), f.Fails)
	}
	d.Gap()
}

// arguments says what those parameters mean that say so themselves.
func arguments(f *language.Function) string {
	var list []string
	for _, p := range f.Parameters {
		if p.Doc != "" {
			list = append(list, "`"+p.Name+"`: "+p.Doc)
		}
	}
	if len(list) == 0 {
		return ""
	}
	return " " + strings.Join(list, "; ") + "."
}

// helpers lists what the shared files define.
func (d *document) helpers() error {
	list, err := script.Helpers(library.Files)
	if err != nil {
		return err
	}
	d.Heading(2, "Helpers")
	d.Prose("What several scripts of the library share. `load(\"helpers/metadata.star\", \"about\")` reads a name from " +
		"such a file, `load(\"helpers/cloud.star\", found_there = \"found\")` gives it another one.")
	for _, h := range list {
		d.Heading(3, "`"+h.File+"`")
		d.Head("name", "what it is")
		for _, name := range h.Values {
			d.Row("`"+name+"`", "a constant")
		}
		for _, f := range h.Functions {
			if f.Doc == "" {
				continue // for the file's own use
			}
			d.Row("`"+f.Name+"("+strings.Join(parameters(&f), ", ")+")`", markdown.Text(f.Doc))
		}
		d.Gap()
	}
	return nil
}

func parameters(f *language.Function) (list []string) {
	for _, p := range f.Parameters {
		name := p.Name
		if p.Default != "" {
			name += " = …"
		}
		list = append(list, name)
	}
	return list
}

// habits sets what Python takes beside what to write instead.
func (d *document) habits() {
	d.Heading(2, "If you know Python")
	d.Prose("Starlark reads like Python, and most of what you know is the same: functions with defaults, `lambda`, " +
		"lists, dictionaries, tuples, slices, comprehensions, `for`, `if`, string methods, `%` and `format`. Besides, " +
		"these scripts may use `while`, `set(…)`, and loops at top level. There are no classes, no exceptions, no " +
		"import, no files, no network and no clock.")
	d.Prose("Whoever writes the left column is told what stands in the right one, with file, line and column. A test " +
		"(`TestHabits`) runs both columns of code.")
	d.Head("Python", "here", "what the error adds")
	for _, h := range script.Habits() {
		d.Row(example(h.Python), example(h.Here), markdown.Text(h.Hint))
	}
	d.Gap()
	d.Prose("Some things mean something else without an error. `7 / 2` is 3.5, and whole numbers alone cross to the " +
		"adversary, so write `7 // 2`. A name outside functions gets its value once, and nothing that stands there " +
		"changes after the script is loaded. `b\"ab\"[0]` is a number. A dictionary keeps the order in which its keys " +
		"came. A function must not call itself, however indirectly.")
}

// example is code of several lines in a cell.
func example(text string) string {
	if text == "" {
		return ""
	}
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		mark := "`"
		if strings.Contains(line, "`") {
			mark = "``"
		}
		lines = append(lines, mark+strings.ReplaceAll(line, "|", `\|`)+mark)
	}
	return strings.Join(lines, "<br>")
}
