// Package script runs attacks that are written in Starlark, a small dialect of Python.
//
// A script is one call of technique(...), which states what the attack is and what it
// expects, and a function run(adv). [Load] makes an [technique.Technique] of it in this
// process, for scripts that are part of the program. [Remote] does so for scripts from
// outside: they run in a process of their own, which calls [Serve], holds no secret and
// can be given little memory. Both ways give the same cells: TestRemoteEqualsLocal.
//
// All that a script does to the world is a call on its one value, adv, and crosses an
// [technique.Port] as fact ids, strings, numbers and bytes (builtins.go). What it expects may be
// computed from an [technique.View], in which there is no text (expectation.go, view.go).
// docs/builtins.md lists what scripts may call. Starlark bounds the steps of a script, and
// once a script is loaded all that it could keep from run to run is frozen:
// TestRunsShareNoState.
package script

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"sync"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"

	"doormat/attacks/language"
	"doormat/attacks/technique"
	"doormat/world"
)

// maxSteps bounds a script's own computation: what it does through the port is
// bounded elsewhere. The scripts of the library are part of the program, and may take long
// where a chat is large.
const (
	maxSteps     = 20_000_000
	librarySteps = 10 * maxSteps
)

// program is a script in Starlark: one call of technique() and a function run(adv).
type program struct {
	header  technique.Header
	expects map[string]starlark.Value
	run     starlark.Callable
	name    string
	source  string
	steps   uint64       // how many it may take
	draft   bool         // its header needs no prose
	print   func(string) // hears each line that the script prints, nil if nobody does
}

// dialect is what scripts may use beyond the core of Starlark.
var dialect = &syntax.FileOptions{TopLevelControl: true, While: true, Set: true}

// Parse reads a script without running it.
func Parse(name string, src []byte) (*syntax.File, error) {
	return dialect.Parse(name, bytes.TrimPrefix(src, bom), 0)
}

var bom = []byte("\ufeff") // which editors on Windows put before UTF-8

