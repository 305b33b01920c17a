package script

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"doormat/attacks/technique"
)

// Each variation spoils one thing in a script that loads.
func TestLoadRefuses(t *testing.T) {
	good := attack(`"provider.store", "trustee:1..t.store"`, `settings = {"threshold": "2"},`, opensAll, "pass")
	_, err := Load("a.star", []byte(good))
	require.NoError(t, err)
	for want, change := range map[string][2]string{
		`a.star:1:10: technique: id "Sample"`:                          {`"sample"`, `"Sample"`},
		`a.star:1:10: technique: title is empty`:                       {`"A sample"`, `" "`},
		`family "robbery": want one of insider, theft`:                 {`"theft"`, `"robbery"`},
		`kind "test": want one of attack, control, lawful`:             {`"attack"`, `"test"`},
		`technique: why is empty`:                                      {`why = "w"`, `why = ""`},
		`missing argument for really`:                                  {`really = "r",`, ``},
		`for parameter "source": got int, want string`:                 {`source = "s"`, `source = 1`},
		`for parameter "needs": got string, want list`:                 {`["provider.store", "trustee:1..t.store"]`, `"provider.store"`},
		`unexpected argument surprise`:                                 {`really = "r"`, `really = "r", surprise = 1`},
		`technique: needs: want a list of strings`:                     {`"provider.store"`, `7`},
		`technique: needs: capability "provider.key": unknown surface`: {`"provider.store"`, `"provider.key"`},
		`capability "trustee:x..t.store"`:                              {`trustee:1`, `trustee:x`},
		`is declared twice`:                                            {`"provider.store"`, `"provider.store", "provider.store"`},
		`technique: needs is empty`:                                    {`"provider.store", "trustee:1..t.store"`, ``},
		`unknown surface "key"`:                                        {`"provider.store"`, `"trustee:9.store", "provider.key"`},
		`settings: threshold: expression "two"`:                        {`"2"`, `"two"`},
		`settings: want names of settings as keys`:                     {`"threshold":`, `3:`},
		`expects: keys are design ids or classes`:                      {`{"toy"`, `{1`},
		`missing argument for expects`:                                 {`expects = {"toy": ` + opensAll + `}`, ``},
		`expects is empty`:                                             {`{"toy": ` + opensAll + `}`, `{}`},
		`opens: missing argument for why`:                              {`, why = "one key opens all"`, ``},
		`expectation: "most": want none, some or all`:                  {`target = "all"`, `target = "most"`},
		`opens: target: ("all",): want a level or a pair`:              {`target = "all"`, `target = ("all",)`},
		`a.star: no function run(adv)`:                                 {`def run(`, `def walk(`},
		`a.star:5:1: run: want one parameter, run(adv)`:                {`run(adv)`, `run(adv, x)`},
		`run: want one parameter`:                                      {`run(adv)`, `run(*adv)`},
		`a.star:6:1: got newline, want`:                                {`:` + "\n    pass", ``},
		`a.star:1:1: undefined: tecnique`:                              {`technique`, `tecnique`},
		`a.star: no call of technique()`:                               {good[:strings.Index(good, "def")], ``},
		`technique: called twice`:                                      {`def run`, good[:strings.Index(good, "def")] + "def run"},
		`there is no such helper`:                                      {`def run`, "load(\"os.star\", \"exit\")\ndef run"},
		`undefined: open`:                                              {`def run`, "open(\"/etc/passwd\")\ndef run"},
		`does the script end?`:                                         {`def run`, "while True:\n    pass\ndef run"},
		`called recursively`:                                           {`def run`, "def f():\n    f()\nf()\ndef run"},
		`excessive nesting`:                                            {`def run`, "x = " + strings.Repeat("(", 1000) + "\ndef run"},
	} {
		bad := strings.Replace(good, change[0], change[1], 1)
		require.NotEqual(t, good, bad, want)
		_, err := load(&program{name: "a.star", steps: maxSteps / 100}, []byte(bad), nil)
		require.ErrorContains(t, err, want)
		require.True(t, strings.HasPrefix(err.Error(), "a.star:"), err.Error())
	}
}

// What a script keeps of its header's lists it cannot use to change the header.
func TestHeaderIsCopied(t *testing.T) {
	src := `needs = ["provider.store"]
expects = {"toy": opens(target = "none", others = "none", why = "y")}
technique(id = "sample", title = "t", family = "theft", kind = "control", needs = needs, showcase = "toy",
    happens = "h\n  and   h", why = "w", really = "r", source = "s", exercise = "e", expects = expects)
needs.append("court.control")
expects["e2ee"] = expects["toy"]

def run(adv):
    needs.append("court.store")
`
	a, err := Load("a.star", []byte(src))
	require.NoError(t, err)
	require.Equal(t, []string{"provider.store"}, a.Header().Needs)
	require.Equal(t, []string{"toy"}, a.Header().Expects)
	require.Equal(t, "h and h", a.Header().Happens)
	l := toyLab(t)
	l.Attacks = []technique.Technique{a}
	require.Contains(t, runOne(t, l).Error, "a.star:9:17: append: cannot append to frozen list")
}

