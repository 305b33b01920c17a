package cloud

import (
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/wire"
	"doormat/world"
)

// KeyStoreName is the principal that keeps the storage key: a key management service.
const KeyStoreName = "keystore"

// Kinds of facts about what lies in the provider's store.
const (
	StorageKey world.Kind = "storage key" // 32 bytes; Ref "storage"
	DataKey    world.Kind = "data key"    // of one message, 32 bytes; Ref the message id
	Numbered   world.Kind = "stored id"   // that a message is stored: its id; Ref "storage"
)

const storageRef = "storage"

// dataKey is the key of one message: HKDF-Expand of the storage key for its id. It seals one
// message only, since the provider refuses a number that was used.
func dataKey(storage []byte, id string) ([]byte, error) {
	if len(storage) != chacha20poly1305.KeySize {
		return nil, fmt.Errorf("storage key of %d bytes", len(storage))
	}
	return hkdf.Expand(sha256.New, storage, "doormat cloud data key v1\x00"+id,
		chacha20poly1305.KeySize)
}

// An Envelope is a message in the provider's store: the metadata, by which the provider finds
// it again, and the rest under its data key.
type Envelope struct {
	Meta   world.Meta
	Sealed []byte
}

const envelopeTag = 'E'

// Encode gives the bytes of the store.
func (e *Envelope) Encode() []byte { return world.Pack(envelopeTag, e.Meta.Encode(), e.Sealed) }

// ParseEnvelope decodes [Envelope.Encode].
func ParseEnvelope(data []byte) (*Envelope, error) {
	f, err := world.Unpack(data, envelopeTag, 2)
	if err != nil {
		return nil, fmt.Errorf("envelope: %w", err)
	}
	m, err := world.ParseMeta(f[0])
	return &Envelope{m, f[1]}, err
}

func (e *Envelope) fact() world.Fact {
	return world.Fact{Kind: wire.Envelopes, Ref: e.Meta.ID, Data: e.Encode()}
}

func sealEnvelope(key []byte, c *Content) (*Envelope, error) {
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, chacha20poly1305.NonceSize) // the key is used once
	return &Envelope{c.Meta, aead.Seal(nil, nonce, c.Encode(), c.Meta.Encode())}, nil
}

func (e *Envelope) openWith(key []byte) (*Content, error) {
	aead, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, err
	}
	plain, err := aead.Open(nil, make([]byte, chacha20poly1305.NonceSize), e.Sealed,
		e.Meta.Encode())
	if err != nil {
		return nil, fmt.Errorf("envelope %s: not sealed under this key, or altered", e.Meta.ID)
	}
	return ParseContent(plain)
}

// storage gives the provider data keys: from the storage key, if that lies beside, or by
// asking the key store.
type storage struct {
	key    []byte // nil if the key store has it
	dialer dialer
	asked  []*question // not yet answered, oldest first
	number int64       // of the newest question
}

// question is what the provider wants keys for, and what it does with them. What it knows
// meanwhile is in its memory, and so with a thief who comes at that moment.
type question struct {
	number int64
	ids    []string
	then   func(keys [][]byte) []world.Packet
	known  []*Content
}

// withKeys does something with the keys of some messages, now or when they have come.
func (s *storage) withKeys(ids []string, known []*Content,
	then func(keys [][]byte) []world.Packet) []world.Packet {
	if len(ids) == 0 {
		return then(nil)
	}
	if s.key != nil {
		keys := make([][]byte, len(ids))
		for i, id := range ids {
			keys[i], _ = dataKey(s.key, id) // of the right length
		}
		return then(keys)
	}
	s.number++
	q := &question{s.number, ids, then, known}
	s.asked = append(s.asked, q)
	if !s.dialer.ready() {
		return nil
	}
	return s.ask(q)
}

func toKeyStore(data []byte) []world.Packet {
	return []world.Packet{{From: world.Provider, To: KeyStoreName, Data: data}}
}

func (s *storage) ask(q *question) []world.Packet {
	r, err := s.dialer.current.seal(nil, world.Pack(askTag, world.Int(q.number),
		world.Strings(q.ids)))
	if err != nil {
		return nil
	}
	return toKeyStore(r.Encode())
}

// dial begins a handshake with the key store, if there is one and it is time to.
func (s *storage) dial(now time.Time) []world.Packet {
	if s.key != nil || !s.dialer.due(now) {
		return nil
	}
	return toKeyStore(s.dialer.dial())
}

