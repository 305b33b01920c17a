package world

import (
	"encoding/hex"
	"fmt"
	"io"
	"slices"
)

// QuantumName is the principal of a quantum computer that breaks discrete logarithms.
// Its one surface is Control: whoever has it gets the private half of public keys that
// it found. No computer can do that today, nor can doormat: the harness, which alone sees
// what nodes drew, hands the key over. It is granted, not computed, and
// never for a key of ML-KEM, which was made against such computers.
const QuantumName = "quantum"

// A KeyKind is a kind of key whose private half follows from the public one for whoever
// computes discrete logarithms (Shor, "Polynomial-time algorithms for prime factorization
// and discrete logarithms on a quantum computer", 1997).
type KeyKind struct {
	Name    string // such as "X25519"
	Drawn   int    // how many random bytes such a key is made from
	Private func(drawn []byte) ([]byte, error)
	Public  func(private []byte) ([]byte, error)
}

// FindKind returns the kind of that name.
func FindKind(kinds []KeyKind, name string) (KeyKind, error) {
	i := slices.IndexFunc(kinds, func(k KeyKind) bool { return k.Name == name })
	if i < 0 {
		return KeyKind{}, fmt.Errorf("a quantum computer breaks no key of kind %q", name)
	}
	return kinds[i], nil
}

// A SeenKey is a public key that somebody saw, and whose it is, in the words of its
// design.
type SeenKey struct {
	Kind   string // the name of a [KeyKind]
	Public []byte
	Owner  string
}

const seenTag = 'Q'

// Fact states the key. Its private half has the same Ref, so that rules join the two.
func (k SeenKey) Fact() Fact {
	return Fact{Kind: PublicKey, Ref: k.ref(),
		Data: Pack(seenTag, []byte(k.Kind), k.Public, []byte(k.Owner))}
}

func (k SeenKey) ref() string { return k.Kind + " " + hex.EncodeToString(k.Public) }

// PrivateFact states the private half.
func (k SeenKey) PrivateFact(private []byte) Fact {
	return Fact{Kind: PrivateKey, Ref: k.ref(), Data: private}
}

// ParseSeenKey decodes the data of [SeenKey.Fact].
func ParseSeenKey(data []byte) (SeenKey, error) {
	f, err := Unpack(data, seenTag, 3)
	if err != nil {
		return SeenKey{}, fmt.Errorf("public key: %w", err)
	}
	return SeenKey{string(f[0]), f[1], string(f[2])}, nil
}

// Draws is what nodes drew from their generators: only the harness has it.
type Draws struct{ list [][]byte }

// maxDrawn is the longest read that is kept: no key is drawn from more.
const maxDrawn = 64

// Pieces gives all that was drawn in one read of size bytes, or beside other things of
// that size.
func (d *Draws) Pieces(size int) [][]byte {
	var out [][]byte
	for _, b := range d.list {
		if len(b)%size == 0 {
			out = slices.AppendSeq(out, slices.Chunk(b, size))
		}
	}
	return out
}

// Stream returns the generator of the named principal, see [Seed.Stream]. Designs draw
// from it and from nothing else.
func (c Config) Stream(name string) io.Reader {
	s := c.Seed.Stream(name)
	if c.Draws == nil {
		return s
	}
	return &drawn{s, c.Draws}
}

// drawn notes what is read.
type drawn struct {
	io.Reader
	draws *Draws
}

func (d *drawn) Read(b []byte) (int, error) {
	n, err := d.Reader.Read(b)
	if n <= maxDrawn {
		d.draws.list = append(d.draws.list, slices.Clone(b[:n]))
	}
	return n, err
}

// A Source gives each principal a generator of its own: a [Seed], or a [Config].
type Source interface {
	Stream(name string) io.Reader
}
