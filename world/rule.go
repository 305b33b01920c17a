package world

import "time"

// A Rule is one computation that anybody may do who holds its inputs. It is
// pure, uses the real cryptography of its design, and is built without a
// deployment, so it has nothing to peek at.
//
// An opening rule (Make false) is tried on every combination of facts of the
// kinds in Takes with equal Ref, together with all facts of kind All with that
// Ref. It must be monotone (more facts never make it conclude less) and must not
// be able to run for ever: if it could, it takes as input the ciphertext that
// calls for it. A making rule builds packets or keys and runs only when a script
// applies it by name.
type Rule struct {
	Name  string
	Doc   string // one sentence for a student
	Takes []Kind // joined on equal Ref; for a making rule, the arguments in order
	All   Kind   // kind of further facts: all with that Ref, or those a script gives
	Gives []Kind
	Make  bool
	Poses bool     // of a making rule: what it gives passes for somebody else's, as a false key does
	Text  TextKind // of a making rule: what the text means that a script hands in
	// Apply computes. An error means that these inputs give nothing, which is
	// the normal answer to hostile or unrelated facts. It may run on several
	// processors at once, and what it gives may share bytes with its inputs: nobody
	// changes either.
	Apply func(in Input) ([]Derived, error)
}

// A TextKind says what a making rule takes a script's text for.
type TextKind string

const (
	TextUnread  TextKind = ""            // for nothing
	TextAccount TextKind = "account"     // an account; where several may be named, one a line
	TextAddress TextKind = "address"     // a principal that a packet goes to or is answered to
	TextMessage TextKind = "message"     // what somebody reads as a message
	TextProgram TextKind = "program"     // a program, whom it is for or nothing, to whom it goes, a line each
	TextGuess   TextKind = "guess"       // a guess at a secret
	TextSpecial TextKind = "as doc says" // what the rule's Doc says, and no other rule takes
)

// Input is what a rule may use: nothing else reaches it.
type Input struct {
	Facts  []Fact    // len(Takes) facts, then those of kind All
	Text   []byte    // for a making rule, bytes chosen by the script
	Random []byte    // for a making rule, 64 bytes of the adversary's own randomness
	Now    time.Time // for a making rule, what the adversary's clock shows
}

// Derived is a conclusion. From lists the positions in Input.Facts that it
// rests on; nil means all of them.
type Derived struct {
	Fact
	From []int
}

// FromPacket makes the Apply of a rule that reads one packet, which its first fact holds.
func FromPacket(read func(Packet) ([]Derived, error)) func(Input) ([]Derived, error) {
	return func(in Input) ([]Derived, error) {
		p, _, err := ParsePacket(in.Facts[0].Data)
		if err != nil {
			return nil, err
		}
		return read(p)
	}
}

// Conclude is the usual return of a rule that used all of its inputs.
func Conclude(facts ...Fact) []Derived {
	out := make([]Derived, len(facts))
	for i, f := range facts {
		out[i] = Derived{Fact: f}
	}
	return out
}
