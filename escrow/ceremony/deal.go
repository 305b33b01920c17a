package ceremony

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"io"

	"doormat/escrow/dleq"
	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"go.dedis.ch/kyber/v3"
	"golang.org/x/crypto/chacha20poly1305"
)

const (
	ciphertextSize = group.Size + chacha20poly1305.Overhead
	sealedSize     = pointSize + proofSize + ciphertextSize
)

// sealed is a share for one recipient: a fresh ephemeral key, a proof that the dealer knows its secret, and the share's
// scalar under ChaCha20-Poly1305 (RFC 8439), whose key comes by HKDF-SHA256 (RFC 5869) from the Diffie-Hellman value of
// ephemeral and recipient's one-use key. A deal body is one of these, 144 bytes, for each recipient in order of index.
type sealed struct {
	ephemeral  kyber.Point
	ciphertext []byte
}

// seal returns the encoding of a sealed share.
func (s *session) seal(dealer int, share sharing.Share, to kyber.Point, random io.Reader) ([]byte, error) {
	secret, err := group.RandomScalar(suite, random)
	if err != nil {
		return nil, err
	}
	defer secret.Zero()
	ephemeral := suite.Point().Mul(secret, nil)
	context := s.context("ephemeral", dealer, share.Index)
	proof, err := dleq.ProveKnowledge(suite, context, ephemeral, secret, random)
	if err != nil {
		return nil, err
	}
	aead, err := s.shareCipher(dealer, share.Index, ephemeral, to, suite.Point().Mul(secret, to))
	if err != nil {
		return nil, err
	}
	b := append(group.Bytes(ephemeral), proof.Bytes()...)
	return aead.Seal(b, make([]byte, aead.NonceSize()), group.Bytes(share.Value), s.context("share", dealer, share.Index)), nil
}

// unseal opens a sealed share with the Diffie-Hellman value, whoever knows that.
func (s *session) unseal(dealer, recipient int, box sealed, to, shared kyber.Point) (sharing.Share, error) {
	aead, err := s.shareCipher(dealer, recipient, box.ephemeral, to, shared)
	if err != nil {
		return sharing.Share{}, err
	}
	plain, err := aead.Open(nil, make([]byte, aead.NonceSize()), box.ciphertext, s.context("share", dealer, recipient))
	if err != nil {
		return sharing.Share{}, fmt.Errorf("the share sealed to trustee %d does not open: %w", recipient, err)
	}
	value, err := group.DecodeScalar(suite, plain)
	clear(plain)
	if err != nil {
		return sharing.Share{}, fmt.Errorf("the share sealed to trustee %d: %w", recipient, err)
	}
	return sharing.Share{Index: recipient, Value: value}, nil
}

// shareCipher's key serves one message, because the ephemeral key is fresh; so the nonce can be zero.
func (s *session) shareCipher(dealer, recipient int, ephemeral, to, shared kyber.Point) (cipher.AEAD, error) {
	info := append(s.context("share key", dealer, recipient), group.Bytes(ephemeral)...)
	info = append(info, group.Bytes(to)...)
	key, err := hkdf.Key(sha256.New, group.Bytes(shared), nil, string(info), chacha20poly1305.KeySize)
	if err != nil {
		return nil, fmt.Errorf("deriving the key of a share: %w", err)
	}
	return chacha20poly1305.New(key)
}

// readDeal decodes a deal and checks what everybody can check of it. Whether the shares are right only recipients see.
func (s *session) readDeal(dealer int, recipients []int, body []byte) (map[int]sealed, *fault) {
	if len(body) != len(recipients)*sealedSize {
		return nil, &fault{Malformed, fmt.Errorf("a deal for %d recipients has %d bytes, got %d", len(recipients),
			len(recipients)*sealedSize, len(body))}
	}
	deal := make(map[int]sealed, len(recipients))
	for k, recipient := range recipients {
		box, f := s.readSealed(dealer, recipient, body[k*sealedSize:(k+1)*sealedSize])
		if f != nil {
			f.detail = fmt.Errorf("the share sealed to trustee %d: %w", recipient, f.detail)
			return nil, f
		}
		deal[recipient] = box
	}
	return deal, nil
}

func (s *session) readSealed(dealer, recipient int, b []byte) (sealed, *fault) {
	ephemeral, err := group.DecodePoint(suite, b[:pointSize])
	if err != nil {
		return sealed{}, &fault{Malformed, err}
	}
	proof, err := readProof(b[:pointSize+proofSize])
	if err != nil {
		return sealed{}, &fault{Malformed, err}
	}
	if err := dleq.VerifyKnowledge(suite, s.context("ephemeral", dealer, recipient), ephemeral, proof); err != nil {
		return sealed{}, &fault{BadProof, err}
	}
	return sealed{ephemeral, b[pointSize+proofSize:]}, nil
}
