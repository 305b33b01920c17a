package senderkey

import (
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"

	"doormat/e2ee/ratchet"
)

// A Message is one ciphertext for a whole group.
type Message struct {
	Header     ratchet.Header
	Ciphertext []byte
	Signature  [64]byte
}

// Bytes is the encoding of m: header 40 ‖ signature 64 ‖ ciphertext.
func (m *Message) Bytes() []byte {
	return append(append(m.Header.Bytes(), m.Signature[:]...), m.Ciphertext...)
}

// ParseMessage decodes [Message.Bytes]: at least 104 bytes, of which every string
// is a message. Whether it is an honest one only [Receiver.Open] can tell.
func ParseMessage(data []byte) (*Message, error) {
	if len(data) < ratchet.HeaderSize+64 {
		return nil, fmt.Errorf("senderkey: message of %d bytes, want at least %d", len(data),
			ratchet.HeaderSize+64)
	}
	h, err := ratchet.ParseHeader(data[:ratchet.HeaderSize])
	if err != nil {
		return nil, err
	}
	rest := data[ratchet.HeaderSize:]
	return &Message{Header: h, Signature: [64]byte(rest[:64]), Ciphertext: rest[64:]}, nil
}

// A Distribution lets its reader follow a chain from message N on.
type Distribution ratchet.Chain

// chainSize is the length of an encoded chain in bytes.
const chainSize = 68

// Bytes is the encoding of d: public signing key 32 ‖ chain key 32 ‖ N 4.
func (d Distribution) Bytes() []byte {
	b := cryptobyte.NewBuilder(make([]byte, 0, chainSize))
	addChain(b, d.Ratchet, ratchet.Chain(d))
	return b.BytesOrPanic() // fixed fields only
}

// ParseDistribution decodes [Distribution.Bytes]. N beyond the life of a chain is
// an error.
func ParseDistribution(data []byte) (Distribution, error) {
	in := cryptobyte.String(data)
	var d Distribution
	if !readChain(&in, &d.Ratchet, (*ratchet.Chain)(&d)) || !in.Empty() || d.N >= MaxMessages {
		return Distribution{}, fmt.Errorf("senderkey: distribution of %d bytes, want %d with a "+
			"number below %d", len(data), chainSize, MaxMessages)
	}
	return d, nil
}

func addChain(b *cryptobyte.Builder, name ratchet.Key, c ratchet.Chain) {
	b.AddBytes(name[:])
	b.AddBytes(c.Key[:])
	b.AddUint32(c.N)
}

func readChain(in *cryptobyte.String, name *ratchet.Key, c *ratchet.Chain) bool {
	return in.CopyBytes(name[:]) && in.CopyBytes(c.Key[:]) && in.ReadUint32(&c.N)
}

// Marshal encodes the state, keys in the clear: Ed25519 seed 32 ‖ chain key 32 ‖ N 4.
func (s *Sender) Marshal() []byte {
	b := cryptobyte.NewBuilder(make([]byte, 0, chainSize))
	addChain(b, ratchet.Key(s.private.Seed()), s.chain)
	return b.BytesOrPanic() // fixed fields only
}

// UnmarshalSender decodes [Sender.Marshal] and nothing else.
func UnmarshalSender(data []byte) (*Sender, error) {
	in := cryptobyte.String(data)
	var seed ratchet.Key
	var c ratchet.Chain
	if !readChain(&in, &seed, &c) || !in.Empty() || c.N > MaxMessages {
		return nil, fmt.Errorf("senderkey: own chain of %d bytes, want %d with a number up to %d",
			len(data), chainSize, MaxMessages)
	}
	return newSender(seed, c), nil
}

// Marshal encodes the state, keys in the clear: name 32 ‖ chain key 32 ‖ N 4, then
// for each skipped message, in order, N 4 ‖ key 32.
func (r *Receiver) Marshal() []byte {
	b := cryptobyte.NewBuilder(nil)
	addChain(b, r.chain.Ratchet, r.chain)
	for i := range r.skipped {
		b.AddUint32(r.skipped[i].N)
		b.AddBytes(r.skipped[i].Key[:])
	}
	return b.BytesOrPanic() // fixed fields only
}

var errSkipped = errors.New("senderkey: skipped keys out of order, cut short, or of messages " +
	"still to come")

// UnmarshalReceiver decodes [Receiver.Marshal] and nothing else: skipped keys are
// in order and before the next message, which is at most the end of the chain.
func UnmarshalReceiver(data []byte) (*Receiver, error) {
	in := cryptobyte.String(data)
	r := &Receiver{}
	if !readChain(&in, &r.chain.Ratchet, &r.chain) || r.chain.N > MaxMessages {
		return nil, fmt.Errorf("senderkey: chain of %d bytes, want at least %d with a number up "+
			"to %d", len(data), chainSize, MaxMessages)
	}
	for least := uint32(0); !in.Empty(); {
		k := ratchet.MessageKey{Ratchet: r.chain.Ratchet}
		if !in.ReadUint32(&k.N) || !in.CopyBytes(k.Key[:]) || k.N < least || k.N >= r.chain.N {
			return nil, errSkipped
		}
		least = k.N + 1
		r.skipped = append(r.skipped, k)
	}
	return r, nil
}
