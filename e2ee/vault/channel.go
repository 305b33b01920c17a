package vault

import (
	"errors"
	"fmt"
	"io"

	"doormat/world/law"

	"golang.org/x/crypto/chacha20poly1305"
)

// Requests carry shares, so they are sealed to the server's key (HPKE, RFC 9180, by package law);
// each brings a fresh key for the answer. Only the holder of the server's key can have learned
// that one, so an answer that opens comes from it. There is no forward secrecy: who recorded a
// registration and later copies the server's key has the share.

var channelInfo = []byte("doormat vault request v1")

// ReplyKey seals and opens the one answer to a request.
type ReplyKey [chacha20poly1305.KeySize]byte

// SealRequest seals a request to the server whose X25519 public key this is.
func SealRequest(random io.Reader, server, request []byte) (sealed []byte, reply ReplyKey,
	err error) {
	if _, err := io.ReadFull(random, reply[:]); err != nil {
		return nil, reply, fmt.Errorf("vault: draw a reply key: %w", err)
	}
	sealed, err = law.Seal(random, server, channelInfo, append(reply[:], request...))
	return sealed, reply, err
}

// OpenRequest opens it with the private key.
func OpenRequest(private, sealed []byte) (request []byte, reply ReplyKey, err error) {
	plain, err := law.Open(private, channelInfo, sealed)
	if err != nil {
		return nil, reply, fmt.Errorf("vault: a request: %w", err)
	}
	if len(plain) < len(reply) {
		return nil, reply, errors.New("vault: a request without a key for the answer")
	}
	return plain[len(reply):], ReplyKey(plain[:len(reply)]), nil
}

// Seal seals the answer. The key is used once, so the nonce is 0.
func (k ReplyKey) Seal(answer []byte) []byte {
	aead := must(chacha20poly1305.New(k[:]))
	return aead.Seal(nil, make([]byte, aead.NonceSize()), answer, nil)
}

// Open opens the answer. An error says that it is not of the server that was asked.
func (k ReplyKey) Open(sealed []byte) ([]byte, error) {
	aead := must(chacha20poly1305.New(k[:]))
	answer, err := aead.Open(nil, make([]byte, aead.NonceSize()), sealed, nil)
	if err != nil {
		return nil, errors.New("vault: the answer is not of the server that was asked")
	}
	return answer, nil
}