// Load runs the top level of a script and checks its header. Errors carry file,
// line and column. helpers hold the files that the script may load. What it prints
// goes nowhere; what a script from outside prints, [Remote] hands on.
func Load(name string, src []byte, helpers ...fs.FS) (technique.Technique, error) {
	s, err := load(&program{name: name, steps: librarySteps}, src, helpers)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// load runs the top level of a script, of which name and bounds are given.
func load(s *program, src []byte, helpers []fs.FS) (*program, error) {
	src = bytes.TrimPrefix(src, bom)
	s.source = string(src)
	thread := s.thread("")
	thread.Load = func(_ *starlark.Thread, file string) (starlark.StringDict, error) {
		return helper(helpers, file)
	}
	globals, err := starlark.ExecFileOptions(dialect,
		thread, s.name, src, starlark.StringDict{
			language.Technique.Name:     builtin(&language.Technique, s.technique),
			language.Opens.Name:         builtin(&language.Opens, opens),
			language.NotApplicable.Name: builtin(&language.NotApplicable, notApplicable),
			language.Struct.Name:        starlark.NewBuiltin(language.Struct.Name, starlarkstruct.Make),
		})
	if err != nil {
		return nil, explain(scriptError(err), s.source)
	}
	if s.header.ID == "" {
		return nil, fmt.Errorf("%s: no call of technique(): an attack states what it is. doormat attack "+
			"new ID and doormat challenge start ID write a script to begin with", s.name)
	}
	run, ok := globals["run"].(*starlark.Function)
	switch {
	case !ok:
		return nil, fmt.Errorf("%s: no function run(adv)", s.name)
	case run.NumParams() != 1 || run.NumKwonlyParams() > 0 || run.HasVarargs() || run.HasKwargs():
		return nil, fmt.Errorf("%s: %s: want one parameter, run(adv)", run.Position(), run.Name())
	}
	s.run = run
	globals.Freeze() // from here on, runs and expectations in parallel share no state
	for _, value := range s.expects {
		value.Freeze()
	}
	return s, nil
}

// helpersRun keeps what helpers define, by name and text. It is frozen, so all scripts that
// load the same text share it: the library loads a few helpers a hundred times.
var helpersRun sync.Map

// helper runs a file that scripts share. It can load no other.
func helper(helpers []fs.FS, file string) (starlark.StringDict, error) {
	for _, files := range helpers {
		src, err := fs.ReadFile(files, file)
		if err != nil {
			continue
		}
		src = bytes.TrimPrefix(src, bom)
		key := [2]string{file, string(src)}
		if globals, ok := helpersRun.Load(key); ok {
			return globals.(starlark.StringDict), nil
		}
		globals, err := starlark.ExecFileOptions(dialect, newThread(file, maxSteps), file, src,
			starlark.StringDict{language.Struct.Name: starlark.NewBuiltin(language.Struct.Name,
				starlarkstruct.Make)})
		globals.Freeze()
		if err == nil {
			helpersRun.Store(key, globals)
		}
		return globals, err
	}
	var known []string
	for _, files := range helpers {
		list, _ := fs.Glob(files, "helpers/*.star")
		known = append(known, list...)
	}
	return nil, fmt.Errorf("there is no such helper%s", world.DidYouMean(file, known))
}

// thread is one whose script may print: "file:line: about: text".
func (s *program) thread(about string) *starlark.Thread {
	thread := newThread(s.name, s.steps)
	if s.print != nil {
		thread.Print = func(t *starlark.Thread, text string) {
			s.print(fmt.Sprintf("%s:%d: %s%s", s.name, line(t), about, text))
		}
	}
	return thread
}

func newThread(name string, steps uint64) *starlark.Thread {
	thread := &starlark.Thread{Name: name, Print: func(*starlark.Thread, string) {}}
	thread.SetMaxExecutionSteps(steps)
	thread.OnMaxSteps = func(t *starlark.Thread) {
		t.Cancel(fmt.Sprintf("more than %d steps: does the script end?", steps))
	}
	return thread
}

// scriptError puts the innermost position of the script before the message.
func scriptError(err error) error {
	var eval *starlark.EvalError
	if !errors.As(err, &eval) {
		return err // syntax and resolve errors carry their position
	}
	for i := len(eval.CallStack) - 1; i >= 0; i-- {
		if pos := eval.CallStack[i].Pos; pos.IsValid() && pos.Line > 0 {
			return fmt.Errorf("%s: %w", pos, eval.Unwrap())
		}
	}
	return err
}

// Header implements [technique.Technique].
func (s *program) Header() technique.Header { return s.header }

// Source implements [technique.Technique].
func (s *program) Source() string { return s.source }

func (s *program) technique(c call) (starlark.Value, error) {
	if s.header.ID != "" {
		return nil, errors.New("technique: called twice")
	}
	var h technique.Header
	var needs, applies, beats *starlark.List
	var settings, expects *starlark.Dict
	err := c.unpack(&h.ID, &h.Title, &h.Family, &h.Kind, &needs, &h.Showcase, &h.Happens, &h.Why,
		&h.Really, &h.Source, &h.Exercise, &expects, &applies, &settings, &h.AtSetUp, &beats)
	if err != nil {
		return nil, err
	}
	for _, text := range []*string{&h.Happens, &h.Why, &h.Really, &h.Source, &h.Exercise} {
		*text = strings.Join(strings.Fields(*text), " ")
	}
	if h.Needs, err = stringList("needs", needs); err != nil {
		return nil, err
	}
	if h.Applies, err = stringList("applies", applies); err != nil {
		return nil, err
	}
	if h.Beats, err = stringList("beats", beats); err != nil {
		return nil, err
	}
	if h.Settings, err = stringMap("settings", settings); err != nil {
		return nil, err
	}
	s.expects = map[string]starlark.Value{}
	for _, item := range expects.Items() {
		key, ok := starlark.AsString(item[0])
		if !ok {
			return nil, errors.New("technique: expects: keys are design ids or classes")
		}
		s.expects[key] = item[1]
	}
	h.Expects = slices.Sorted(maps.Keys(s.expects))
	check := h.Check
	if s.draft {
		check = h.CheckDraft
	}
	if err := check(); err != nil {
		return nil, err
	}
	s.header = h
	return starlark.None, nil
}

func stringList(name string, list *starlark.List) ([]string, error) {
	out := []string{}
	for i := range lenOf(list) {
		text, ok := starlark.AsString(list.Index(i))
		if !ok {
			return nil, fmt.Errorf("technique: %s: want a list of strings", name)
		}
		out = append(out, text)
	}
	return out, nil
}

func lenOf(list *starlark.List) int {
	if list == nil {
		return 0
	}
	return list.Len()
}

func stringMap(name string, dict *starlark.Dict) (map[string]string, error) {
	out := map[string]string{}
	if dict == nil {
		return out, nil
	}
	for _, item := range dict.Items() {
		key, ok := starlark.AsString(item[0])
		if !ok {
			return nil, fmt.Errorf("technique: %s: want names of settings as keys", name)
		}
		value, ok := starlark.AsString(item[1])
		if !ok {
			value = item[1].String()
		}
		out[key] = value
	}
	return out, nil
}

// Expect implements [technique.Technique].
func (s *program) Expect(keys []string, v technique.View) (technique.Outcome, error) {
	for _, key := range keys {
		value, ok := s.expects[key]
		if !ok {
			continue
		}
		if f, ok := value.(starlark.Callable); ok {
			var err error
			if value, err = starlark.Call(s.thread(""), f, starlark.Tuple{viewValue(v)},
				nil); err != nil {
				return technique.Outcome{}, explain(scriptError(err), "")
			}
		}
		o, ok := value.(outcomeValue)
		if !ok {
			return technique.Outcome{}, fmt.Errorf("%s: expects[%q] is %s, want opens(...) or "+
				"not_applicable(...)", s.name, key, value.Type())
		}
		return o.Outcome, nil
	}
	return technique.Outcome{Unstated: true, Draft: s.draft}, nil
}

// Run implements [technique.Technique].
func (s *program) Run(ctx context.Context, port technique.Port) error {
	adv, design, err := newAdv(port)
	if err != nil {
		return err
	}
	thread := s.thread(design + ": ")
	stop := context.AfterFunc(ctx, func() { thread.Cancel(context.Cause(ctx).Error()) })
	defer stop()
	if _, err = starlark.Call(thread, s.run, starlark.Tuple{adv}, nil); err != nil {
		return explain(scriptError(err), "")
	}
	return nil
}
