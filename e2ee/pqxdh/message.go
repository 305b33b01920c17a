package pqxdh

import (
	"crypto/mlkem"
	"errors"

	"golang.org/x/crypto/cryptobyte"
)

// InitialMessage is the header by which the initiator lets the responder compute
// the secret. It travels in the clear with the first message of the session, and
// with each further one until the responder answers.
type InitialMessage struct {
	Identity   IdentityPublic // the initiator's
	Binding    Signature      // by Identity.Signing over Identity.Exchange
	Ephemeral  [32]byte       // X25519
	Ciphertext [mlkem.CiphertextSize768]byte
	SignedID   uint32 // which of the responder's prekeys were used
	KEMID      uint32
	OneTimeID  uint32 // 0 if there was none
}

// Bytes encodes the header, 1,261 bytes; integers are big-endian.
//
//	identity 65 ‖ binding 64 ‖ ephemeral 32 ‖ ciphertext 1088 ‖ signed id 4 ‖ KEM id 4 ‖ one-time id 4
func (m *InitialMessage) Bytes() []byte {
	out := cryptobyte.NewBuilder(nil)
	out.AddBytes(m.Identity.Bytes())
	out.AddBytes(m.Binding[:])
	out.AddBytes(m.Ephemeral[:])
	out.AddBytes(m.Ciphertext[:])
	out.AddUint32(m.SignedID)
	out.AddUint32(m.KEMID)
	out.AddUint32(m.OneTimeID)
	return out.BytesOrPanic() // no length prefix, so nothing can overflow
}

// ParseInitialMessage decodes exactly what Bytes wrote. It does not check the
// binding; Respond does.
func ParseInitialMessage(b []byte) (*InitialMessage, error) {
	m, s := new(InitialMessage), cryptobyte.String(b)
	var ok bool
	if m.Identity, ok = readIdentity(&s); !ok || !s.CopyBytes(m.Binding[:]) {
		return nil, errors.New("pqxdh: initial message: bad identity")
	}
	if !s.CopyBytes(m.Ephemeral[:]) || !s.CopyBytes(m.Ciphertext[:]) {
		return nil, errors.New("pqxdh: initial message: cut short")
	}
	if !readNumber(&s, &m.SignedID) || !readNumber(&s, &m.KEMID) || !s.ReadUint32(&m.OneTimeID) ||
		!s.Empty() {
		return nil, errors.New("pqxdh: initial message: bad prekey numbers or trailing bytes")
	}
	return m, nil
}
