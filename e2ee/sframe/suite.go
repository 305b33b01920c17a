package sframe

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"hash"
	"slices"
)

// Suite is the number of a cipher suite in the registry of RFC 9605, section 8.1.
type Suite uint16

// The suites of RFC 9605, section 4.5, and the last three of draft-barnes-sframe-iana-256, which
// does for AES-256 what the RFC does for AES-128. The last number is the tag's length in bits.
const (
	AES128CTR80  Suite = 1
	AES128CTR64  Suite = 2
	AES128CTR32  Suite = 3
	AES128GCM128 Suite = 4
	AES256GCM128 Suite = 5
	AES256CTR80  Suite = 6
	AES256CTR64  Suite = 7
	AES256CTR32  Suite = 8
)

const nonceSize = 12

// parameters are those of a suite. GCM suites have no authentication key of their own.
type parameters struct {
	hash              func() hash.Hash
	cipherKey, macKey int
	tag               int
}

var suites = map[Suite]parameters{
	AES128CTR80:  {sha256.New, 16, sha256.Size, 10},
	AES128CTR64:  {sha256.New, 16, sha256.Size, 8},
	AES128CTR32:  {sha256.New, 16, sha256.Size, 4},
	AES128GCM128: {sha256.New, 16, 0, 16},
	AES256GCM128: {sha512.New, 32, 0, 16},
	AES256CTR80:  {sha512.New, 32, sha512.Size, 10},
	AES256CTR64:  {sha512.New, 32, sha512.Size, 8},
	AES256CTR32:  {sha512.New, 32, sha512.Size, 4},
}

// label is what HKDF expands under: a text, the KID and the suite.
func label(text string, suite Suite, kid uint64) string {
	b := binary.BigEndian.AppendUint64([]byte(text), kid)
	return string(binary.BigEndian.AppendUint16(b, uint16(suite)))
}

func (p parameters) derive(suite Suite, kid uint64, base []byte) (key, salt []byte, err error) {
	secret, err := hkdf.Extract(p.hash, base, nil)
	if err != nil {
		return nil, nil, err
	}
	name := label("SFrame 1.0 Secret key ", suite, kid)
	key, err = hkdf.Expand(p.hash, secret, name, p.cipherKey+p.macKey)
	if err != nil {
		return nil, nil, err
	}
	salt, err = hkdf.Expand(p.hash, secret, label("SFrame 1.0 Secret salt ", suite, kid), nonceSize)
	return key, salt, err
}

func (p parameters) aead(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key[:p.cipherKey])
	if err != nil {
		return nil, err
	}
	if p.macKey == 0 {
		return cipher.NewGCM(block)
	}
	return &ctrHMAC{block: block, hash: p.hash, auth: slices.Clone(key[p.cipherKey:]), tag: p.tag},
		nil
}

// ctrHMAC is AES in counter mode, then HMAC, cut to a few bytes (section 4.5.1): what GCM must not
// do with its tag, HMAC may.
type ctrHMAC struct {
	block cipher.Block
	hash  func() hash.Hash
	auth  []byte
	tag   int
}

func (c *ctrHMAC) NonceSize() int { return nonceSize }
func (c *ctrHMAC) Overhead() int  { return c.tag }

// xor encrypts or decrypts: the first counter block is the nonce and four zero bytes.
func (c *ctrHMAC) xor(nonce, text []byte) []byte {
	out := make([]byte, len(text))
	cipher.NewCTR(c.block, append(slices.Clone(nonce), 0, 0, 0, 0)).XORKeyStream(out, text)
	return out
}

// sum is the tag, over the lengths and the parts, so that no byte can move from part to part.
func (c *ctrHMAC) sum(nonce, aad, ciphertext []byte) []byte {
	var lengths []byte
	for _, n := range []int{len(aad), len(ciphertext), c.tag} {
		lengths = binary.BigEndian.AppendUint64(lengths, uint64(n))
	}
	mac := hmac.New(c.hash, c.auth)
	for _, part := range [][]byte{lengths, nonce, aad, ciphertext} {
		mac.Write(part)
	}
	return mac.Sum(nil)[:c.tag]
}

func (c *ctrHMAC) Seal(dst, nonce, plaintext, aad []byte) []byte {
	ciphertext := c.xor(nonce, plaintext)
	return append(append(dst, ciphertext...), c.sum(nonce, aad, ciphertext)...)
}

func (c *ctrHMAC) Open(dst, nonce, sealed, aad []byte) ([]byte, error) {
	if len(sealed) < c.tag {
		return nil, ErrTag
	}
	ciphertext, tag := sealed[:len(sealed)-c.tag], sealed[len(sealed)-c.tag:]
	if !hmac.Equal(tag, c.sum(nonce, aad, ciphertext)) {
		return nil, ErrTag
	}
	return append(dst, c.xor(nonce, ciphertext)...), nil
}
