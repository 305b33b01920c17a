package pages

import (
	"go/ast"
	"go/doc"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	declaredTest = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)[A-Z]\w+)\(`)
	namedTest    = regexp.MustCompile(`\b(?:Test|Fuzz|Benchmark)[A-Z]\w+`)
	namedFile    = regexp.MustCompile(`(?:[\w.-]+/)*(?:[\w-]+\.go\b|testdata/[\w./-]*\w)`)
	openBracket  = regexp.MustCompile(`\[[A-Z]\w*(?:\.[A-Z]\w*)*\]`)
)

// declaredTests says in which folders, from the root, a test of each name stands.
func declaredTests(t *testing.T) map[string][]string {
	t.Helper()
	declared := map[string][]string{}
	goFiles(t, func(dir, file string) {
		if !strings.HasSuffix(file, "_test.go") {
			return
		}
		for _, m := range declaredTest.FindAllStringSubmatch(read(t, filepath.Join(dir, file)), -1) {
			declared[m[1]] = append(declared[m[1]], dir)
		}
	})
	return declared
}

// goFiles hands over the folder, from the root, and the name of every Go file.
func goFiles(t *testing.T, visit func(dir, file string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(file string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() && e.Name() == ".git" || !strings.HasSuffix(file, ".go") {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(file))
		visit(filepath.ToSlash(dir), e.Name())
		return err
	})
	require.NoError(t, err)
}

// Comments name no test that does not exist.
func TestNamedTestsInComments(t *testing.T) {
	declared := declaredTests(t)
	found := 0
	goFiles(t, func(dir, file string) {
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, dir, file), nil, parser.ParseComments)
		require.NoError(t, err)
		for _, c := range parsed.Comments {
			for _, name := range namedTest.FindAllString(c.Text(), -1) {
				found++
				assert.Contains(t, declared, name, "%s/%s", dir, file)
			}
		}
	})
	require.Greater(t, found, 100)
}

// A package comment names a test that proves what it says. That test is in the
// package, or the comment says in which; so do the files that it names exist.
// No link of it is left in brackets, as godoc leaves those that lead nowhere.
func TestPackageComments(t *testing.T) {
	declared := declaredTests(t)
	for dir, files := range packages(t) {
		set := token.NewFileSet()
		var parsed []*ast.File
		for _, file := range files {
			f, err := parser.ParseFile(set, filepath.Join(root, dir, file), nil, parser.ParseComments)
			require.NoError(t, err)
			parsed = append(parsed, f)
		}
		pkg, err := doc.NewFromFiles(set, parsed, "doormat/"+dir)
		require.NoError(t, err)
		named := namedTest.FindAllString(pkg.Doc, -1)
		assert.NotEmpty(t, named, "the package comment of %s names no test", dir)
		for _, name := range named {
			assert.True(t, slices.ContainsFunc(declared[name], func(at string) bool {
				return at == dir || strings.Contains(pkg.Doc, at) || saysPackage(pkg.Doc, at)
			}), "the package comment of %s names %s, which is in %v", dir, name, declared[name])
		}
		for _, name := range namedFile.FindAllString(pkg.Doc, -1) {
			_, here := os.Stat(filepath.Join(root, dir, name))
			_, fromRoot := os.Stat(filepath.Join(root, name))
			assert.True(t, here == nil || fromRoot == nil, "the package comment of %s names %s, which is not there", dir, name)
		}
		assert.NotRegexp(t, openBracket, string(pkg.Text(pkg.Doc)), dir)
	}
}

// saysPackage: a comment says "in world" or "of package world" of a folder world.
func saysPackage(text, dir string) bool {
	return regexp.MustCompile(`\b(?:in|package)\s` + regexp.QuoteMeta(filepath.Base(dir)) + `\b`).MatchString(text)
}

// packages lists the files of each package, tests left out.
func packages(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	goFiles(t, func(dir, file string) {
		if !strings.HasSuffix(file, "_test.go") && !strings.Contains(dir, "testdata") {
			all[dir] = append(all[dir], file)
		}
	})
	require.Greater(t, len(all), 30)
	return all
}
