package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/atlas"
	"doormat/demo/demotest"
	"doormat/world"
)

// setsTried is how many sets of a goal the atlas tries: enough to mend what its graph has missed.
// That the sets are the right ones is what the models are for.
const setsTried = 8

// models are what TestModels asks of the models in docs/models: in which arrangement, at which
// moments, under which settings. At 19, 23, 39, 47 and 55 a trustee has a one-use key.
var models = []struct {
	design  string
	moments []int
	given   string // story=group is the chat of longGroup
}{
	{"e2ee", []int{36, 72}, ""},
	{"e2ee", []int{29, 48, 54}, "retention=10"},
	{"e2ee", []int{36, 50}, "lock=on"},
	{"e2ee", []int{12, 19, 38}, "story=clock retention=3"},
	{"e2ee", []int{5, 24, 60}, "story=group retention=3"},
	{"e2ee-transparent", []int{36, 72}, ""},
	{"e2ee-transparent", []int{17, 56, 67}, "retention=3"},
	{"e2ee-transparent", []int{20, 52}, "lock=on retention=5"},
	{"threshold", []int{36, 72}, ""},
	{"threshold", []int{19, 24, 72}, "refresh=10 threshold=2 trustees=4"},
	{"threshold", []int{36, 54}, "mailbox=delivered"},
	{"threshold", []int{18, 39, 58}, "rotate=20 retention=10"},
	{"threshold", []int{36, 55}, "refresh=7 threshold=2 trustees=3"},
	{"threshold", []int{23, 47, 60}, "refresh=8 rotate=24 threshold=2 trustees=3"},
	{"threshold", []int{12, 18, 36}, "story=last-message retention=3 threshold=2 trustees=3"},
	{"threshold-hardened", []int{36, 72}, ""},
	{"threshold-hardened", []int{14, 29, 66}, "retention=10"},
	{"threshold-hardened", []int{36, 72}, "mailbox=delivered"},
	{"threshold-hardened", []int{30, 49}, "lock=on"},
}

// The models in docs/models were written from the designs' pages. Every message is read by the
// same minimal sets of stores and taps as the atlas finds in real bytes, and by no others. Without
// -all the first is asked; .ci/run asks all.
func TestModels(t *testing.T) {
	t.Parallel()
	demotest.Long(t)
	for _, tool := range []string{"gringo", "clasp"} {
		if _, err := exec.LookPath(tool); err != nil {
			require.NotEqual(t, "required", os.Getenv("DOORMAT_MODELS"), "%v", err)
			t.Skipf("the models need %s, of the Debian package of that name: %v", tool, err)
		}
	}
	for i, m := range models {
		if !*demotest.All && i != 0 {
			continue
		}
		t.Run(fmt.Sprint(m.design, m.moments, m.given), func(t *testing.T) {
			l := modelLab(t, m.design, m.given)
			facts := settingFacts(t, l.Conversation, l.Settings, l.Designs[0].Info(), m.moments)
			want := setsOfModel(t, m.design, facts)
			a, err := atlas.Explore(context.Background(), l, l.Designs[0], m.moments)
			require.NoError(t, err)
			_, err = a.Certify(context.Background(), setsTried)
			require.NoError(t, err)
			got := setsOfAtlas(t, a)
			require.Greater(t, len(got), 20)
			var differ []string
			for k := range l.Conversation.Messages {
				goal := fmt.Sprint("message ", k+1)
				for _, set := range missing(want[goal], got[goal]) {
					differ = append(differ, goal+", by the model alone: "+set)
				}
				for _, set := range missing(got[goal], want[goal]) {
					differ = append(differ, goal+", by the bytes alone: "+set)
				}
			}
			n := len(differ)
			require.Zero(t, n, strings.Join(differ[:min(n, 60)], "\n"))
		})
	}
}

