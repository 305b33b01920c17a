package challenge

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"

	"doormat/demo/data"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world/memo"
)

// Grades are the verdicts on what a class has handed in.
type Grades struct {
	Challenges []string `json:"challenges"` // ids of those that are marked, in the order of the list
	Students   []*Grade `json:"students"`   // by name
	Ignored    []string `json:"ignored"`    // names in the folder that are no student's
}

// A Grade is one student's.
type Grade struct {
	Student  string     `json:"student"` // the name of the folder
	Solved   int        `json:"solved"`
	Verdicts []*Verdict `json:"verdicts"` // on what was handed in
	Problems []string   `json:"problems"` // what could not be marked, and why
	Alike    []string   `json:"alike"`    // "ID: NAME, NAME" of others whose solution is alike

	prints map[string][32]byte // of solutions that are long enough to compare, by id
}

// Folder marks a folder of answers. Students are marked side by side, one for each processor.
// done, if set, hears how many are. What is wrong with one answer, and whatever it does, costs
// that answer only; nothing outside the folder is read.
func (g *Grader) Folder(ctx context.Context, class Class,
	done func(students, of int)) (*Grades, error) {
	root, grades, err := open(class)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var mu sync.Mutex
	marked := 0
	work := make(chan *Grade)
	var workers sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(grades.Students)) {
		workers.Go(func() {
			for grade := range work {
				g.student(ctx, root, grade, class)
				mu.Lock()
				if marked++; done != nil {
					done(marked, len(grades.Students))
				}
				mu.Unlock()
			}
		})
	}
	for _, grade := range grades.Students {
		work <- grade
	}
	close(work)
	workers.Wait()
	grades.compare()
	return grades, ctx.Err()
}

// student marks the answers of one: their runs share a seed, and so much of their work.
func (g *Grader) student(ctx context.Context, root *os.Root, grade *Grade, class Class) {
	shared := new(memo.Memo)
	for _, a := range grade.collect(root, class) {
		grade.add(a, g.check(ctx, a, shared))
	}
}

// MaxTogether is how many bytes of answers [FolderBy] holds.
const MaxTogether = 128 << 20

// FolderBy is [Grader.Folder] with the answers of all students marked by mark, a verdict each in
// their order. It has them all in memory, at most [MaxTogether] bytes.
func FolderBy(class Class, mark func([]Answer) ([]*Verdict, error)) (*Grades, error) {
	root, grades, err := open(class)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	var answers []Answer
	var owners []*Grade
	size := 0
	for _, grade := range grades.Students {
		for _, a := range grade.collect(root, class) {
			if size += len(a.Source); size > MaxTogether {
				return nil, fmt.Errorf("the answers in %s take more than %d MB: mark a part of them at a "+
					"time", class.Dir, MaxTogether>>20)
			}
			answers, owners = append(answers, a), append(owners, grade)
		}
	}
	verdicts, err := mark(answers)
	if err != nil {
		return nil, err
	}
	for i, v := range verdicts {
		owners[i].add(answers[i], v)
	}
	grades.compare()
	return grades, nil
}

// add notes the verdict on one answer.
func (grade *Grade) add(a Answer, v *Verdict) {
	grade.Verdicts = append(grade.Verdicts, v)
	grade.Solved += count(v.Solved)
	if print, tells := fingerprint(a.Challenge, a.Source); v.Solved && tells {
		grade.prints[v.Challenge] = print
	}
	if owner := Owner(a.Source); owner.Name != "" && owner.Seed() != v.Seed {
		grade.Problems = append(grade.Problems, fmt.Sprintf("%s: begun by %q, who has "+
			"other keys and messages", v.Challenge, plain.Short(owner.Name, 60)))
	}
}

// Summary is the class in a line.
func (g *Grades) Summary() string {
	solved, handedIn := 0, 0
	for _, s := range g.Students {
		solved += s.Solved
		handedIn += len(s.Verdicts)
	}
	return fmt.Sprintf("%s, %d of %d solved", summary.Count(len(g.Students), "student"), solved, handedIn)
}

// CSV is a line for each student: how many are solved, and for each challenge 1 or 0, or
// nothing where nothing was handed in; then why a 0 is one, and whose answers are alike. Names
// are no formulas to a spreadsheet.
func (g *Grades) CSV() string {
	records := [][]any{{"student", "solved"}}
	for _, id := range g.Challenges {
		records[0] = append(records[0], id)
	}
	records[0] = append(records[0], "problems", "alike")
	for _, s := range g.Students {
		row := []any{s.Student, s.Solved}
		problems := slices.Clone(s.Problems)
		for _, id := range g.Challenges {
			row = append(row, s.mark(id))
		}
		for _, v := range s.Verdicts {
			if why := v.Why(); why != "" {
				problems = append(problems, v.Challenge+": "+why)
			}
		}
		row = append(row, strings.Join(problems, "; "), strings.Join(s.Alike, "; "))
		records = append(records, row)
	}
	return data.Table(records)
}

// mark is what stands in the column of a challenge.
func (g *Grade) mark(id string) string {
	for _, v := range g.Verdicts {
		if v.Challenge == id {
			return fmt.Sprint(count(v.Solved))
		}
	}
	if slices.ContainsFunc(g.Problems, func(p string) bool { return strings.HasPrefix(p, id+": ") }) {
		return "0"
	}
	return ""
}
