package sheet

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/demo/story"
)

// testimony is a sheet of results made ahead, which are those of a real run.
func testimony(t testing.TB, designs []string, list ...string) *Sheet {
	kit, err := demo.Default()
	require.NoError(t, err)
	o := demo.Defaults()
	o.Attacks, o.Designs = list, designs
	if len(list) == 0 {
		for _, h := range demo.Showcases(kit.Attacks) {
			o.Attacks = append(o.Attacks, h.ID)
		}
	}
	lab, err := o.Lab(kit, story.Conversation())
	require.NoError(t, err)
	s := &Sheet{Result: lab.Made(), Lab: lab, Options: Chosen(o, lab), Program: "0.1.0, revision 0123456789ab",
		Pairs: len(kit.Designs) * len(kit.Attacks)}
	require.NotNil(t, s.Result, "docs/results.json is of other settings or rows, run: go run ./cmd/doormat docs")
	return s
}

func text(t testing.TB, s *Sheet, format string) string {
	data, err := s.Bytes(format)
	require.NoError(t, err)
	return string(data)
}

// check is what verify does once the command has run.
func check(page string, again *Sheet) (*Report, error) {
	read, err := Parse([]byte(page))
	if err != nil {
		return nil, err
	}
	return read.Compare(again)
}

// reseal is what somebody does who edits a sheet and knows of its hash.
func reseal(page string) string {
	label := strings.LastIndex(page, labelSheet)
	if label < 0 {
		return page
	}
	return Seal(page[:label] + regexp.MustCompile("[0-9a-f]{64}").ReplaceAllLiteralString(page[label:], unsealed))
}

func TestHolds(t *testing.T) {
	s := testimony(t, nil)
	for _, format := range Formats {
		page := text(t, s, format)
		require.Equal(t, page, reseal(page))
		r, err := check(page, s)
		require.NoError(t, err)
		require.Empty(t, r.Failed())
		require.Len(t, r.Claims, 8)
		require.Equal(t, 8, strings.Count(r.Text(), ": holds: "))
		require.Equal(t, s.claim("theft", cellOf(s, "quorum-theft", "threshold"), s.Result.Designs[1]).Words, r.Claims[3].Said.Words)
		read, err := Parse([]byte(page))
		require.NoError(t, err)
		require.Contains(t, strings.Join(read.Settings, " "), "--threshold 3 --trustees 5")
		require.Contains(t, strings.Join(read.Command, " "), "--designs e2ee,threshold")
	}
}

func cellOf(s *Sheet, attack, design string) *attacks.Cell {
	i := slices.IndexFunc(s.Result.Cells, func(c attacks.Cell) bool { return c.Attack == attack && c.Design == design })
	return &s.Result.Cells[i]
}

// edit changes a line as little as somebody would: another digit, or else one word more.
func edit(line string) string {
	i := strings.IndexAny(line, "123456789")
	if i < 0 {
		return line + " x"
	}
	return line[:i] + string('0'+(line[i]-'0'+1)%10) + line[i+1:]
}

// TestEdits changes, leaves out or doubles each line of a sheet, and with -all, as in .ci/run, does
// all three to each. Without a new hash it is said to be edited, in that line as far as it can be
// known; with one, it is refused all the same.
func TestEdits(t *testing.T) {
	s := testimony(t, nil)
	for _, format := range Formats {
		page := text(t, s, format)
		lines := strings.Split(page, "\n")
		for i, line := range lines {
			for turn, name := range []string{"changed", "left out", "doubled"} {
				if (turn+i)%3 != 0 && !*demotest.All {
					continue
				}
				by := [][]string{{edit(line)}, {}, {line, line}}[turn]
				edited := strings.Join(slices.Replace(slices.Clone(lines), i, i+1, by...), "\n")
				if edited == page {
					continue
				}
				where := fmt.Sprintf("%s, line %d %s: %s", format, i+1, name, line)
				_, err := check(edited, s)
				at := new(LineError)
				require.ErrorAs(t, err, &at, where)
				ofProgram := strings.Contains(line, labelProgram+"<") || strings.Contains(line, "| "+labelProgram+" ")
				if name == "changed" && errors.Is(err, errEdited) && !ofProgram {
					require.Equal(t, i+1, at.Line, where)
				}
				r, err := check(reseal(edited), s)
				if err == nil && ofProgram { // it may be true, and what can be known is said
					require.Contains(t, r.Text(), "nothing else on the sheet", where)
				} else if err == nil && !strings.Contains(line, labelSheet) {
					require.NotEmpty(t, r.Failed(), where)
				} else if err != nil {
					require.ErrorAs(t, err, &at, where)
				}
			}
		}
	}
}

