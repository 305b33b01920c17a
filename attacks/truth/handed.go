package truth

import (
	"bytes"
	"fmt"

	"doormat/attacks/deduce"
	"doormat/world"
)

// maxHanded is how many bytes of its own a script may hand in during one run. All that
// rules make of them stays in memory, several times over.
const maxHanded = 16 << 20

// pieceSize is the length of a piece of a salt by which a text is recognised: short
// enough that few pieces are shorter, long enough that no other bytes are alike.
const pieceSize = 8

type piece [pieceSize]byte

// pieces indexes every piece of every salt.
func (t *Truth) index() map[piece]Secret {
	pieces := map[piece]Secret{}
	note := func(salted []byte, s Secret) {
		for i := range SaltSize - pieceSize + 1 {
			pieces[piece(salted[i:i+pieceSize])] = s
		}
	}
	files := 0
	for k, said := range t.Said {
		note(said.Body, Secret{Text, k + 1})
		for _, f := range said.Files {
			files++
			note(f.Data, Secret{File, files})
		}
	}
	for i := range t.lines {
		s := Secret{Speech, i + 1}
		note(t.Bytes(s), s)
	}
	return pieces
}

// Handed is what one script handed in. An honest man in the middle hands in what it opened,
// after it opened it, and smuggles nothing.
type Handed struct {
	truth    *Truth
	know     *deduce.Knowledge // what the script was given, and what follows
	bytes    int
	smuggled map[Secret]bool // handed in before any fact held it
	since    map[Secret]int  // handed in when so many facts were known, the first time
}

// NewHanded is what a script has handed in at its beginning.
func NewHanded(t *Truth, know *deduce.Knowledge) *Handed {
	return &Handed{truth: t, know: know, smuggled: map[Secret]bool{}, since: map[Secret]int{}}
}

// Smuggled tells whether a script handed in what no fact held that it had been given.
func (h *Handed) Smuggled(s Secret) bool { return h.smuggled[s] }

// In notes bytes that a script hands in: the text of a rule or program, a name that
// an order carries.
func (h *Handed) In(data []byte) error {
	if h.bytes += len(data); h.bytes > maxHanded {
		return fmt.Errorf("the script has handed in more than %d MiB of its own, the limit for "+
			"one run", maxHanded>>20)
	}
	for i := 0; i+pieceSize <= len(data); i++ {
		s, ok := h.truth.pieces[piece(data[i:i+pieceSize])]
		if !ok {
			continue
		}
		if _, again := h.since[s]; again {
			continue
		}
		if !h.given(s) {
			h.smuggled[s] = true
		}
		h.since[s] = h.know.Len()
	}
	return nil
}

// given tells whether a fact that the script could read holds the salt of s. What was
// learnt last is looked at first: that is what a man in the middle passes on.
func (h *Handed) given(s Secret) bool {
	salt := h.truth.Bytes(s)[:SaltSize]
	for i := h.know.Len() - 1; i >= 0; i-- {
		if e := h.know.At(i); !e.Own && bytes.Contains(e.Data, salt) {
			return true
		}
	}
	return false
}

// Untainted finds the fact that a claim of s is proved by: the one that is claimed, or,
// if the script has handed in its bytes since it opened them, the first.
func (h *Handed) Untainted(s Secret, id int) (int, bool) {
	since, again := h.since[s]
	if !again || id < since {
		return id, true
	}
	for _, kind := range []world.Kind{world.Plaintext, world.File, world.Speech} {
		for _, other := range h.know.Of(kind) {
			e := h.know.At(other)
			if other < since && e.Derived() && e.Loot && bytes.Equal(e.Data, h.know.At(id).Data) {
				return other, true
			}
		}
	}
	return id, false
}
