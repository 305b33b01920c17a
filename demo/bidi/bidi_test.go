package bidi

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

const dana, omer = "דנה כהן", "עומר (עבודה)"

func in(name string) string { return FSI + name + PDI }

func TestText(t *testing.T) {
	for text, want := range map[string]string{
		"phone of " + omer + ": 148 bytes":      "phone of " + in(omer) + ": 148 bytes",
		"2: " + dana + ", " + omer:              "2: " + in(dana) + ", " + in(omer),
		"3  " + dana + " to " + omer + ": x":    "3  " + in(dana) + " to " + in(omer) + ": x",
		"of (עבודה) עומר 3":                     "of " + in("(עבודה) עומר") + " 3",
		"of עומר (קומה 3): 148":                 "of " + in("עומר (קומה 3)") + ": 148",
		`of ד"ר כהן, 12`:                        "of " + in(`ד"ר כהן`) + ", 12",
		"סلمى  9":                               in("סلمى") + "  9",
		"\x1b[1mدنة\x1b[0m 4":                   "\x1b[1m" + in("دنة") + "\x1b[0m 4",
		"a\nסל 1\nb":                            "a\n" + in("סל") + " 1\nb",
		"x " + in(dana) + ": 4, " + omer + " 5": "x " + in(dana) + ": 4, " + in(omer) + " 5",
		"go run doormat --target 'דנה' --at 3":  "go run doormat --target 'דנה' --at 3",
		"Zoë, 花子 and Ωμέγα: 148 bytes (3)":      "Zoë, 花子 and Ωμέγα: 148 bytes (3)",
		"": "",
	} {
		require.Equal(t, want, Text(text))
		require.Equal(t, want, Text(Text(text)), "twice")
	}
}

func TestMarkdown(t *testing.T) {
	text := "# דנה 3\n`--target דנה 3` of דנה 4\n````sh\n--target דנה 5\n```\n````\n| דנה | 6 |\n"
	require.Equal(t, "# "+in("דנה")+" 3\n`--target דנה 3` of "+in("דנה")+" 4\n````sh\n--target דנה 5\n```\n````\n| "+in("דנה")+" | 6 |\n", Markdown(text))
}

func TestHTML(t *testing.T) {
	for page, want := range map[string]string{
		"<p>phone of " + omer + ": 148 bytes</p>":      "<p>phone of <bdi>" + omer + "</bdi>: 148 bytes</p>",
		"<li>ד&#34;ר כהן: 3 &lt;b&gt;</li>":            "<li><bdi>ד&#34;ר כהן</bdi>: 3 &lt;b&gt;</li>",
		"<title>דנה 3</title>":                         "<title>" + in("דנה") + " 3</title>",
		"<svg><text>דנה 3</text></svg><b>דנה</b>":      "<svg><text>" + in("דנה") + " 3</text></svg><b><bdi>דנה</bdi></b>",
		`<a title="דנה: 3" href="/?t=דנה">4</a>`:       `<a title="` + in("דנה") + `: 3" href="/?t=דנה">4</a>`,
		`<input value="דנה" alt="a > b"> דנה`:          `<input value="דנה" alt="a > b"> <bdi>דנה</bdi>`,
		"<code>--target דנה</code><pre>דנה 1</pre>":    "<code>--target דנה</code><pre>דנה 1</pre>",
		"<script>if (a<b) x='דנה'</script>דנה":         "<script>if (a<b) x='דנה'</script><bdi>דנה</bdi>",
		"<bdi>דנה</bdi> 3<!-- דנה <p> -->":             "<bdi>דנה</bdi> 3<!-- דנה <p> -->",
		"<textarea>דנה</textarea><option>דנה</option>": "<textarea>דנה</textarea><option>" + in("דנה") + "</option>",
		"דנה < 3": "<bdi>דנה</bdi> < 3",
	} {
		require.Equal(t, want, HTML(page))
	}
}

// TestUntouched: without a letter from right to left every output stays as it was, and
// with one nothing but the marks is new.
func TestUntouched(t *testing.T) {
	plain := rapid.StringMatching("([a-zé ,:()<>&\"'`=0-9\n-]|花|<b>|</b>|<code>){0,40}")
	mixed := rapid.StringMatching("([a-z ,:()`0-9\n-]|ד|ה|م| דנה ){0,40}")
	rapid.Check(t, func(t *rapid.T) {
		text := plain.Draw(t, "plain")
		require.Equal(t, text, Text(text))
		require.Equal(t, text, Markdown(text))
		require.Equal(t, text, HTML(text))
		text = mixed.Draw(t, "mixed")
		marks := strings.NewReplacer(FSI, "", PDI, "", "<bdi>", "", "</bdi>", "")
		for _, made := range []string{Text(text), Markdown(text), HTML(text)} {
			require.Equal(t, text, marks.Replace(made))
			require.Equal(t, strings.Count(made, FSI), strings.Count(made, PDI))
		}
	})
}

func FuzzHTML(f *testing.F) {
	f.Add("<p title='דנה'>דנה <b</p>")
	f.Fuzz(func(t *testing.T, page string) {
		require.GreaterOrEqual(t, len(HTML(page)), 0)
		require.Equal(t, page == "", HTML(page) == "")
	})
}
