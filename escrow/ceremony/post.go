package ceremony

import (
	"crypto/ed25519"
	"errors"
	"fmt"

	"doormat/world/memo"

	"golang.org/x/crypto/cryptobyte"
)

// maxPost bounds what a reader of the board looks at. The longest honest post is a confirmation.
const maxPost = MaxCheckpoint + 1<<13

// post is one entry of the board: phase (1 byte), author (1), body (3 bytes of length, then
// that many), signature (64).
type post struct {
	phase     Phase
	author    int
	body      []byte
	signature []byte
}

func parsePost(raw []byte) (*post, error) {
	if len(raw) > maxPost {
		return nil, fmt.Errorf("ceremony: a post of %d bytes, at most %d are read", len(raw),
			maxPost)
	}
	var phase, author uint8
	var body cryptobyte.String
	p := new(post)
	s := cryptobyte.String(raw)
	if !s.ReadUint8(&phase) || !s.ReadUint8(&author) || !s.ReadUint24LengthPrefixed(&body) ||
		!s.ReadBytes(&p.signature, ed25519.SignatureSize) || !s.Empty() {
		return nil, errors.New("ceremony: the post is not laid out as phase, author, body and " +
			"signature")
	}
	p.phase, p.author, p.body = Phase(phase), int(author), body
	return p, nil
}

// sign returns the bytes of a post.
func (s *session) sign(identity ed25519.PrivateKey, phase Phase, author int, body []byte) ([]byte,
	error) {
	var b cryptobyte.Builder
	b.AddUint8(uint8(phase))
	b.AddUint8(uint8(author))
	b.AddUint24LengthPrefixed(func(b *cryptobyte.Builder) { b.AddBytes(body) })
	b.AddBytes(s.signature(identity, s.signed(phase, author, body)))
	raw, err := b.Bytes()
	if err != nil {
		return nil, fmt.Errorf("ceremony: encoding a post: %w", err)
	}
	return raw, nil
}

// signature is [ed25519.Sign].
func (s *session) signature(identity ed25519.PrivateKey, signed []byte) []byte {
	signature, _ := memo.Compute(s.memo, "ceremony sign", func() ([]byte, error) {
		return ed25519.Sign(identity, signed), nil
	}, identity, signed)
	return signature
}

// verify is [ed25519.Verify].
func (s *session) verify(key ed25519.PublicKey, signed, signature []byte) bool {
	good, _ := memo.Compute(s.memo, "ceremony signature", func() (bool, error) {
		return ed25519.Verify(key, signed, signature), nil
	}, key, signed, signature)
	return good
}

func (s *session) checkSignature(phase Phase, author int, body, signature []byte) error {
	if author < 1 || author > s.n {
		return fmt.Errorf("ceremony: trustee %d is not on the roster of %d", author, s.n)
	}
	if !s.verify(s.identities[author-1], s.signed(phase, author, body), signature) {
		return fmt.Errorf("ceremony: the signature is not trustee %d's on this %s post in this "+
			"session", author, phase)
	}
	return nil
}

// signed is what a signature covers. Only the body, at the end, has a length that varies. The
// signature of a certify post is the one on the certificate, which must say enough to whoever
// does not know the roster.
func (s *session) signed(phase Phase, author int, body []byte) []byte {
	if phase == PhaseCertify {
		return certified(author, body)
	}
	return append(append(s.context("post", author), byte(phase)), body...)
}
