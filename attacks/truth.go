package attacks

import (
	"fmt"
	"io"

	"doormat/world"
)

// saltSize is the length in bytes of what precedes each text: enough that no
// script can claim a message that it merely guessed.
const saltSize = 16

// truth is what was said. Only the harness holds it.
type truth struct {
	conv   *world.Conversation
	said   []world.Payload // said[k-1] is the salted text and files of message k
	number map[string]int  // message number by body
	file   map[string]int  // number of an attachment, from 1, by its salted bytes
	owner  []int           // owner[i-1] is the message that attachment i goes with
	pieces map[piece]secret
}

// newTruth salts what is said. The seed is public, and whoever knows it knows the salts
// of a run without a draw; those of a run with one depend on that, too.
func newTruth(c *world.Conversation, seed world.Seed, draw []byte) (*truth, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	t := &truth{conv: c, number: map[string]int{}, file: map[string]int{}}
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
		for _, f := range m.Attachments {
			data, err := salted(salts, f.Data)
			if err != nil {
				return nil, err
			}
			said.Files = append(said.Files, world.Attachment{Name: f.Name, Data: data})
			t.owner = append(t.owner, k+1)
			t.file[string(data)] = len(t.owner)
		}
		t.said = append(t.said, said)
	}
	t.pieces = t.index()
	return t, nil
}

// under is the same truth where other people compare safety numbers.
func (t *truth) under(s world.Settings) *truth {
	other := *t
	other.conv = t.conv.Comparing(s.Compare)
	return &other
}

func salted(salts io.Reader, data []byte) ([]byte, error) {
	out := make([]byte, saltSize, saltSize+len(data))
	if _, err := io.ReadFull(salts, out); err != nil {
		return nil, fmt.Errorf("salt: %w", err)
	}
	return append(out, data...), nil
}

// metadata counts the messages whose sender, recipients and time are among the
// derived facts. No two messages have one time, so none passes for another.
func (t *truth) metadata(facts []world.Fact) int {
	derived := map[string]bool{}
	for _, f := range facts {
		if m, err := world.ParseMeta(f.Data); err == nil && m.ID == f.Ref {
			m.ID = ""
			derived[string(m.Encode())] = true
		}
	}
	found := 0
	for _, m := range t.conv.Messages {
		if derived[string(world.Meta{From: m.From, To: m.To, Group: m.Group, Sent: m.Sent}.Encode())] {
			found++
		}
	}
	return found
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
