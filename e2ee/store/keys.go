package store

import (
	"bytes"
	"crypto/mlkem"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/ratchet"
	"doormat/world"
	"doormat/world/memo"
)

// How many prekeys a device keeps.
const (
	OneTimePrekeys = 4 // with the provider
	KeptPrekeys    = 2 // signed ones: the present one, and the one before
)

// Keys is the private keys of a device that others can start sessions with.
type Keys struct {
	Identity *pqxdh.Identity
	Signed   []*pqxdh.SignedPrekey // newest last
	KEM      []*pqxdh.KEMPrekey
	OneTime  []*pqxdh.OneTimePrekey
	next     uint32                   // number of the next prekey
	made     map[uint32]*pqxdh.Bundle // by KEM key: public, kept to sign each once
	memo     *memo.Memo               // what other runs computed; nil for an adversary
}

const keysTag = 'K'

// NewKeys makes an identity with prekeys.
func NewKeys(random io.Reader, shared *memo.Memo) (*Keys, error) {
	k := &Keys{next: 1, memo: shared}
	var seed [64]byte
	if _, err := io.ReadFull(random, seed[:]); err != nil {
		return nil, fmt.Errorf("identity: %w", err)
	}
	var err error
	if k.Identity, err = memo.Compute(shared, "identity", func() (*pqxdh.Identity, error) {
		return pqxdh.NewIdentity(bytes.NewReader(seed[:]))
	}, seed[:]); err != nil {
		return nil, err
	}
	if err := k.Rotate(random); err != nil {
		return nil, err
	}
	return k, k.Replenish(random)
}

func (k *Keys) number() uint32 {
	k.next++
	return k.next - 1
}

// newPrekey makes the next prekey of a kind out of size random bytes.
func newPrekey[P encoder](k *Keys, random io.Reader, kind string, size int,
	create func(io.Reader, uint32) (P, error)) (P, error) {
	id, seed := k.number(), make([]byte, size)
	if _, err := io.ReadFull(random, seed); err != nil {
		var none P
		return none, fmt.Errorf("%s %d: %w", kind, id, err)
	}
	made := func() (P, error) { return create(bytes.NewReader(seed), id) }
	return memo.Compute(k.memo, kind, made, seed, world.Int(int64(id)))
}

func (k *Keys) signedPrekey(random io.Reader) (*pqxdh.SignedPrekey, error) {
	return newPrekey(k, random, "signed prekey", 32, pqxdh.NewSignedPrekey)
}

func (k *Keys) oneTimePrekey(random io.Reader) (*pqxdh.OneTimePrekey, error) {
	return newPrekey(k, random, "one-time prekey", 32, pqxdh.NewOneTimePrekey)
}

func (k *Keys) kemPrekey(random io.Reader, lastResort bool) (*pqxdh.KEMPrekey, error) {
	kind := "KEM prekey"
	if lastResort {
		kind = "last KEM prekey"
	}
	return newPrekey(k, random, kind, mlkem.SeedSize,
		func(r io.Reader, id uint32) (*pqxdh.KEMPrekey, error) {
			return pqxdh.NewKEMPrekey(r, id, lastResort)
		})
}

// Rotate replaces the signed prekey and the KEM key of last resort, and erases
// those of the time before the last.
func (k *Keys) Rotate(random io.Reader) error {
	signed, err := k.signedPrekey(random)
	if err != nil {
		return err
	}
	last, err := k.kemPrekey(random, true)
	if err != nil {
		return err
	}
	k.Signed = newest(append(k.Signed, signed), KeptPrekeys)
	lasting := newest(append(slices.DeleteFunc(slices.Clone(k.KEM),
		func(p *pqxdh.KEMPrekey) bool { return !p.LastResort() }), last), KeptPrekeys)
	k.KEM = append(slices.DeleteFunc(k.KEM, (*pqxdh.KEMPrekey).LastResort), lasting...)
	return nil
}

func newest[T any](items []T, n int) []T { return slices.Clone(items[max(0, len(items)-n):]) }

// Replenish makes one-time prekeys in place of those that were used.
func (k *Keys) Replenish(random io.Reader) error {
	for len(k.OneTime) < OneTimePrekeys {
		p, err := k.oneTimePrekey(random)
		if err != nil {
			return err
		}
		kem, err := k.kemPrekey(random, false)
		if err != nil {
			return err
		}
		k.OneTime, k.KEM = append(k.OneTime, p), append(k.KEM, kem) // a pair: consecutive numbers
	}
	return nil
}

