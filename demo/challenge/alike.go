package challenge

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/syntax"

	"doormat/attacks/script"
)

// telling is how many tokens a solution must have beyond the script to begin with before it is
// compared. Most answers are a few calls in the order of the story, such as advance, take, take,
// or what the third hint spells out: students who never met write them alike. In testdata these
// have 4 to 41 tokens, and the two that leave a choice 67 and 82 (TestAlike).
const telling = 50

// compare notes whose solutions are alike: the same tokens, whatever variables are called, and
// whatever stands in comments, spaces, headers and the number of the message asked for. Nothing is
// said of solutions that are not long enough ([telling]), nor where a line was moved.
func (g *Grades) compare() {
	for _, id := range g.Challenges {
		same := map[[32]byte][]string{}
		for _, s := range g.Students {
			if text, ok := s.prints[id]; ok {
				same[text] = append(same[text], s.Student)
			}
		}
		for _, s := range g.Students {
			others := slices.DeleteFunc(slices.Clone(same[s.prints[id]]), func(name string) bool {
				return name == s.Student
			})
			if len(others) > 0 {
				s.Alike = append(s.Alike, id+": "+strings.Join(others, ", "))
			}
		}
	}
}

// fingerprint is the hash of a solution's tokens; false if it has too few to tell.
func fingerprint(c *Challenge, source []byte) ([32]byte, bool) {
	list := tokens(source)
	begun := tokens([]byte(c.Start(Student{}, "x")))
	return sha256.Sum256([]byte(strings.Join(list, "\n"))), len(list) >= len(begun)+telling
}

// tokens lists what a script is made of, without header, documentation and WANTED. Names that the
// script chooses are numbered as they first appear, so that another name makes no difference.
func tokens(source []byte) []string {
	f, err := script.Parse("", source)
	if err != nil {
		return nil
	}
	w := &walker{numbers: map[string]int{}}
	syntax.Walk(f, w.visit)
	return w.list
}

type walker struct {
	list    []string
	numbers map[string]int // of names
}

func (w *walker) add(format string, args ...any) {
	w.list = append(w.list, fmt.Sprintf(format, args...))
}

// visit takes down one node, and says whether Walk is to go on into it.
func (w *walker) visit(n syntax.Node) bool {
	switch n := n.(type) {
	case nil, *syntax.File:
	case *syntax.Ident:
		if _, known := w.numbers[n.Name]; !known {
			w.numbers[n.Name] = len(w.numbers)
		}
		w.add("name %d", w.numbers[n.Name])
	case *syntax.Literal:
		w.add("%v", n.Value)
	case *syntax.DotExpr: // what follows the dot is no choice of the script's
		syntax.Walk(n.X, w.visit)
		w.add(".%s", n.Name.Name)
		return false
	case *syntax.CallExpr:
		syntax.Walk(n.Fn, w.visit)
		w.add("call of %d", len(n.Args))
		for _, arg := range n.Args {
			if named, ok := arg.(*syntax.BinaryExpr); ok && named.Op == syntax.EQ {
				w.add("%s=", named.X.(*syntax.Ident).Name)
				arg = named.Y
			}
			syntax.Walk(arg, w.visit)
		}
		return false
	case *syntax.ExprStmt:
		call, isCall := n.X.(*syntax.CallExpr)
		_, isText := n.X.(*syntax.Literal)
		return !isText && !(isCall && isName(call.Fn, "technique"))
	case *syntax.AssignStmt:
		if isName(n.LHS, "WANTED") {
			return false
		}
		w.add("%s", n.Op)
	case *syntax.BinaryExpr:
		w.add("%s", n.Op)
	case *syntax.UnaryExpr:
		w.add("%s", n.Op)
	default:
		w.add("%T", n)
	}
	return true
}

func isName(n syntax.Expr, name string) bool {
	ident, ok := n.(*syntax.Ident)
	return ok && ident.Name == name
}
