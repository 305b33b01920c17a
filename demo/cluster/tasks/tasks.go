// Package tasks says what doormat's work is when others do it: which jobs a sweep or an atlas
// falls into, how a worker does one, and how the answers become what one machine would have
// given. Package cluster carries the bytes.
//
// A job of a class is one answer of a student, whose script runs in a sandbox; it travels only if
// whoever marks says so (TestClass). A job of a sweep is one arrangement under a few settings, with some of the attacks. Attacks
// that only read share an honest run, so they stay together; of those that act, each of which
// has a run of its own, a few go into one job, which lives through one honest run to compare
// them with. A job of an atlas is one arrangement. [kinds] lists the sorts of jobs: what else
// is to be done on many machines is an entry there.
//
// What all jobs of a run have in common travels once: seed and draw, scripts from files, which
// run in a sandbox on workers as well, and the conversation: a built-in story by its name, and
// one's own only if its owner says so (TestOwnChat). Texts of cells travel back, since workers
// know them; the steps of an attack and its proof do not, and nothing that a sweep prints is
// made of them. TestSweepIsOneMachines and TestAtlasIsOneMachines hold all formats to those of
// one machine, byte for byte except for seconds.
package tasks

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"doormat/attacks"
	"doormat/attacks/script"
	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/cluster"
	"doormat/demo/sandbox"
	"doormat/demo/story"
	"doormat/world"
	"doormat/world/memo"
)

// A Set does jobs with the designs and attacks of a kit. Host and workers have one each; the
// workers in a host's process share the host's, and what is remembered in it.
type Set struct {
	Kit demo.Kit
	// Sandbox is the argument with which this program runs a script from a file; "" if it
	// cannot.
	Sandbox string
	// Slots is how many jobs this process does at a time, which share its memory.
	Slots int

	own *world.Conversation // which does not leave this process, nil if there is none

	mu     sync.Mutex
	last   string // what the jobs at hand have in common, as it travelled
	shared common
	lab    *attacks.Lab
}

// A Script is an attack from a file.
type Script struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	Draft  bool   `json:"draft"` // its header needs no prose
}

// common is what all jobs of a run have in common.
type common struct {
	Story        string              `json:"story"`        // by id; "" if it is none
	Conversation *world.Conversation `json:"conversation"` // one's own, that may travel
	Own          bool                `json:"own"`          // one's own, that may not
	Seed         world.Seed          `json:"seed"`
	Draw         string              `json:"draw"`   // in hex
	Second       string              `json:"second"` // in hex
	Fresh        bool                `json:"fresh"`
	Scripts      []Script            `json:"scripts"`
	Timeout      time.Duration       `json:"timeout"` // of a script
}

// A Source says where the conversation and the scripts of a lab come from.
type Source struct {
	Options demo.Options
	Share   bool          // one's own chat may travel
	Scripts []Script      // attacks of the lab that are not the kit's
	Timeout time.Duration // of a script
}

// job is one piece of work.
type job struct {
	Kind    string     `json:"kind"` // a key of kinds
	Design  string     `json:"design"`
	Attacks []string   `json:"attacks"`
	Points  []settings `json:"points"`
	Atlas   Atlas      `json:"atlas"`
	Answer  *handedIn  `json:"answer"` // of a student
}

// settings are those of a run as they are, without the words that people read.
type settings world.Settings

// kind is a sort of job: how it is done, how one sees that an answer is none, and whether two
// that differ can both be honest.
type kind struct {
	do      func(ctx context.Context, s *Set, lab *attacks.Lab, c common, j job) (cluster.Answer, error)
	check   func(j job, a cluster.Answer) error
	excused func(j job, theirs, ours cluster.Answer) bool
}

var kinds = map[string]kind{
	"cells": {chosen(doCells), checkCells, cellsExcused},
	"atlas": {chosen(doAtlas), checkAtlas, func(job, cluster.Answer, cluster.Answer) bool { return false }},
	"mark":  {doMark, checkMark, markExcused},
}

// common makes what all jobs of a lab have in common.
func (s *Set) common(lab *attacks.Lab, from Source) ([]byte, error) {
	c := common{Seed: lab.Seed, Draw: hex.EncodeToString(lab.Draw), Second: hex.EncodeToString(lab.Second),
		Fresh: lab.Fresh, Scripts: from.Scripts, Timeout: from.Timeout}
	switch {
	case from.Options.Tale() != nil:
		c.Story = from.Options.Tale().ID
	case from.Share:
		if c.Conversation = lab.Conversation; !isText(lab.Conversation) {
			return nil, errors.New("this chat has bytes in it that are no text in UTF-8: it cannot travel")
		}
	default:
		c.Own, s.own = true, lab.Conversation
	}
	return json.Marshal(c)
}

// isText tells whether JSON keeps every byte of a conversation.
func isText(c *world.Conversation) bool {
	for _, m := range c.Messages {
		if !utf8.ValidString(m.Text) || !utf8.ValidString(m.Group) {
			return false
		}
		for _, f := range m.Attachments {
			if !utf8.ValidString(f.Name) {
				return false
			}
		}
	}
	for _, name := range append([]string{c.Title}, c.Accounts...) {
		if !utf8.ValidString(name) {
			return false
		}
	}
	return true
}

