package challenge

import (
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks/script"
	"doormat/attacks/truth"
	"doormat/demo"
	"doormat/demo/demotest"
	"doormat/demo/sandbox"
	"doormat/demo/story"
	"doormat/world"
	"doormat/world/memo"
	"doormat/world/worldtest"
)

// TestMain is the process of a script, too.
func TestMain(m *testing.M) {
	if os.Args[len(os.Args)-1] == "script" {
		if err := sandbox.Child(os.Stdin, os.Stdout); err != nil {
			panic(err)
		}
		return
	}
	debug.SetGCPercent(400) // runs hold little, and to collect often takes a tenth of their time
	os.Exit(m.Run())
}

func grader(t *testing.T) *Grader {
	t.Helper()
	kit, err := demo.Default()
	require.NoError(t, err)
	return &Grader{Kit: kit, Timeout: time.Minute, Dial: func(timeout time.Duration) (script.Dial, error) {
		box, err := sandbox.Program("script", timeout)
		return box.Dial, err
	}}
}

func all(t *testing.T) []*Challenge {
	t.Helper()
	list, err := All()
	require.NoError(t, err)
	return list
}

// turn says whether a challenge is among the quarter that is tried by default; with -all, as in
// .ci/run, every one is. Its id decides, so that a new one moves no other.
func turn(c *Challenge) bool { return *demotest.All || crc32.ChecksumIEEE([]byte(c.ID))%4 == 0 }

func named(t *testing.T, id string) *Challenge {
	t.Helper()
	c, err := Named(id)
	require.NoError(t, err)
	return c
}

var ada = Student{Name: "Ada"}

// handIn is what a student hands in who has that file.
func handIn(t *testing.T, c *Challenge, s Student, file string) Answer {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", file))
	require.NoError(t, err)
	text := strings.Replace(string(src), "WANTED = 0", fmt.Sprintf("WANTED = %d", c.Wanted(s)), 1)
	return Answer{c, s, file, []byte(text)}
}

// Every challenge can be solved, and neither a naive answer nor the script to begin with solves
// it. Both run to their end, so it is the goal that they miss.
func TestSolutions(t *testing.T) {
	demotest.Long(t)
	require.GreaterOrEqual(t, len(all(t)), 16)
	sides, designs := map[string]bool{}, map[string]bool{}
	shared := new(memo.Memo)
	for _, c := range all(t) {
		sides[c.Side], designs[c.Design] = true, true
		t.Run(c.ID, func(t *testing.T) {
			if !turn(c) {
				worldtest.OnlyAll(t)
			}
			t.Parallel()
			g := grader(t)
			v := g.check(t.Context(), handIn(t, c, ada, c.ID+".star"), shared)
			require.Empty(t, v.Why())
			require.True(t, v.Solved)
			require.Greater(t, len(v.Marks), len(c.Goal))
			for _, a := range []Answer{handIn(t, c, ada, "naive/"+c.ID+".star"),
				{c, ada, "template.star", []byte(c.Start(ada, "template.star"))}} {
				v := g.check(t.Context(), a, shared)
				require.Empty(t, v.Error, a.File)
				require.False(t, v.Solved, a.File)
				require.NotEmpty(t, v.Why(), a.File)
			}
		})
	}
	require.Len(t, sides, len(Sides))
	require.GreaterOrEqual(t, len(designs), 6)
}

// Whichever message a student is asked for, it can be read; and who reads another has not
// solved it. Without -all every fourth message is asked for; .ci/run asks for all.
func TestWanted(t *testing.T) {
	demotest.Long(t)
	for _, id := range []string{"stolen-phone", "narrow-order"} {
		shared, c := new(memo.Memo), named(t, id)
		for i, k := range c.Messages {
			if i%4 != 0 && !*demotest.All {
				continue
			}
			one := *c
			one.Messages = []int{k}
			t.Run(fmt.Sprint(id, k), func(t *testing.T) {
				t.Parallel()
				g := grader(t)
				a := handIn(t, &one, ada, id+".star")
				require.Empty(t, g.check(t.Context(), a, shared).Why())
				if id == "narrow-order" && i == 0 {
					a.Challenge = &Challenge{}
					*a.Challenge = one
					a.Challenge.Messages = []int{c.Messages[1]}
					require.Contains(t, g.check(t.Context(), a, shared).Why(), fmt.Sprintf("message %d is read", c.Messages[1]))
				}
			})
		}
	}
	require.Equal(t, named(t, "stolen-phone").Messages, named(t, "locked-phone").Messages)
}

