// Package story holds doormat's own conversation, "The Mill Lane chat": six
// invented people in an invented British town, sixty messages, six weeks of
// spring 2017. Nobody in it exists and nothing in it happened.
//
// It is what `doormat demo` plays when it is given no other conversation, so
// each message is one that its two people would hate to see opened:
//
//	Ruth – Ines       16  a water company's analyst and a reporter: failed tests, hidden
//	Marco – Jo        13  two people who steal diggers and sell them
//	Sam – Dr Okoye     8  a patient who has told nobody else
//	Ruth – Sam         7  a mother, and the son who keeps it from her
//	Marco – Ines       4  they share a daughter, no longer a house
//	Marco – Dr Okoye   4  tablets, ladders and an honest number of pints
//	Marco – Sam        3  a football coach and his goalkeeper
//	Ines – Dr Okoye    3  a reporter's question (first contact after message 30)
//	Ruth – Jo          2  neighbours, and a cat
//
// Only Marco and Jo do wrong, and [Order] says what a court allows. Everybody
// else is innocent, also where they write to Marco: an order for "all of
// Marco" opens 24 messages, of which 11 have nothing to do with the crime, and
// a hand on all sixty unmasks a source.
//
// The dates and events serve the experiments. Each account sends and receives
// on both sides of message 30, some in bursts, some turn by turn. Ruth and Ines
// compare safety numbers early; Ruth sets up her phone anew; messages 45 and 46
// pass under a key that nobody has compared; then they compare again. Marco and
// Jo compare once, late. Nobody else does, which is what people are like.
// The tests hold every number given here.
package story

import (
	"time"

	"doormat/world"
)

// Title names the conversation in results.
const Title = "The Mill Lane chat"

// Target is the account that an attack aims at unless told otherwise.
const Target = "Marco"

// Order says in two sentences who is under a legitimate order, and why, and
// who is not.
const Order = "A court has ordered that what Marco and Jo write to each other be read: " +
	"they steal machines from building sites and sell them. " +
	"Marco also writes to his daughter's mother, to his doctor and to his goalkeeper, who have done nothing."

// accounts are the people, in the order in which results list them.
var accounts = []string{"Ines", "Marco", "Ruth", "Dr Okoye", "Jo", "Sam"}

// Conversation returns the story as ground truth: 60 messages, each with one
// recipient, and 4 events. Each call builds it anew, so the caller may change
// what it gets. Clock times are taken as UTC.
func Conversation() *world.Conversation {
	c := &world.Conversation{Title: Title, Target: Target}
	c.Accounts = append(c.Accounts, accounts...)
	c.Events = append(c.Events, events...)
	for _, l := range script {
		c.Messages = append(c.Messages, world.Message{
			From: l.from, To: []string{l.to}, Sent: clock(l.when), Text: l.text,
		})
	}
	return c
}

// clock reads a time of the script. The script is part of the program, so a
// mistake in it is a bug that every test meets, not an error to hand on.
func clock(when string) time.Time {
	t, err := time.Parse("2006 2 Jan 15:04", "2017 "+when)
	if err != nil {
		panic("story: " + err.Error())
	}
	return t
}
