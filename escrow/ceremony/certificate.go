package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"

	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"go.dedis.ch/kyber/v3"
	"golang.org/x/crypto/cryptobyte"
)

// Certificate is a committee's key with the signatures of at least t of its trustees. A client that knows the roster needs
// nothing else and accepts no key without it: with fewer than t corrupted, one of the signers is honest, read the whole
// board and holds a share of this key. Under the roster of a resharing it shows a public polynomial with the same key, and nothing
// about how many hold new shares. A signature is that of the trustee's confirm post, whose body is the certificate without
// signatures.
type Certificate struct {
	Commitments *sharing.Commitments // the public polynomial
	Transcript  [sha256.Size]byte    // of [Outcome]
	Checkpoint  []byte               // of the log that carried the board, as the signers saw it; opaque here
	Signatures  []Signature          // ascending by Trustee
}

// Signature is one trustee's on a certificate, Ed25519 under its identity key.
type Signature struct {
	Trustee int
	Bytes   [ed25519.SignatureSize]byte
}

const certificateKind = 1

// Key returns the committee key.
func (c *Certificate) Key() kyber.Point { return c.Commitments.Key() }

// Verify returns nil when at least t trustees of the roster signed the certificate, each once, and no signature is bad.
func (c *Certificate) Verify(r *Roster) error {
	s, err := newSession(r)
	if err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	if c.Commitments.Threshold() != s.t {
		return fmt.Errorf("ceremony: certificate: the threshold is %d, the roster's is %d", c.Commitments.Threshold(), s.t)
	}
	if err := s.checkFrom(c.Commitments); err != nil {
		return fmt.Errorf("ceremony: certificate: %w", err)
	}
	if len(c.Signatures) < s.t {
		return fmt.Errorf("ceremony: certificate: %d signatures, %d are needed", len(c.Signatures), s.t)
	}
	body := confirmBody(c.Transcript, c.Commitments, c.Checkpoint)
	for _, sig := range c.Signatures {
		if err := s.checkSignature(PhaseConfirm, sig.Trustee, body, sig.Bytes[:]); err != nil {
			return fmt.Errorf("ceremony: certificate: %w", err)
		}
	}
	return nil
}

// check is what needs no roster.
func (c *Certificate) check() error {
	if c.Commitments == nil || group.IsIdentity(suite, c.Key()) {
		return errors.New("ceremony: certificate: there is no key, or it is the identity")
	}
	if len(c.Checkpoint) < 1 || len(c.Checkpoint) > MaxCheckpoint {
		return fmt.Errorf("ceremony: certificate: a checkpoint of %d bytes, need 1 to %d", len(c.Checkpoint), MaxCheckpoint)
	}
	last := 0
	for _, sig := range c.Signatures {
		if sig.Trustee <= last || sig.Trustee > sharing.MaxTrustees {
			return fmt.Errorf("ceremony: certificate: signer %d follows %d", sig.Trustee, last)
		}
		last = sig.Trustee
	}
	return nil
}

// Encode returns the certificate's bytes: kind (1), transcript (32), commitments (2 bytes of length, 32 each), checkpoint (3
// bytes of length), number of signatures (1), and for each the trustee (1) and 64 bytes. It fails on a certificate that
// [ParseCertificate] would refuse.
func (c *Certificate) Encode() ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	var b cryptobyte.Builder
	b.AddUint8(certificateKind)
	b.AddBytes(c.Transcript[:])
	b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(c.Commitments.Bytes()) })
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(c.Checkpoint) })
	b.AddUint8(uint8(len(c.Signatures)))
	for _, sig := range c.Signatures {
		b.AddUint8(uint8(sig.Trustee))
		b.AddBytes(sig.Bytes[:])
	}
	return b.Bytes()
}

// ParseCertificate reads what Encode wrote and nothing else. What it returns is not verified: see [Certificate.Verify].
func ParseCertificate(encoded []byte) (*Certificate, error) {
	var kind, count uint8
	var points, checkpoint cryptobyte.String
	c := new(Certificate)
	s := cryptobyte.String(encoded)
	if !s.ReadUint8(&kind) || kind != certificateKind || !s.CopyBytes(c.Transcript[:]) ||
		!s.ReadUint16LengthPrefixed(&points) || !s.ReadUint24LengthPrefixed(&checkpoint) || !s.ReadUint8(&count) ||
		len(s) != int(count)*(1+ed25519.SignatureSize) {
		return nil, errors.New("ceremony: certificate: the bytes are not laid out as a certificate")
	}
	var err error
	if c.Commitments, err = sharing.DecodeCommitments(suite, len(points)/pointSize, points); err != nil {
		return nil, fmt.Errorf("ceremony: certificate: %w", err)
	}
	c.Checkpoint = bytes.Clone(checkpoint)
	for ; len(s) > 0; s = s[1+ed25519.SignatureSize:] {
		c.Signatures = append(c.Signatures, Signature{int(s[0]), [ed25519.SignatureSize]byte(s[1:])})
	}
	return c, c.check()
}
