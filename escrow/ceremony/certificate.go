package ceremony

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"

	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"go.dedis.ch/kyber/v3"
	"golang.org/x/crypto/cryptobyte"
)

// MaxCounter is the largest number of a certificate.
const MaxCounter = 1<<31 - 1

// Certificate says what a ceremony made: a committee's key or new shares of it, and who its
// trustees are from now on. The certificates of a committee are a chain. Each has the number
// after the last one's, names it by its hash, and is signed with the identity keys that the
// last one lists. So whoever knows one of them can verify the next and needs no roster;
// whoever knows none begins with the identity keys that ship with the client.
//
// With fewer than t corrupted, one of the signers is honest and saw on the board that the
// ceremony had succeeded. But keys that are out of use may be stolen at leisure, and t of one
// epoch sign a second certificate of the same number for whoever does not know the first. It
// is no use if the signatures must be shown to stand in a public log: [Certificate.Checkpoint]
// and [Certificate.Proofs] are for that, and opaque here. Of two, the log shows which came
// first.
type Certificate struct {
	Counter     int
	Previous    [sha256.Size]byte // [Certificate.Hash] of the one before
	Session     []byte            // name of the ceremony
	Threshold   int
	Identities  []ed25519.PublicKey  // of all trustees, from now on
	Stale       []int                // trustees who keep the identity of before, ascending
	Resharing   bool                 // of a key that was there before
	Commitments *sharing.Commitments // the public polynomial
	Transcript  [sha256.Size]byte    // of [Outcome]

	Signatures []Signature // ascending by Trustee
	Checkpoint []byte      // of the log, later than all signatures
	Proofs     [][]byte    // that the log holds the signatures, in their order
}

// Signature is one trustee's on a certificate, Ed25519 under the identity key that ends with
// it. It is that of the trustee's certify post.
type Signature struct {
	Trustee int
	Bytes   [ed25519.SignatureSize]byte
}

const certificateKind = 2

// Key returns the committee key.
func (c *Certificate) Key() kyber.Point { return c.Commitments.Key() }

// Quorum returns how many signatures the certificate needs.
func (c *Certificate) Quorum() int { return quorum(c.Threshold, len(c.Identities), c.Resharing) }

// certified is what trustees sign.
func certified(trustee int, hash []byte) []byte {
	return slices.Concat([]byte("doormat/ceremony/certificate/v1"), []byte{byte(trustee)}, hash)
}

// CertifiedPost returns the post whose signature a certificate carries, byte for byte as the
// board holds it.
func (c *Certificate) CertifiedPost(s Signature) []byte {
	hash := c.Hash()
	return slices.Concat([]byte{byte(PhaseCertify), byte(s.Trustee), 0, 0, sha256.Size}, hash[:],
		s.Bytes[:])
}

// Certify signs a certificate with a trustee's identity key: what whoever holds the key can
// do, and an honest [Trustee] does once the board shows that the ceremony succeeded. It serves
// demonstrations of what a stolen key is worth.
func (c *Certificate) Certify(trustee int, identity ed25519.PrivateKey) {
	hash := c.Hash()
	c.Signatures = append(c.Signatures, Signature{trustee,
		[ed25519.SignatureSize]byte(ed25519.Sign(identity, certified(trustee, hash[:])))})
}

// Verify returns nil when the certificate is that of a ceremony with this roster, of which who
// deals need not be known: when it has its number and name, when nobody's identity changed who
// is listed as stale, and when a quorum of the roster's identities signed it, each once, no
// signature being bad.
func (c *Certificate) Verify(r *Roster) error {
	if err := r.checkPeople(); err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	if err := c.follows(r); err != nil {
		return fmt.Errorf("ceremony: certificate: %w", err)
	}
	if len(c.Signatures) < c.Quorum() {
		return fmt.Errorf("ceremony: certificate: %d signatures, %d are needed", len(c.Signatures),
			c.Quorum())
	}
	hash := c.Hash()
	for _, s := range c.Signatures {
		if s.Trustee > len(r.Identities) {
			return fmt.Errorf("ceremony: certificate: trustee %d is not on the roster of %d",
				s.Trustee, len(r.Identities))
		}
		if !ed25519.Verify(r.Identities[s.Trustee-1], certified(s.Trustee, hash[:]), s.Bytes[:]) {
			return fmt.Errorf("ceremony: certificate: the signature is not trustee %d's", s.Trustee)
		}
	}
	return nil
}

