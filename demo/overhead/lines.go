package overhead

import (
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"doormat/world"
)

// Lines counts the lines of program in the packages that a design brings and the base does
// without: those that its own package imports, in turn, in the source tree at root. Comments,
// empty lines and tests do not count. The number is rounded to two digits, so that it says how
// much has to be right and not who edited last.
func Lines(root string, base, d world.Design) (int, error) {
	without, with := map[string]bool{}, map[string]bool{}
	if err := reach(root, packageOf(base), without); err != nil {
		return 0, err
	}
	if err := reach(root, packageOf(d), with); err != nil {
		return 0, err
	}
	total := 0
	for _, pkg := range slices.Sorted(maps.Keys(with)) {
		if without[pkg] {
			continue
		}
		n, err := linesIn(filepath.Join(root, filepath.FromSlash(pkg)))
		if err != nil {
			return 0, err
		}
		total += n
	}
	return round(total), nil
}

// module is the name of the module, as imports of its own packages begin.
const module = "doormat/"

// packageOf is where a design is written, below root.
func packageOf(d world.Design) string {
	if a, ok := d.(world.Arrangement); ok {
		return packageOf(a.Design)
	}
	return strings.TrimPrefix(reflect.TypeOf(d).PkgPath(), module)
}

// reach notes a package and all of the module that it imports.
func reach(root, pkg string, seen map[string]bool) error {
	if seen[pkg] {
		return nil
	}
	seen[pkg] = true
	files, err := sources(filepath.Join(root, filepath.FromSlash(pkg)))
	if err != nil {
		return err
	}
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, i := range f.Imports {
			path, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				return err
			}
			if own, found := strings.CutPrefix(path, module); found {
				if err := reach(root, own, seen); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// sources lists the files of a package, tests apart.
func sources(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	files = slices.DeleteFunc(files, func(f string) bool { return strings.HasSuffix(f, "_test.go") })
	if len(files) == 0 {
		return nil, fmt.Errorf("overhead: no Go files in %s: lines are counted in the source tree",
			dir)
	}
	return files, nil
}

// linesIn counts lines that hold a token.
func linesIn(dir string) (n int, err error) {
	files, err := sources(dir)
	if err != nil {
		return 0, err
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return 0, err
		}
		n += linesOf(text)
	}
	return n, nil
}

func linesOf(text []byte) int {
	set := token.NewFileSet()
	file := set.AddFile("", -1, len(text))
	var s scanner.Scanner
	s.Init(file, text, nil, 0)
	lines := map[int]bool{}
	for {
		pos, tok, lit := s.Scan()
		switch {
		case tok == token.EOF:
			return len(lines)
		case tok == token.SEMICOLON && lit == "\n": // put there by the scanner
		default:
			for i := range 1 + strings.Count(lit, "\n") { // a text may have several
				lines[file.Line(pos)+i] = true
			}
		}
	}
}

// round keeps two digits.
func round(n int) int {
	unit := 1
	for n/unit >= 100 {
		unit *= 10
	}
	return (n + unit/2) / unit * unit
}