// TestLibraryEnds: a script of the library has more steps than one from outside, and a bound as
// well. It is lowered here, because so many steps take seconds.
func TestLibraryEnds(t *testing.T) {
	endless := "while True:\n    pass"
	a, err := Load("a.star", []byte(attack(`"provider.store"`, "", opensAll, endless)))
	require.NoError(t, err)
	p := a.(*program)
	require.EqualValues(t, librarySteps, p.steps)
	p.steps = 1000
	l := toyLab(t)
	l.Attacks = []technique.Technique{a}
	require.Contains(t, runOne(t, l).Error, "more than 1000 steps: does the script end?")
}

// Expectations are computed without state from one call to the next.
func TestExpectationsAreFrozen(t *testing.T) {
	a, err := Load("a.star", []byte(attack(`"provider.store"`, "", `lambda v, seen = []: seen.append(1)`, "pass")))
	require.NoError(t, err)
	_, err = a.Expect([]string{"toy"}, technique.View{})
	require.ErrorContains(t, err, "frozen list")
	for expects, want := range map[string]string{
		`lambda v: 7`:        `expects["toy"] is int, want opens(...)`,
		`7`:                  `expects["toy"] is int`,
		`lambda: 7`:          "accepts no arguments",
		`lambda v: v.secret`: "view has no .secret: it has",
		`lambda v: opens(target = v.level(1, 2), others = "none", why = "y")`: "",
	} {
		a, err := Load("a.star", []byte(attack(`"provider.store"`, "", expects, "pass")))
		require.NoError(t, err)
		o, err := a.Expect([]string{"toy"}, technique.View{})
		if want == "" {
			require.NoError(t, err)
			require.Equal(t, technique.Some, o.TargetAfter)
			continue
		}
		require.ErrorContains(t, err, want)
	}
	o, err := a.Expect([]string{"e2ee", "plain"}, technique.View{})
	require.NoError(t, err)
	require.True(t, o.Unstated)
}

// TestHelpers loads what scripts share: it is frozen, it can load nothing more, and
// a call that it makes stands in the trace where the script called it.
func TestHelpers(t *testing.T) {
	helpers := fstest.MapFS{
		"helpers/reach.star":  {Data: []byte("seen = []\n\n\n\n\n\n\n\n\n\n\n\ndef reach(adv):\n    adv.advance(adv.end)\n    return struct(end = adv.end)\n")},
		"helpers/more.star":   {Data: []byte("load(\"helpers/reach.star\", \"reach\")\n")},
		"helpers/broken.star": {Data: []byte("x = 1 +\n")},
	}
	script := func(load, body string) []byte {
		return []byte(load + "\n" + attack(`"provider.store"`, "", opensNothing, body))
	}
	a, err := Load("sample.star", script(`load("helpers/reach.star", "reach")`, "if reach(adv).end != 4:\n    fail(\"no\")"), helpers)
	require.NoError(t, err)
	l := toyLab(t)
	l.Attacks = []technique.Technique{a}
	c := runOne(t, l)
	require.Empty(t, c.Error)
	require.Equal(t, 7, c.Trace.Events[0].Line)
	require.Equal(t, "advance(4)", c.Trace.Events[0].Text)

	a, err = Load("sample.star", script(`load("helpers/reach.star", "seen")`, "seen.append(1)"), helpers)
	require.NoError(t, err)
	l.Attacks = []technique.Technique{a}
	require.Contains(t, runOne(t, l).Error, "frozen")

	for file, want := range map[string]string{
		"helpers/more.star": "load not implemented", "helpers/broken.star": "helpers/broken.star:1:", "helpers": "no such helper",
		"../script.go": "no such helper", "/etc/passwd": "no such helper", "": "no such helper",
	} {
		_, err := Load("sample.star", script(`load("`+file+`", "x")`, "pass"), helpers)
		require.ErrorContains(t, err, want, file)
	}
	// What a helper defines is kept by its text: another one under its name is another.
	other := fstest.MapFS{"helpers/reach.star": {Data: []byte("def reach(adv):\n    fail(\"the other\")\n")}}
	a, err = Load("sample.star", script(`load("helpers/reach.star", "reach")`, "reach(adv)"), other)
	require.NoError(t, err)
	l.Attacks = []technique.Technique{a}
	require.Contains(t, runOne(t, l).Error, "the other")
}

// TestByteOrderMark: editors on Windows put one before a script, and before what it loads.
func TestByteOrderMark(t *testing.T) {
	helpers := fstest.MapFS{"helpers/one.star": {Data: []byte("\ufeffone = 1\n")}}
	src := "\ufeffload(\"helpers/one.star\", \"one\")\n" + attack(`"provider.store"`, "", opensNothing, "if one != 1:\n    fail(\"no\")")
	a, err := Load("sample.star", []byte(src), helpers)
	require.NoError(t, err)
	l := toyLab(t)
	l.Attacks = []technique.Technique{a}
	require.Empty(t, runOne(t, l).Error)

	_, err = Load("sample.star", []byte("\ufeffx = 1 +\n"))
	require.ErrorContains(t, err, "sample.star:1:8: got newline", "columns do not count it")
}
