package challenge

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"doormat/attacks"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/attacks/trace"
	"doormat/attacks/truth"
	"doormat/demo"
	"doormat/demo/story"
	"doormat/demo/summary"
	"doormat/world"
	"doormat/world/memo"
)

// A Verdict is what an answer is worth.
type Verdict struct {
	Challenge string  `json:"challenge"`
	Student   string  `json:"student"` // or the class
	Seed      uint64  `json:"seed"`
	Message   int     `json:"message"` // asked for, 0 if none
	Opened    []int   `json:"opened"`  // messages that were read
	Solved    bool    `json:"solved"`
	Marks     []Mark  `json:"marks"`
	Error     string  `json:"error"` // what kept the script from running to its end, "" if nothing
	Flag      string  `json:"flag"`  // of a class whose member solved it, otherwise ""
	Seconds   float64 `json:"seconds"`

	forged []trace.Forgery // what screens showed that nobody wrote
}

// A Mark is a condition, and what was measured.
type Mark struct {
	Goal string `json:"goal"`
	Text string `json:"text"`
	Got  int    `json:"got"`
	Want int    `json:"want"`
	Met  bool   `json:"met"`
	// Found says in words what is in the way: what was counted, and which of it. "" if it is met.
	Found string `json:"found"`
}

// A Grader marks answers.
type Grader struct {
	Kit     demo.Kit
	Dial    func(time.Duration) (script.Dial, error) // starts a script's process that may take so long
	Timeout time.Duration                            // for each operation on a script
	Print   func(string)                             // hears what scripts print; may be nil
	Memo    *memo.Memo                               // what runs compute alike; nil for one each
	Draw    []byte                                   // 32 bytes that no student knows; nil to draw afresh
}

// An Answer is a script that somebody hands in.
type Answer struct {
	Challenge *Challenge
	Student   Student
	File      string // its name, for errors
	Source    []byte
}

// Verdict is one on an answer of which nothing is known but what kept it from being marked.
func (a Answer) Verdict(why string) *Verdict {
	return &Verdict{Challenge: a.Challenge.ID, Student: a.Student.Name, Seed: a.Student.Seed(),
		Message: a.Challenge.Wanted(a.Student), Opened: []int{}, Marks: []Mark{}, Error: why}
}

// Check marks an answer. Whatever goes wrong with it, and if doormat itself breaks over it,
// stands in the verdict.
func (g *Grader) Check(ctx context.Context, a Answer) *Verdict {
	return g.check(ctx, a, cmp.Or(g.Memo, new(memo.Memo)))
}

// check shares with other answers of the same student what runs compute alike.
func (g *Grader) check(ctx context.Context, a Answer, shared *memo.Memo) *Verdict {
	start := time.Now()
	v := a.Verdict("")
	if err := world.Guard(func() error { return g.mark(ctx, a, shared, v) }); err != nil {
		v.Solved, v.Error = false, err.Error()
	}
	v.Seconds = time.Since(start).Seconds()
	return v
}

// mark fills the verdict.
func (g *Grader) mark(ctx context.Context, a Answer, shared *memo.Memo, v *Verdict) error {
	lab, err := a.Challenge.lab(g.Kit, a.Student)
	if err != nil {
		return err
	}
	if g.Draw != nil && !a.Student.Class {
		lab.Draw = g.Draw
	}
	lab.Memo, lab.Bound = shared, demo.Limit(2*g.Timeout)
	t, err := g.load(ctx, a, lab)
	if err != nil {
		return err
	}
	if v.Marks, err = a.Challenge.within(t.Header(), lab); err != nil || !met(v.Marks) {
		return err
	}
	if a.Challenge.Thorough {
		t = thorough{t}
	}
	lab.Attacks = []technique.Technique{t}
	r, err := lab.Run(ctx)
	if err != nil {
		return err
	}
	cell := &r.Cells[0]
	switch {
	case cell.Error != "":
		return errors.New(cell.Error)
	case !cell.Applicable:
		return fmt.Errorf("%s: not applicable here: %s", a.File, cell.Missing)
	}
	v.Opened, v.forged = append(v.Opened, cell.Trace.Opened...), cell.Trace.Forged
	m := measured{cell, lab.Conversation, lab.Settings.Target, v.Message}
	for _, c := range a.Challenge.conditions() {
		v.Marks = append(v.Marks, c.judge(m))
	}
	if v.Solved = met(v.Marks); v.Solved && a.Student.Class {
		v.Flag, err = a.Challenge.Flag(a.Student)
	}
	return err
}

// load starts the script's process and checks the header that it gives.
func (g *Grader) load(ctx context.Context, a Answer,
	lab *attacks.Lab) (technique.Technique, error) {
	dial, err := g.Dial(g.Timeout)
	if err != nil {
		return nil, err
	}
	t, err := script.Remote(ctx, a.File, a.Source, true, dial, g.Print)
	if err != nil {
		return nil, err
	}
	if err := technique.NamesOf(lab.Known).Check(t.Header()); err != nil {
		return nil, fmt.Errorf("%s: %w", a.File, err)
	}
	return t, nil
}

func met(marks []Mark) bool {
	return !slices.ContainsFunc(marks, func(m Mark) bool { return !m.Met })
}

