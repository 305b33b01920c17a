package script

import (
	"fmt"
	"io/fs"
	"strings"

	"go.starlark.net/syntax"

	"doormat/attacks/language"
)

// Helpers reads what the shared files define, for an editor and for a reference: the
// comment before a function says what it does.
func Helpers(files fs.FS) ([]language.Helper, error) {
	names, err := fs.Glob(files, "helpers/*.star")
	if err != nil {
		return nil, err
	}
	var list []language.Helper
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		f, err := dialect.Parse(name, src, syntax.RetainComments)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		h := language.Helper{File: name}
		for _, statement := range f.Stmts {
			switch s := statement.(type) {
			case *syntax.DefStmt:
				h.Functions = append(h.Functions, helperFunction(s))
			case *syntax.AssignStmt:
				if name, ok := s.LHS.(*syntax.Ident); ok {
					h.Values = append(h.Values, name.Name)
				}
			}
		}
		list = append(list, h)
	}
	return list, nil
}

// helperFunction is a function of a helper, as far as its text tells.
func helperFunction(def *syntax.DefStmt) language.Function {
	f := language.Function{Name: def.Name.Name, Returns: "Any"}
	for _, p := range def.Params {
		switch p := p.(type) {
		case *syntax.Ident:
			f.Parameters = append(f.Parameters, language.Parameter{Name: p.Name, Type: typeOf(p.Name)})
		case *syntax.BinaryExpr: // name = default
			if name, ok := p.X.(*syntax.Ident); ok {
				f.Parameters = append(f.Parameters, language.Parameter{Name: name.Name,
					Type: "Any", Default: "..."})
			}
		}
	}
	var doc []string
	if c := def.Comments(); c != nil {
		for i, line := range c.Before { // what stands right before it, without an empty line between
			if i > 0 && line.Start.Line > c.Before[i-1].Start.Line+1 {
				doc = nil
			}
			doc = append(doc, strings.TrimSpace(strings.TrimPrefix(line.Text, "#")))
		}
	}
	f.Doc = strings.Join(doc, " ")
	return f
}

// typeOf knows two names that mean the same in every script.
func typeOf(name string) string {
	switch name {
	case "adv":
		return language.Adversary.Name
	case "v":
		return language.View().Name
	}
	return "Any"
}