// modelLab is the lab of a design and settings that are written as in models.
func modelLab(t *testing.T, design, given string) *attacks.Lab {
	o := Options{}
	for _, pair := range strings.Fields(given) {
		name, value, _ := strings.Cut(pair, "=")
		if name == "story" {
			o.Story = value
		} else {
			o.Set(name, value)
		}
	}
	conv := longGroup()
	if o.Story != "group" {
		var err error
		conv, _, err = o.Open()
		require.NoError(t, err)
	}
	return labOf(t, conv, func(d *Options) { d.Designs, d.Given = []string{design}, o.Given })
}

// longGroup is a chat in which one member of a group writes often enough for three sender keys,
// and heals her session with one of the others by writing to him, and he to her.
func longGroup() *world.Conversation {
	c := &world.Conversation{Title: "a long group", Accounts: []string{"Ann", "Ben", "Cem"},
		Target: "Ann", Groups: []world.Group{{Name: "all", Members: []string{"Ann", "Ben", "Cem"}}}}
	for k := range 60 {
		m := world.Message{From: "Ann", To: []string{"Ben", "Cem"}, Group: "all", Text: "Anything new?",
			Sent: time.Date(2017, 3, 20, 8, k, 0, 0, time.UTC)}
		switch {
		case k%9 == 4:
			m.From, m.To, m.Group = "Ann", []string{"Ben"}, ""
		case k%9 == 5:
			m.From, m.To, m.Group = "Ben", []string{"Ann"}, ""
		case k%20 == 8:
			m.From, m.To = "Cem", []string{"Ann", "Ben"}
		case k%20 == 10:
			m.From, m.To, m.Group = "Cem", []string{"Ben"}, "" // who never answers
		}
		c.Messages = append(c.Messages, m)
	}
	return c
}

// What a model says in quotation marks stands in the pages that it was written from or in a flag's
// help, and no model is longer than 40 lines.
func TestModelsQuote(t *testing.T) {
	pages, err := filepath.Glob("../docs/designs/*.md")
	require.NoError(t, err)
	text := ""
	for _, page := range append(pages, "../docs/architecture.md", "../docs/threat-model.md") {
		text += readFile(t, page)
	}
	for _, p := range Parameters() {
		text += " " + p.Doc
	}
	plain := func(s string) string {
		return strings.ToLower(strings.Join(strings.Fields(strings.ReplaceAll(s, "\n%", "")), " "))
	}
	text = plain(text)
	quoted, code := regexp.MustCompile(`"[^"]*"`), regexp.MustCompile(`(?m)^[^%\n].*`)
	list, err := filepath.Glob("../docs/models/*.lp")
	require.NoError(t, err)
	require.NotEmpty(t, list)
	for _, file := range list {
		model := readFile(t, file)
		require.LessOrEqual(t, len(code.FindAllString(model, -1)), 40, file)
		for _, quote := range quoted.FindAllString(code.ReplaceAllString(model, ""), -1) {
			for _, part := range strings.Split(strings.Trim(quote, `"`), " ... ") {
				require.True(t, strings.Contains(text, plain(part)), "%s: no page says %q", file, part)
			}
		}
	}
}

func readFile(t *testing.T, name string) string {
	b, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(b)
}

// missing lists what is in one sorted list and not in another.
func missing(of, in []string) (list []string) {
	for _, s := range of {
		if _, found := slices.BinarySearch(in, s); !found {
			list = append(list, s)
		}
	}
	return list
}

// setsOfAtlas lists the minimal sets of each message.
func setsOfAtlas(t *testing.T, a *atlas.Atlas) map[string][]string {
	sets := map[string][]string{}
	for i := range a.Goals {
		g := &a.Goals[i]
		if _, err := strconv.Atoi(strings.TrimPrefix(g.Name, "message ")); err != nil {
			continue
		}
		d, err := a.Tree(g).Diagram()
		require.NoError(t, err)
		minimal, err := d.MinimalSets(100_000)
		require.NoError(t, err)
		for _, set := range minimal {
			set = slices.Clone(set)
			slices.Sort(set)
			sets[g.Name] = append(sets[g.Name], strings.Join(set, " + "))
		}
		sets[g.Name] = slices.Sorted(slices.Values(sets[g.Name]))
	}
	return sets
}