// follows compares what is certified with the roster.
func (c *Certificate) follows(r *Roster) error {
	switch {
	case c.Counter != r.Counter:
		return fmt.Errorf("its number is %d, the next one is %d", c.Counter, r.Counter)
	case c.Previous != r.Previous:
		return errors.New("it does not follow the certificate before")
	case !bytes.Equal(c.Session, r.Session):
		return fmt.Errorf("it is of ceremony %q, not %q", c.Session, r.Session)
	case c.Threshold != r.Threshold:
		return fmt.Errorf("the threshold is %d, the roster's is %d", c.Threshold, r.Threshold)
	case len(c.Identities) != len(r.Identities):
		return fmt.Errorf("it lists %d trustees, the roster %d", len(c.Identities),
			len(r.Identities))
	case c.Resharing != (r.From != nil) || c.Resharing && !c.Key().Equal(r.From.Key()):
		return errors.New("the key is not that of the shares that were dealt anew")
	}
	for i, key := range c.Identities {
		if key.Equal(r.Identities[i]) != slices.Contains(c.Stale, i+1) {
			return fmt.Errorf("the identity of trustee %d is new and listed as stale, or the "+
				"other way round", i+1)
		}
	}
	return nil
}

// check is what needs no roster.
func (c *Certificate) check() error {
	if c.Commitments == nil || group.IsIdentity(suite, c.Key()) {
		return errors.New("ceremony: certificate: there is no key, or it is the identity")
	}
	if c.Commitments.Threshold() != c.Threshold {
		return fmt.Errorf("ceremony: certificate: the threshold is %d, that of the shares %d",
			c.Threshold, c.Commitments.Threshold())
	}
	people := Roster{Session: c.Session, Counter: c.Counter, Threshold: c.Threshold,
		Identities: c.Identities}
	if err := people.checkPeople(); err != nil {
		return fmt.Errorf("ceremony: certificate: %w", err)
	}
	if err := ascending("stale trustee", c.Stale, len(c.Identities)); err != nil {
		return err
	}
	var signers []int
	for _, s := range c.Signatures {
		signers = append(signers, s.Trustee)
	}
	if err := ascending("signer", signers, sharing.MaxTrustees); err != nil {
		return err
	}
	if len(c.Checkpoint) > MaxCheckpoint || len(c.Proofs) > len(c.Signatures) {
		return fmt.Errorf("ceremony: certificate: a checkpoint of %d bytes and %d proofs of %d "+
			"signatures", len(c.Checkpoint),
			len(c.Proofs), len(c.Signatures))
	}
	return nil
}

func ascending(what string, list []int, most int) error {
	last := 0
	for _, i := range list {
		if i <= last || i > most {
			return fmt.Errorf("ceremony: certificate: %s %d follows %d", what, i, last)
		}
		last = i
	}
	return nil
}

// Hash returns SHA-256 of what is certified: of all but signatures, checkpoint and proofs,
// which differ from reader to reader.
func (c *Certificate) Hash() [sha256.Size]byte { return sha256.Sum256(c.certified()) }

func (c *Certificate) certified() []byte {
	b := cryptobyte.NewBuilder(nil)
	b.AddUint8(certificateKind)
	b.AddUint32(uint32(c.Counter))
	b.AddBytes(c.Previous[:])
	addString(b, string(c.Session))
	b.AddUint8(uint8(c.Threshold))
	b.AddUint8(uint8(len(c.Identities)))
	for _, key := range c.Identities {
		b.AddBytes(key)
	}
	addTrustees(b, c.Stale)
	b.AddBytes(c.Transcript[:])
	if c.Resharing {
		b.AddUint8(1)
	} else {
		b.AddUint8(0)
	}
	b.AddBytes(c.Commitments.Bytes())
	return b.BytesOrPanic()
}

