package attacks

import (
	"doormat/attacks/technique"
	"doormat/attacks/trace"
	"doormat/world"
)

// The JSON document that matrix, attack run and every other renderer share.
// Every field is always present, lists are never null.

// A Result is one run of attacks against designs.
type Result struct {
	Doormat      string         `json:"doormat"` // version
	Seed         uint64         `json:"seed"`
	Draw         string         `json:"draw"`     // 32 bytes in hex on which the salts depend, "" if no script came from a file
	Settings     world.Settings `json:"settings"` // of the run; an attack's header may override them in its own cells
	Conversation Counts         `json:"conversation"`
	Designs      []DesignRow    `json:"designs"`
	Attacks      []AttackRow    `json:"attacks"`
	Cells        []Cell         `json:"cells"`

	// Ahead is the same run with further columns, made ahead; nil if there is none.
	Ahead *Result `json:"-"`

	// Elsewhere are ids of columns that the program has and this run leaves out.
	Elsewhere []string `json:"-"`

	// DrawGiven tells that the draw was not fresh, so that a script could have been
	// written for it.
	DrawGiven bool `json:"-"`
}

// Counts describe the conversation.
type Counts struct {
	Title       string `json:"title"`
	Accounts    int    `json:"accounts"`
	Messages    int    `json:"messages"`
	Attachments int    `json:"attachments"`
	Calls       int    `json:"calls"`
}

// A DesignRow names an arrangement: a design under the parameters that the
// arrangement fixes.
type DesignRow struct {
	ID         string            `json:"id"`
	Design     string            `json:"design"`
	Name       string            `json:"name"`
	Classes    []string          `json:"classes"`
	Parameters map[string]string `json:"parameters"`
}

// An AttackRow names an attack.
type AttackRow struct {
	ID     string   `json:"id"`
	Title  string   `json:"title"`
	Family string   `json:"family"`
	Kind   string   `json:"kind"`
	Needs  []string `json:"needs"`

	// Fixes are settings that the attack fixes for itself, whatever the run's are,
	// as "name value" under the run's t and n. They are not part of the document.
	Fixes []string `json:"-"`
}

// A Cell is what one attack exposed of one design.
type Cell struct {
	Design      string             `json:"design"`
	Attack      string             `json:"attack"`
	Applicable  bool               `json:"applicable"`
	Missing     string             `json:"missing"` // what the harness found absent, if the attack is not applicable
	At          int                `json:"at"`
	Needs       []world.Capability `json:"needs"`
	Parties     int                `json:"parties"`    // distinct principals in Needs, a jurisdiction counted once
	Principals  int                `json:"principals"` // everybody who was used, a jurisdiction's members one by one
	Content     Content            `json:"content"`
	Attachments Count              `json:"attachments"`
	Metadata    Count              `json:"metadata"`
	People      People             `json:"people"`
	Delivered   Delivered          `json:"delivered"`
	Forwarded   Count              `json:"forwarded"` // forwarded messages, by words in a forward only
	Forged      int                `json:"forged"`
	FalseClaims int                `json:"false_claims"`
	Smuggled    int                `json:"smuggled"` // claims of what the script itself had handed in, or nobody had typed
	Noticed     []Evidence         `json:"noticed"`
	Disclosed   []Disclosure       `json:"disclosed"`
	Calls       Count              `json:"calls"` // of which every utterance was recovered
	Lawful      Lawful             `json:"lawful"`
	// Messages recovered that no order yielded, and whether orders were signed for an
	// agency that is somebody else than the adversary.
	ByNoOrder int     `json:"by_no_order"`
	ForOthers bool    `json:"for_others"`
	Expected  bool    `json:"expected"`
	Why       string  `json:"why"`
	Error     string  `json:"error"`
	Seconds   float64 `json:"seconds"`

	// Trace is what the renderers of a single attack show; it is not part of the
	// document.
	Trace trace.Trace `json:"-"`
}

// Content splits messages by whom they concern.
type Content struct {
	Target Exposure `json:"target"`
	Others Exposure `json:"others"`
}