// lab is the challenge's arrangement under its settings, with the student's seed and a draw.
func (c *Challenge) lab(kit demo.Kit, s Student) (*attacks.Lab, error) {
	o := demo.Defaults()
	o.Seed, o.Designs, o.Given = s.Seed(), []string{c.Design}, c.Settings
	lab, err := o.Lab(kit, story.Conversation())
	if err != nil {
		return nil, fmt.Errorf("challenge %s: %w", c.ID, err)
	}
	lab.Draw = s.draw()
	demo.Outside(lab)
	return lab, nil
}

// within marks what a header asks for: needs in the budget, and nothing that would change the
// exercise.
func (c *Challenge) within(h technique.Header, lab *attacks.Lab) ([]Mark, error) {
	design := lab.Designs[0].Info()
	s, err := (&technique.Header{}).Override(lab.Settings, design)
	if err != nil {
		return nil, err
	}
	allowed, err := expanded(design.Principals, c.Budget, s)
	if err != nil {
		return nil, fmt.Errorf("challenge %s: budget: %w", c.ID, err)
	}
	needs, err := expanded(design.Principals, h.Needs, s)
	if err != nil {
		return nil, fmt.Errorf("needs: %w", err)
	}
	beyond := slices.DeleteFunc(slices.Clone(needs), func(need string) bool {
		return slices.Contains(allowed, need)
	})
	marks := []Mark{
		{Goal: "needs", Text: "all needs are in the budget", Got: len(needs) - len(beyond),
			Want: len(needs), Met: len(beyond) == 0},
		{Goal: "needs <= most", Text: fmt.Sprintf("needs: at most %d", c.Most),
			Got: len(needs), Want: c.Most, Met: len(needs) <= c.Most},
	}
	if len(beyond) > 0 {
		marks[0].Found = "beyond it: " + strings.Join(beyond, ", ")
	}
	if !marks[1].Met {
		marks[1].Found = summary.Count(len(needs), "need") + atLeast("<=", c.Most)
	}
	if len(h.Settings) > 0 || h.AtSetUp {
		marks = append(marks, Mark{Goal: "settings", Got: 1, Found: "take settings and at_set_up away",
			Text: "the header leaves settings and the beginning as the challenge has them"})
	}
	return marks, nil
}

// expanded lists capabilities one by one, each once.
func expanded(principals world.Principals, needs []string, s world.Settings) ([]string, error) {
	list, err := principals.Expand(needs, s)
	var out []string
	for _, c := range list {
		out = append(out, c.String())
	}
	slices.Sort(out)
	return slices.Compact(out), err
}

// conditions are the challenge's own, and those of every challenge.
func (c *Challenge) conditions() []Condition {
	list := append(slices.Clone(c.Goal), Condition{Goal: "smuggled == 0",
		Text:    "the script claims nothing that it brought along",
		measure: "smuggled", sign: "==", bound: "0"})
	if !c.Thorough { // whoever claims all that lies open also claims what turns out to be nothing
		list = append(list, Condition{Goal: "false_claims == 0",
			Text:    "the script claims nothing that was not said",
			measure: "false_claims", sign: "==", bound: "0"})
	}
	return list
}

// thorough is a technique after which everything that lies open is claimed, so that nobody can
// show that nothing opens by not looking.
type thorough struct{ technique.Technique }

// Run implements [technique.Technique].
func (t thorough) Run(ctx context.Context, port technique.Port) error {
	if err := t.Technique.Run(ctx, port); err != nil {
		return err
	}
	for _, kind := range []world.Kind{world.Plaintext, world.File, world.Speech} {
		found, err := port.Call(technique.Call{Method: "saturate", Args: []any{string(kind)}})
		if err != nil {
			return fmt.Errorf("what lies open after the script: %w", err)
		}
		ids, _ := found.([]int)
		for _, id := range ids {
			// What no rule derived from loot is no claim, and none of its business here.
			_, _ = port.Call(technique.Call{Method: "claim", Args: []any{id}})
		}
	}
	return nil
}

// Silent gives the same technique, which does not print again what it printed before.
func (t thorough) Silent() technique.Technique {
	if loud, ok := t.Technique.(interface{ Silent() technique.Technique }); ok {
		return thorough{loud.Silent()}
	}
	return t
}

// Flag is what a class that has solved the challenge is told, for a form that asks for a word:
// 80 bits of a hash whose key is a salted message under the class's seed and draw.
//
// It is as secret as the name of the class, which stands in the scripts that its players get:
// whoever changes the program has the flag without an answer, as with any program that runs on
// the student's own machine and tells at the end; and one flag serves all. Marks that count come
// from [Grader.Folder].
func (c *Challenge) Flag(class Student) (string, error) {
	said, err := truth.New(story.Conversation(), world.Seed(class.Seed()), class.draw())
	if err != nil {
		return "", err
	}
	key := said.Said[max(c.Wanted(class), 1)-1].Body
	code := hmac.New(sha256.New, key)
	code.Write([]byte(c.ID))
	return "doormat{" + hex.EncodeToString(code.Sum(nil)[:10]) + "}", nil
}
