package challenge

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"

	"doormat/demo"
	"doormat/demo/atomicfile"
	"doormat/demo/plain"
)

// reserved are names that Windows gives to devices, whatever follows a dot.
var reserved = regexp.MustCompile(`(?i)^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$`)

// CheckName refuses a student's name that cannot be that of a folder on every system: the folder is
// how an answer is known to be the student's. The error is a [demo.UsageError].
func CheckName(name string) error {
	switch {
	case !utf8.ValidString(name) || plain.Clean(name) != name:
		return demo.Usagef("%q is no name: it has signs that cannot be seen", name)
	case name == "" || len(name) > 200 || strings.ContainsAny(name, `/\:*?"<>|`) || leftBehind(name) ||
		strings.TrimSpace(name) != name || strings.HasSuffix(name, ".") || reserved.MatchString(name):
		return demo.Usagef(`%q can be no folder's name on every system: leave out / \ : * ? " < > |, dots `+
			"and spaces at the ends, and what is longer than 200 bytes", name)
	}
	return nil
}

// ReadNames reads a class, a name on each line. The error says of which line it is.
func ReadNames(file string) (list []string, err error) {
	text, err := demo.ReadFile(file, 1<<20)
	if err != nil {
		return nil, err
	}
	lines := map[uint64]int{} // on which a student stands
	for i, name := range strings.Split(strings.TrimPrefix(string(text), "\ufeff"), "\n") {
		if name = strings.TrimSpace(name); name == "" {
			continue
		}
		if err := CheckName(name); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, i+1, err)
		}
		seed := Student{Name: name}.Seed()
		if first, twice := lines[seed]; twice {
			return nil, demo.Usagef("%s:%d: %q is on line %d as well: tell the two apart", file, i+1, name, first)
		}
		lines[seed] = i + 1
		list = append(list, name)
	}
	if len(list) == 0 || len(list) > MaxStudents {
		return nil, demo.Usagef("%s: %d names; want 1 to %d, one on each line", file, len(list), MaxStudents)
	}
	return list, nil
}

// StartClass writes the scripts to begin with for a whole class, as [Class] has them. Those that are
// there already stay as they are: so many are kept.
func StartClass(dir string, list []*Challenge, students []string) (wrote, kept int, err error) {
	for _, name := range students {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			return wrote, kept, fmt.Errorf("--out %w", err)
		}
		for _, c := range list {
			file := c.ID + ".star"
			err := writeNew(filepath.Join(dir, name, file), c.Start(Student{Name: name}, file))
			switch {
			case errors.Is(err, fs.ErrExist):
				kept++
			case err != nil:
				return wrote, kept, fmt.Errorf("--out %w", err)
			default:
				wrote++
			}
		}
	}
	return wrote, kept, nil
}

func writeNew(path, text string) error {
	f, err := atomicfile.CreateNew(path)
	if err != nil {
		return err
	}
	if _, err = f.WriteString(text); err != nil {
		f.Discard()
		return err
	}
	return f.Commit()
}