// handle takes what the key store sends.
func (s *storage) handle(now time.Time, p world.Packet) (out []world.Packet) {
	if s.key != nil {
		return nil
	}
	switch p.Kind() {
	case KindOffer:
		hello, err := s.dialer.answer(p.Data, login{account: world.Provider, history: -1}.encode())
		if err == nil {
			return toKeyStore(hello)
		}
	case KindRecord:
		plain, _, err := s.dialer.open(now, p.Data)
		if err != nil || len(plain) == 0 {
			return nil
		}
		if plain[0] == keysTag {
			return s.answered(plain)
		}
		for _, q := range s.asked { // welcomed
			out = append(out, s.ask(q)...)
		}
	}
	return out
}

func (s *storage) answered(plain []byte) []world.Packet {
	number, ids, keys, err := parseKeys(plain)
	if err != nil {
		return nil
	}
	i := slices.IndexFunc(s.asked, func(q *question) bool {
		return q.number == number && slices.Equal(q.ids, ids)
	})
	if i < 0 {
		return nil
	}
	q := s.asked[i]
	s.asked = slices.Delete(s.asked, i, i+1)
	return q.then(keys)
}

func parseKeys(data []byte) (number int64, ids []string, keys [][]byte, err error) {
	f, err := world.Unpack(data, keysTag, 3)
	if err != nil {
		return 0, nil, nil, err
	}
	if number, err = world.ParseInt(f[0]); err != nil {
		return 0, nil, nil, err
	}
	if ids, err = world.ParseStrings(f[1]); err != nil {
		return 0, nil, nil, err
	}
	keys, err = world.UnpackList(f[2], 0)
	if err == nil && len(keys) != len(ids) {
		err = fmt.Errorf("%d data keys for %d messages", len(keys), len(ids))
	}
	return number, ids, keys, err
}

func (s *storage) facts() []world.Fact {
	if s.key != nil {
		return []world.Fact{{Kind: StorageKey, Ref: storageRef, Data: s.key}}
	}
	facts := s.dialer.facts(world.Provider)
	for _, q := range s.asked {
		for _, c := range q.known {
			facts = append(facts, c.fact())
		}
	}
	return facts
}

// KeyStore is the program of the key store. It gives the provider the data key of any message
// that it asks for: it does not know what for.
type KeyStore struct {
	listener
	key      []byte
	provider pqxdh.IdentityPublic
	channel  *channel
}

// Name implements [world.Node].
func (*KeyStore) Name() string { return KeyStoreName }

// Holdings implements [world.Node].
func (k *KeyStore) Holdings() []world.Fact {
	facts := []world.Fact{{Kind: StorageKey, Ref: storageRef, Data: k.key}}
	return append(append(facts, k.listener.facts(KeyStoreName)...), k.channel.facts()...)
}

// Handle implements [world.Node].
func (k *KeyStore) Handle(_ time.Time, p world.Packet) []world.Packet {
	if p.From != world.Provider {
		return nil
	}
	data, err := k.reply(p)
	if err != nil || data == nil {
		return nil
	}
	return []world.Packet{{From: KeyStoreName, To: world.Provider, Data: data}}
}

func (k *KeyStore) reply(p world.Packet) ([]byte, error) {
	switch p.Kind() {
	case KindConnect:
		return k.offer(p.From)
	case KindHello:
		c, who, _, err := k.accept(p.From, p.Data)
		if err != nil || who != k.provider {
			return nil, errors.Join(err, errors.New("not the provider"))
		}
		k.channel = c
		return sealed(c, nil, world.Pack(welcomeTag))
	case KindRecord:
		r, err := ParseRecord(p.Data)
		if err != nil || k.channel == nil {
			return nil, err
		}
		plain, _, err := k.channel.open(r)
		if err != nil {
			return nil, err
		}
		return k.keys(plain)
	}
	return nil, nil
}

func sealed(c *channel, open, plain []byte) ([]byte, error) {
	r, err := c.seal(open, plain)
	if err != nil {
		return nil, err
	}
	return r.Encode(), nil
}

func (k *KeyStore) keys(plain []byte) ([]byte, error) {
	f, err := world.Unpack(plain, askTag, 2)
	if err != nil {
		return nil, err
	}
	ids, err := world.ParseStrings(f[1])
	if err != nil {
		return nil, err
	}
	keys := make([][]byte, len(ids))
	for i, id := range ids {
		if keys[i], err = dataKey(k.key, id); err != nil {
			return nil, err
		}
	}
	return sealed(k.channel, nil, world.Pack(keysTag, f[0], f[1], world.Pack(0, keys...)))
}

// drawn reads size bytes.
func drawn(random io.Reader, size int) ([]byte, error) {
	b := make([]byte, size)
	_, err := io.ReadFull(random, b)
	return b, err
}
