package classroom

import (
	"context"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/lesson"
	"doormat/demo/plain"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/docs"
)

// usual is the room without flags.
var usual = sync.OnceValues(func() (*Room, error) {
	kit, err := demo.Default()
	if err != nil {
		return nil, err
	}
	return New(context.Background(), kit, demo.Defaults(), story.Conversation())
})

func room(t *testing.T) *Room {
	r, err := usual()
	require.NoError(t, err)
	return r
}

// sheets are the files of a room by name.
func sheets(t *testing.T, r *Room) map[string]string {
	list, err := r.Files()
	require.NoError(t, err)
	files := map[string]string{}
	for i, f := range list {
		require.Equal(t, Names()[i], f.Name)
		files[f.Name] = string(f.Data)
	}
	require.Len(t, list, len(Names()))
	return files
}

// shown finds cells that say what they show, and blanks those that are to be filled in.
var (
	shown  = regexp.MustCompile(`<td data-attack="([^"]*)" data-design="([^"]*)" data-measure="([^"]*)">([^<]*)</td>`)
	blanks = regexp.MustCompile(`<td class="blank">([^<]*)</td>`)
)

// said is what a sheet has to show of a cell, counted here and not by the program.
func said(t *testing.T, c *attacks.Cell, measure string) string {
	of := func(n, all int) string {
		if all == 0 {
			return "there are none"
		}
		return fmt.Sprintf("%d of %d", n, all)
	}
	target, others := c.Content.Target, c.Content.Others
	switch measure {
	case "target":
		return of(target.Recovered, target.Total)
	case "others":
		return of(others.Recovered, others.Total)
	case "read":
		return of(target.Recovered+others.Recovered, target.Total+others.Total)
	case "served":
		if c.Lawful.Asked == 0 {
			return "no order"
		}
		return of(c.Lawful.Served, c.Lawful.Asked)
	case "metadata":
		return of(c.Metadata.Recovered, c.Metadata.Total)
	case "beyond":
		return fmt.Sprint(c.Lawful.Beyond)
	case "unnamed":
		return fmt.Sprint(c.People.Unnamed)
	case "noticed":
		by := map[string]bool{}
		for _, e := range c.Noticed {
			by[e.By] = true
		}
		return fmt.Sprint(len(by))
	}
	t.Fatalf("nobody counts %s here", measure)
	return ""
}

// TestKey reads every number of key and role cards back, and holds it to results that were made
// ahead.
func TestKey(t *testing.T) {
	ahead, err := demo.Ahead()
	require.NoError(t, err)
	cells := summary.Cells(ahead)
	files := sheets(t, room(t))
	for name, least := range map[string]int{"key": 4 * 2 * len(room(t).rows()), "roles": 2 * 4 * len(roles)} {
		found := shown.FindAllStringSubmatch(files[name+".html"], -1)
		require.Len(t, found, least, name)
		for _, m := range found {
			c := cells[[2]string{m[1], m[2]}]
			if id, values, own := strings.Cut(m[1], " "); own {
				if text := html.UnescapeString(m[4]); m[2] == "threshold" && m[3] == "target" {
					require.Equal(t, promised(t, id, values)[0], text, m[0])
				} else if m[2] == "threshold" && m[3] == "others" {
					require.Equal(t, promised(t, id, values)[1], text, m[0])
				}
				continue
			}
			require.NotNil(t, c, m[0])
			switch text := html.UnescapeString(m[4]); {
			case c.Applicable:
				require.Equal(t, said(t, c, m[3]), text, "%s: %s", name, m[0])
			default:
				require.Contains(t, []string{"– not applicable", "nobody to turn to"}, text, m[0])
			}
			require.Contains(t, files[name+".md"], m[4])
		}
	}
}

func mustKit(t *testing.T) demo.Kit {
	kit, err := demo.Default()
	require.NoError(t, err)
	return kit
}