// An Exposure counts messages whose exact bytes were recovered, before and after
// the moment of the attack.
type Exposure struct {
	Recovered   int `json:"recovered"`
	Total       int `json:"total"`
	Before      int `json:"before"`
	BeforeTotal int `json:"before_total"`
	After       int `json:"after"`
	AfterTotal  int `json:"after_total"`
}

// A Count is so many of so many.
type Count struct {
	Recovered int `json:"recovered"`
	Total     int `json:"total"`
}

// A Part is what a conversation has besides messages. Judge, renderers and checks loop over
// [Parts], so that each tells of all.
type Part struct {
	Name  string // as in JSON and CSV
	What  string // for people
	Count func(*Cell) Count
	Want  func(*technique.Outcome) technique.Level
}

// Parts lists them.
func Parts() []Part {
	return []Part{
		{"attachments", "attachments", func(c *Cell) Count { return c.Attachments },
			func(o *technique.Outcome) technique.Level { return o.Files }},
		{"calls", "calls", func(c *Cell) Count { return c.Calls },
			func(o *technique.Outcome) technique.Level { return o.Calls }},
		{"metadata", "who wrote to whom, and when", func(c *Cell) Count { return c.Metadata },
			func(o *technique.Outcome) technique.Level { return o.Metadata }},
	}
}

// Evidence is something that an honest program noticed.
type Evidence struct {
	By           string `json:"by"`
	What         string `json:"what"`
	AfterMessage int    `json:"after_message"`
}

// A Disclosure is that somebody learned of an access by design, later: because the
// sealing period of an order was over, or because notice was served.
type Disclosure struct {
	By           string `json:"by"`
	What         string `json:"what"`
	AfterMessage int    `json:"after_message"`
	AfterHours   int    `json:"after_hours"` // since the order was signed or, for a log's entry, seen
}

// Tally counts opened messages by whom they concern and whether they were typed
// before the attack.
func Tally(c *world.Conversation, target string, at int, opened map[int]bool) (sum Content) {
	for i := range c.Messages {
		part := &sum.Others
		if c.Messages[i].Concerns(target) {
			part = &sum.Target
		}
		k, hit := i+1, 0
		if opened[k] {
			hit = 1
		}
		part.Total++
		part.Recovered += hit
		if k <= at {
			part.BeforeTotal++
			part.Before += hit
		} else {
			part.AfterTotal++
			part.After += hit
		}
	}
	return sum
}

// People counts accounts of whom something that they wrote or said was recovered, a text, a
// file, a sentence of a call: also those who only wrote to somebody who was to be read.
type People struct {
	Read       int `json:"read"`
	Unnamed    int `json:"unnamed"`    // of them, whom no order named and who are not the target
	Privileged int `json:"privileged"` // of them, whom the conversation marks, as a doctor
}

// Delivered counts messages that reached the screens of all whom they were typed for: an
// attack that keeps people from talking, or a defence that does, is seen here.
type Delivered struct {
	Messages int `json:"messages"`
	Total    int `json:"total"` // messages typed
}

// Lawful counts messages in scope of orders that a court signed, or of what the agency asked for
// in an emergency without one, and those of them whose exact plaintext the agency read with what
// it obtained so: from trustees, an unlocked phone, a provider, or by an implant or a swapped key
// that an order allows. What a thief reads serves nobody. An order that gave who wrote to whom and
// when, and no words, has not served a message: Metadata tells of it, so that it neither passes
// for an order served nor for one that got nothing. Evidence is 0 of 0 as long as no
// design has anything to show it by.
type Lawful struct {
	Asked      int   `json:"asked"` // that have been typed
	Served     int   `json:"served"`
	Metadata   Count `json:"metadata"`    // of those asked for, who wrote to whom and when
	Beyond     int   `json:"beyond"`      // messages outside the orders' scope that came with it, read or not
	Evidence   Count `json:"evidence"`    // served messages with a proof of authorship
	DelayHours int   `json:"delay_hours"` // from the signing, or the request, to the last plaintext, by the virtual clock
}