// setsOfModel has gringo ground a model with the facts of a setting, and clasp list the sets
// that are minimal: it decides that atoms are false first, and excludes what contains a set
// that it has found. A set is for one goal, so those of two goals do not exclude each other.
func setsOfModel(t *testing.T, design, facts string) map[string][]string {
	for _, file := range []string{design, "e2ee"} { // so that a result is not cached when they change
		readFile(t, "../docs/models/"+file+".lp")
	}
	ground := exec.CommandContext(t.Context(), "gringo", "../docs/models/"+design+".lp", "-")
	ground.Stdin, ground.Stderr = strings.NewReader(facts), os.Stderr
	program, err := ground.Output()
	require.NoError(t, err)
	solve := exec.CommandContext(t.Context(), "clasp", "-n0", "--heuristic=Domain",
		"--dom-mod=false,show", "--enum-mode=domRec", "--outf=2")
	solve.Stdin, solve.Stderr = strings.NewReader(string(program)), os.Stderr
	output, _ := solve.Output() // clasp exits with 30 when it has listed all
	var answer struct {
		Result string
		Call   []struct{ Witnesses []struct{ Value []string } }
	}
	require.NoError(t, json.Unmarshal(output, &answer))
	require.Equal(t, "SATISFIABLE", answer.Result)
	sets := map[string][]string{}
	for _, w := range answer.Call[0].Witnesses {
		goal, set := "", []string(nil)
		for _, atom := range w.Value {
			if name, found := strings.CutPrefix(atom, "goal("); found {
				goal = "message " + strings.TrimSuffix(name, ")")
			} else {
				set = append(set, eventOf(atom))
			}
		}
		slices.Sort(set)
		sets[goal] = append(sets[goal], strings.Join(set, " + "))
	}
	for goal := range sets {
		slices.Sort(sets[goal])
	}
	return sets
}

// eventOf translates what a model takes: take(device("Dr Okoye"),36) is
// device:Dr Okoye.store@36.
func eventOf(atom string) string {
	if atom == "tap" {
		return "network.tap"
	}
	atom = strings.TrimSuffix(strings.TrimPrefix(atom, "take("), ")")
	comma := strings.LastIndex(atom, ",")
	who := strings.NewReplacer("(", ":", ")", "", `"`, "").Replace(atom[:comma])
	return who + ".store@" + atom[comma+1:]
}

// settingFacts writes what a model is told: of the conversation, of the settings, of moments.
func settingFacts(t *testing.T, c *world.Conversation, s world.Settings, info world.Info,
	moments []int) string {
	s, err := s.Override(info.Fixed, info.Parameters...)
	require.NoError(t, err)
	var b strings.Builder
	for _, a := range c.Accounts {
		fmt.Fprintf(&b, "account(%q).\n", a)
	}
	for _, k := range moments {
		fmt.Fprintf(&b, "moment(%d).\n", k)
	}
	keeps := len(c.Messages)
	if s.Retention > 0 {
		keeps = s.Retention
	}
	fmt.Fprintf(&b, "mailbox(%s). keeps(%d).\nnights(0,0).\n", s.Mailbox, keeps)
	fmt.Fprintf(&b, "t(%d). n(%d). refresh(%d). rotate(%d).\n", s.Threshold, s.Trustees, s.Refresh,
		s.Rotate)
	for k := range c.Messages {
		fmt.Fprintf(&b, "nights(%d,%d).\n", k+1, c.Day(k+1))
	}
	if s.Lock == world.LockOn {
		b.WriteString("locked.\n")
	}
	tl := timeline{c: c, until: moments[len(moments)-1], phones: map[string][]int{},
		distrusts: map[[2]string]bool{}}
	tl.run()
	b.WriteString(tl.facts())
	return b.String()
}

func phone(account string, i int) string { return fmt.Sprint(account, " ", i+1) }

