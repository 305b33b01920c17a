package rules

import (
	"fmt"

	"doormat/e2ee/ratchet"
	"doormat/world"
)

// Kinds of facts that only rules conclude.
const (
	OwnSession    world.Kind = "session of our own" // one that an adversary made; Ref "peer→own"
	Initial       world.Kind = "initial message"    // Ref the recipient
	Ciphertext    world.Kind = "ciphertext"         // Ref "chain:n"
	Turn          world.Kind = "turn candidate"     // it may begin a chain; Ref "from→to"
	MessageNumber world.Kind = "message number"     // that a chain has a message n; Ref "chain:n"
	ChainKey      world.Kind = "chain key"          // Ref "chain:n" of the message it is for
	MessageKey    world.Kind = "message key"        // Ref "chain:n"
	RatchetState  world.Kind = "ratchet state"      // root and own private key; Ref "peer→own"
)

func place(chain ratchet.Key, n uint32) string {
	return fmt.Sprintf("%s:%d", ratchet.ChainID(chain), n)
}

const (
	keyTag  = 'y'
	sentTag = 'c'
)

// keyData is a chain or message key with the associated data of its session.
func keyData(key ratchet.Key, ad []byte) []byte { return world.Pack(keyTag, key[:], ad) }

func parseKeyData(data []byte) (key ratchet.Key, ad []byte, err error) {
	f, err := world.Unpack(data, keyTag, 2)
	if err != nil {
		return key, nil, err
	}
	if len(f[1]) != 32 {
		return key, nil, fmt.Errorf("associated data of %d bytes, want 32", len(f[1]))
	}
	key, err = ratchet.ParseKey(f[0])
	return key, f[1], err
}

// sealed is a ciphertext with what a holder of the message key needs to open it.
type sealed struct {
	id         string
	open       [32]byte // hash of the open parts, see associated
	header     ratchet.Header
	ciphertext []byte
}

func (c *sealed) encode() []byte {
	return world.Pack(sentTag, []byte(c.id), c.open[:], c.header.Bytes(), c.ciphertext)
}

func parseSealed(data []byte) (*sealed, error) {
	f, err := world.Unpack(data, sentTag, 4)
	if err != nil {
		return nil, err
	}
	if len(f[1]) != 32 {
		return nil, fmt.Errorf("hash of %d bytes, want 32", len(f[1]))
	}
	h, err := ratchet.ParseHeader(f[2])
	return &sealed{string(f[0]), [32]byte(f[1]), h, f[3]}, err
}

// openWith decrypts under a message key of a session.
func (c *sealed) openWith(key ratchet.Key, session []byte) ([]byte, error) {
	return ratchet.OpenWith(key, c.header, append(append([]byte{}, session...), c.open[:]...),
		c.ciphertext)
}
