package ratchet

import (
	"encoding/binary"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
)

// HeaderSize is the length of an encoded Header in bytes.
const HeaderSize = 40

// Header goes with each ciphertext, in the clear and authenticated. It tells a
// listener who answered whom and how many messages went before: that is the
// metadata which header encryption would hide.
type Header struct {
	Ratchet Key    // the sender's ratchet public key, the name of the chain
	PN      uint32 // how many messages the sender's previous chain had
	N       uint32 // number of this message in its chain, from 0
}

// Append adds the encoding of h to b: ratchet key, PN and N, big-endian, 40 bytes.
func (h Header) Append(b []byte) []byte {
	b = append(b, h.Ratchet[:]...)
	b = binary.BigEndian.AppendUint32(b, h.PN)
	return binary.BigEndian.AppendUint32(b, h.N)
}

// Bytes is the encoding of h, 40 bytes.
func (h Header) Bytes() []byte {
	return h.Append(make([]byte, 0, HeaderSize))
}

// ParseHeader decodes a Header from exactly 40 bytes. Every 40 bytes are a
// header; whether it is an honest one only [State.Open] can tell.
func ParseHeader(b []byte) (Header, error) {
	var h Header
	s := cryptobyte.String(b)
	if !s.CopyBytes(h.Ratchet[:]) || !s.ReadUint32(&h.PN) || !s.ReadUint32(&h.N) || !s.Empty() {
		return Header{}, fmt.Errorf("ratchet: header of %d bytes, want %d", len(b), HeaderSize)
	}
	return h, nil
}
