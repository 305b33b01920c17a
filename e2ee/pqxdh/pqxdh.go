// Package pqxdh is the key agreement that starts a session between two parties
// of whom one is offline. Bob publishes a bundle of keys; Alice computes a secret
// from it and sends an initial message; Bob computes the same secret when he
// comes back.
//
// It follows "The PQXDH Key Agreement Protocol" by E. Kret and R. Schmidt
// (signal.org/docs/specifications/pqxdh) with X25519 (RFC 7748), ML-KEM-768
// (FIPS 203) and HKDF-SHA256 (RFC 5869):
//
//	DH1 = DH(IK_A, SPK_B)   authenticates Alice to Bob
//	DH2 = DH(EK_A, IK_B)    authenticates Bob to Alice
//	DH3 = DH(EK_A, SPK_B)   forward secrecy, once the signed prekey is erased
//	DH4 = DH(EK_A, OPK_B)   forward secrecy at once, if a one-time prekey was left
//	SS  = ML-KEM-768        against a recorder who has a quantum computer later
//	SK  = HKDF(input = F ‖ DH1 ‖ DH2 ‖ DH3 [‖ DH4] ‖ SS, salt = 32 zeros, info = Info)
//
// F is 32 bytes of 0xff. An all-zero DH output, the mark of a public key of low
// order, is refused. The associated data, which every message of the session
// authenticates, is Encode(IK_A) ‖ Encode(IK_B) ‖ SHA-256(Encode(PQPK_B)). The
// specification appends the KEM prekey itself where a KEM does not bind its
// shared secret to it; ML-KEM does, and we append a hash so that this is not
// left to the KEM and the data stays short.
//
// # What differs from Signal
//
// Signal has one identity key, on Curve25519, which both agrees and signs by
// XEdDSA. The Go standard library has no XEdDSA. Here an identity is two keys: an
// Ed25519 key (RFC 8032) that signs and an X25519 key that agrees. The Ed25519
// key signs the X25519 key (the binding, checked by both sides) and the prekeys.
// [IdentityPublic], which users compare by [SafetyNumber] and which the
// associated data holds, is both keys together: exchanging either one shows.
// Signed statements begin with a label and carry the prekey's number, so that
// none passes for another.
//
// # Who can compute the secret
//
// Respond needs Bob's identity, signed, KEM and one-time private keys, and
// nothing of Alice. So a thief of Bob's key store who also recorded the initial
// message computes the session's secret until the prekeys that it used are
// erased; after that, nobody can. On Alice's side the one secret is the ephemeral
// key, which never leaves [Initiate]: her stolen identity does not open the
// sessions that she started, but lets the thief start new ones in her name. So
// does Bob's signed prekey, towards Bob alone: DH1 can be computed with either
// private key.
//
// One-time prekeys are not signed (as in Signal), and a directory may hold them
// back. It then weakens forward secrecy and makes an initial message replayable;
// it cannot read. A directory that answers with a bundle of its own making
// ([MakeBundle] with fresh keys) is in the middle. Signatures cannot show that,
// because they are by the identity which the directory chose: only comparing
// safety numbers does.
//
// [Respond] cannot tell a forged initial message from an honest one: it returns
// a secret that nobody else has. The first message sealed under it is the proof.
//
// The vectors in testdata are computed by a second, straight-line transcription
// of the formulas (TestVector); there are no published ones for this parameter
// set. Randomness is always the caller's reader.
package pqxdh

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
)

// Info is the HKDF info string, built as the specification asks: application,
// curve, hash and KEM.
const Info = "doormat-e2ee_CURVE25519_SHA-256_ML-KEM-768"

// Agreement is what both parties hold afterwards.
type Agreement struct {
	Secret         [32]byte // starts the session, for example a Double Ratchet
	AssociatedData []byte   // 162 bytes, public: to be authenticated with every message
}

// agree derives the agreement of initiator a and responder b from the DH outputs
// in order and the KEM's shared key.
func agree(a, b IdentityPublic, kem [KEMKeySize]byte, exchanges [][]byte,
	shared []byte) (*Agreement, error) {
	input := slices.Repeat([]byte{0xff}, 32)
	for _, dh := range exchanges {
		input = append(input, dh...)
	}
	input = append(input, shared...)
	secret, err := hkdf.Key(sha256.New, input, make([]byte, 32), Info, 32)
	clear(input)
	if err != nil {
		return nil, fmt.Errorf("pqxdh: derive secret: %w", err)
	}
	bound := sha256.Sum256(encodeKEM(kem))
	ad := slices.Concat(a.Bytes(), b.Bytes(), bound[:])
	return &Agreement{Secret: [32]byte(secret), AssociatedData: ad}, nil
}

// The first byte of an encoded key, so that no key of one kind reads as another.
const (
	tagX25519   = 0x05
	tagMLKEM768 = 0x06
	tagIdentity = 0x07
)

func encodeX25519(key [32]byte) []byte {
	return append([]byte{tagX25519}, key[:]...)
}

func encodeKEM(key [KEMKeySize]byte) []byte {
	return append([]byte{tagMLKEM768}, key[:]...)
}

// exchange is DH with a public key from outside. Low order is an error; whose
// names the key in it.
func exchange(private *ecdh.PrivateKey, public [32]byte, whose string) ([]byte, error) {
	remote, err := ecdh.X25519().NewPublicKey(public[:])
	if err != nil {
		return nil, fmt.Errorf("pqxdh: %s: %w", whose, err)
	}
	shared, err := private.ECDH(remote)
	if err != nil {
		return nil, fmt.Errorf("pqxdh: %s: %w", whose, err)
	}
	return shared, nil
}

// newX25519 reads a private key. ecdh.GenerateKey would ignore the reader.
func newX25519(rand io.Reader) (*ecdh.PrivateKey, error) {
	seed, err := read(rand, 32)
	if err != nil {
		return nil, err
	}
	private, err := ecdh.X25519().NewPrivateKey(seed)
	if err != nil {
		return nil, fmt.Errorf("pqxdh: new X25519 key: %w", err)
	}
	return private, nil
}

func read(rand io.Reader, n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(rand, b); err != nil {
		return nil, fmt.Errorf("pqxdh: read %d random bytes: %w", n, err)
	}
	return b, nil
}
