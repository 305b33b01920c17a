package challenge

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"

	"doormat/attacks/script"
	"doormat/demo/data"
	"doormat/demo/plain"
	"doormat/world"
	"doormat/world/memo"
)

// MaxStudents is how many folders of students are read, and maxEntries how many names of one.
const (
	MaxStudents = 2000
	maxEntries  = 200
)

// Grades are the verdicts on what a class has handed in.
type Grades struct {
	Challenges []string `json:"challenges"` // ids, in the order of the list
	Students   []*Grade `json:"students"`   // by name
	Ignored    []string `json:"ignored"`    // names in the folder that are no student's
}

// A Grade is one student's.
type Grade struct {
	Student  string     `json:"student"` // the name of the folder
	Solved   int        `json:"solved"`
	Verdicts []*Verdict `json:"verdicts"` // on what was handed in
	Problems []string   `json:"problems"` // what could not be marked, and why
	Alike    []string   `json:"alike"`    // "ID: NAME, NAME" of others with the same text

	prints map[string][32]byte // of solutions, by id
}

// Folder marks a folder of answers: DIR/STUDENT/CHALLENGE.star, in which STUDENT is the name
// that the student gave to Start and CHALLENGE an id. Students are marked side by side, one for
// each processor. done, if set, hears how many are. What is wrong with one answer, and whatever
// it does, costs that answer only; nothing outside the folder is read.
func (g *Grader) Folder(ctx context.Context, dir string,
	done func(students, of int)) (*Grades, error) {
	root, grades, err := open(dir)
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
				g.student(ctx, root, grade)
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
func (g *Grader) student(ctx context.Context, root *os.Root, grade *Grade) {
	list, _ := All() // which could be read before
	shared := new(memo.Memo)
	for _, a := range grade.collect(root, list) {
		grade.add(a, g.check(ctx, a, shared))
	}
}

// MaxTogether is how many bytes of answers [FolderBy] holds.
const MaxTogether = 128 << 20

// FolderBy is [Grader.Folder] with the answers of all students marked by mark, a verdict each in
// their order. It has them all in memory, at most [MaxTogether] bytes.
func FolderBy(dir string, mark func([]Answer) ([]*Verdict, error)) (*Grades, error) {
	root, grades, err := open(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	list, _ := All() // which could be read before
	var answers []Answer
	var owners []*Grade
	size := 0
	for _, grade := range grades.Students {
		for _, a := range grade.collect(root, list) {
			if size += len(a.Source); size > MaxTogether {
				return nil, fmt.Errorf("the answers in %s take more than %d MB: mark a part of them at a "+
					"time", dir, MaxTogether>>20)
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
	if v.Solved {
		grade.prints[v.Challenge] = fingerprint(a.Source)
	} else if owner := Owner(a.Source); owner.Name != "" && owner.Seed() != v.Seed {
		grade.Problems = append(grade.Problems, fmt.Sprintf("%s: begun by %q, who has "+
			"other keys and messages", v.Challenge, plain.Short(owner.Name, 60)))
	}
}

// open reads who handed in something in a folder, which the caller closes.
func open(dir string) (*os.Root, *Grades, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, nil, err
	}
	grades, err := collect(root)
	if err != nil {
		root.Close()
		return nil, nil, err
	}
	return root, grades, nil
}

// collect reads who handed in what.
func collect(root *os.Root) (*Grades, error) {
	list, err := All()
	if err != nil {
		return nil, err
	}
	out := &Grades{Challenges: []string{}, Students: []*Grade{}, Ignored: []string{}}
	for _, c := range list {
		out.Challenges = append(out.Challenges, c.ID)
	}
	entries, err := names(root, ".", MaxStudents+1)
	if err != nil {
		return nil, err
	}
	if len(entries) > MaxStudents {
		return nil, fmt.Errorf("%s has more than %d entries: mark a part of them at a time",
			root.Name(), MaxStudents)
	}
	for _, name := range entries {
		if info, err := root.Lstat(name); err != nil || !info.IsDir() {
			out.Ignored = append(out.Ignored, name)
			continue
		}
		grade := &Grade{Student: name, Verdicts: []*Verdict{}, Problems: []string{},
			Alike: []string{}, prints: map[string][32]byte{}}
		out.Students = append(out.Students, grade)
	}
	if len(out.Students) == 0 {
		return nil, fmt.Errorf("%s: no student's folder in it: want DIR/STUDENT/CHALLENGE.star",
			root.Name())
	}
	return out, nil
}

// names lists a folder, sorted, up to so many.
func names(root *os.Root, dir string, most int) ([]string, error) {
	f, err := root.Open(dir)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := f.Readdirnames(most)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	slices.Sort(list)
	return list, err
}

// collect reads what one student handed in, and notes what is none of the challenges.
func (g *Grade) collect(root *os.Root, list []*Challenge) (answers []Answer) {
	var known []string
	for _, c := range list {
		known = append(known, c.ID)
		src, err := read(root, g.Student+"/"+c.ID+".star")
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			g.Problems = append(g.Problems, fmt.Sprintf("%s: %v", c.ID, err))
		default:
			answers = append(answers, Answer{c, Student{Name: g.Student}, c.ID + ".star", src})
		}
	}
	entries, err := names(root, g.Student, maxEntries)
	if err != nil {
		g.Problems = append(g.Problems, fmt.Sprintf("the folder cannot be read: %v", withoutPath(err)))
	}
	for _, name := range entries {
		id, isScript := strings.CutSuffix(name, ".star")
		if isScript && !slices.Contains(known, id) {
			g.Problems = append(g.Problems, fmt.Sprintf("%.60s: there is no such challenge%s", name,
				world.DidYouMean(plain.Short(id, 60), known)))
		}
	}
	return answers
}

// read reads a regular file of bounded size: a link could lead anywhere, and a pipe never ends.
func read(root *os.Root, name string) ([]byte, error) {
	info, err := root.Lstat(name)
	switch {
	case err != nil:
		return nil, withoutPath(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("want a file, no link and nothing else")
	case info.Size() > script.MaxSource:
		return nil, fmt.Errorf("%d bytes, the limit for a script is %d", info.Size(), script.MaxSource)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, withoutPath(err)
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, script.MaxSource+1))
	return src, withoutPath(err)
}

// withoutPath leaves out the name, which whoever prints the error has.
func withoutPath(err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	if inner, ok := errors.AsType[*os.LinkError](err); ok {
		return inner.Err
	}
	return err
}

// fingerprint is the hash of a script without what Start writes for one student, comments and
// spaces.
func fingerprint(source []byte) [32]byte {
	var lines []string
	for line := range strings.Lines(string(source)) {
		line, _, _ = strings.Cut(line, "#")
		line = strings.Join(strings.Fields(line), "")
		if line != "" && !strings.HasPrefix(line, "WANTED=") {
			lines = append(lines, line)
		}
	}
	return sha256.Sum256([]byte(strings.Join(lines, "\n")))
}

// compare notes whose solutions are the same text.
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
