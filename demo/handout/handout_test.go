package handout

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/report"
	"doormat/demo/story"
	"doormat/world"
	"doormat/world/worldtest"
)

// real is the handout of a run without flags, made once.
var real = sync.OnceValues(func() (*Handout, error) { return run(demo.Default, demo.Defaults(), story.Conversation()) })

func run(kit func() (demo.Kit, error), o demo.Options, c *world.Conversation) (*Handout, error) {
	k, err := kit()
	if err != nil {
		return nil, err
	}
	h := &Handout{Options: o}
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
	h, err := real()
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
		want[name+"attachments"] = [2]int{c.Attachments.Recovered, c.Attachments.Total}
		want[name+"metadata"] = [2]int{c.Metadata.Recovered, c.Metadata.Total}
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
	h, err := real()
	require.NoError(t, err)
	page := texts(t, h)[".html"]
	require.Less(t, len(page), 3<<20)
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

// TestEveryAttackIsTold looks for each attack and its command in page and document,
// and for the showcases in the slides.
func TestEveryAttackIsTold(t *testing.T) {
	h, err := real()
	require.NoError(t, err)
	files := texts(t, h)
	for _, a := range h.Lab.Attacks {
		id := a.Header().ID
		require.Contains(t, files[".md"], fmt.Sprintf("(#attack-%s)", id))
		require.Contains(t, files[".md"], fmt.Sprintf(`<a id="attack-%s"></a>`, id))
		for _, suffix := range []string{".html", ".md"} {
			require.Contains(t, files[suffix], "go run ./cmd/doormat attack run "+id)
			require.Contains(t, strings.Join(strings.Fields(files[suffix]), " "), prose(a.Header().Title[:5]))
		}
	}
	for _, shown := range demo.Showcases(h.Lab.Attacks) {
		require.Contains(t, files["-slides.md"], "\n---\n\n## "+plain(shown.Title)+"\n")
	}
	for _, text := range append(caveats(), report.Meaning(h.Result)...) {
		require.Contains(t, files[".md"], plain(text))
	}
}

// TestRunsAreAlike makes everything a second time. Seconds differ, in JSON only.
func TestRunsAreAlike(t *testing.T) {
	small := func() map[string]string {
		o, c := demo.Defaults(), story.Conversation()
		c.Messages, c.Events = c.Messages[:8], nil
		o.Attacks, o.Seed = []string{"device-theft", "quorum-theft", "user-unlocks"}, 5
		h, err := run(demo.Default, o, c)
		require.NoError(t, err)
		require.Len(t, h.Sweeps, 2)
		require.NotNil(t, h.Travel)
		var back attacks.Result
		files := texts(t, h)
		doc, err := report.JSON(h.Result)
		require.NoError(t, err)
		require.Equal(t, string(doc), files[".json"], "what matrix prints")
		require.NoError(t, json.Unmarshal([]byte(files[".json"]), &back))
		for i := range back.Cells {
			back.Cells[i].Seconds = 0
		}
		doc, err = report.JSON(back)
		require.NoError(t, err)
		files[".json"] = string(doc)
		return files
	}
	first := small()
	require.Contains(t, first[".html"], "attack run quorum-theft --seed 5<")
	require.Equal(t, first, small())
}

// evil is a name that tries what names may try.
const evil = "<script>alert(1)</script>\"'><img src=x onerror=a()> </style>-->\n---\n# x `` | [a](javascript:b) \\| \x1b[2J\u202e\xff"

// hostile is a conversation whose every name and text is evil.
func hostile() *world.Conversation {
	c := &world.Conversation{Title: evil, Target: evil, Accounts: []string{evil, "b", "c"},
		Groups: []world.Group{{Name: evil + "g", Members: []string{evil, "b", "c"}}}}
	for i := range 4 {
		m := world.Message{From: evil, To: []string{"b"}, Text: evil, Sent: time.Unix(int64(i), 0).UTC()}
		if i == 2 {
			m.To, m.Group = []string{"b", "c"}, evil+"g"
		}
		c.Messages = append(c.Messages, m)
	}
	return c
}

// TestHostileNames runs a script and a conversation that try to break out.
func TestHostileNames(t *testing.T) {
	source := fmt.Sprintf(`
t = %s
technique(id = "odd", family = "theft", kind = "attack", title = t, needs = ["device:target.store", "provider.store"], showcase = "toy",
    happens = t, why = t, really = t, source = t, exercise = t, expects = {"toy": opens(target = "none", others = "none", why = t)})
def run(adv):
    adv.advance(adv.end)
    adv.take("device:target.store")  # </code><script>
    adv.take("provider.store")
    for f in adv.saturate("plaintext"):
        adv.claim(f)
`, strconv.QuoteToASCII(strings.ToValidUTF8(evil, "")))
	kit := func() (demo.Kit, error) {
		a, err := attacks.Load("odd.star", []byte(source))
		return demo.Kit{Designs: []world.Design{worldtest.Toy{}}, Attacks: []attacks.Technique{a}}, err
	}
	o := demo.Defaults()
	o.Conversation, o.Target = evil+".txt", evil
	h, err := run(kit, o, hostile())
	require.NoError(t, err)
	require.Empty(t, h.Result.Cells[0].Error)
	require.NotEmpty(t, h.Result.Cells[0].Trace.Proof)
	require.False(t, h.Result.Cells[0].Expected, "so that the surprise is shown, too")
	files := texts(t, h)
	known := map[string]bool{}
	for _, e := range elements(t, files[".html"]) {
		known[e.Name.Local] = true
		require.Empty(t, attr(e, "onerror"))
		require.False(t, strings.HasPrefix(strings.TrimSpace(attr(e, "href")), "javascript:"))
	}
	require.False(t, known["script"] || known["img"])
	for suffix, text := range files {
		require.NotContains(t, text, "\x1b", suffix)
		require.NotContains(t, text, "\u202e", suffix)
		require.Equal(t, strings.ToValidUTF8(text, ""), text, suffix)
	}
	for _, suffix := range []string{".md", "-slides.md"} {
		inText := outside(files[suffix])
		require.NotContains(t, inText, "<script", suffix)
		require.NotContains(t, inText, "<img", suffix)
		require.NotContains(t, inText, "[a](java", suffix)
		require.NotContains(t, inText, "\n# x", suffix)
	}
	benign := slides(t, kit)
	require.Equal(t, strings.Count(benign, "\n---\n"), strings.Count(files["-slides.md"], "\n---\n"), "no slide more")
	require.NotContains(t, files[".html"]+files[".md"]+files["-slides.md"], "alert(1)</script>”", "no texts of real people")
}

// slides are those of the same run over a harmless conversation.
func slides(t *testing.T, kit func() (demo.Kit, error)) string {
	o := demo.Defaults()
	o.Conversation = "chat.txt"
	c := hostile()
	c.Title, c.Target, c.Accounts, c.Groups = "t", "a", []string{"a", "b", "c"}, nil
	for i := range c.Messages {
		c.Messages[i].From, c.Messages[i].To, c.Messages[i].Group = "a", []string{"b"}, ""
	}
	h, err := run(kit, o, c)
	require.NoError(t, err)
	return texts(t, h)["-slides.md"]
}

// outside is what of Markdown is neither in a block of code nor between backticks.
func outside(text string) string {
	var out bytes.Buffer
	code := false
	for l := range strings.SplitSeq(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(l), "```") {
			code = !code
		} else if !code {
			out.WriteString(l + "\n")
		}
	}
	return out.String()
}

// TestRealChats shows no word of a chat that is not invented, nor where it lay.
func TestRealChats(t *testing.T) {
	o := demo.Defaults()
	o.Conversation, o.Attacks = "/home/ann/chat.txt", []string{"quorum-theft"}
	c := story.Conversation()
	c.Messages, c.Events = c.Messages[:20], nil
	h, err := run(demo.Default, o, c)
	require.NoError(t, err)
	require.NotEmpty(t, h.Result.Cells[1].Trace.Proof)
	for suffix, text := range texts(t, h) {
		require.NotContains(t, text, "/home/ann")
		for _, m := range c.Messages {
			require.NotContains(t, text, m.Text, suffix)
			require.NotContains(t, text, m.Text[:min(20, len(m.Text))], suffix)
		}
	}
	require.True(t, slices.ContainsFunc(h.repeat("report"), func(l shellLine) bool { return strings.Contains(l.Command, "--conversation chat.txt") }))
}
