// Package story holds doormat's own conversations. Their people and places are invented, and
// nothing in them happened, so their texts may be shown. Each message is one that somebody
// would hate to see opened.
//
//	mill-lane      six people in a town, told in full in milllane.go: the one that is played
//	               unless another is asked for. Two do wrong, four have secrets that are
//	               nobody's business
//	clock          a child is missing, and hours count
//	last-message   an attacker is dead; was he alone?
//
// The last two give lawful access its best case: somebody whom one wants to read, evidence
// that an order finds, and harm that a delay does.
//
// TestStories holds what every story needs, TestConversationIsUsable what mill-lane
// does.
package story

import (
	"embed"
	"maps"
	"time"

	"doormat/world"
)

// A Story is a conversation with what a teacher needs beside it.
type Story struct {
	ID    string // what --story takes
	Title string // names the conversation in results
	Doc   string // what it is about, for whoever chooses
	// Target is the account that an attack aims at unless told otherwise.
	Target string
	// Order says who is under a legitimate order, of what kind, and why, and who is not.
	Order string

	// applied is what the court is asked for, as the data that a run is compared with.
	applied world.Application

	accounts   []string          // in the order in which results list them
	privileged map[string]string // to whom people talk because the law protects it, and as what
	ties       []Tie             // the busiest first
	telling    []int             // messages that a room remembers, by number, best first
	crime      int               // the tie for whose sake the court signs, by its place in ties
	year       string
	groups     []world.Group // as they are before the first line
	events     []world.Event // name the line after which they happen, counted from 1
	photos     map[int]string
	forwards   map[int]int // the line that repeats an earlier one, and that one
	script     []line
	calls      []call
}

// A line of the script: who says what to whom, a person or a group, and when in the
// story's year.
type line struct{ when, from, to, text string }

// A call of the script: when somebody calls whom, and what each says.
type call struct {
	when, from string
	to         []string
	said       [][2]string // who, what
}

// All lists the stories. The first is the one that is played unless another is asked for.
func All() []*Story { return []*Story{&millLane, &clockStory, &lastMessageStory} }

// Named finds a story by its id; "" is the first.
func Named(id string) (*Story, bool) {
	for _, s := range All() {
		if id == "" || s.ID == id {
			return s, true
		}
	}
	return nil, false
}

// Conversation is that of the first story.
func Conversation() *world.Conversation { return millLane.Conversation() }

//go:embed photos/*.png
var photoFiles embed.FS

// Conversation returns the story as ground truth. Each call builds it anew, so the caller may
// change what it gets. Clock times are taken as UTC.
func (s *Story) Conversation() *world.Conversation {
	c := &world.Conversation{Title: s.Title, Target: s.Target}
	c.Accounts = append(c.Accounts, s.accounts...)
	c.Privileged = maps.Clone(s.privileged)
	c.Events = append(c.Events, s.events...)
	for _, g := range s.groups {
		c.Groups = append(c.Groups, world.Group{Name: g.Name, Members: append([]string{},
			g.Members...)})
	}
	for i, l := range s.script {
		m := world.Message{From: l.from, Sent: clock(l.when, s.year), Text: l.text,
			Forwards: s.forwards[i+1]}
		m.To, m.Group = readers(l, c.MembersAt(i+1))
		if name := s.photos[i+1]; name != "" {
			m.Attachments = []world.Attachment{photo(name)}
		}
		c.Messages = append(c.Messages, m)
		if s.Crime().Holds(&m) {
			c.Evidence = append(c.Evidence, i+1)
		}
	}
	a := s.applied
	a.Accounts = append([]string{}, a.Accounts...)
	a.Phones = append([]world.Phone{}, a.Phones...)
	c.Application = &a
	for _, l := range s.calls {
		said := world.Call{From: l.from, To: append([]string{}, l.to...),
			Begun: clock(l.when, s.year)}
		for _, u := range l.said {
			said.Said = append(said.Said, world.Utterance{By: u[0], Text: u[1]})
		}
		c.Calls = append(c.Calls, said)
	}
	return c
}

// readers are whom a line goes to, and the group if it goes to one.
func readers(l line, members world.Membership) (to []string, group string) {
	all, isGroup := members[l.to]
	if !isGroup {
		return []string{l.to}, ""
	}
	for _, a := range all {
		if a != l.from {
			to = append(to, a)
		}
	}
	return to, l.to
}

// photo and clock read what is part of the program, so a mistake there is a bug
// that every test meets, not an error to hand on.
func photo(name string) world.Attachment {
	data, err := photoFiles.ReadFile("photos/" + name)
	if err != nil {
		panic("story: " + err.Error())
	}
	return world.Attachment{Name: name, Data: data}
}

// clock reads a time of the script.
func clock(when, year string) time.Time {
	t, err := time.Parse("2006 2 Jan 15:04", year+" "+when)
	if err != nil {
		panic("story: " + err.Error())
	}
	return t
}