// promised is what the guide for teachers says that an act reads with escrow, of the target and of
// others.
func promised(t *testing.T, id, values string) (read [2]string) {
	flags := ""
	for _, v := range strings.Fields(values) {
		flags += " --" + strings.Replace(v, "=", " ", 1)
	}
	m := regexp.MustCompile(`(?m)^doormat attack run ` + id + flags + ` +# (both|.*threshold) (\d+)/(\d+) (\d+)/(\d+)`).FindStringSubmatch(docs.Teaching)
	require.NotNil(t, m, "docs/teaching.md promises nothing of %s%s", id, flags)
	return [2]string{m[2] + " of " + m[3], m[4] + " of " + m[5]}
}

// scrambled is a room in which every outcome is another one.
func scrambled(r *Room) *Room {
	other := *r
	other.Result, other.own = scramble(r.Result), map[string]*attacks.Result{}
	for act, result := range r.own {
		other.own[act] = scramble(result)
	}
	return &other
}

func scramble(r *attacks.Result) *attacks.Result {
	result := *r
	result.Cells = slices.Clone(result.Cells)
	for i := range result.Cells {
		c := attacks.Cell{Design: result.Cells[i].Design, Attack: result.Cells[i].Attack, Applicable: !result.Cells[i].Applicable, Why: "scrambled"}
		c.Content.Target.Recovered, c.Content.Target.Total = 7777, 8888
		c.Content.Others = c.Content.Target
		c.Lawful.Served, c.Lawful.Asked, c.Lawful.Beyond, c.People.Unnamed = 7777, 8888, 7777, 7777
		c.Noticed = []attacks.Evidence{{By: "scrambled"}}
		result.Cells[i] = c
	}
	return &result
}

// TestNoAnswers: what students get does not change with anything that was measured, its blanks are
// empty, and no outcome of the key stands in it.
func TestNoAnswers(t *testing.T) {
	files, other := sheets(t, room(t)), sheets(t, scrambled(room(t)))
	questions := room(t).questions()
	for _, a := range mustKit(t).Attacks {
		require.Contains(t, questions, a.Header().ID, "docs/teaching.md asks nothing of it: add a row to its last table")
	}
	require.Len(t, questions, len(mustKit(t).Attacks))
	for name, empty := range map[string]int{"worksheet": 5*2*len(room(t).rows()) - 2*7, "predictions-15": 2 * 2, "predictions-50": 2 * 5} {
		for _, format := range []string{".html", ".md"} {
			require.Equal(t, other[name+format], files[name+format])
			for _, m := range shown.FindAllStringSubmatch(files["key.html"], -1) {
				if strings.Contains(m[4], " of ") {
					require.NotContains(t, files[name+format], m[4])
				}
			}
			for _, h := range room(t).Lab.Attacks { // whoever wrote them knew the outcome
				header := h.Header()
				for _, text := range []string{header.Why, header.Happens, header.Exercise} {
					require.NotContains(t, files[name+format], plain.FirstSentence(plain.Prose(text)), header.ID)
				}
			}
			for i := range room(t).Result.Cells {
				verdict := summary.Verdict("attack", &room(t).Result.Cells[i])
				require.NotContains(t, files[name+format], verdict)
			}
		}
		found := blanks.FindAllStringSubmatch(files[name+".html"], -1)
		require.Len(t, found, empty, name)
		for _, m := range found {
			require.Empty(t, m[1])
		}
		require.Empty(t, shown.FindString(files[name+".html"]))
	}
	require.NotEqual(t, other["key.html"], files["key.html"])
	require.Contains(t, other["roles.html"], "7777")
}

// TestExercises: all exercises of the guide are there, with no word of an answer.
func TestExercises(t *testing.T) {
	sheet := sheets(t, room(t))["exercises.md"]
	require.Len(t, regexp.MustCompile(`(?m)^## \d+\. `).FindAllString(sheet, -1), 13)
	require.Contains(t, sheet, "(c) what a theft after message 1 opens.")
	require.NotRegexp(t, `\d/\d|details|Answer|\]\(|\x60\x60\x60`, sheet)
}

// TestOrdered: the worksheet asks how much of an order was served where there was one, in any column.
func TestOrdered(t *testing.T) {
	r := room(t)
	for _, act := range r.rows() {
		asked := false
		for _, d := range r.Result.Designs {
			asked = asked || r.cell(act, d.ID).Lawful.Asked > 0
		}
		require.Equal(t, asked, r.ordered(act), act)
	}
}