// TestWordsOfClaims: whoever makes a claim sound better is told, also with the right number.
func TestWordsOfClaims(t *testing.T) {
	s := testimony(t, nil)
	for _, format := range Formats {
		page := text(t, s, format)
		milder := reseal(strings.Replace(page, "noticed by nobody", "noticed by everybody", 1))
		r, err := check(milder, s)
		require.NoError(t, err)
		require.Equal(t, "1 of 8 claims", r.Failed())
		require.Contains(t, r.Text(), "the sheet says: 20/28, 0/44.")

		fewer := reseal(strings.Replace(page, "28/28, 44/44", "27/28, 44/44", 1))
		r, err = check(fewer, s)
		require.NoError(t, err)
		require.Equal(t, "1 of 8 claims", r.Failed())

		_, err = check(reseal(strings.Replace(page, "Rows are not likelihoods", "Rows are likelihoods", 1)), s)
		require.ErrorContains(t, err, "given a new hash")
		hidden := reseal(strings.Replace(page, "<td>", `<td style="display:none">`, 3))
		if hidden != page {
			_, err = check(hidden, s)
			require.Error(t, err)
		}
	}
}

// TestAnotherVersion: its words are its own, its numbers are compared.
func TestAnotherVersion(t *testing.T) {
	s, old := testimony(t, nil), testimony(t, nil)
	old.Program = "0.0.9"
	old.Result.Doormat = "0.0.9"
	for _, format := range Formats {
		page := reseal(strings.Replace(text(t, old, format), "break-ins needed", "parties", 1))
		r, err := check(page, s)
		require.NoError(t, err)
		require.Empty(t, r.Failed())
		require.Contains(t, r.Text(), "Written by doormat 0.0.9, measured by doormat 0.1.0")
		require.Contains(t, r.Text(), "its number holds, its words are others")
		require.Contains(t, r.Text(), "hash of the result is another")
		r, err = check(reseal(strings.Replace(page, "28/28, 44/44", "28/28, 43/44", 1)), s)
		require.NoError(t, err)
		require.Equal(t, "1 of 8 claims", r.Failed())
		_, err = check(strings.Replace(page, "28/28, 44/44", "28/28, 43/44", 1), s)
		require.ErrorIs(t, err, errEdited)
	}
}

// TestHiddenNumbers: what the sheet does not print is in the hash of the result.
func TestHiddenNumbers(t *testing.T) {
	s, other := testimony(t, nil), testimony(t, nil)
	page := text(t, s, "html")
	other.Result.Cells = slices.Clone(other.Result.Cells)
	other.Result.Cells[0].Seconds++
	r, err := check(page, other)
	require.NoError(t, err)
	require.Empty(t, r.Failed(), "seconds are no part of it")
	other.Result.Cells[0].Principals++
	r, err = check(page, other)
	require.NoError(t, err)
	require.Equal(t, "the hash of the result", r.Failed())
	require.Contains(t, r.Text(), "hash of the result differs")
}

// TestHostileNames: names from a chat come back from the sheet as they went in, and break
// nothing on it.
func TestHostileNames(t *testing.T) {
	for _, name := range []string{demotest.Evil, "a | b", "`x` \\ *y* _z_ [q](r) <b>&amp;", "</td></tr>", "עומר 3", "it's", "```", "| 9 | a on b | 1/1 | c |\n"} {
		s := testimony(t, nil)
		s.Result.Settings.Target, s.Result.Conversation.Title = name, name
		s.Options.Conversation, s.Chat = name, Hash([]byte(name))
		s.Options.Set("target", name)
		for _, format := range Formats {
			page := text(t, s, format)
			r, err := check(page, s)
			require.NoError(t, err, "%s %q", format, name)
			require.Empty(t, r.Failed())
			require.Len(t, r.Claims, 8)
			read, err := Parse([]byte(page))
			require.NoError(t, err)
			i := slices.IndexFunc(read.Command, func(w string) bool { return strings.HasPrefix(w, "--target") })
			value := strings.TrimPrefix(read.Command[i], "--target=")
			if value == "--target" {
				value = read.Command[i+1]
			}
			require.Equal(t, name, value, format)
			require.NotContains(t, page, "\x1b")
			require.False(t, format == "html" && strings.Contains(page, "<b>&"))
			require.Equal(t, s.Chat, read.Chat)
		}
	}
}

// FuzzParse reads anything, and what it reads it compares without a panic.
func FuzzParse(f *testing.F) {
	s := testimony(f, nil)
	for _, format := range Formats {
		f.Add(text(f, s, format))
	}
	f.Fuzz(func(t *testing.T, page string) {
		_, err := check(page, s)
		at := new(LineError)
		if err != nil {
			require.ErrorAs(t, err, &at)
			require.LessOrEqual(t, at.Line, strings.Count(page, "\n")+1)
		}
	})
}

// TestLineEnds: a sheet that came through a program which changes line ends is told from an edit.
func TestLineEnds(t *testing.T) {
	s := testimony(t, []string{"threshold"}, "quorum-theft")
	for _, format := range []string{"html", "markdown"} {
		page := text(t, s, format)
		for _, changed := range []string{"\ufeff" + page, strings.ReplaceAll(page, "\n", "\r\n")} {
			_, err := Parse([]byte(changed))
			require.ErrorContains(t, err, "1: a program has changed this sheet's line ends")
		}
	}
	_, err := Parse([]byte("\ufeffDear Sir\r\n"))
	require.ErrorContains(t, err, "this is no sheet")
}
