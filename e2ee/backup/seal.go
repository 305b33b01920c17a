package backup

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/e2ee/wire"
	"doormat/world"
)

const (
	keySize  = 32
	nameSize = chacha20poly1305.NonceSizeX
)

var errKey = errors.New("the key of a backup has 32 bytes")

// subkeys are what names items and what seals them.
func subkeys(key []byte) (naming, sealing []byte, err error) {
	if len(key) != keySize {
		return nil, nil, errKey
	}
	if naming, err = hkdf.Expand(sha256.New, key, "doormat backup v1 name", 32); err != nil {
		return nil, nil, err
	}
	sealing, err = hkdf.Expand(sha256.New, key, "doormat backup v1 item", 32)
	return naming, sealing, err
}

// sealItem seals a fact of a device's history: name, which is the nonce, and ciphertext. Equal facts
// make equal items.
func sealItem(key []byte, account string, f world.Fact) ([]byte, error) {
	naming, sealing, err := subkeys(key)
	if err != nil {
		return nil, err
	}
	plain := world.EncodeFacts([]world.Fact{f})
	mac := hmac.New(sha256.New, naming)
	mac.Write(world.Pack(0, []byte(account), plain))
	name := mac.Sum(nil)[:nameSize]
	aead, err := chacha20poly1305.NewX(sealing)
	if err != nil {
		return nil, err
	}
	return aead.Seal(name, name, plain, []byte(account)), nil
}

// openItem opens what sealItem sealed.
func openItem(key []byte, account string, item []byte) (world.Fact, error) {
	_, sealing, err := subkeys(key)
	if err != nil {
		return world.Fact{}, err
	}
	if len(item) < nameSize {
		return world.Fact{}, fmt.Errorf("an item of a backup of %d bytes", len(item))
	}
	aead, err := chacha20poly1305.NewX(sealing)
	if err != nil {
		return world.Fact{}, err
	}
	plain, err := aead.Open(nil, item[:nameSize], item[nameSize:], []byte(account))
	if err != nil {
		return world.Fact{}, errors.New("an item of a backup: another key, or altered")
	}
	facts, err := world.ParseFacts(plain)
	if err != nil || len(facts) != 1 || facts[0].Kind != wire.KeptMessage &&
		facts[0].Kind != wire.KeptFile {
		return world.Fact{}, errors.New("an item of a backup that is nothing of a history")
	}
	return facts[0], nil
}
