package pages

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/scorecard"
)

// The bibliography, docs/sources.md. An entry begins with its short form in bold and says when it was
// checked. Whoever cites it begins with the short form: in the source of an attack, where semicolons
// stand between citations, and in a document as the text of a link to sources.md.

const sources = "docs/sources.md"

var (
	entry   = regexp.MustCompile(`^- \*\*([^*]+)\*\*[ ,].*(?:Checked \d{4}-\d{2}-\d{2}|Not re-read)\b`)
	sourced = regexp.MustCompile(`(?s)\bsource = (?:"""(.*?)"""|"([^"]*)")`)
	cited   = regexp.MustCompile(`\[([^\]]+)\]\((?:docs/|\.\./)?sources\.md\)`)
	dated   = regexp.MustCompile(`\S*\s\((?:[^()]*[\s,])?(?:19|20)\d\d\)`)
)

// citations splits what an attack names as its source.
func citations(source string) []string {
	var all []string
	for part := range strings.SplitSeq(source, ";") {
		if part = strings.TrimRight(strings.Join(strings.Fields(part), " "), "."); part != "" {
			all = append(all, part)
		}
	}
	return all
}

// shortForms are the entries of a bibliography. What looks like an entry and is none is an error.
func shortForms(text string) ([]string, error) {
	var all []string
	for _, item := range strings.Split("\n"+text, "\n- ")[1:] {
		item, _, _ = strings.Cut(item, "\n\n")
		line := strings.Join(strings.Fields(item), " ")
		if !strings.HasPrefix(line, "**") {
			continue
		}
		m := entry.FindStringSubmatch("- " + line)
		if m == nil {
			return nil, fmt.Errorf(`an entry says neither "Checked YYYY-MM-DD" nor "Not re-read": %s`, line)
		}
		all = append(all, m[1])
	}
	for i := 1; i < len(all); i++ {
		if strings.ToLower(all[i-1]) >= strings.ToLower(all[i]) {
			return nil, fmt.Errorf("entries stand once each and in alphabetical order: %q, then %q", all[i-1], all[i])
		}
	}
	return all, nil
}

// begins says whether a citation begins with a short form and not in the middle of a word.
func begins(citation, short string) bool {
	rest, found := strings.CutPrefix(citation, short)
	next, _ := utf8.DecodeRuneInString(rest)
	return found && (rest == "" || !unicode.IsLetter(next) && !unicode.IsDigit(next))
}

// adrift lists the citations without an entry, and the entries that nobody cites.
func adrift(entries []string, citations map[string][]string) (unknown, idle []string) {
	used := map[string]bool{}
	for where, list := range citations {
		for _, c := range list {
			known := ""
			for _, short := range entries {
				if begins(c, short) && len(short) > len(known) {
					known = short
				}
			}
			if used[known] = true; known == "" {
				unknown = append(unknown, where+": "+c)
			}
		}
	}
	for _, short := range entries {
		if !used[short] {
			idle = append(idle, short)
		}
	}
	slices.Sort(unknown)
	return unknown, idle
}

func TestSources(t *testing.T) {
	entries, err := shortForms(read(t, sources))
	require.NoError(t, err, sources)
	all := map[string][]string{}
	kit, err := demo.Default()
	require.NoError(t, err)
	for _, a := range kit.Attacks {
		all[a.Header().ID] = citations(a.Header().Source)
	}
	all["the scorecard"] = scorecard.Cited()
	for _, name := range documents(t) {
		text := read(t, name)
		if strings.HasPrefix(text, mark) || name == sources {
			continue
		}
		for _, m := range sourced.FindAllStringSubmatch(text, -1) {
			all[name] = append(all[name], citations(m[1]+m[2])...)
		}
		for _, m := range cited.FindAllStringSubmatch(text, -1) {
			if !strings.Contains(m[1], "sources") { // a link to the list as a whole
				all[name] = append(all[name], strings.Join(strings.Fields(m[1]), " "))
			}
		}
	}
	unknown, idle := adrift(entries, all)
	require.Empty(t, unknown, "citations that begin with no short form of %s; how to add one: docs/scripts.md, Sources", sources)
	require.Empty(t, idle, "entries of %s that nobody cites", sources)
}

// In prose a year in brackets after a title is a citation, so it follows a link.
func TestSourcesInProse(t *testing.T) {
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "docs/philosophy.md", "docs/teaching.md", "docs/threat-model.md"} {
		text := sourced.ReplaceAllString(read(t, name), "")
		for _, place := range dated.FindAllString(text, -1) {
			require.Contains(t, place, "sources.md)", "%s cites something that is no link to sources.md", name)
		}
	}
}

func TestSourcesAdrift(t *testing.T) {
	entries, err := shortForms("# Sources\n\n- *Checked*: a date\n\n- **A, One** (1999). Checked 2026-01-02.\n- **A, One\n  More**, sub. Not re-read.\n")
	require.NoError(t, err)
	require.Equal(t, []string{"A, One", "A, One More"}, entries)
	unknown, idle := adrift(entries, map[string][]string{"x": citations("A, One\n  More (2001), on y; A, Oneness; B.")})
	require.Equal(t, []string{"x: A, Oneness", "x: B"}, unknown)
	require.Equal(t, []string{"A, One"}, idle)
	for _, text := range []string{"- **A** (1999).", "- **B** Not re-read.\n- **A** Not re-read.", "- **A** Not re-read.\n- **A** Not re-read."} {
		_, err := shortForms(text)
		require.Error(t, err, text)
	}
}

// What a row does to trustees' stores is documented of nobody, and each such row says so.
func TestNoQuorumWasRobbed(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	found := 0
	for _, a := range kit.Attacks {
		h := a.Header()
		if slices.ContainsFunc(h.Needs, func(need string) bool {
			return strings.HasPrefix(need, "trustee:") && strings.HasSuffix(need, ".store")
		}) {
			found++
			said := strings.ToLower(strings.Join(strings.Fields(h.Really), " "))
			require.Contains(t, said, "no theft of a quorum is documented that we know of", h.ID)
		}
	}
	require.NotZero(t, found)
}
