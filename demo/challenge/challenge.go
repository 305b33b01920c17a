// Package challenge sets exercises for people who write attacks, and marks what they hand in.
//
// A challenge is a file in challenges/: a story, an arrangement under settings, a budget of
// capabilities, and a goal. The goal is a list of conditions on what the harness of package
// attacks measured ([Condition]); no answer stands anywhere in the program. [Challenge.Start]
// writes a script to begin with, [Grader.Check] runs a script from a file in package
// demo/sandbox under a fresh draw and gives a [Verdict], and [Grader.Folder] does so for a
// whole class. [Export] writes the challenges for CTFd.
//
// Each student has a seed of their own, and where a challenge asks for one message, a message
// of their own, both derived from the name ([Student.Seed], [Challenge.Wanted]). So keys,
// ciphertext and loot differ between students. A script is a method, though, and not a number: a
// neighbour's script solves a challenge as well. [Grades] says who handed in what was begun under
// another name, and whose solutions are alike, of those that are long enough to tell (TestAlike).
//
// TestSolutions solves every challenge with the scripts in testdata, and none with a naive
// answer; TestCheats tries what people try who have no answer.
package challenge

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/world"
)

// A Challenge is one exercise.
type Challenge struct {
	ID         string            `json:"id"`
	Title      string            `json:"title"`
	Side       string            `json:"side"`     // one of Sides
	Level      int               `json:"level"`    // 1 to 3
	Family     string            `json:"family"`   // of an answer, as in its header
	Kind       string            `json:"kind"`     // of an answer, as in its header
	Design     string            `json:"design"`   // id of the arrangement
	Settings   map[string]string `json:"settings"` // by the names of parameters
	Story      string            `json:"story"`
	Budget     []string          `json:"budget"`   // what an answer may need, ranges included
	Most       int               `json:"most"`     // how many of them, ranges expanded
	Messages   []int             `json:"messages"` // each student is asked for one; empty if for none
	Thorough   bool              `json:"thorough"` // what lies open counts, claimed or not
	Goal       []Condition       `json:"goal"`
	Hints      []string          `json:"hints"` // three, each telling more
	Afterwards string            `json:"afterwards"`

	place int // among those of the level
}

// Sides are those who set a challenge: somebody who wants to read, somebody who serves a court,
// somebody who defends.
var Sides = []string{"attack", "court", "defence"}

//go:embed challenges/*.star
var files embed.FS

// All lists the challenges, the easiest first.
func All() ([]*Challenge, error) {
	list, err := loadAll()
	return slices.Clone(list), err
}

// loadAll reads once what is part of the program.
var loadAll = sync.OnceValues(func() ([]*Challenge, error) {
	names, err := fs.Glob(files, "challenges/*.star")
	if err != nil {
		return nil, err
	}
	var list []*Challenge
	for _, name := range names {
		c, err := load(name)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	slices.SortFunc(list, func(a, b *Challenge) int {
		return cmp.Or(a.Level-b.Level, a.place-b.place)
	})
	return list, nil
})

// Named finds a challenge. The error is a [demo.UsageError] that says which was meant.
func Named(id string) (*Challenge, error) {
	list, err := All()
	if err != nil {
		return nil, err
	}
	var known []string
	for _, c := range list {
		if c.ID == id {
			return c, nil
		}
		known = append(known, c.ID)
	}
	return nil, demo.Usagef("no challenge %q%s: doormat challenge list has them all", id,
		world.DidYouMean(id, known))
}

// load reads the file of a challenge: one call of challenge().
func load(name string) (*Challenge, error) {
	src, err := files.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var c *Challenge
	declare := func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple,
		kwargs []starlark.Tuple) (starlark.Value, error) {
		if c != nil {
			return nil, errors.New("challenge: called twice")
		}
		var err error
		c, err = declared(args, kwargs)
		return starlark.None, err
	}
	_, err = starlark.ExecFileOptions(&syntax.FileOptions{}, &starlark.Thread{Name: name}, name, src,
		starlark.StringDict{"challenge": starlark.NewBuiltin("challenge", declare)})
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case c == nil || "challenges/"+c.ID+".star" != name:
		return nil, fmt.Errorf("%s: want one call of challenge() with the file's name as id", name)
	}
	return c, nil
}

