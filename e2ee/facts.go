package e2ee

import (
	"encoding/hex"
	"fmt"
	"math"
	"slices"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/ratchet"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/memo"
)

// Kinds of facts that only rules conclude.
const (
	OwnSession    world.Kind = "session of our own" // a session that an adversary made; Ref "peer→own"
	Initial       world.Kind = "initial message"    // Ref the recipient
	Ciphertext    world.Kind = "ciphertext"         // Ref "chain:n"
	Turn          world.Kind = "turn candidate"     // a ciphertext that may begin a chain; Ref "from→to"
	MessageNumber world.Kind = "message number"     // that a chain has a message n; Ref "chain:n"
	ChainKey      world.Kind = "chain key"          // Ref "chain:n" of the message it is for
	MessageKey    world.Kind = "message key"        // Ref "chain:n"
	RatchetState  world.Kind = "ratchet state"      // root and own private key; Ref "peer→own"
)

func place(chain ratchet.Key, n uint32) string {
	return fmt.Sprintf("%s:%d", ratchet.ChainID(chain), n)
}

// keyStore is the private keys of a device that others can start sessions with.
type keyStore struct {
	identity *pqxdh.Identity
	signed   []*pqxdh.SignedPrekey // newest last
	kem      []*pqxdh.KEMPrekey
	oneTime  []*pqxdh.OneTimePrekey
	next     uint32                   // number of the next prekey
	made     map[uint32]*pqxdh.Bundle // by KEM key: public, kept to sign each once
	memo     *memo.Memo               // what other runs computed; nil for an adversary
}

const keysTag = 'K'

type encoder interface{ Bytes() []byte }

func encodeList[T encoder](items []T) []byte {
	fields := make([][]byte, len(items))
	for i, item := range items {
		fields[i] = item.Bytes()
	}
	return world.Pack(0, fields...)
}

func parseList[T any](data []byte, parse func([]byte) (T, error)) ([]T, error) {
	fields, err := world.UnpackList(data, 0)
	if err != nil {
		return nil, err
	}
	items := make([]T, len(fields))
	for i, f := range fields {
		if items[i], err = parse(f); err != nil {
			return nil, err
		}
	}
	return items, nil
}

func (k *keyStore) encode() []byte {
	return world.Pack(keysTag, k.identity.Bytes(), encodeList(k.signed), encodeList(k.kem), encodeList(k.oneTime),
		world.Int(int64(k.next)))
}

func parseKeyStore(data []byte) (*keyStore, error) {
	f, err := world.Unpack(data, keysTag, 5)
	if err != nil {
		return nil, fmt.Errorf("device keys: %w", err)
	}
	k := &keyStore{}
	if k.identity, err = pqxdh.ParseIdentity(f[0]); err != nil {
		return nil, fmt.Errorf("device keys: %w", err)
	}
	if k.signed, err = parseList(f[1], pqxdh.ParseSignedPrekey); err != nil {
		return nil, fmt.Errorf("device keys: %w", err)
	}
	if k.kem, err = parseList(f[2], pqxdh.ParseKEMPrekey); err != nil {
		return nil, fmt.Errorf("device keys: %w", err)
	}
	if k.oneTime, err = parseList(f[3], pqxdh.ParseOneTimePrekey); err != nil {
		return nil, fmt.Errorf("device keys: %w", err)
	}
	next, err := world.ParseInt(f[4])
	if err != nil || next < 1 || next > math.MaxUint32 {
		return nil, fmt.Errorf("device keys: next prekey number %x", f[4])
	}
	k.next = uint32(next)
	return k, nil
}

// keysFor decodes of a key store only what answers an initial message: expanding
// every KEM key for every message would be most of a thief's work.
func keysFor(data, initial []byte) (*keyStore, error) {
	f, err := world.Unpack(data, keysTag, 5)
	if err != nil {
		return nil, fmt.Errorf("device keys: %w", err)
	}
	m, err := pqxdh.ParseInitialMessage(initial)
	if err != nil {
		return nil, err
	}
	for i, id := range map[int]uint32{1: m.SignedID, 2: m.KEMID, 3: m.OneTimeID} {
		items, err := world.UnpackList(f[i], 0)
		if err != nil {
			return nil, fmt.Errorf("device keys: %w", err)
		}
		f[i] = world.Pack(0, slices.DeleteFunc(items, func(item []byte) bool { return pqxdh.PrekeyID(item) != id })...)
	}
	return parseKeyStore(world.Pack(keysTag, f...))
}

// session is one side of a session as a device keeps it.
type session struct {
	own, peer string
	identity  pqxdh.IdentityPublic // the peer's
	state     *ratchet.State
	ad        [32]byte
	id        []byte // hash of the initial message, 16 bytes
	initial   []byte // sent along until the peer answers
}

const sessionTag = 's'

func (s *session) encode() []byte {
	return world.Pack(sessionTag, []byte(s.own), []byte(s.peer), s.identity.Bytes(),
		s.state.Marshal(), s.ad[:], s.id, s.initial)
}

func (s *session) fact() world.Fact {
	return world.Fact{Kind: wire.Session, Ref: wire.Direction(s.peer, s.own), Data: s.encode()}
}

func parseSession(data []byte) (*session, error) {
	f, err := world.Unpack(data, sessionTag, 7)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	s := &session{own: string(f[0]), peer: string(f[1]), id: f[5], initial: f[6]}
	if s.identity, err = pqxdh.ParseIdentityPublic(f[2]); err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	if s.state, err = ratchet.Unmarshal(f[3]); err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	if len(f[4]) != 32 || len(f[5]) != 16 {
		return nil, fmt.Errorf("session: associated data of %d bytes and id of %d, want 32 and 16", len(f[4]), len(f[5]))
	}
	copy(s.ad[:], f[4])
	return s, nil
}

const (
	keptTag = 'k'
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
	return ratchet.OpenWith(key, c.header, append(append([]byte{}, session...), c.open[:]...), c.ciphertext)
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
