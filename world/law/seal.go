package law

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/hpke"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

	"golang.org/x/crypto/chacha20poly1305"
)

// Answers to an order are sealed to the agency's key, because links are not
// encrypted and a wiretap must not read what a court opened. It is hybrid public
// key encryption (HPKE, RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256),
// HKDF-SHA256 and ChaCha20-Poly1305. The standard library opens. It cannot seal,
// because it draws the ephemeral key itself, and runs must repeat: what follows is
// sections 4.1 and 5.1 of the RFC for this one suite. TestVector has the RFC's test
// vector, TestStandardLibraryOpens what is sealed here.

// The suite identifiers of RFC 9180: that of the KEM (section 4.1) and that of the
// whole suite (section 5.1), by the numbers of its section 7.
const (
	kemSuite  = "KEM\x00\x20"
	hpkeSuite = "HPKE\x00\x20\x00\x01\x00\x03"
)

// Seal encrypts plaintext to an X25519 public key. info is what both sides must agree
// on, public or not: under another one it does not open. The result is 48 bytes
// longer than the plaintext: the ephemeral public key, and the tag.
func Seal(random io.Reader, to, info, plaintext []byte) ([]byte, error) {
	public, err := ecdh.X25519().NewPublicKey(to)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	seed := make([]byte, 32)
	if _, err := io.ReadFull(random, seed); err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	ephemeral, err := ecdh.X25519().NewPrivateKey(seed)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return sealFrom(ephemeral, public, info, nil, plaintext)
}

// sealFrom seals the first message of a context: aad is what the test vectors have.
func sealFrom(ephemeral *ecdh.PrivateKey, to *ecdh.PublicKey,
	info, aad, plaintext []byte) ([]byte, error) {
	shared, err := encapsulate(ephemeral, to)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	key, nonce, err := schedule(shared, info)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return aead.Seal(ephemeral.PublicKey().Bytes(), nonce, plaintext, aad), nil
}

// encapsulate is Encap of RFC 9180, section 4.1, with the ephemeral key given.
// A public key of low order has no shared secret and is refused.
func encapsulate(ephemeral *ecdh.PrivateKey, to *ecdh.PublicKey) ([]byte, error) {
	dh, err := ephemeral.ECDH(to)
	if err != nil {
		return nil, err
	}
	context := append(ephemeral.PublicKey().Bytes(), to.Bytes()...)
	prk, err := extract(kemSuite, nil, "eae_prk", dh)
	if err != nil {
		return nil, err
	}
	return expand(kemSuite, prk, "shared_secret", context, 32)
}

// schedule is KeySchedule of RFC 9180, section 5.1, in mode_base: no pre-shared key.
func schedule(shared, info []byte) (key, nonce []byte, err error) {
	id, err1 := extract(hpkeSuite, nil, "psk_id_hash", nil)
	hash, err2 := extract(hpkeSuite, nil, "info_hash", info)
	secret, err3 := extract(hpkeSuite, shared, "secret", nil)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return nil, nil, err
		}
	}
	const modeBase = 0
	context := append(append([]byte{modeBase}, id...), hash...)
	if key, err = expand(hpkeSuite, secret, "key", context, chacha20poly1305.KeySize); err != nil {
		return nil, nil, err
	}
	nonce, err = expand(hpkeSuite, secret, "base_nonce", context, chacha20poly1305.NonceSize)
	return key, nonce, err
}

// extract is LabeledExtract, expand LabeledExpand of RFC 9180, section 4.
func extract(suite string, salt []byte, label string, ikm []byte) ([]byte, error) {
	return hkdf.Extract(sha256.New, append([]byte("HPKE-v1"+suite+label), ikm...), salt)
}

func expand(suite string, prk []byte, label string, info []byte, size int) ([]byte, error) {
	labelled := binary.BigEndian.AppendUint16(nil, uint16(size))
	labelled = append(append(labelled, "HPKE-v1"+suite+label...), info...)
	return hkdf.Expand(sha256.New, prk, string(labelled), size)
}

// Open decrypts what [Seal] made for the X25519 private key under the same info.
func Open(private, info, sealed []byte) ([]byte, error) {
	key, err := hpke.DHKEM(ecdh.X25519()).NewPrivateKey(private)
	if err != nil {
		return nil, fmt.Errorf("open: %w", err)
	}
	out, err := hpke.Open(key, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), info, sealed)
	if err != nil {
		return nil, fmt.Errorf("open: not sealed to this key for this purpose, or altered: %w", err)
	}
	return out, nil
}
