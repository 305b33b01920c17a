// Package truth keeps what was said. Only the harness holds it: no design and no script does.
//
// Before a message is typed, 16 random bytes are put before its text and before each of its
// files, and before whatever somebody says in a call: the salt. So nobody can claim what was merely guessed, and two messages of one text
// differ. A claim counts only if its bytes are equal to salt and text ([Truth.Find]); what else it
// has to be, such as computed from loot, attacks/claim.go says.
//
// The seed is public, and whoever knows it knows every salt: a script could carry what it
// should compute. [Handed] remembers what bytes a script handed in, and whether it could have
// read them by then in what it was given. If not, a claim of them is smuggled (TestHanded; TestSmuggledClaimsDoNotCount in attacks).
package truth

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"doormat/world"
)

// SaltSize is the length in bytes of what precedes each text: enough that no
// script can claim a message that it merely guessed.
const SaltSize = 16

// Truth is what was said.
type Truth struct {
	Conversation *world.Conversation
	Said         []world.Payload // Said[k-1] is the salted text and files of message k
	Spoken       [][][]byte      // Spoken[i][j] is what is said as utterance j of call i, from 0

	number map[string]int // message number by body
	sent   map[string]int // message number by sender, recipients and time
	file   map[string]int // number of an attachment, from 1, by its salted bytes
	owner  []int          // owner[i-1] is the message that attachment i goes with
	heard  map[string]int // number of an utterance, over all calls from 1, by its salted bytes
	lines  []line         // lines[i-1] is where utterance i is said
	pieces map[piece]Secret
}

// line is a call, and a place in it, both from 0.
type line struct{ call, place int }

// A Part says what of a conversation a secret is.
type Part int

const (
	Text   Part = iota // of a message
	File               // an attachment
	Speech             // an utterance of a call
)

// Secret is a salted text, file or utterance, by its number from 1: of the message, of the
// attachment, or of the utterance over all calls.
type Secret struct {
	Part   Part
	Number int
}

// New salts what is said. The seed is public, and whoever knows it knows the salts
// of a run without a draw; those of a run with one depend on that, too.
func New(c *world.Conversation, seed world.Seed, draw []byte) (*Truth, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	t := &Truth{Conversation: c, number: map[string]int{}, sent: map[string]int{},
		file: map[string]int{}, heard: map[string]int{}}
	salts := seed.Stream("salt")
	if len(draw) > 0 {
		salts = seed.Stream("salt " + string(draw))
	}
	for k, m := range c.Messages {
		body, err := salted(salts, []byte(m.Text))
		if err != nil {
			return nil, err
		}
		said := world.Payload{Body: body}
		t.number[string(body)] = k + 1
		t.sent[string(world.Meta{From: m.From, To: m.To, Group: m.Group, Sent: m.Sent}.Encode())] = k + 1
		for _, f := range m.Attachments {
			data, err := salted(salts, f.Data)
			if err != nil {
				return nil, err
			}
			said.Files = append(said.Files, world.Attachment{Name: f.Name, Data: data})
			t.owner = append(t.owner, k+1)
			t.file[string(data)] = len(t.owner)
		}
		t.Said = append(t.Said, said)
	}
	if err := t.saltCalls(salts); err != nil {
		return nil, err
	}
	t.pieces = t.index()
	return t, nil
}

// saltCalls salts what is said in calls, after the messages, so that these have the salts
// that they have without calls.
func (t *Truth) saltCalls(salts io.Reader) error {
	for i, c := range t.Conversation.Calls {
		t.Spoken = append(t.Spoken, nil)
		for j, u := range c.Said {
			said, err := salted(salts, []byte(u.Text))
			if err != nil {
				return err
			}
			t.Spoken[i] = append(t.Spoken[i], said)
			t.lines = append(t.lines, line{i, j})
			t.heard[string(said)] = len(t.lines)
		}
	}
	return nil
}

// Under is the same truth where other people compare safety numbers.
func (t *Truth) Under(s world.Settings) *Truth {
	other := *t
	other.Conversation = t.Conversation.Comparing(s.Compare)
	return &other
}