func addTrustees(b *cryptobyte.Builder, list []int) {
	b.AddUint8(uint8(len(list)))
	for _, i := range list {
		b.AddUint8(uint8(i))
	}
}

// Encode returns the certificate's bytes. What is hashed comes first: kind (1), counter (4),
// hash of the one before (32), session (1 byte of length), t (1), n (1), n identity keys (32
// each), stale trustees (1 byte of number, 1 each), transcript (32), whether it is a resharing
// (1), t commitments (32 each). Then the number of signatures (1), and for each the trustee
// (1) and 64 bytes; the checkpoint (3 bytes of length); the number of proofs (1), each with 2
// bytes of length. It fails on a certificate that [ParseCertificate] would refuse.
func (c *Certificate) Encode() ([]byte, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	b := cryptobyte.NewBuilder(c.certified())
	b.AddUint8(uint8(len(c.Signatures)))
	for _, sig := range c.Signatures {
		b.AddUint8(uint8(sig.Trustee))
		b.AddBytes(sig.Bytes[:])
	}
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(c.Checkpoint) })
	b.AddUint8(uint8(len(c.Proofs)))
	for _, proof := range c.Proofs {
		b.AddUint16LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(proof) })
	}
	return b.Bytes()
}

var errLayout = errors.New("ceremony: certificate: the bytes are not laid out as a certificate")

// ParseCertificate reads what Encode wrote and nothing else. What it returns is not verified:
// see [Certificate.Verify].
func ParseCertificate(encoded []byte) (*Certificate, error) {
	c, s := new(Certificate), cryptobyte.String(bytes.Clone(encoded))
	if err := c.readCertified(&s); err != nil {
		return nil, err
	}
	var count uint8
	if !s.ReadUint8(&count) || len(s) < int(count)*(1+ed25519.SignatureSize) {
		return nil, errLayout
	}
	for ; count > 0; count-- {
		c.Signatures = append(c.Signatures, Signature{int(s[0]),
			[ed25519.SignatureSize]byte(s[1:])})
		s = s[1+ed25519.SignatureSize:]
	}
	var checkpoint cryptobyte.String
	if !s.ReadUint24LengthPrefixed(&checkpoint) || !s.ReadUint8(&count) {
		return nil, errLayout
	}
	c.Checkpoint = checkpoint
	for ; count > 0; count-- {
		var proof cryptobyte.String
		if !s.ReadUint16LengthPrefixed(&proof) {
			return nil, errLayout
		}
		c.Proofs = append(c.Proofs, proof)
	}
	if !s.Empty() {
		return nil, errLayout
	}
	return c, c.check()
}

// readCertified reads what is hashed.
func (c *Certificate) readCertified(s *cryptobyte.String) error {
	var kind, t, n, stale, resharing uint8
	var counter uint32
	var session cryptobyte.String
	if !s.ReadUint8(&kind) || kind != certificateKind || !s.ReadUint32(&counter) ||
		!s.CopyBytes(c.Previous[:]) ||
		!s.ReadUint8LengthPrefixed(&session) || !s.ReadUint8(&t) || !s.ReadUint8(&n) {
		return errLayout
	}
	c.Counter, c.Session, c.Threshold = int(counter), session, int(t)
	for ; n > 0; n-- {
		var key []byte
		if !s.ReadBytes(&key, ed25519.PublicKeySize) {
			return errLayout
		}
		c.Identities = append(c.Identities, key)
	}
	var list, points []byte
	if !s.ReadUint8(&stale) || !s.ReadBytes(&list, int(stale)) || !s.CopyBytes(c.Transcript[:]) ||
		!s.ReadUint8(&resharing) ||
		resharing > 1 || !s.ReadBytes(&points, int(t)*pointSize) {
		return errLayout
	}
	for _, i := range list {
		c.Stale = append(c.Stale, int(i))
	}
	c.Resharing = resharing == 1
	var err error
	if c.Commitments, err = sharing.DecodeCommitments(suite, int(t), points); err != nil {
		return fmt.Errorf("ceremony: certificate: %w", err)
	}
	return nil
}
