package challenge

import (
	"encoding/csv"
	"encoding/xml"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// put writes a file of a folder of answers.
func put(t *testing.T, path, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

// Among students who hand in whatever crashes, hangs, is no script, or leads elsewhere, those who
// have solved something get their mark, and the table says of the others why not.
func TestFolder(t *testing.T) {
	dir, c := t.TempDir(), named(t, "tape-only")
	good := string(handIn(t, c, ada, c.ID+".star").Source)
	outside := filepath.Join(t.TempDir(), "secret.star")
	put(t, outside, good)
	file := func(student string) string { return filepath.Join(dir, student, c.ID+".star") }
	put(t, file("Ada"), good)
	put(t, file("Ben"), "# my own\n"+strings.ReplaceAll(good, `title = "An answer"`, `title  =  "An answer"`))
	put(t, file("=HYPERLINK(\"x\")"), good+"# another\nx = 1\n")
	put(t, file("binary"), "\x7fELF\x00\x01\xff\xfe")
	put(t, file("endless"), "while True:\n    pass\n")
	put(t, file("hungry"), "x = [list(range(10000000)) for i in range(1000)]\n")
	put(t, file("crash"), strings.Replace(good, "adv.tap(\"network.tap\")", "fail(\"no\")", 1))
	put(t, file("huge"), strings.Repeat("#", 1<<20+1))
	put(t, filepath.Join(dir, "typo", "tape-onyl.star"), good)
	put(t, filepath.Join(dir, "evil\x1b]0;boo\x07\n", c.ID+".star"), good)
	put(t, filepath.Join(dir, "README.txt"), "no student")
	put(t, file("copied"), c.Start(ada, c.ID+".star"))
	put(t, file("copied and solved"), "# student: Ada\n"+good)
	put(t, filepath.Join(dir, "windows", "tape-only.star.txt"), good)
	put(t, filepath.Join(dir, "python", "Tape_Only (final).py"), good)
	put(t, filepath.Join(dir, "deep", "sub", "tape-only.star"), good)
	put(t, filepath.Join(dir, "twice", "tape-only v2.star"), good)
	put(t, file("twice"), good)
	put(t, filepath.Join(dir, "twice", ".DS_Store"), "")
	put(t, filepath.Join(dir, "twice", "diary.md"), "")
	put(t, filepath.Join(dir, "__MACOSX", "x"), "")
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "idle"), 0o755))
	require.NoError(t, os.MkdirAll(file("folder"), 0o755))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "link"), 0o755))
	require.NoError(t, os.Symlink(outside, file("link")))
	require.NoError(t, os.Symlink(filepath.Dir(outside), filepath.Join(dir, "linked folder")))
	t.Chdir(dir) // the name of a socket has to be short
	require.NoError(t, os.Mkdir("socket", 0o755))
	socket, err := net.Listen("unix", filepath.Join("socket", c.ID+".star"))
	require.NoError(t, err)
	defer socket.Close()

	g := grader(t)
	g.Timeout = 10 * time.Second
	marked := 0
	grades, err := g.Folder(t.Context(), Class{Dir: dir}, func(done, of int) { marked = max(marked, done) })
	require.NoError(t, err)
	require.Len(t, grades.Students, marked)
	require.Equal(t, []string{"README.txt", "__MACOSX", "linked folder"}, grades.Ignored)

	rows, err := csv.NewReader(strings.NewReader(grades.CSV())).ReadAll()
	require.NoError(t, err)
	require.Equal(t, append(append([]string{"student", "solved"}, grades.Challenges...), "problems", "alike"), rows[0])
	table := map[string]map[string]string{}
	for _, row := range rows[1:] {
		table[row[0]] = map[string]string{}
		for i, name := range rows[0] {
			table[row[0]][name] = row[i]
		}
	}
	for student, want := range map[string][2]string{ // the mark, and why
		"Ada": {"1", ""}, "Ben": {"1", ""}, `'=HYPERLINK("x")`: {"1", ""},
		"binary": {"0", "tape-only.star: this is not UTF-8 text; save it as UTF-8"}, "endless": {"0", "does the script end?"}, "hungry": {"0", "stopped"},
		"crash": {"0", "tape-only.star:"}, "huge": {"0", "1048577 bytes, the limit"},
		"copied":            {"0", `begun by "Ada", who has other keys`},
		"copied and solved": {"1", `tape-only: begun by "Ada", who has other keys`},
		"windows":           {"", "not marked: tape-only.star.txt; rename it to tape-only.star"},
		"python":            {"", "not marked: Tape_Only (final).py; rename it to tape-only.star"},
		"deep":              {"", "not marked: sub/tape-only.star; rename it to tape-only.star"},
		"twice": {"1", "not marked: diary.md; no challenge has that name; not marked: tape-only v2.star; " +
			"tape-only.star stands there, too"},
		"typo": {"", `did you mean "tape-only"`}, "idle": {"", ""}, "folder": {"0", "want a file"},
		"link": {"0", "want a file, no link"}, "socket": {"0", "want a file"},
	} {
		require.Equal(t, want[0], table[student]["tape-only"], student)
		require.Contains(t, table[student]["problems"], want[1], student)
		require.Equal(t, want[1] == "", table[student]["problems"] == "", student)
	}
	require.NotContains(t, grades.CSV(), "\x1b")
	require.NotContains(t, table["twice"]["problems"], "DS_Store")
	require.Len(t, rows, 21)
	require.Equal(t, "20 students, 6 of 11 solved", grades.Summary())

	doc, err := grades.JUnit()
	require.NoError(t, err)
	var suites junitSuites
	require.NoError(t, xml.Unmarshal([]byte(doc), &suites))
	require.Len(t, suites.Suites, len(grades.Students))
	require.Greater(t, suites.Errors, 6)
	require.Contains(t, grades.Text(80), "Ada: 1 solved of 1 handed in")
}

