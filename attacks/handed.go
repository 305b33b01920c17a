package attacks

import (
	"bytes"
	"fmt"

	"doormat/world"
)

// A script may carry what it should compute: whoever knows the seed, or the draw of
// an earlier run, knows every salt. So the adversary remembers what bytes a script
// handed in, and what the script could know by then. A claim of a text that it had
// handed in before it was given it is smuggled: reported, never counted. An honest man
// in the middle hands in what it opened, after it opened it, and smuggles nothing.

// maxHanded is how many bytes of its own a script may hand in during one run. All that
// rules make of them stays in memory, several times over.
const maxHanded = 16 << 20

// pieceSize is the length of a piece of a salt by which a text is recognised: short
// enough that few pieces are shorter, long enough that no other bytes are alike.
const pieceSize = 8

type piece [pieceSize]byte

// secret is a salted text or file, by the number of its message or attachment.
type secret struct {
	file   bool
	number int
}

// bytes are what was typed.
func (t *truth) bytes(s secret) []byte {
	if s.file {
		k := t.owner[s.number-1]
		return t.said[k-1].Files[s.number-t.first(k)].Data
	}
	return t.said[s.number-1].Body
}

// first is the number of the first attachment of a message that has some.
func (t *truth) first(message int) int {
	for i, k := range t.owner {
		if k == message {
			return i + 1
		}
	}
	return 0
}

// pieces indexes every piece of every salt.
func (t *truth) index() map[piece]secret {
	pieces := map[piece]secret{}
	note := func(salted []byte, s secret) {
		for i := range saltSize - pieceSize + 1 {
			pieces[piece(salted[i:i+pieceSize])] = s
		}
	}
	files := 0
	for k, said := range t.said {
		note(said.Body, secret{number: k + 1})
		for _, f := range said.Files {
			files++
			note(f.Data, secret{true, files})
		}
	}
	return pieces
}

// handed is what one script handed in.
type handed struct {
	bytes    int
	smuggled map[secret]bool // handed in before any fact held it
	since    map[secret]int  // handed in when so many facts were known, the first time
}

// handIn notes bytes that a script hands in: the text of a rule or program, a name that
// an order carries.
func (a *adversary) handIn(data []byte) error {
	h := &a.handed
	if h.bytes += len(data); h.bytes > maxHanded {
		return fmt.Errorf("the script has handed in more than %d MiB of its own, the limit for one run", maxHanded>>20)
	}
	for i := 0; i+pieceSize <= len(data); i++ {
		s, ok := a.run.truth.pieces[piece(data[i:i+pieceSize])]
		if !ok {
			continue
		}
		if _, again := h.since[s]; again {
			continue
		}
		if !a.given(s) {
			h.smuggled[s] = true
		}
		h.since[s] = a.know.Len()
	}
	return nil
}

// given tells whether a fact that the script could read holds the salt of s. What was
// learnt last is looked at first: that is what a man in the middle passes on.
func (a *adversary) given(s secret) bool {
	salt := a.run.truth.bytes(s)[:saltSize]
	for i := a.know.Len() - 1; i >= 0; i-- {
		if e := a.know.At(i); !e.Own && bytes.Contains(e.Data, salt) {
			return true
		}
	}
	return false
}

// untainted finds the fact that a claim of s is proved by: the one that is claimed, or,
// if the script has handed in its bytes since it opened them, the first.
func (a *adversary) untainted(s secret, id int) (int, bool) {
	since, again := a.handed.since[s]
	if !again || id < since {
		return id, true
	}
	for _, kind := range []world.Kind{world.Plaintext, world.File} {
		for _, other := range a.know.Of(kind) {
			e := a.know.At(other)
			if other < since && e.Derived() && e.Loot && bytes.Equal(e.Data, a.know.At(id).Data) {
				return other, true
			}
		}
	}
	return id, false
}