// Bundles signs what others need: one bundle for each one-time prekey, and a last
// one for when those are gone.
func (k *Keys) Bundles() [][]byte {
	var once, lasting []*pqxdh.KEMPrekey
	for _, p := range k.KEM {
		if p.LastResort() {
			lasting = append(lasting, p)
		} else {
			once = append(once, p)
		}
	}
	maps.DeleteFunc(k.made, func(id uint32, _ *pqxdh.Bundle) bool { return !k.Has(id) })
	last := k.bundle(nil, lasting[len(lasting)-1], nil)
	var out [][]byte
	for i := range min(len(once), len(k.OneTime)) {
		out = append(out, k.bundle(last, once[i], k.OneTime[i]).Bytes())
	}
	return append(out, last.Bytes())
}

// bundle makes the bundle of a KEM key, with what it signed before.
func (k *Keys) bundle(like *pqxdh.Bundle, kem *pqxdh.KEMPrekey,
	oneTime *pqxdh.OneTimePrekey) *pqxdh.Bundle {
	signed := k.Signed[len(k.Signed)-1]
	b := k.made[kem.ID()]
	switch {
	case b != nil && b.Signed.ID == signed.ID():
		return b
	case like == nil: // the first under this signed prekey
		b = k.sign(func() *pqxdh.Bundle {
			return pqxdh.MakeBundle(k.Identity, signed, kem, oneTime)
		}, signed.Bytes(), kem.Bytes())
	case b != nil:
		b = b.Under(like)
	default:
		b = k.sign(func() *pqxdh.Bundle { return like.With(k.Identity, kem, oneTime) },
			like.Bytes(), kem.Bytes(), oneTime.Bytes())
	}
	if k.made == nil {
		k.made = map[uint32]*pqxdh.Bundle{}
	}
	k.made[kem.ID()] = b
	return b
}

// sign makes a bundle, which depends on the identity and the inputs.
func (k *Keys) sign(bundle func() *pqxdh.Bundle, inputs ...[]byte) *pqxdh.Bundle {
	inputs = append(inputs, k.Identity.Bytes())
	b, _ := memo.Compute(k.memo, "bundle", func() (*pqxdh.Bundle, error) { return bundle(), nil },
		inputs...)
	return b
}

// find gives the keys that an initial message names.
func (k *Keys) find(m *pqxdh.InitialMessage) (pqxdh.ResponderKeys, error) {
	keys := pqxdh.ResponderKeys{Identity: k.Identity}
	for _, p := range k.Signed {
		if p.ID() == m.SignedID {
			keys.Signed = p
		}
	}
	for _, p := range k.KEM {
		if p.ID() == m.KEMID {
			keys.KEM = p
		}
	}
	for _, p := range k.OneTime {
		if p.ID() == m.OneTimeID {
			keys.OneTime = p
		}
	}
	if keys.Signed == nil || keys.KEM == nil || (m.OneTimeID != 0 && keys.OneTime == nil) {
		return keys, errors.New("a prekey of the initial message is used up or unknown")
	}
	return keys, nil
}

// Spend erases the one-time keys that an initial message used. They were offered
// in pairs and go in pairs, so that nobody can leave halves behind.
func (k *Keys) Spend(m *pqxdh.InitialMessage) {
	k.OneTime = slices.DeleteFunc(k.OneTime,
		func(p *pqxdh.OneTimePrekey) bool { return p.ID() == m.OneTimeID || p.ID()+1 == m.KEMID })
	k.KEM = slices.DeleteFunc(k.KEM, func(p *pqxdh.KEMPrekey) bool {
		return !p.LastResort() && (p.ID() == m.KEMID || p.ID() == m.OneTimeID+1)
	})
}

// Has reports whether the KEM key of that number is still here.
func (k *Keys) Has(kem uint32) bool {
	return slices.ContainsFunc(k.KEM, func(p *pqxdh.KEMPrekey) bool { return p.ID() == kem })
}

// Initiate starts a session with the owner of a bundle.
func (k *Keys) Initiate(random io.Reader, own, peer string, bundle []byte) (*Session, error) {
	b, err := pqxdh.ParseBundle(bundle)
	if err != nil {
		return nil, err
	}
	agreed, m, err := k.agree(random, b, bundle)
	if err != nil {
		return nil, err
	}
	return NewSession(random, own, peer, agreed, m, b, k.memo)
}

// initiated is what PQXDH gives the one who begins.
type initiated struct {
	agreed  *pqxdh.Agreement
	initial *pqxdh.InitialMessage
}

// agree draws the 64 bytes that PQXDH takes, for the ephemeral key and the encapsulation.
func (k *Keys) agree(random io.Reader, b *pqxdh.Bundle,
	encoded []byte) (*pqxdh.Agreement, *pqxdh.InitialMessage, error) {
	var drawn [64]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return nil, nil, fmt.Errorf("session: %w", err)
	}
	i, err := memo.Compute(k.memo, "initiate", func() (i initiated, err error) {
		i.agreed, i.initial, err = pqxdh.Initiate(bytes.NewReader(drawn[:]), k.Identity, b)
		return i, err
	}, k.Identity.Bytes(), encoded, drawn[:])
	return i.agreed, i.initial, err
}

