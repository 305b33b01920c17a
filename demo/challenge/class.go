package challenge

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"doormat/attacks/script"
	"doormat/demo/atomicfile"
	"doormat/demo/plain"
	"doormat/world"
)

// MaxStudents is how many folders of students are read, and maxEntries how many names of one.
const (
	MaxStudents = 2000
	maxEntries  = 1000
)

// A Class is a folder of answers, DIR/STUDENT/CHALLENGE.star, in which STUDENT is the name that the
// student gave to Start and CHALLENGE an id.
type Class struct {
	Dir    string
	Only   []string // ids of the challenges that are marked; none for all
	Roster []string // names of all students, so that who handed in nothing is told; nil if unknown
}

// open reads who handed in something in a folder, which the caller closes.
func open(class Class) (*os.Root, *Grades, error) {
	root, err := os.OpenRoot(class.Dir)
	if err != nil {
		return nil, nil, err
	}
	grades, err := collect(root, class)
	if err != nil {
		root.Close()
		return nil, nil, err
	}
	return root, grades, nil
}

// collect reads who handed in what.
func collect(root *os.Root, class Class) (*Grades, error) {
	out := &Grades{Challenges: class.challenges(), Students: []*Grade{}, Ignored: []string{}}
	entries, err := names(root, ".", MaxStudents+1)
	if err != nil {
		return nil, err
	}
	if len(entries) > MaxStudents {
		return nil, fmt.Errorf("%s has more than %d entries: mark a part of them at a time",
			root.Name(), MaxStudents)
	}
	for _, name := range entries {
		if info, err := root.Lstat(name); err != nil || !info.IsDir() || leftBehind(name) {
			out.Ignored = append(out.Ignored, name)
			continue
		}
		out.Students = append(out.Students, newGrade(name))
	}
	if len(out.Students) == 0 {
		return nil, fmt.Errorf("%s: no student's folder in it: want DIR/STUDENT/CHALLENGE.star",
			root.Name())
	}
	if class.Roster != nil {
		out.call(class.Roster)
	}
	return out, nil
}

func newGrade(student string) *Grade {
	return &Grade{Student: student, Verdicts: []*Verdict{}, Problems: []string{}, Alike: []string{},
		prints: map[string][32]byte{}}
}

// challenges are the ids of those that are marked.
func (c Class) challenges() []string {
	ids := []string{}
	list, _ := All() // which could be read before
	for _, one := range list {
		if len(c.Only) == 0 || slices.Contains(c.Only, one.ID) {
			ids = append(ids, one.ID)
		}
	}
	return ids
}

// leftBehind tells what systems and version control leave in folders.
func leftBehind(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "__")
}

// call calls the roster: who has no folder, and whose folder is nobody's of it.
func (g *Grades) call(roster []string) {
	missing := map[uint64]string{}
	for _, name := range roster {
		missing[Student{Name: name}.Seed()] = name
	}
	known := maps.Clone(missing)
	for _, s := range g.Students {
		seed := Student{Name: s.Student}.Seed()
		if delete(missing, seed); known[seed] == "" {
			s.Problems = append(s.Problems, "is not on the roster")
		}
	}
	for _, name := range missing {
		s := newGrade(name)
		s.Problems = append(s.Problems, "there is no folder of this name")
		g.Students = append(g.Students, s)
	}
	slices.SortFunc(g.Students, func(a, b *Grade) int { return strings.Compare(a.Student, b.Student) })
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

// collect reads what one student handed in, and notes every file that is not marked.
func (g *Grade) collect(root *os.Root, class Class) (answers []Answer) {
	list, _ := All() // which could be read before
	for _, c := range list {
		if !slices.Contains(class.challenges(), c.ID) {
			continue
		}
		src, err := read(root, g.Student+"/"+c.ID+".star")
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			g.Problems = append(g.Problems, fmt.Sprintf("%s: %v", c.ID, err))
		default:
			answers = append(answers, Answer{c, Student{Name: g.Student}, c.ID + ".star", src})
		}
	}
	g.notMarked(root)
	return answers
}

// notMarked tells of each file that is none of the challenges what to call it.
func (g *Grade) notMarked(root *os.Root) {
	problem := func(format string, args ...any) {
		g.Problems = append(g.Problems, fmt.Sprintf(format, args...))
	}
	known := Class{}.challenges()
	seen, folders := 0, []string{""}
	for len(folders) > 0 && seen < maxEntries {
		folder := folders[0]
		folders = folders[1:]
		entries, err := names(root, path.Join(g.Student, folder), maxEntries-seen)
		if err != nil && !errors.Is(err, fs.ErrNotExist) { // of that the roster tells
			problem("the folder cannot be read: %v", atomicfile.WithoutPath(err))
		}
		seen += len(entries)
		for _, entry := range entries {
			name := path.Join(folder, entry)
			id, isScript := strings.CutSuffix(name, ".star")
			if leftBehind(entry) || isScript && slices.Contains(known, id) {
				continue
			}
			if info, err := root.Lstat(path.Join(g.Student, name)); err == nil && info.IsDir() {
				folders = append(folders, name)
			} else {
				problem("not marked: %s%s", plain.Short(name, 60), g.meant(root, entry, known))
			}
		}
	}
	if seen == maxEntries {
		problem("there are %d files or more, and not all were looked at", maxEntries)
	}
}

// meant says what to call a file: by the longest id that its name speaks of, or by one that it is a
// slip away from.
func (g *Grade) meant(root *os.Root, name string, known []string) string {
	like, id := strings.ToLower(strings.NewReplacer(" ", "-", "_", "-").Replace(name)), ""
	for _, k := range known {
		if strings.Contains(like, k) && len(k) > len(id) {
			id = k
		}
	}
	stem, _, _ := strings.Cut(name, ".")
	if id == "" {
		return cmp.Or(world.DidYouMean(plain.Short(stem, 60), known), "; no challenge has that name")
	}
	if _, err := root.Lstat(g.Student + "/" + id + ".star"); err == nil {
		return "; " + id + ".star stands there, too"
	}
	return "; rename it to " + id + ".star"
}

// read reads a regular file of bounded size: a link could lead anywhere, and a pipe never ends.
func read(root *os.Root, name string) ([]byte, error) {
	info, err := root.Lstat(name)
	switch {
	case err != nil:
		return nil, atomicfile.WithoutPath(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("want a file, no link and nothing else")
	case info.Size() > script.MaxSource:
		return nil, fmt.Errorf("%d bytes, the limit for a script is %d", info.Size(), script.MaxSource)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, atomicfile.WithoutPath(err)
	}
	defer f.Close()
	src, err := io.ReadAll(io.LimitReader(f, script.MaxSource+1))
	return src, atomicfile.WithoutPath(err)
}