// declared reads the arguments of challenge().
func declared(args starlark.Tuple, kwargs []starlark.Tuple) (*Challenge, error) {
	c := &Challenge{Settings: map[string]string{}, Messages: []int{}}
	var settings, goal *starlark.Dict
	var budget, hints, messages *starlark.List
	err := starlark.UnpackArgs("challenge", args, kwargs, "id", &c.ID, "title", &c.Title,
		"side", &c.Side, "level", &c.Level, "place", &c.place, "design", &c.Design, "story", &c.Story,
		"budget", &budget, "most", &c.Most, "goal", &goal, "hints", &hints,
		"afterwards", &c.Afterwards, "family", &c.Family, "kind", &c.Kind, "settings?", &settings,
		"messages?", &messages, "thorough?", &c.Thorough)
	if err != nil {
		return nil, err
	}
	c.Budget, c.Hints = texts(budget), texts(hints)
	for _, item := range pairs(settings) {
		c.Settings[item[0]] = item[1]
	}
	for i := range length(messages) {
		n, err := starlark.AsInt32(messages.Index(i))
		if err != nil {
			return nil, fmt.Errorf("challenge: messages: %w", err)
		}
		c.Messages = append(c.Messages, n)
	}
	for _, item := range pairs(goal) {
		condition, err := parseCondition(item[0], item[1])
		if err != nil {
			return nil, err
		}
		c.Goal = append(c.Goal, condition)
	}
	for _, text := range []*string{&c.Story, &c.Afterwards} {
		*text = strings.Join(strings.Fields(*text), " ")
	}
	return c, c.check()
}

// check refuses a declaration in which something is missing.
func (c *Challenge) check() error {
	switch {
	case c.Title == "" || c.Story == "" || c.Afterwards == "":
		return errors.New("challenge: title, story or afterwards is empty")
	case !slices.Contains(Sides, c.Side):
		return fmt.Errorf("challenge: side %q: want one of %s", c.Side, strings.Join(Sides, ", "))
	case !slices.Contains(technique.Families, c.Family) || !slices.Contains(technique.Kinds, c.Kind):
		return fmt.Errorf("challenge: family %q, kind %q: want those of attacks", c.Family, c.Kind)
	case c.Level < 1 || c.Level > 3:
		return fmt.Errorf("challenge: level %d: want 1 to 3", c.Level)
	case len(c.Budget) == 0 || c.Most < 1 || len(c.Goal) == 0:
		return errors.New("challenge: budget, most or goal is empty")
	case len(c.Hints) != 3:
		return fmt.Errorf("challenge: %d hints, want 3", len(c.Hints))
	case len(c.Messages) > 0 != slices.ContainsFunc(c.Goal, Condition.asks):
		return errors.New("challenge: messages without a goal that asks for one, or the other way round")
	}
	return nil
}

func length(list *starlark.List) int {
	if list == nil {
		return 0
	}
	return list.Len()
}

func texts(list *starlark.List) (out []string) {
	for i := range length(list) {
		text, _ := starlark.AsString(list.Index(i))
		out = append(out, strings.Join(strings.Fields(text), " "))
	}
	return out
}

// pairs lists the items of a dictionary of strings in their order.
func pairs(dict *starlark.Dict) (out [][2]string) {
	if dict == nil {
		return nil
	}
	for _, item := range dict.Items() {
		key, _ := starlark.AsString(item[0])
		value, _ := starlark.AsString(item[1])
		out = append(out, [2]string{key, value})
	}
	return out
}