// A roster tells who is missing and who is nobody's student; of challenges that are not asked for
// nothing is said.
func TestRoster(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "ADA", "quorum.star"), "x")
	put(t, filepath.Join(dir, "Zoe", "tape-only.star"), "x")
	list := filepath.Join(dir, "names.txt")
	put(t, list, "\ufeffAda\r\n\r\nBen O'Neil\r\n")
	roster, err := ReadNames(list)
	require.NoError(t, err)
	grades, err := FolderBy(Class{dir, []string{"quorum"}, roster}, func(answers []Answer) (list []*Verdict, _ error) {
		for _, a := range answers {
			list = append(list, a.Verdict("x"))
		}
		return list, nil
	})
	require.NoError(t, err)
	require.Equal(t, "student,solved,quorum,problems,alike\nADA,0,0,quorum: x,\nBen O'Neil,0,,there is no "+
		"folder of this name,\nZoe,0,,is not on the roster,\n", grades.CSV())
	require.Equal(t, "3 students, 0 of 1 solved", grades.Summary())

	for text, why := range map[string]string{"Ada\n\n ADA\n": `:3: "ADA" is on line 1 as well`, "\n": "0 names",
		"a/b": "no folder's name", "..": "no folder's name", "con.x": "no folder's name", "x\x1b": "cannot be seen",
		"\xff\xfeA\x00": "cannot be seen"} {
		put(t, list, text)
		_, err := ReadNames(list)
		require.ErrorContains(t, err, why, text)
	}
}

// A class's scripts are where they are collected; what a student has changed stays.
func TestStartClass(t *testing.T) {
	dir, names, list := filepath.Join(t.TempDir(), "a", "b"), []string{"Ada", "Zoë O'Neil"}, all(t)[:2]
	wrote, kept, err := StartClass(dir, list[:1], names)
	require.NoError(t, err)
	require.Equal(t, []int{2, 0}, []int{wrote, kept})
	mine := filepath.Join(dir, "Ada", list[0].ID+".star")
	put(t, mine, "mine")
	wrote, kept, err = StartClass(dir, list, names)
	require.NoError(t, err)
	require.Equal(t, []int{2, 2}, []int{wrote, kept})
	text, err := os.ReadFile(mine)
	require.NoError(t, err)
	require.Equal(t, "mine", string(text))
	text, err = os.ReadFile(filepath.Join(dir, names[1], list[1].ID+".star"))
	require.NoError(t, err)
	require.Equal(t, list[1].Start(Student{Name: names[1]}, list[1].ID+".star"), string(text))
}

// Solutions that leave a choice are compared by what they do: other names, texts and numbers of
// messages hide no copy, and another string is another solution. Of a few calls nothing is said.
func TestAlike(t *testing.T) {
	var tell []string
	for _, c := range all(t) {
		src := string(handIn(t, c, ada, c.ID+".star").Source)
		mine, tells := fingerprint(c, []byte(src))
		if !tells {
			continue
		}
		tell = append(tell, c.ID)
		copied, _ := fingerprint(c, []byte("# mine\nWANTED = 7\n"+strings.NewReplacer("An answer", "Mine", "found",
			"out", "adv.", "me.", "(adv", "(me", "(\"", "( \"").Replace(src)))
		require.Equal(t, mine, copied, c.ID)
		other, _ := fingerprint(c, []byte(strings.Replace(src, "adv.advance(", "adv.facts(", 1)))
		require.NotEqual(t, mine, other, c.ID)
	}
	require.Equal(t, []string{"forged-word", "silent-device"}, tell)
	c := named(t, "forged-word")
	text, _ := fingerprint(c, handIn(t, c, ada, c.ID+".star").Source)
	g := Grades{Challenges: []string{c.ID}, Students: []*Grade{newGrade("Ada"), newGrade("Ben"), newGrade("Cem")}}
	g.Students[0].prints[c.ID], g.Students[2].prints[c.ID] = text, text
	g.compare()
	require.Equal(t, []string{"forged-word: Cem"}, g.Students[0].Alike)
	require.Empty(t, g.Students[1].Alike)
}