// Students differ in seed and, over a class, in the message; case and spaces of a name make no
// difference, and a class of that name is somebody else.
func TestStudents(t *testing.T) {
	c := named(t, "stolen-phone")
	seeds, wanted := map[uint64]bool{}, map[int]bool{}
	for i := range 200 {
		s := Student{Name: fmt.Sprintf("student %d", i)}
		seeds[s.Seed()] = true
		wanted[c.Wanted(s)] = true
		require.Less(t, s.Seed(), uint64(1)<<53)
	}
	require.Len(t, seeds, 200)
	require.Len(t, wanted, len(c.Messages))
	require.Equal(t, ada.Seed(), Student{Name: "  ADA "}.Seed())
	require.Equal(t, Student{Name: "Jos\u00e9"}.Seed(), Student{Name: "Jose\u0301"}.Seed())
	require.NotEqual(t, ada.Seed(), Student{Name: "Ada", Class: true}.Seed())
	require.Zero(t, named(t, "quorum").Wanted(ada))
}

// What Start writes loads, says whose it is, and is the same each time.
func TestTemplates(t *testing.T) {
	for _, c := range all(t) {
		for _, s := range []Student{ada, {Name: "Klasse 9b", Class: true}} {
			text := c.Start(s, c.ID+".star")
			require.Equal(t, text, c.Start(s, c.ID+".star"))
			require.Equal(t, s, Owner([]byte(text)))
			_, err := script.Load("x.star", []byte(strings.NewReplacer(`= ""`, `= "x"`, "expects = {}",
				`expects = {"e2ee": opens(target = "none", others = "none", why = "x")}`).Replace(text)))
			require.NoError(t, err)
			require.NotContains(t, text, "{message}")
			require.NotContains(t, text, "{{")
			for line := range strings.Lines(text) {
				require.LessOrEqual(t, len([]rune(line)), 150)
			}
		}
	}
	require.Equal(t, Student{}, Owner([]byte("def run(adv): pass")))
	require.Contains(t, named(t, "narrow-order").Start(ada, "x.star"), "family = \"compelled\",\n    kind = \"lawful\"")
}

const head = `technique(id = "x", title = "x", family = "theft", kind = "attack", needs = [%s], %s
    showcase = "%s", happens = "", why = "", really = "", source = "", exercise = "",
    expects = {"%s": opens(target = "some", others = "some", why = "a guess")})
`

// What people hand in who have no answer. None of it solves anything, and the verdict says why.
func TestCheats(t *testing.T) {
	demotest.Long(t)
	shared := new(memo.Memo)
	cheats := []struct{ name, header, body, why string }{
		{"nothing", "", "    pass\n", "not met: "},
		{"no loot", "", "    adv.claim(1)\n", "claim"},
		{"a file", "", "    pass\nload(\"/etc/passwd\", \"root\")\n", "there is no such helper"},
		{"a clock", "", "    pass\nnow = time.now()\n", "undefined: time"},
		{"a setting", `settings = {"threshold": "1"},`, "    pass\n", "not met: the header leaves settings"},
		{"an early start", `at_set_up = True,`, "    pass\n", "not met: the header leaves settings"},
	}
	for _, c := range all(t) {
		t.Run(c.ID, func(t *testing.T) {
			if !turn(c) {
				worldtest.OnlyAll(t)
			}
			t.Parallel()
			g, need := grader(t), `"`+c.Budget[0]+`"`
			refuse := func(name, src, why string) {
				v := g.check(t.Context(), Answer{c, ada, "x.star", []byte(src)}, shared)
				require.False(t, v.Solved, name)
				require.Contains(t, v.Why(), why, name)
			}
			for _, cheat := range cheats {
				refuse(cheat.name, fmt.Sprintf(head, need, cheat.header, c.Design, c.Design)+"def run(adv):\n"+cheat.body,
					cheat.why)
			}
			beyond := fmt.Sprintf(head, `"device:target.store", "device:partner.store", "device:3.store"`, "", c.Design, c.Design)
			refuse("beyond", beyond+"def run(adv):\n    pass\n", "not met: all needs are in the budget")
			refuse("binary", "\x7fELF\x00\xff", "x.star")
			refuse("empty", "", "no call of technique()")
			g.Timeout = 50 * time.Millisecond
			refuse("endless", "while True:\n    pass\n", "stopped after 50ms")
		})
	}
}

