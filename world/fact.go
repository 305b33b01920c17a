package world

import (
	"fmt"
	"slices"
)

// A Kind is the type of a fact's bytes. Kinds that designs share stand below;
// a design's own stand in its package.
type Kind string

const (
	// Plaintext is what a user typed: Ref is the message id, Data the salted text.
	Plaintext Kind = "plaintext"
	// File is an attachment: Ref is "message id/number" from 1, Data its salted bytes.
	File Kind = "attachment"
	// Speech is what somebody said in a call: Ref is "call id/speaker/number", Data the salted
	// bytes.
	Speech Kind = "speech"
	// Metadata is who wrote to whom and when: Ref is the message id, Data a [Meta].
	Metadata Kind = "metadata"
	// Observed is a whole packet as a tap or a captured program sees it: Ref is
	// its running number, Data the output of [Packet.Encode].
	Observed Kind = "packet"
	// PublicKey is a public key that was seen, see [SeenKey]: Ref names it. PrivateKey
	// is its private half: Ref the same, Data the key as its [KeyKind] encodes it.
	PublicKey  Kind = "public key"
	PrivateKey Kind = "private key"
)

// FileRef is the Ref of a message's attachment, i from 0.
func FileRef(message string, i int) string { return fmt.Sprintf("%s/%d", message, i+1) }

// A Fact is typed bytes. Ref is public (a message id, a session and a counter):
// rules join facts on equal Ref. Facts equal in all three are one fact.
type Fact struct {
	Kind Kind
	Ref  string
	Data []byte
}

const (
	factTag  = 'F'
	factsTag = 'L'
)

// EncodeFacts packs facts for a link or a file.
func EncodeFacts(facts []Fact) []byte {
	list := make([][]byte, len(facts))
	for i, f := range facts {
		list[i] = Pack(factTag, []byte(f.Kind), []byte(f.Ref), f.Data)
	}
	return Pack(factsTag, list...)
}

// ParseFacts decodes [EncodeFacts].
func ParseFacts(data []byte) ([]Fact, error) {
	list, err := UnpackList(data, factsTag)
	if err != nil {
		return nil, fmt.Errorf("facts: %w", err)
	}
	facts := make([]Fact, len(list))
	for i, item := range list {
		f, err := Unpack(item, factTag, 3)
		if err != nil {
			return nil, fmt.Errorf("facts: number %d: %w", i+1, err)
		}
		facts[i] = Fact{Kind(f[0]), string(f[1]), f[2]}
	}
	return facts, nil
}

// UnpackFacts decodes a packet of a kind that brings facts and nothing else.
func UnpackFacts(data []byte, kind byte) ([]Fact, error) {
	f, err := Unpack(data, kind, 1)
	if err != nil {
		return nil, err
	}
	return ParseFacts(f[0])
}

// KeepKinds gives those of the facts that are of the kinds. It changes the list.
func KeepKinds(facts []Fact, kinds ...Kind) []Fact {
	return slices.DeleteFunc(facts, func(f Fact) bool { return !slices.Contains(kinds, f.Kind) })
}

// Outgoing is a packet that a making rule built for a script to send: Data is
// the output of [Packet.Encode].
const Outgoing Kind = "packet to send"