// Find tells which text, file or utterance some bytes are, salt included.
func (t *Truth) Find(data []byte) (s Secret, ok bool) {
	if i := t.file[string(data)]; i > 0 {
		return Secret{File, i}, true
	}
	if i := t.heard[string(data)]; i > 0 {
		return Secret{Speech, i}, true
	}
	k := t.number[string(data)]
	return Secret{Text, k}, k > 0
}

// Message is the number of the message whose salted text some bytes are, 0 if they are none.
func (t *Truth) Message(data []byte) int { return t.number[string(data)] }

// message is the one that a text or file belongs to.
func (t *Truth) message(s Secret) int {
	if s.Part == File {
		return t.owner[s.Number-1]
	}
	return s.Number
}

// Happened tells whether a secret was among the messages that had been typed and the
// utterances that had been said when these were so many.
func (t *Truth) Happened(s Secret, messages, utterances int) bool {
	if s.Part == Speech {
		return s.Number <= utterances
	}
	return t.message(s) <= messages
}

// Author is who wrote or said a secret.
func (t *Truth) Author(s Secret) string {
	if s.Part == Speech {
		l := t.lines[s.Number-1]
		return t.Conversation.Calls[l.call].Said[l.place].By
	}
	return t.Conversation.Messages[t.message(s)-1].From
}

// Meant tells whether a secret was for an account to read or hear.
func (t *Truth) Meant(s Secret, to string) bool {
	if s.Part == Speech {
		l := t.lines[s.Number-1]
		return to != t.Author(s) && slices.Contains(t.Conversation.Calls[l.call].Parties(), to)
	}
	return slices.Contains(t.Conversation.Messages[t.message(s)-1].To, to)
}

// CallOf is the call, from 1, in which an utterance is said.
func (t *Truth) CallOf(utterance int) int { return t.lines[utterance-1].call + 1 }

// Calls lists the calls, from 1, of which somebody has heard every utterance.
func (t *Truth) Calls(heard map[int]bool) []int {
	list := []int{}
	for i := range t.Conversation.Calls {
		list = append(list, i+1)
	}
	for i := range t.lines {
		if !heard[i+1] {
			list = slices.DeleteFunc(list, func(call int) bool { return call == t.CallOf(i+1) })
		}
	}
	return list
}

// Files is how many files were said.
func (t *Truth) Files() int { return len(t.owner) }

// Bytes are what was typed or said.
func (t *Truth) Bytes(s Secret) []byte {
	switch s.Part {
	case File:
		k := t.owner[s.Number-1]
		return t.Said[k-1].Files[s.Number-t.first(k)].Data
	case Speech:
		l := t.lines[s.Number-1]
		return t.Spoken[l.call][l.place]
	}
	return t.Said[s.Number-1].Body
}

// first is the number of the first attachment of a message that has some.
func (t *Truth) first(message int) int {
	for i, k := range t.owner {
		if k == message {
			return i + 1
		}
	}
	return 0
}

func salted(salts io.Reader, data []byte) ([]byte, error) {
	out := make([]byte, SaltSize, SaltSize+len(data))
	if _, err := io.ReadFull(salts, out); err != nil {
		return nil, fmt.Errorf("salt: %w", err)
	}
	return append(out, data...), nil
}

// Metadata lists the messages, counted from 1, whose sender, recipients and time are among the
// derived facts. No two messages have one time, so none passes for another.
func (t *Truth) Metadata(facts []world.Fact) []int {
	derived := map[int]bool{}
	for _, f := range facts {
		derived[t.About(f)] = true
	}
	delete(derived, 0)
	return slices.Sorted(maps.Keys(derived))
}

// About is the number of the message whose sender, recipients and time a fact tells, 0 if it
// tells those of none.
func (t *Truth) About(f world.Fact) int {
	m, err := world.ParseMeta(f.Data)
	if err != nil || m.ID != f.Ref {
		return 0
	}
	m.ID = ""
	return t.sent[string(m.Encode())]
}
