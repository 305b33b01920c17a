package ceremony

import (
	"crypto/cipher"
	"fmt"
	"io"

	"doormat/escrow/dleq"
	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/world/memo"

	"go.dedis.ch/kyber/v3"
	"golang.org/x/crypto/chacha20poly1305"
)

const (
	ciphertextSize = group.Size + chacha20poly1305.Overhead
	sealedSize     = pointSize + ciphertextSize
)

// sealed is a share for one recipient: a fresh ephemeral key, and the share's scalar under
// ChaCha20-Poly1305 (RFC 8439), whose key is hashed from the Diffie-Hellman value of ephemeral
// and recipient's one-use key, both of these, and the context. A deal body is one proof that
// the dealer knows the secrets of all its ephemeral keys, 64 bytes, and one sealed share, 80
// bytes, for each recipient in order of index.
type sealed struct {
	ephemeral  kyber.Point
	ciphertext []byte
}

// dealBody seals scalars, of 32 bytes each, to the recipients.
func (a *Audit) dealBody(dealer int, scalars [][]byte, random io.Reader) ([]byte, error) {
	inputs := append([][]byte{a.context("deal", dealer)}, scalars...)
	for _, recipient := range a.recipients {
		inputs = append(inputs, []byte{byte(recipient)}, a.trustees[recipient].posts[PhaseKey])
	}
	return memo.Draw(a.memo, "ceremony deal", random, func(random io.Reader) ([]byte, error) {
		return a.sealAll(dealer, scalars, random)
	}, inputs...)
}

func (a *Audit) sealAll(dealer int, scalars [][]byte, random io.Reader) ([]byte, error) {
	var ephemerals []kyber.Point
	var secrets []kyber.Scalar
	var boxes []byte
	for k, recipient := range a.recipients {
		secret, err := group.RandomScalar(suite, random)
		if err != nil {
			return nil, err
		}
		defer secret.Zero()
		box, err := a.seal(dealer, recipient, scalars[k], secret, a.trustees[recipient].key)
		if err != nil {
			return nil, err
		}
		secrets, ephemerals = append(secrets, secret), append(ephemerals, box.ephemeral)
		boxes = append(append(boxes, group.Bytes(box.ephemeral)...), box.ciphertext...)
	}
	proof, err := dleq.ProveKnowledge(suite, a.context("ephemeral", dealer), ephemerals, secrets,
		random)
	if err != nil {
		return nil, err
	}
	return append(proof.Bytes(), boxes...), nil
}

// seal seals a scalar with the secret of an ephemeral key.
func (s *session) seal(dealer, recipient int, scalar []byte, secret kyber.Scalar,
	to kyber.Point) (sealed, error) {
	ephemeral, shared := suite.Point().Mul(secret, nil), suite.Point().Mul(secret, to)
	defer shared.Null()
	aead, err := s.shareCipher(dealer, recipient, ephemeral, to, shared)
	if err != nil {
		return sealed{}, err
	}
	ciphertext := aead.Seal(nil, make([]byte, aead.NonceSize()), scalar,
		s.context("share", dealer, recipient))
	return sealed{ephemeral, ciphertext}, nil
}

// unseal opens a sealed share with the Diffie-Hellman value, whoever knows that.
func (s *session) unseal(dealer, recipient int, box sealed, to, shared kyber.Point) (sharing.Share,
	error) {
	aead, err := s.shareCipher(dealer, recipient, box.ephemeral, to, shared)
	if err != nil {
		return sharing.Share{}, err
	}
	plain, err := aead.Open(nil, make([]byte, aead.NonceSize()), box.ciphertext,
		s.context("share", dealer, recipient))
	if err != nil {
		return sharing.Share{}, fmt.Errorf("the share sealed to trustee %d does not open: %w",
			recipient, err)
	}
	value, err := group.DecodeScalar(suite, plain)
	clear(plain)
	if err != nil {
		return sharing.Share{}, fmt.Errorf("the share sealed to trustee %d: %w", recipient, err)
	}
	return sharing.Share{Index: recipient, Value: value}, nil
}

// shareCipher's key serves one message, because the ephemeral key is fresh; so the nonce can
// be zero. The key comes by [group.Expand] and not by HKDF, because the standard library's
// HKDF keeps the Diffie-Hellman value in memory.
func (s *session) shareCipher(dealer, recipient int, ephemeral, to,
	shared kyber.Point) (cipher.AEAD, error) {
	secret := group.Bytes(shared)
	defer clear(secret)
	key := group.Expand("doormat/ceremony/share key/v1", s.context("share key", dealer, recipient),
		secret,
		group.Bytes(ephemeral), group.Bytes(to))
	defer clear(key[:])
	return chacha20poly1305.New(key[:chacha20poly1305.KeySize])
}

// readDeal decodes a deal and checks what everybody can check of it. Whether the shares are
// right only recipients see.
func (s *session) readDeal(dealer int, recipients []int, body []byte) (map[int]sealed, *fault) {
	if want := proofSize + len(recipients)*sealedSize; len(body) != want {
		return nil, &fault{Malformed, fmt.Errorf("a deal for %d recipients has %d bytes, got %d",
			len(recipients), want, len(body))}
	}
	proof, err := readProof(body[:proofSize])
	if err != nil {
		return nil, &fault{Malformed, err}
	}
	deal := make(map[int]sealed, len(recipients))
	var ephemerals []kyber.Point
	for k, recipient := range recipients {
		box := body[proofSize+k*sealedSize:][:sealedSize]
		ephemeral, err := group.DecodePoint(suite, box[:pointSize])
		if err != nil {
			return nil, &fault{Malformed, fmt.Errorf("the share sealed to trustee %d: %w",
				recipient, err)}
		}
		deal[recipient] = sealed{ephemeral, box[pointSize:]}
		ephemerals = append(ephemerals, ephemeral)
	}
	if err := s.verifyKnowledge(s.context("ephemeral", dealer), ephemerals, proof,
		body); err != nil {
		return nil, &fault{BadProof, err}
	}
	return deal, nil
}
