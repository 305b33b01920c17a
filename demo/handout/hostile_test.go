package handout

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/story"
	"doormat/world"
	"doormat/world/worldtest"
)

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

// ours are the pictures that a slide may hold, and the notes of the speaker, which are comments.
var ours = regexp.MustCompile(`(?s)<!--[^<>]*-->|<img alt="[^"<>]*" src="data:image/svg\+xml;base64,[0-9A-Za-z+/=]+" />`)

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
		a, err := script.Load("odd.star", []byte(source))
		return demo.Kit{Designs: []world.Design{worldtest.Toy{}}, Attacks: []technique.Technique{a}}, err
	}
	o := demo.Defaults()
	o.Conversation = evil + ".txt"
	o.Set("target", evil)
	h, err := run(kit, o, hostile())
	require.NoError(t, err)
	require.Empty(t, h.Result.Cells[0].Error)
	require.NotEmpty(t, h.Result.Cells[0].Trace.Proof)
	require.False(t, h.Result.Cells[0].Expected, "so that the surprise is shown, too")
	files := texts(t, h)
	h.Full = false
	for suffix, text := range texts(t, h) {
		files["sheets"+suffix] = text
	}
	known := map[string]bool{}
	for _, e := range append(elements(t, files[".html"]), elements(t, files["sheets.html"])...) {
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
	for _, suffix := range []string{".md", "-slides.md", "sheets.md"} {
		inText := ours.ReplaceAllString(outside(files[suffix]), "")
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
	c.Messages, c.Events, c.Calls = c.Messages[:20], nil, nil
	h, err := run(demo.Default, o, c)
	require.NoError(t, err)
	require.NotEmpty(t, h.Result.Cells[1].Trace.Proof)
	for suffix, text := range texts(t, h) {
		require.NotContains(t, text, "/home/ann")
		for _, m := range c.Messages {
			require.False(t, strings.Contains(text, m.Text[:min(20, len(m.Text))]), "%s: %s", suffix, m.Text)
		}
	}
	require.True(t, slices.ContainsFunc(h.repeat("report"), func(l shellLine) bool { return strings.Contains(l.Command, "--conversation chat.txt") }))
}

// TestRightToLeft: names in Hebrew are isolated in every file that people read, and the
// commands and data stay as they were.
func TestRightToLeft(t *testing.T) {
	const name = "עומר (עבודה)"
	o := demo.Defaults()
	o.Conversation, o.Attacks = "chat.txt", []string{"device-theft"}
	o.Set("target", name)
	c := hostile()
	c.Title, c.Target, c.Accounts, c.Groups = "t", name, []string{name, "דנה", "c"}, nil
	for i := range c.Messages {
		c.Messages[i].From, c.Messages[i].To, c.Messages[i].Group = name, []string{"דנה"}, ""
	}
	h, err := run(demo.Default, o, c)
	require.NoError(t, err)
	files := texts(t, h)
	require.Contains(t, files[".html"], "<bdi>"+name+"</bdi>")
	require.Contains(t, files[".md"], "\u2068"+name+"\u2069")
	require.NotContains(t, files[".json"], "\u2068")
	for _, suffix := range []string{".html", ".md", "-slides.md"} {
		require.NotContains(t, files[suffix], "--target '\u2068")
		require.NotContains(t, files[suffix], "--target '<bdi>")
	}
}
