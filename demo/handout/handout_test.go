package handout

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"html"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/data"
	"doormat/demo/demotest"
	"doormat/demo/plain"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/world"
)

// real is the handout of the attacks whose turn it is and of those of the sheets, made once.
var real = sync.OnceValues(func() (*Handout, error) {
	kit, err := demo.Default()
	if err != nil {
		return nil, err
	}
	o := demo.Defaults()
	o.Attacks = demotest.Turns(kit.Attacks)
	for _, a := range demo.Showcases(kit.Attacks) { // of which the sheets tell
		if id := a.ID; !slices.Contains(o.Attacks, id) {
			o.Attacks = append(o.Attacks, id)
		}
	}
	return run(demo.Default, o, demotest.Conversation())
})

// whole is real, for tests that may take the time.
func whole(t *testing.T) (*Handout, error) {
	if testing.Short() {
		t.Skip("every attack: runs without -short")
	}
	return real()
}

func run(kit func() (demo.Kit, error), o demo.Options, c *world.Conversation) (*Handout, error) {
	k, err := kit()
	if err != nil {
		return nil, err
	}
	h := &Handout{Options: o, Full: true}
	if h.Lab, err = o.Lab(k, c); err != nil {
		return nil, err
	}
	if h.Result, err = h.Lab.Run(context.Background()); err != nil {
		return nil, err
	}
	return h, h.Enrich(context.Background())
}

// texts are the files by suffix.
func texts(t *testing.T, h *Handout) map[string]string {
	files, err := h.Files("report")
	require.NoError(t, err)
	out := map[string]string{}
	for i, f := range files {
		require.Equal(t, Suffixes[i], f.Suffix)
		out[f.Suffix] = string(f.Data)
	}
	return out
}

// elements reads a page strictly: every element closed, every attribute quoted.
func elements(t *testing.T, page string) (list []xml.StartElement) {
	d := xml.NewDecoder(strings.NewReader(page))
	for {
		token, err := d.Token()
		if err == io.EOF {
			return list
		}
		require.NoError(t, err)
		if e, ok := token.(xml.StartElement); ok {
			list = append(list, e.Copy())
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// TestNumbersAgree reads the numbers back from the page and holds them to the cells.
func TestNumbersAgree(t *testing.T) {
	h, err := whole(t)
	require.NoError(t, err)
	got := map[string][2]int{}
	for _, e := range elements(t, texts(t, h)[".html"]) {
		if key := attr(e, "data-key"); key != "" {
			name := attr(e, "data-attack") + " " + attr(e, "data-design") + " " + key
			require.NotContains(t, got, name)
			n, err := strconv.Atoi(attr(e, "data-got"))
			require.NoError(t, err)
			of, err := strconv.Atoi(attr(e, "data-of"))
			require.NoError(t, err)
			got[name] = [2]int{n, of}
		}
	}
	want := map[string][2]int{}
	for _, c := range h.Result.Cells {
		if !c.Applicable {
			continue
		}
		name := c.Attack + " " + c.Design + " "
		want[name+"target"] = [2]int{c.Content.Target.Recovered, c.Content.Target.Total}
		want[name+"others"] = [2]int{c.Content.Others.Recovered, c.Content.Others.Total}
		for _, p := range attacks.Parts() {
			if _, told := got[name+p.Name]; told || p.Count(&c).Total > 0 { // nobody calls in this chat
				want[name+p.Name] = [2]int{p.Count(&c).Recovered, p.Count(&c).Total}
			}
		}
		want[name+"noticed"] = [2]int{len(c.Noticed), 0}
		want[name+"parties"] = [2]int{c.Parties, 0}
		if c.Lawful.Asked > 0 {
			want[name+"served"] = [2]int{c.Lawful.Served, c.Lawful.Asked}
		}
		for key, n := range map[string]int{"forged": c.Forged, "false-claims": c.FalseClaims} {
			if n > 0 {
				want[name+key] = [2]int{n, 0}
			} else if v, told := got[name+key]; told { // a row that another design needs
				want[name+key] = [2]int{0, 0}
				require.Equal(t, [2]int{}, v)
			}
		}
	}
	require.Equal(t, want, got)
	require.Greater(t, len(want), 300)
}

// TestPage holds the page to what readers and browsers rely on.
func TestPage(t *testing.T) {
	h, err := whole(t)
	require.NoError(t, err)
	page := texts(t, h)[".html"]
	require.Less(t, len(page), 5<<20)
	require.NotContains(t, strings.ToLower(page), "secure<")
	ids, level := map[string]bool{}, 0
	all := elements(t, page)
	for _, e := range all {
		if id := attr(e, "id"); id != "" {
			require.False(t, ids[id], "two of %s", id)
			ids[id] = true
		}
		for _, a := range e.Attr {
			require.False(t, strings.HasPrefix(a.Name.Local, "on"), "%v", a)
			require.NotEqual(t, "style", a.Name.Local)
			require.NotEqual(t, "src", a.Name.Local, "the page needs no other file")
		}
		name := e.Name.Local
		require.NotContains(t, []string{"script", "link", "iframe", "object", "img", "form"}, name)
		if len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6' {
			require.LessOrEqual(t, int(name[1]-'0'), level+1, "headings in order")
			level = int(name[1] - '0')
		}
	}
	for _, e := range all {
		for _, a := range e.Attr {
			if id, within := strings.CutPrefix(a.Value, "#"); within && a.Name.Local == "href" || a.Name.Local == "aria-labelledby" {
				require.True(t, ids[strings.TrimPrefix(a.Value, "#")], "nothing is called %s", id)
			}
		}
	}
	for _, a := range h.Result.Attacks {
		require.True(t, ids["attack-"+a.ID])
	}
}

// TestEveryAttackIsTold looks for each attack and its command in the whole report.
func TestEveryAttackIsTold(t *testing.T) {
	h, err := whole(t)
	require.NoError(t, err)
	page := texts(t, h)[".html"]
	words := plain.Prose(page)
	for _, a := range h.Lab.Attacks {
		require.Contains(t, page, "go run ./cmd/doormat attack run "+a.Header().ID)
		require.Contains(t, words, plain.Prose(a.Header().Title[:5]))
	}
	for _, text := range summary.Meaning(h.Result) {
		require.Contains(t, html.UnescapeString(page), text)
	}
}

// TestRunsAreAlike makes everything a second time. Seconds differ, in JSON only.
func TestRunsAreAlike(t *testing.T) {
	small := func() map[string]string {
		o, c := demo.Defaults(), story.Conversation()
		c.Messages, c.Events, c.Calls = c.Messages[:8], nil, nil
		o.Attacks, o.Seed = []string{"device-theft", "quorum-theft", "user-unlocks"}, 5
		h, err := run(demo.Default, o, c)
		require.NoError(t, err)
		require.Len(t, h.Sweeps, 2)
		var back attacks.Result
		files := texts(t, h)
		doc, err := data.JSON(h.Result)
		require.NoError(t, err)
		require.Equal(t, string(doc), files[".json"], "what matrix prints")
		require.NoError(t, json.Unmarshal([]byte(files[".json"]), &back))
		for i := range back.Cells {
			back.Cells[i].Seconds = 0
		}
		doc, err = data.JSON(back)
		require.NoError(t, err)
		files[".json"] = string(doc)
		return files
	}
	first := small()
	require.Contains(t, first[".html"], "attack run quorum-theft --seed 5<")
	require.Contains(t, first[".html"], "other set under these rules and moments", "the atlas")
	require.Equal(t, first, small())
}