// Respond computes the other side of a session from its initial message. The
// first ciphertext proves whether it is genuine.
func (k *Keys) Respond(own, peer string, initial []byte) (*Session, *pqxdh.InitialMessage, error) {
	m, err := pqxdh.ParseInitialMessage(initial)
	if err != nil {
		return nil, nil, err
	}
	if m.Ephemeral[31]&0x80 != 0 { // X25519 ignores this bit: one session, two ids
		return nil, nil, errors.New("the ephemeral key of the initial message is not canonical")
	}
	keys, err := k.find(m)
	if err != nil {
		return nil, nil, err
	}
	inputs := [][]byte{initial, keys.Identity.Bytes(), keys.Signed.Bytes(), keys.KEM.Bytes()}
	if keys.OneTime != nil {
		inputs = append(inputs, keys.OneTime.Bytes())
	}
	agreed, err := memo.Compute(k.memo, "respond",
		func() (*pqxdh.Agreement, error) { return pqxdh.Respond(keys, m) }, inputs...)
	if err != nil {
		return nil, nil, err
	}
	state, err := ratchet.NewResponder(agreed.Secret, keys.Signed.Private(), k.memo)
	if err != nil {
		return nil, nil, err
	}
	return &Session{Own: own, Peer: peer, Identity: m.Identity, State: state,
		AD: sha256.Sum256(agreed.AssociatedData), ID: SessionID(initial)}, m, nil
}

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

// Encode gives the bytes of a fact of kind [wire.DeviceKeys].
func (k *Keys) Encode() []byte {
	return world.Pack(keysTag, k.Identity.Bytes(), encodeList(k.Signed), encodeList(k.KEM),
		encodeList(k.OneTime),
		world.Int(int64(k.next)))
}

// ParseKeys decodes [Keys.Encode].
func ParseKeys(data []byte) (*Keys, error) {
	f, err := world.Unpack(data, keysTag, 5)
	if err != nil {
		return nil, fmt.Errorf("device keys: %w", err)
	}
	k := &Keys{}
	if k.Identity, err = pqxdh.ParseIdentity(f[0]); err != nil {
		return nil, fmt.Errorf("device keys: %w", err)
	}
	if k.Signed, err = parseList(f[1], pqxdh.ParseSignedPrekey); err != nil {
		return nil, fmt.Errorf("device keys: %w", err)
	}
	if k.KEM, err = parseList(f[2], pqxdh.ParseKEMPrekey); err != nil {
		return nil, fmt.Errorf("device keys: %w", err)
	}
	if k.OneTime, err = parseList(f[3], pqxdh.ParseOneTimePrekey); err != nil {
		return nil, fmt.Errorf("device keys: %w", err)
	}
	next, err := world.ParseInt(f[4])
	if err != nil || next < 1 || next > math.MaxUint32 {
		return nil, fmt.Errorf("device keys: next prekey number %x", f[4])
	}
	k.next = uint32(next)
	return k, nil
}

// KeysFor decodes of a key store only what answers an initial message: expanding
// every KEM key for every message would be most of a thief's work.
func KeysFor(data, initial []byte) (*Keys, error) {
	m, err := pqxdh.ParseInitialMessage(initial)
	if err != nil {
		return nil, err
	}
	return PartOf(data, m.SignedID, m.KEMID, m.OneTimeID)
}

// PartOf decodes of a key store the identity and the prekeys of these numbers only: 0 for none.
func PartOf(data []byte, signed, kem, oneTime uint32) (*Keys, error) {
	f, err := world.Unpack(data, keysTag, 5)
	if err != nil {
		return nil, fmt.Errorf("device keys: %w", err)
	}
	for i, id := range map[int]uint32{1: signed, 2: kem, 3: oneTime} {
		items, err := world.UnpackList(f[i], 0)
		if err != nil {
			return nil, fmt.Errorf("device keys: %w", err)
		}
		f[i] = world.Pack(0, slices.DeleteFunc(items,
			func(item []byte) bool { return pqxdh.PrekeyID(item) != id })...)
	}
	return ParseKeys(world.Pack(keysTag, f...))
}

// KeysOf puts single keys together, as whoever computed them has them.
func KeysOf(identity *pqxdh.Identity, signed *pqxdh.SignedPrekey,
	oneTime ...*pqxdh.OneTimePrekey) *Keys {
	return &Keys{Identity: identity, Signed: []*pqxdh.SignedPrekey{signed},
		OneTime: oneTime, next: 1}
}