// A verdict as JUnit has a case for each condition, and as text what to do next.
func TestVerdict(t *testing.T) {
	g, c := grader(t), named(t, "stolen-phone")
	v := g.Check(t.Context(), handIn(t, c, ada, "naive/stolen-phone.star"))
	doc, err := v.JUnit()
	require.NoError(t, err)
	var suites junitSuites
	require.NoError(t, xml.Unmarshal([]byte(doc), &suites))
	require.Equal(t, len(v.Marks)+1, suites.Tests)
	require.Equal(t, 2, suites.Failures)
	require.Zero(t, suites.Errors)
	require.Contains(t, v.Text(c, 80), "A hint: doormat challenge show stolen-phone --hints 1 (2 and 3 tell more)")
	require.NotContains(t, v.Text(c, 80), c.Afterwards[:20])
	v.Error = "broken"
	doc, err = v.JUnit()
	require.NoError(t, err)
	require.Contains(t, doc, `<error message="broken">`)
}

// documented are the fields of challenge.yml that ctfcli documents, and what each holds; the
// source is named at Export.
var documented = map[string]func(v any) bool{
	"name": isText, "author": isText, "category": isText, "description": isText, "attribution": isText,
	"value":   func(v any) bool { n, ok := v.(int); return ok && n > 0 },
	"type":    func(v any) bool { return v == "standard" },
	"flags":   areTexts, // strings are static flags
	"topics":  areTexts,
	"tags":    areTexts,
	"files":   areTexts,
	"hints":   func(v any) bool { return areTexts(v) && len(v.([]any)) == 3 }, // strings are free
	"state":   func(v any) bool { return v == "hidden" || v == "visible" },
	"version": func(v any) bool { return v == "0.1" },
}

func isText(v any) bool { text, ok := v.(string); return ok && strings.TrimSpace(text) != "" }

func areTexts(v any) bool {
	list, ok := v.([]any)
	for _, item := range list {
		ok = ok && isText(item)
	}
	return ok && len(list) > 0
}

// What is exported is what ctfcli documents, field by field; it is there whole or not at all.
func TestExport(t *testing.T) {
	dir, class := filepath.Join(t.TempDir(), "out"), Student{Name: `9b: "x" #1`, Class: true}
	require.NoError(t, Export(dir, class, "https://example.org/get"))
	titles := map[string]bool{}
	for _, c := range all(t) {
		text, err := os.ReadFile(filepath.Join(dir, c.ID, "challenge.yml"))
		require.NoError(t, err)
		var fields map[string]any
		require.NoError(t, yaml.Unmarshal(text, &fields))
		for name, value := range fields {
			is, known := documented[name]
			require.True(t, known, "%s: %s is not documented", c.ID, name)
			require.True(t, is(value), "%s: %s: %v", c.ID, name, value)
		}
		require.Len(t, fields, len(documented))
		flag, err := c.Flag(class)
		require.NoError(t, err)
		require.Equal(t, []any{flag}, fields["flags"])
		require.Contains(t, fields["description"], "Get doormat here: https://example.org/get")
		require.Equal(t, c.Title, fields["name"], "quotes and umlauts come through")
		titles[c.Title] = true // ctfcli tells challenges by their names
		script, err := os.ReadFile(filepath.Join(dir, c.ID, fmt.Sprint(fields["files"].([]any)[0])))
		require.NoError(t, err)
		require.Equal(t, c.Start(class, c.ID+".star"), string(script))
		require.NotContains(t, string(script), "flag{", "which ctfcli's lint looks for")
		require.NotContains(t, string(script), flag)
	}
	require.Len(t, titles, len(all(t)))
	require.ErrorContains(t, Export(dir, class, ""), "is there already")

	parent := t.TempDir()
	require.NoError(t, os.Chmod(parent, 0o500))
	if os.Geteuid() != 0 {
		require.Error(t, Export(filepath.Join(parent, "out"), class, ""))
	}
	require.Error(t, Export(filepath.Join(parent, "missing", "out"), class, ""))
}