// TestPlans: a plan goes through its lesson minute by minute and tells what each act measured; acts
// with settings of their own measure what the guide for teachers promises of them.
func TestPlans(t *testing.T) {
	r := room(t)
	files := sheets(t, r)
	require.Contains(t, files["plan-50.md"], "0 of 72, who wrote to whom and when known of 72 of 72, ")
	for i, id := range []string{"15", "50", "180"} {
		plan := files["plan-"+id+".md"]
		require.Contains(t, plan, fmt.Sprintf("–%s | ", id), "it ends in time")
		acts := 0
		for _, s := range r.Lessons[i].Steps { // a sheet has what its lesson has, as the screen calls it
			sheet, own := files["predictions-"+id+".md"]
			if s.Kind == "act" && own {
				acts++
				require.Contains(t, sheet, fmt.Sprintf("| Act %d. %s |", acts, r.titled(s.Named())))
			}
			for k, o := range s.Options {
				require.Equal(t, own, strings.Contains(sheet, fmt.Sprintf("| %s. %s |", lesson.Letter(k), o.Text)), o.Text)
			}
			require.Equal(t, id != "180", own)
		}
		for _, s := range r.Lessons[i].Steps {
			if s.Kind != "act" {
				continue
			}
			row := regexp.MustCompile(`\| Act: .*\(` + regexp.QuoteMeta(s.Named()) + `\) \| (.*) \|`).FindStringSubmatch(plan)
			require.NotNil(t, row, s.Named())
			read, n := promised(t, s.Attack, strings.TrimPrefix(s.Named(), s.Attack)), [4]int{}
			_, err := fmt.Sscanf(strings.Join(read[:], " "), "%d of %d %d of %d", &n[0], &n[1], &n[2], &n[3])
			require.NoError(t, err)
			require.Contains(t, row[1], fmt.Sprintf("Threshold escrow: %d of %d,", n[0]+n[2], n[1]+n[3]), s.Named())
		}
	}
}

// TestFacts: as many cards speak for a spare key as against it; each has a fact that others will
// hold against it or that helps nobody, and one that helps; a number decides for whom it speaks.
func TestFacts(t *testing.T) {
	r := room(t)
	camps := map[int]int{}
	for _, role := range roles {
		camps[role.camp]++
		sides := map[int]int{}
		for _, f := range role.facts {
			require.NotNil(t, summary.MeasureNamed(f.measure), "%s: %s", role.name, f.measure)
			sides[r.speaks(f)]++
		}
		require.Less(t, max(sides[forAccess], sides[against]), 3, "%s hears one side only", role.name)
		require.Positive(t, sides[forAccess], role.name)
		if role.camp == neither {
			require.Positive(t, sides[against], role.name)
		} else {
			require.Positive(t, sides[role.camp], role.name)
		}
	}
	require.Equal(t, map[int]int{forAccess: 3, against: 3, neither: 1}, camps)
	require.Equal(t, against, r.speaks(robbed))
	require.Equal(t, forAccess, r.speaks(future))
	result, other := *r.Result, *r
	result.Cells = slices.Clone(result.Cells)
	for i := range result.Cells {
		if c := &result.Cells[i]; c.Attack == robbed.with {
			c.People.Unnamed = 0
		} else if c.Attack == future.with && c.Design == "threshold" {
			c.Lawful.Served = -1
		}
	}
	other.Result = &result
	require.Equal(t, neither, other.speaks(robbed), "nobody is read")
	require.Equal(t, against, other.speaks(future), "less is served than without")
}

// TestColumns: without a column of each kind there is no debate.
func TestColumns(t *testing.T) {
	o := demo.Defaults()
	o.Designs = []string{"e2ee"}
	_, err := New(t.Context(), mustKit(t), o, story.Conversation())
	usage := new(demo.UsageError)
	require.ErrorAs(t, err, &usage)
	require.ErrorContains(t, err, "give one of each")
}
