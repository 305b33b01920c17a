// Package story holds doormat's own conversation, "The Mill Lane chat": six
// invented people in an invented British town, 72 messages, two groups, five
// photos, six weeks of spring 2017. Nobody in it exists and nothing in it
// happened.
//
// It is what `doormat demo` plays when it is given no other conversation, so
// each message is one that somebody would hate to see opened:
//
//	Ruth – Ines           16  an analyst and a reporter: failed water tests
//	Marco – Jo            13  two thieves of diggers
//	Sam – Dr Okoye         8  a patient who has told nobody else
//	Mill Lane neighbours   8  bins, a cat and brown water
//	Ruth – Sam             7  a mother, her son, and his secret
//	Lane Rovers            5  a football team, both thieves in it
//	Marco – Ines           4  they share a daughter, no longer a house
//	Marco – Dr Okoye       4  tablets, ladders and an honest number of pints
//	Ines – Dr Okoye        3  a reporter's question (first contact after message 36)
//	Marco – Sam            2  a football coach and his goalkeeper
//	Ruth – Jo              2  neighbours, and a cat
//
// Only Marco and Jo do wrong, and [Order] says what a court allows. Everybody
// else is innocent, also where they write to Marco: an order for "all of
// Marco" opens 28 messages, of which 15 have nothing to do with the crime, and
// a hand on all 72 unmasks a source. Jo is in both groups. So an order for Jo
// reads what Ruth tells her neighbours about the water, and an order for Marco
// what Sam and Ines tell a team.
//
// The groups change, so that two things can be tried. Mill Lane neighbours are
// Ruth, Jo and Sam; they talk about the doctor before Ruth takes her in, after
// message 29, and about Jo after she has left, after message 67. Lane Rovers are
// Marco, Jo and Sam; they agree on what Ines is to be told before Marco takes her
// in, after message 56. Who came must not read what went before, and who left
// must not read what follows.
//
// The dates and events serve the experiments. Each account sends and receives
// on both sides of message 36, some in bursts, some turn by turn. Ruth and Ines
// compare safety numbers early; Ruth sets up her phone anew; messages 52 and 53
// are under a key that nobody has compared, and Ines's phone holds 53 back until they
// compare again. Marco and
// Jo compare once, late. Nobody else does, which is what people are like. The
// photos go with messages 4, 24, 51, 52 and 58: two before the middle, three that
// reach Marco or are his, one in a group. The tests hold every number given here.
package story

import (
	"embed"
	"time"

	"doormat/world"
)

// Title names the conversation in results.
const Title = "The Mill Lane chat"

// Target is the account that an attack aims at unless told otherwise.
const Target = "Marco"

// Order says who is under a legitimate order, of what kind, and why, and who is
// not. Orders name accounts and a window, so this is what narrow-order asks for.
const Order = "A court has ordered that what Marco writes and receives in a window of days be read: " +
	"he and Jo steal diggers and sell them. " +
	"He also writes to his daughter's mother, his doctor and a football team, who have done nothing."

// accounts are the people, in the order in which results list them; privileged are
// the reporter and the doctor, to whom people talk because the law protects it.
var (
	accounts   = []string{"Ines", "Marco", "Ruth", "Dr Okoye", "Jo", "Sam"}
	privileged = []string{"Ines", "Dr Okoye"}
)

//go:embed photos/*.png
var photoFiles embed.FS

// Conversation returns the story as ground truth: 72 messages, 2 groups, 5 photos
// and 7 events. Each call builds it anew, so the caller may change what it gets.
// Clock times are taken as UTC.
func Conversation() *world.Conversation {
	c := &world.Conversation{Title: Title, Target: Target}
	c.Accounts = append(c.Accounts, accounts...)
	c.Privileged = append(c.Privileged, privileged...)
	c.Events = append(c.Events, events...)
	for _, g := range groups {
		c.Groups = append(c.Groups, world.Group{Name: g.Name, Members: append([]string{}, g.Members...)})
	}
	for i, l := range script {
		m := world.Message{From: l.from, Sent: clock(l.when), Text: l.text}
		m.To, m.Group = readers(l, c.MembersAt(i+1))
		if name := photos[i+1]; name != "" {
			m.Attachments = []world.Attachment{photo(name)}
		}
		c.Messages = append(c.Messages, m)
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
func clock(when string) time.Time {
	t, err := time.Parse("2006 2 Jan 15:04", "2017 "+when)
	if err != nil {
		panic("story: " + err.Error())
	}
	return t
}