// Do does a job, for [cluster.Worker] and [cluster.Host].
func (s *Set) Do(ctx context.Context, common, body []byte) (cluster.Answer, error) {
	var j job
	if err := cluster.Decode(body, &j); err != nil {
		return cluster.Answer{}, fmt.Errorf("not a job of this program: %w", err)
	}
	k, known := kinds[j.Kind]
	if !known {
		return cluster.Answer{}, fmt.Errorf("this program does no jobs of the kind %q", j.Kind)
	}
	lab, shared, err := s.labOf(ctx, common)
	if err != nil {
		return cluster.Answer{}, err
	}
	var a cluster.Answer
	err = world.Guard(func() (err error) {
		a, err = k.do(ctx, s, lab, shared, j)
		return err
	})
	return a, err
}

// chosen has something done with a lab of the job's own design and attacks.
func chosen(do func(context.Context, *attacks.Lab, job) (cluster.Answer, error)) func(context.Context, *Set,
	*attacks.Lab, common, job) (cluster.Answer, error) {
	return func(ctx context.Context, s *Set, lab *attacks.Lab, _ common, j job) (a cluster.Answer, err error) {
		one := *lab
		if one.Designs, one.Attacks, err = s.choose(lab, j); err != nil {
			return a, err
		}
		return do(ctx, &one, j)
	}
}

// Check says what is wrong with an answer, for [cluster.Host].
func (s *Set) Check(body []byte, a cluster.Answer) error {
	var j job
	if err := cluster.Decode(body, &j); err != nil {
		return err
	}
	return kinds[j.Kind].check(j, a)
}

// Excused tells whether two answers that differ can both be honest, for [cluster.Host].
func (s *Set) Excused(body []byte, theirs, ours cluster.Answer) bool {
	var j job
	return cluster.Decode(body, &j) == nil && kinds[j.Kind].excused(j, theirs, ours)
}

// ranOut tells whether what kept a script from its end is that time or memory ran out, which
// depends on the machine.
func ranOut(why string) bool { return strings.Contains(why, "stopped") }

// labOf makes the lab of the jobs at hand, once, from what they have in common.
func (s *Set) labOf(ctx context.Context, data []byte) (*attacks.Lab, common, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lab != nil && s.last == string(data) {
		return s.lab, s.shared, nil
	}
	var c common
	if err := cluster.Decode(data, &c); err != nil {
		return nil, c, fmt.Errorf("not a run of this program: %w", err)
	}
	start := time.Now()
	lab := &attacks.Lab{Version: demo.Version, Designs: s.Kit.Designs, Known: s.Kit.Designs, Seed: c.Seed,
		Attacks: s.Kit.Attacks, Fresh: c.Fresh, Memo: new(memo.Memo), Room: attacks.DefaultRoom / max(1, s.Slots),
		Clock: func() float64 { return time.Since(start).Seconds() }}
	if len(s.Kit.Known) > 0 {
		lab.Known = s.Kit.Known
	}
	var err1, err2 error
	lab.Draw, err1 = hex.DecodeString(c.Draw)
	lab.Second, err2 = hex.DecodeString(c.Second)
	if err := errors.Join(err1, err2); err != nil {
		return nil, c, err
	}
	if err := s.openConversation(lab, c); err != nil {
		return nil, c, err
	}
	if err := s.loadScripts(ctx, lab, c); err != nil {
		return nil, c, err
	}
	s.last, s.lab, s.shared = string(data), lab, c
	return lab, c, nil
}

// openConversation gets the conversation that the jobs are about.
func (s *Set) openConversation(lab *attacks.Lab, c common) error {
	switch told, known := story.Named(c.Story); {
	case c.Own && s.own != nil:
		lab.Conversation = s.own
	case c.Own:
		return errors.New("the chat of this run does not leave its host")
	case c.Conversation != nil:
		lab.Conversation = c.Conversation
	case c.Story != "" && known:
		lab.Conversation = told.Conversation()
	default:
		return fmt.Errorf("there is no story %q", c.Story)
	}
	return nil
}

// loadScripts loads attacks from outside, each in a process of its own. What they print is
// shown nowhere.
func (s *Set) loadScripts(ctx context.Context, lab *attacks.Lab, c common) error {
	if len(c.Scripts) == 0 {
		return nil
	}
	if s.Sandbox == "" {
		return errors.New("this worker runs no scripts from files")
	}
	box, err := sandbox.Program(s.Sandbox, c.Timeout)
	if err != nil {
		return err
	}
	lab.Bound = demo.Limit(2 * c.Timeout) // what a script set in motion gets no more
	var outside []technique.Technique
	for _, file := range c.Scripts {
		t, err := script.Remote(ctx, file.Name, []byte(file.Source), file.Draft, box.Dial, func(string) {})
		if err != nil {
			return err
		}
		outside = append(outside, t)
	}
	lab.Attacks = append(outside, lab.Attacks...) // a script may bear an id of the library
	return nil
}

// choose finds the design and the attacks of a job.
func (s *Set) choose(lab *attacks.Lab, j job) ([]world.Design, []technique.Technique, error) {
	d, err := demo.Kit{Designs: lab.Designs}.Design(j.Design)
	if err != nil {
		return nil, nil, err
	}
	var list []technique.Technique
	for _, id := range j.Attacks {
		t, err := demo.Kit{Attacks: lab.Attacks}.Attack(id)
		if err != nil {
			return nil, nil, err
		}
		list = append(list, t)
	}
	return []world.Design{d}, list, nil
}
