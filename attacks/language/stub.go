package language

import (
	"fmt"
	"strings"
)

// A Helper is a file that scripts load functions from.
type Helper struct {
	File      string
	Values    []string // names of constants
	Functions []Function
}

// stubHead explains the stub to whoever opens it.
const stubHead = `# What scripts of attacks are handed by doormat, for an editor: made by
# doormat attack stub. Nothing here runs.
#
# Pyright and Pylance read a file __builtins__.pyi in the project's folder, once files named *.star
# are opened as Python. Tilt's starlark-lsp takes it by --builtin-paths, under a name that ends in
# .py. Say what adv and v are, and the editor lists what they have:
#
#     def run(adv):
#         # type: (Adversary) -> None
from typing import Any, Callable

`

// Stub is a file of type hints, in Python, of all that is declared here and of helpers: what
// language servers read to complete names and to show what they mean.
func Stub(helpers []Helper) string {
	var b strings.Builder
	b.WriteString(stubHead)
	b.WriteString("class Outcome:\n    \"\"\"What `opens` and `not_applicable` give.\"\"\"\n\n")
	for _, c := range Classes() {
		fmt.Fprintf(&b, "class %s:\n%s\n", c.Name, docstring("    ", c.Doc))
		for _, v := range c.Values {
			fmt.Fprintf(&b, "    %s: %s\n%s\n", v.Name, v.Type, docstring("    ", v.Doc))
		}
		for i := range c.Methods {
			writeFunction(&b, "    ", &c.Methods[i], "self")
		}
	}
	for _, f := range append(Functions(), core...) {
		writeFunction(&b, "", &f)
	}
	writeHelpers(&b, helpers)
	return strings.TrimRight(b.String(), "\n") + "\n"
}

// writeHelpers declares each name once, although two files may have functions of one name.
func writeHelpers(b *strings.Builder, helpers []Helper) {
	files, seen := map[string][]string{}, map[string]bool{}
	for _, h := range helpers {
		for _, f := range h.Functions {
			files[f.Name] = append(files[f.Name], h.File)
		}
	}
	for _, h := range helpers {
		fmt.Fprintf(b, "# %s\n\n", h.File)
		for _, name := range h.Values {
			if !seen[name] {
				seen[name] = true
				fmt.Fprintf(b, "%s: Any\n\n", name)
			}
		}
		for _, f := range h.Functions {
			if seen[f.Name] {
				continue
			}
			seen[f.Name] = true
			if among := files[f.Name]; len(among) > 1 {
				f = Function{Name: f.Name, Returns: "Any", Doc: "Of " + strings.Join(among, " and ") + ".",
					Parameters: []Parameter{{Name: "arguments", Type: "Any", Many: true}, {Name: "**named", Type: "Any"}}}
			}
			writeFunction(b, "", &f)
		}
	}
}

// core are functions of Starlark that Python lacks.
var core = []Function{
	{Name: "load", Doc: "Reads names from a file that scripts share: `load(\"helpers/metadata.star\", \"about\")`.",
		Parameters: []Parameter{{Name: "file", Type: "str"}, {Name: "names", Type: "str", Many: true},
			{Name: "**renamed", Type: "str"}}},
	{Name: "fail", Doc: "Ends the script with an error.",
		Parameters: []Parameter{{Name: "words", Type: "object", Many: true}, {Name: "sep", Type: "str", Default: `" "`}}},
}

func writeFunction(b *strings.Builder, indent string, f *Function, first ...string) {
	fmt.Fprintf(b, "%sdef %s%s:\n%s", indent, f.Name, f.Signature(first...), docstring(indent+"    ", f.Help()))
	fmt.Fprintf(b, "%s    ...\n\n", indent)
}

// Help is what a function does, what its parameters mean, and when it fails.
func (f *Function) Help() string {
	lines := []string{f.Doc}
	for _, p := range f.Parameters {
		if p.Doc != "" {
			lines = append(lines, "`"+p.Name+"`: "+p.Doc+".")
		}
	}
	if f.Fails != "" {
		lines = append(lines, "Fails if: "+f.Fails+".")
	}
	return strings.Join(lines, "\n\n")
}

// docstring is text as Python documents what stands before it.
func docstring(indent, text string) string {
	text = strings.NewReplacer(`\`, `\\`, `"""`, `\"\"\"`).Replace(text)
	if strings.HasSuffix(text, `"`) {
		text += " "
	}
	return indent + `"""` + strings.ReplaceAll(text, "\n", "\n"+indent) + `"""` + "\n"
}