// A class's salts follow from its name, so a script could carry the texts. A second run under a
// draw that nobody knew shows that they were not computed.
func TestSmuggling(t *testing.T) {
	demotest.Long(t)
	c, class := named(t, "nobody-compares"), Student{Name: "9b", Class: true}
	said, err := truth.New(story.Conversation(), world.Seed(class.Seed()), class.draw())
	require.NoError(t, err)
	var texts strings.Builder
	for _, p := range said.Said[:24] { // enough to pass for an answer
		texts.WriteString(`b"`)
		for _, b := range p.Body {
			fmt.Fprintf(&texts, `\x%02x`, b)
		}
		texts.WriteString("\",\n")
	}
	src := "ANSWERS = [\n" + texts.String() + "]\n" + fmt.Sprintf(head, `"provider.control"`,
		`applies = ["make device keys", "start a session", "answer a session", "write a message"],`, c.Design, c.Design) + `
def run(adv):
    adv.hold("provider.control")
    for p in adv.packets(adv.end):
        p.deliver()
    meta = adv.saturate("metadata")[0]
    a, b = adv.apply("make device keys", text = "x"), adv.apply("make device keys", text = "y")
    for text in ANSWERS:
        s = adv.apply("start a session", a[0], b[1], text = "x")[0]
        adv.send(adv.apply("write a message", s, meta, text = text)[1])
        adv.apply("answer a session", b[0], adv.apply("read a packet", adv.facts("packet")[-1])[0])
    for f in adv.saturate("plaintext"):
        adv.claim(f)
`
	g := grader(t)
	for _, s := range []Student{class, ada} {
		v := g.Check(t.Context(), Answer{c, s, "x.star", []byte(src)})
		require.Empty(t, v.Error)
		require.False(t, v.Solved)
		require.Empty(t, v.Flag)
		marks := map[string]Mark{}
		for _, m := range v.Marks {
			marks[m.Goal] = m
		}
		require.Zero(t, marks["read >= 20"].Got)
		require.Equal(t, s.Class, marks["smuggled == 0"].Got > 0, "under a fresh draw these are no texts at all")
	}
}

// Somebody who claims what opens to nothing, or who looks away from what opens, gets no mark for it.
func TestClaims(t *testing.T) {
	c, g := named(t, "two-shares"), grader(t)
	three := *c
	three.Budget, three.Most = []string{"network.tap", "provider.store", "trustee:1..3.store"}, 5
	blind := fmt.Sprintf(head, `"network.tap", "provider.store", "trustee:1..3.store"`, "", c.Design, c.Design) + `
def run(adv):
    adv.tap("network.tap")
    adv.advance(adv.end)
    adv.take("provider.store")
    adv.take("trustee:1..3.store")
`
	require.Contains(t, g.Check(t.Context(), Answer{&three, ada, "x.star", []byte(blind)}).Why(),
		"no message is read, although all that opens is claimed for you (72 messages: 1-72; want 0)")

	wild := strings.Replace(string(handIn(t, named(t, "tape-only"), ada, "tape-only.star").Source),
		"adv.claim(found)", "adv.claim(found)\n    adv.claim(adv.saturate(\"metadata\")[0])", 1)
	tape := *named(t, "tape-only")
	tape.Thorough = false
	require.Contains(t, g.Check(t.Context(), Answer{&tape, ada, "x.star", []byte(wild)}).Why(),
		"the script claims nothing that was not said (1 claim; want 0)")
}

// A person's run draws afresh each time. A class's draw follows from its name, and so a second
// one, which nobody knows, checks it.
func TestDraws(t *testing.T) {
	g, c := grader(t), named(t, "quorum")
	mine, err := c.lab(g.Kit, ada)
	require.NoError(t, err)
	again, err := c.lab(g.Kit, ada)
	require.NoError(t, err)
	require.True(t, mine.Fresh)
	require.Len(t, mine.Draw, 32)
	require.NotEqual(t, mine.Draw, again.Draw)
	class := Student{Name: "9b", Class: true}
	ours, err := c.lab(g.Kit, class)
	require.NoError(t, err)
	require.False(t, ours.Fresh)
	require.Equal(t, class.draw(), ours.Draw)
	require.Len(t, ours.Draw, 32)
	require.Len(t, ours.Second, 32)
}

// A class that has solved a challenge is told a flag, the one that is exported; others are not.
func TestFlag(t *testing.T) {
	class, c := Student{Name: "9b", Class: true}, named(t, "stolen-phone")
	flag, err := c.Flag(class)
	require.NoError(t, err)
	require.Regexp(t, `^doormat\{[0-9a-f]{20}\}$`, flag)
	g := grader(t)
	require.Equal(t, flag, g.Check(t.Context(), handIn(t, c, class, c.ID+".star")).Flag)
	require.Empty(t, g.Check(t.Context(), handIn(t, c, ada, c.ID+".star")).Flag)
	seen := map[string]bool{}
	for _, s := range []Student{class, {Name: "9c", Class: true}} {
		for _, c := range all(t) {
			flag, err := c.Flag(s)
			require.NoError(t, err)
			seen[flag] = true
		}
	}
	require.Len(t, seen, 2*len(all(t)))
}

// A goal that says nothing is refused, with what was meant.
func TestConditions(t *testing.T) {
	for goal, why := range map[string]string{"servd == asked": `did you mean "served"`, "served == aked": `did you mean "asked"`,
		"served > 1": "want ==, >= or <=", "served": "want MEASURE SIGN NUMBER"} {
		_, err := parseCondition(goal, "words")
		require.ErrorContains(t, err, why)
	}
	_, err := Named("stolen-phne")
	require.ErrorContains(t, err, `did you mean "stolen-phone"`)
}
