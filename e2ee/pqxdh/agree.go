package pqxdh

import (
	"crypto/ecdh"
	"crypto/mlkem"
	"crypto/mlkem/mlkemtest"
	"errors"
	"fmt"
	"io"
)

// Initiate starts a session with the party of the bundle, after Verify. It reads
// 64 bytes from rand: the ephemeral key and the encapsulation. The ephemeral
// private key exists only inside this call.
func Initiate(rand io.Reader, self *Identity, bundle *Bundle) (*Agreement, *InitialMessage, error) {
	dh1, err := exchange(self.exchange, bundle.Signed.Key, "signed prekey")
	if err != nil {
		return nil, nil, err
	}
	return initiate(rand, self.Public(), self.bind(), bundle, dh1)
}

// initiate goes on once DH1 is there, the only value that takes a private key of the
// initiator's.
func initiate(rand io.Reader, self IdentityPublic, binding Signature, bundle *Bundle,
	dh1 []byte) (*Agreement, *InitialMessage, error) {
	if err := bundle.Verify(); err != nil {
		return nil, nil, err
	}
	ephemeral, err := newX25519(rand)
	if err != nil {
		return nil, nil, err
	}
	exchanges, err := initiatorExchanges(dh1, ephemeral, bundle)
	if err != nil {
		return nil, nil, err
	}
	shared, ciphertext, err := encapsulate(rand, &bundle.KEM)
	if err != nil {
		return nil, nil, err
	}
	agreement, err := agree(self, bundle.Identity, bundle.KEM.Key, exchanges, shared)
	if err != nil {
		return nil, nil, err
	}
	return agreement, &InitialMessage{
		Identity:   self,
		Binding:    binding,
		Ephemeral:  [32]byte(ephemeral.PublicKey().Bytes()),
		Ciphertext: [mlkem.CiphertextSize768]byte(ciphertext),
		SignedID:   bundle.Signed.ID,
		KEMID:      bundle.KEM.ID,
		OneTimeID:  bundle.OneTime.ID,
	}, nil
}

// initiatorExchanges adds DH2 and DH3 to DH1, and DH4 if there is a one-time prekey.
func initiatorExchanges(dh1 []byte, ephemeral *ecdh.PrivateKey, b *Bundle) ([][]byte, error) {
	dh2, err := exchange(ephemeral, b.Identity.Exchange, "identity key of the responder")
	if err != nil {
		return nil, err
	}
	dh3, err := exchange(ephemeral, b.Signed.Key, "signed prekey")
	if err != nil || b.OneTime.ID == 0 {
		return [][]byte{dh1, dh2, dh3}, err
	}
	dh4, err := exchange(ephemeral, b.OneTime.Key, "one-time prekey")
	return [][]byte{dh1, dh2, dh3, dh4}, err
}

// encapsulate is ML-KEM-768 encapsulation with the 32 bytes that it reads from
// rand. This is the one place where the testing package of the standard library
// is called: mlkem's own Encapsulate takes no reader, and a run of this
// demonstration must repeat from its seed. Never do so in production: whoever
// knows or controls the 32 bytes knows the shared key.
func encapsulate(rand io.Reader, to *KEMPublic) (shared, ciphertext []byte, err error) {
	key, err := mlkem.NewEncapsulationKey768(to.Key[:])
	if err != nil {
		return nil, nil, fmt.Errorf("pqxdh: KEM prekey %d: %w", to.ID, err)
	}
	random, err := read(rand, 32)
	if err != nil {
		return nil, nil, err
	}
	shared, ciphertext, err = mlkemtest.Encapsulate768(key, random)
	if err != nil {
		return nil, nil, fmt.Errorf("pqxdh: encapsulate: %w", err)
	}
	return shared, ciphertext, nil
}

// ResponderKeys are the private keys that one initial message needs. The caller
// finds them by the numbers in it, and erases the one-time ones afterwards.
type ResponderKeys struct {
	Identity *Identity
	Signed   *SignedPrekey
	KEM      *KEMPrekey
	OneTime  *OneTimePrekey // nil if the message names none
}

// Respond computes the agreement from an initial message. It is a pure function
// of the responder's private keys and the message: a thief of the keys calls it
// as well as their owner. It fails if keys and numbers do not match, if the
// initiator's identity did not sign its X25519 key, or on a key of low order. A
// message that was forged otherwise gives a secret that nobody else has.
func Respond(self ResponderKeys, m *InitialMessage) (*Agreement, error) {
	if err := self.match(m); err != nil {
		return nil, err
	}
	if err := m.Identity.checkBinding(m.Binding); err != nil {
		return nil, err
	}
	exchanges, err := responderExchanges(self, m)
	if err != nil {
		return nil, err
	}
	shared, err := self.KEM.key.Decapsulate(m.Ciphertext[:])
	if err != nil {
		return nil, fmt.Errorf("pqxdh: decapsulate: %w", err)
	}
	kem := [KEMKeySize]byte(self.KEM.key.EncapsulationKey().Bytes())
	return agree(m.Identity, self.Identity.Public(), kem, exchanges, shared)
}

// match checks that these are the keys that the message names.
func (k ResponderKeys) match(m *InitialMessage) error {
	switch {
	case k.Identity == nil || k.Signed == nil || k.KEM == nil:
		return errors.New("pqxdh: respond: identity, signed prekey and KEM prekey are all needed")
	case k.Signed.id != m.SignedID:
		return fmt.Errorf("pqxdh: respond: message names signed prekey %d, got %d", m.SignedID,
			k.Signed.id)
	case k.KEM.id != m.KEMID:
		return fmt.Errorf("pqxdh: respond: message names KEM prekey %d, got %d", m.KEMID, k.KEM.id)
	case m.OneTimeID == 0 && k.OneTime != nil:
		return errors.New("pqxdh: respond: message names no one-time prekey, got one")
	case m.OneTimeID != 0 && (k.OneTime == nil || k.OneTime.id != m.OneTimeID):
		return fmt.Errorf("pqxdh: respond: one-time prekey %d is needed; it may have been used "+
			"and erased", m.OneTimeID)
	}
	return nil
}

// responderExchanges mirrors initiatorExchanges.
func responderExchanges(self ResponderKeys, m *InitialMessage) ([][]byte, error) {
	dh1, err := exchange(self.Signed.key, m.Identity.Exchange, "identity key of the initiator")
	if err != nil {
		return nil, err
	}
	dh2, err := exchange(self.Identity.exchange, m.Ephemeral, "ephemeral key")
	if err != nil {
		return nil, err
	}
	dh3, err := exchange(self.Signed.key, m.Ephemeral, "ephemeral key")
	if err != nil || self.OneTime == nil {
		return [][]byte{dh1, dh2, dh3}, err
	}
	dh4, err := exchange(self.OneTime.key, m.Ephemeral, "ephemeral key")
	return [][]byte{dh1, dh2, dh3, dh4}, err
}
