// Package sframe encrypts the frames of a call end to end: SFrame, RFC 9605.
//
// A call is not a chat. Fifty sound frames a second pass through a server that has to forward,
// drop and reorder them, so each must open alone, at a cost of a few bytes, and the server must be
// able to read which key it takes. Hence a frame under SFrame is a short header, which names the
// key (KID) and counts the frames under it (CTR), the ciphertext and a tag:
//
//	header | ciphertext | tag
//
// The two numbers are in the clear, and the tag covers them together with metadata that the
// caller adds (section 4.4).
//
// # Keys
//
// Participants agree on base keys elsewhere: each sends its own to all others through a channel
// that is encrypted end to end already (section 5.1). HKDF makes of a base key the key and the salt
// of one KID under one suite (section 4.4.2), and the nonce of frame CTR is the salt XOR CTR.
// Therefore two frames must never have one key and one CTR: senders that share a base key need KIDs
// of their own, and a [Sender] counts.
//
// # What it does not give
//
// Nothing here is a ratchet: whoever holds the base key opens every frame under it, those of the
// past too. Nothing is signed: all who listen hold the key, and could make frames in the sender's
// name. A frame that comes twice opens twice: the caller keeps the numbers that it saw. The short
// tags of [AES128CTR32] and its kind save bandwidth: of 2^32 forgeries one is accepted.
//
// # What is checked
//
// TestHeaders, TestCTR and TestFrames run the vectors of RFC 9605, appendix C. TestFlippedBits
// changes every bit of a frame under every suite, and FuzzDecrypt throws bytes at the decoder.
package sframe

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// ErrTag says that a frame was not encrypted under this key with this header and metadata.
var ErrTag = errors.New("sframe: the tag fits neither this key nor this frame and its metadata")

// Key opens and makes the frames of one KID under one suite. It is safe for concurrent use.
type Key struct {
	kid  uint64
	salt [nonceSize]byte
	aead cipher.AEAD
}

// NewKey derives the key of kid from a base key that the participants share (section 4.4.2).
func NewKey(suite Suite, kid uint64, base []byte) (*Key, error) {
	p, ok := suites[suite]
	if !ok {
		return nil, fmt.Errorf("sframe: no cipher suite has the number %d", suite)
	}
	if len(base) < 16 {
		return nil, fmt.Errorf("sframe: a base key has 16 bytes or more, got %d", len(base))
	}
	key, salt, err := p.derive(suite, kid, base)
	if err != nil {
		return nil, fmt.Errorf("sframe: derive the key of KID %d: %w", kid, err)
	}
	aead, err := p.aead(key)
	if err != nil {
		return nil, fmt.Errorf("sframe: key of KID %d: %w", kid, err)
	}
	return &Key{kid: kid, salt: [nonceSize]byte(salt), aead: aead}, nil
}

// KID is the number by which headers name this key.
func (k *Key) KID() uint64 { return k.kid }

// nonce is the salt XOR the counter, both as big-endian numbers (section 4.4.3).
func (k *Key) nonce(ctr uint64) []byte {
	nonce := k.salt
	low := nonce[nonceSize-8:]
	binary.BigEndian.PutUint64(low, binary.BigEndian.Uint64(low)^ctr)
	return nonce[:]
}

// encrypt returns the frame with header and tag. The caller never repeats a ctr.
func (k *Key) encrypt(ctr uint64, metadata, frame []byte) []byte {
	header := Header{KID: k.kid, CTR: ctr}.Append(nil)
	aad := append(header[:len(header):len(header)], metadata...)
	return k.aead.Seal(header, k.nonce(ctr), frame, aad)
}

// Decrypt returns the frame that was encrypted, and its header. It refuses a frame of another KID,
// and with [ErrTag] one that differs in any bit. It does not know whether it opened this frame
// before.
func (k *Key) Decrypt(metadata, encrypted []byte) ([]byte, Header, error) {
	header, n, err := ParseHeader(encrypted)
	if err != nil {
		return nil, Header{}, err
	}
	if header.KID != k.kid {
		return nil, header, fmt.Errorf("sframe: a frame of KID %d, the key is %d", header.KID,
			k.kid)
	}
	if header.CTR == math.MaxUint64 { // no Sender gives it out, and no receiver can count beyond it
		return nil, header, errors.New("sframe: a frame with the last number that there is")
	}
	aad := append(encrypted[:n:n], metadata...)
	frame, err := k.aead.Open(nil, k.nonce(header.CTR), encrypted[n:], aad)
	if err != nil {
		return nil, header, ErrTag
	}
	return frame, header, nil
}

// A Sender encrypts frames under one key and numbers them, so that no nonce is used twice. It is
// not safe for concurrent use, and only one sender may have the key.
type Sender struct {
	key  *Key
	next uint64
}

// NewSender returns a sender whose first frame has the number 0.
func NewSender(key *Key) *Sender { return &Sender{key: key} }

// Encrypt encrypts the next frame. Metadata is authenticated and not sent.
func (s *Sender) Encrypt(metadata, frame []byte) ([]byte, error) {
	if s.next == math.MaxUint64 {
		return nil, errors.New("sframe: this key has had its last frame: agree on another")
	}
	encrypted := s.key.encrypt(s.next, metadata, frame)
	s.next++
	return encrypted, nil
}
