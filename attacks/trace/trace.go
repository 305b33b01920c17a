// Package trace is how a cell of a result came about, for whoever shows an attack step by step: the
// calls of its script as [Event] values, each with what it took, opened and set off; the proof of one
// message; and, if the lab records, who held what at a few moments and how one message travelled
// ([Recording]). Package attacks writes it and counts nothing by it; what it adds up to is the
// cell, to which TestFramesAgree in demo/replay holds it.
package trace

import (
	"doormat/attacks/deduce"
	"doormat/world"
)

// A Forgery is a text on somebody's screen: under whose name, and the bytes.
type Forgery struct{ From, To, Body string }

// A Trace tells how a cell came about.
type Trace struct {
	Settings   world.Settings
	Principals world.Principals // of the design
	Events     []Event          // what the script did and what came of it, in order
	Opened     []int            // numbers of the messages recovered, sorted
	Files      []int            // numbers of the attachments recovered, sorted
	Calls      []int            // numbers of the calls recovered, sorted
	Heard      []int            // numbers of the utterances recovered, over all calls, sorted
	Forged     []Forgery        // what screens showed although nobody wrote it for them, in order
	Protected  []string         // professions of people who were read and whose talk the law protects
	Surprise   string           // how the outcome differs from the expectation
	Unstated   string           // parts of which the expectation says nothing, so that they were not compared
	Proved     int              // the message that Proof proves, 0 if none
	Proof      deduce.Proof
	Record     *Recording // nil unless the lab records
}