// A timeline lists what travels from phone to phone, in order: messages, news of groups, keys of
// calls.
type timeline struct {
	c         *world.Conversation
	until     int                  // the last moment, with which a run ends
	phones    map[string][]int     // the moments at which an account's later phones are new
	distrusts map[[2]string]bool   // who has compared numbers with whom, and has to again
	compared  map[[2]string]bool   // by name
	waiting   map[[2]string][]part // what waits until numbers are compared
	contents  []part
}

type part struct {
	from   string
	to     []string
	moment int    // the first that sees it
	about  string // facts, "#" for its number
}

// facts writes what travels, and who uses which phone when.
func (l *timeline) facts() string {
	var b strings.Builder
	for i, p := range l.contents {
		i++
		fmt.Fprintf(&b, "content(%d,%q,%d). %s\n", i, p.from, p.moment,
			strings.ReplaceAll(p.about, "#", strconv.Itoa(i)))
		for _, to := range p.to {
			fmt.Fprintf(&b, "to(%d,%q).\n", i, to)
		}
	}
	for _, a := range l.c.Accounts {
		since := append([]int{0}, l.phones[a]...)
		for i, k := range since {
			until := len(l.c.Messages)
			if i+1 < len(since) {
				until = since[i+1] - 1
				fmt.Fprintf(&b, "newer(%q,%q).\n", phone(a, i), phone(a, i+1))
			}
			fmt.Fprintf(&b, "phone(%q,%q,%d,%d).\n", a, phone(a, i), k, until)
		}
	}
	return b.String()
}

func (l *timeline) phone(a string) string { return phone(a, len(l.phones[a])) }

func (l *timeline) send(from string, to []string, moment int, about string) {
	p := part{from: l.phone(from), moment: moment, about: about}
	for _, a := range to {
		p.to = append(p.to, l.phone(a))
	}
	for _, a := range to {
		if pair := [2]string{from, a}; l.distrusts[pair] {
			l.waiting[pair] = append(l.waiting[pair], p)
			return
		}
	}
	l.contents = append(l.contents, p)
}

func (l *timeline) run() {
	l.compared, l.waiting = map[[2]string]bool{}, map[[2]string][]part{}
	told, whom := l.c.Told()
	for k := 0; k <= l.until; k++ {
		if k > 0 {
			m := l.c.Messages[k-1]
			about := fmt.Sprintf("text(#,%d).", k)
			if m.Group != "" {
				about += fmt.Sprintf(" group(#,%q).", m.Group)
			}
			l.send(m.From, m.To, k, about)
		}
		for i, e := range l.c.Events {
			if e.After == k {
				l.happen(e, told[i], whom[i])
			}
		}
		for i := range l.c.Calls {
			if call := &l.c.Calls[i]; l.c.After(call) == k {
				l.send(call.From, call.To, k, "")
			}
		}
	}
	for _, w := range l.waiting {
		for _, p := range w {
			p.moment = l.until + 1
			l.contents = append(l.contents, p)
		}
	}
}

func (l *timeline) happen(e world.Event, teller string, told []string) {
	pair, other := [2]string{e.Account, e.With}, [2]string{e.With, e.Account}
	switch e.Kind {
	case world.Reinstall:
		l.phones[e.Account] = append(l.phones[e.Account], e.After)
		for p := range l.compared {
			if p[1] == e.Account {
				l.distrusts[p] = true
			}
			if p[0] == e.Account {
				delete(l.compared, p) // the new phone knows of nothing
			}
		}
	case world.Compare:
		l.compared[pair], l.compared[other] = true, true
		for _, p := range [][2]string{pair, other} {
			delete(l.distrusts, p)
			for _, w := range l.waiting[p] {
				w.moment = e.After
				l.contents = append(l.contents, w)
			}
			delete(l.waiting, p)
		}
	default:
		l.send(teller, told, e.After, fmt.Sprintf("change(#,%q).", e.Group))
	}
}
