package e2ee

import (
	"bytes"
	"crypto/mlkem"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/ratchet"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/memo"
)

const (
	oneTimePrekeys = 4 // that a device keeps with the provider
	rotationDays   = 7 // days after which the signed prekey is replaced
	keptPrekeys    = 2 // signed prekeys that a device keeps: the present one, and the one before
)

// newKeyStore makes an identity with prekeys.
func newKeyStore(random io.Reader, shared *memo.Memo) (*keyStore, error) {
	k := &keyStore{next: 1, memo: shared}
	var err error
	if k.identity, err = pqxdh.NewIdentity(random); err != nil {
		return nil, err
	}
	if err := k.rotate(random); err != nil {
		return nil, err
	}
	return k, k.replenish(random)
}

func (k *keyStore) number() uint32 {
	k.next++
	return k.next - 1
}

// newPrekey makes the next prekey of a kind out of size random bytes.
func newPrekey[P encoder](k *keyStore, random io.Reader, kind string, size int,
	create func(io.Reader, uint32) (P, error)) (P, error) {
	id, seed := k.number(), make([]byte, size)
	if _, err := io.ReadFull(random, seed); err != nil {
		var none P
		return none, fmt.Errorf("%s %d: %w", kind, id, err)
	}
	made := func() (P, error) { return create(bytes.NewReader(seed), id) }
	return memo.Compute(k.memo, kind, made, seed, world.Int(int64(id)))
}

func (k *keyStore) signedPrekey(random io.Reader) (*pqxdh.SignedPrekey, error) {
	return newPrekey(k, random, "signed prekey", 32, pqxdh.NewSignedPrekey)
}

func (k *keyStore) oneTimePrekey(random io.Reader) (*pqxdh.OneTimePrekey, error) {
	return newPrekey(k, random, "one-time prekey", 32, pqxdh.NewOneTimePrekey)
}

func (k *keyStore) kemPrekey(random io.Reader, lastResort bool) (*pqxdh.KEMPrekey, error) {
	kind := "KEM prekey"
	if lastResort {
		kind = "last KEM prekey"
	}
	return newPrekey(k, random, kind, mlkem.SeedSize, func(r io.Reader, id uint32) (*pqxdh.KEMPrekey, error) {
		return pqxdh.NewKEMPrekey(r, id, lastResort)
	})
}

// rotate replaces the signed prekey and the KEM key of last resort, and erases
// those of the time before the last.
func (k *keyStore) rotate(random io.Reader) error {
	signed, err := k.signedPrekey(random)
	if err != nil {
		return err
	}
	last, err := k.kemPrekey(random, true)
	if err != nil {
		return err
	}
	k.signed = newest(append(k.signed, signed), keptPrekeys)
	lasting := newest(append(slices.DeleteFunc(slices.Clone(k.kem),
		func(p *pqxdh.KEMPrekey) bool { return !p.LastResort() }), last), keptPrekeys)
	k.kem = append(slices.DeleteFunc(k.kem, (*pqxdh.KEMPrekey).LastResort), lasting...)
	return nil
}

func newest[T any](items []T, n int) []T { return slices.Clone(items[max(0, len(items)-n):]) }

// replenish makes one-time prekeys in place of those that were used.
func (k *keyStore) replenish(random io.Reader) error {
	for len(k.oneTime) < oneTimePrekeys {
		p, err := k.oneTimePrekey(random)
		if err != nil {
			return err
		}
		kem, err := k.kemPrekey(random, false)
		if err != nil {
			return err
		}
		k.oneTime, k.kem = append(k.oneTime, p), append(k.kem, kem) // a pair: consecutive numbers
	}
	return nil
}

// bundles signs what others need: one bundle for each one-time prekey, and a last
// one for when those are gone.
func (k *keyStore) bundles() [][]byte {
	var once, lasting []*pqxdh.KEMPrekey
	for _, p := range k.kem {
		if p.LastResort() {
			lasting = append(lasting, p)
		} else {
			once = append(once, p)
		}
	}
	maps.DeleteFunc(k.made, func(id uint32, _ *pqxdh.Bundle) bool { return !k.has(id) })
	last := k.bundle(nil, lasting[len(lasting)-1], nil)
	var out [][]byte
	for i := range min(len(once), len(k.oneTime)) {
		out = append(out, k.bundle(last, once[i], k.oneTime[i]).Bytes())
	}
	return append(out, last.Bytes())
}

// bundle makes the bundle of a KEM key, with what it signed before.
func (k *keyStore) bundle(like *pqxdh.Bundle, kem *pqxdh.KEMPrekey, oneTime *pqxdh.OneTimePrekey) *pqxdh.Bundle {
	signed := k.signed[len(k.signed)-1]
	b := k.made[kem.ID()]
	switch {
	case b != nil && b.Signed.ID == signed.ID():
		return b
	case like == nil: // the first under this signed prekey
		b = k.sign(func() *pqxdh.Bundle {
			return pqxdh.MakeBundle(k.identity, signed, kem, oneTime)
		}, signed.Bytes(), kem.Bytes())
	case b != nil:
		b = b.Under(like)
	default:
		b = k.sign(func() *pqxdh.Bundle { return like.With(k.identity, kem, oneTime) },
			like.Bytes(), kem.Bytes(), oneTime.Bytes())
	}
	if k.made == nil {
		k.made = map[uint32]*pqxdh.Bundle{}
	}
	k.made[kem.ID()] = b
	return b
}

// sign makes a bundle, which depends on the identity and the inputs.
func (k *keyStore) sign(bundle func() *pqxdh.Bundle, inputs ...[]byte) *pqxdh.Bundle {
	inputs = append(inputs, k.identity.Bytes())
	b, _ := memo.Compute(k.memo, "bundle", func() (*pqxdh.Bundle, error) { return bundle(), nil }, inputs...)
	return b
}

// find gives the keys that an initial message names.
func (k *keyStore) find(m *pqxdh.InitialMessage) (pqxdh.ResponderKeys, error) {
	keys := pqxdh.ResponderKeys{Identity: k.identity}
	for _, p := range k.signed {
		if p.ID() == m.SignedID {
			keys.Signed = p
		}
	}
	for _, p := range k.kem {
		if p.ID() == m.KEMID {
			keys.KEM = p
		}
	}
	for _, p := range k.oneTime {
		if p.ID() == m.OneTimeID {
			keys.OneTime = p
		}
	}
	if keys.Signed == nil || keys.KEM == nil || (m.OneTimeID != 0 && keys.OneTime == nil) {
		return keys, errors.New("a prekey of the initial message is used up or unknown")
	}
	return keys, nil
}

// spend erases the one-time keys that an initial message used. They were offered
// in pairs and go in pairs, so that nobody can leave halves behind.
func (k *keyStore) spend(m *pqxdh.InitialMessage) {
	k.oneTime = slices.DeleteFunc(k.oneTime,
		func(p *pqxdh.OneTimePrekey) bool { return p.ID() == m.OneTimeID || p.ID()+1 == m.KEMID })
	k.kem = slices.DeleteFunc(k.kem, func(p *pqxdh.KEMPrekey) bool {
		return !p.LastResort() && (p.ID() == m.KEMID || p.ID() == m.OneTimeID+1)
	})
}

// has reports whether the KEM key of that number is still here.
func (k *keyStore) has(kem uint32) bool {
	return slices.ContainsFunc(k.kem, func(p *pqxdh.KEMPrekey) bool { return p.ID() == kem })
}

// initiate starts a session with the owner of a bundle.
func (k *keyStore) initiate(random io.Reader, own, peer string, bundle []byte) (*session, error) {
	b, err := pqxdh.ParseBundle(bundle)
	if err != nil {
		return nil, err
	}
	agreed, m, err := k.agree(random, b, bundle)
	if err != nil {
		return nil, err
	}
	state, err := ratchet.NewInitiator(random, agreed.Secret, b.Signed.Key)
	if err != nil {
		return nil, err
	}
	state.Memo = k.memo
	initial := m.Bytes()
	return &session{own: own, peer: peer, identity: b.Identity, state: state,
		ad: digest(agreed.AssociatedData), id: sessionID(initial), initial: initial}, nil
}

// initiated is what PQXDH gives the one who begins.
type initiated struct {
	agreed  *pqxdh.Agreement
	initial *pqxdh.InitialMessage
}

// agree draws the 64 bytes that PQXDH takes, for the ephemeral key and the encapsulation.
func (k *keyStore) agree(random io.Reader, b *pqxdh.Bundle, encoded []byte) (*pqxdh.Agreement,
	*pqxdh.InitialMessage, error) {
	var drawn [64]byte
	if _, err := io.ReadFull(random, drawn[:]); err != nil {
		return nil, nil, fmt.Errorf("session: %w", err)
	}
	i, err := memo.Compute(k.memo, "initiate", func() (i initiated, err error) {
		i.agreed, i.initial, err = pqxdh.Initiate(bytes.NewReader(drawn[:]), k.identity, b)
		return i, err
	}, k.identity.Bytes(), encoded, drawn[:])
	return i.agreed, i.initial, err
}

// respond computes the other side of a session from its initial message. The
// first ciphertext proves whether it is genuine.
func (k *keyStore) respond(own, peer string, initial []byte) (*session, *pqxdh.InitialMessage, error) {
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
	state, err := ratchet.NewResponder(agreed.Secret, keys.Signed.Private())
	if err != nil {
		return nil, nil, err
	}
	state.Memo = k.memo
	return &session{own: own, peer: peer, identity: m.Identity, state: state,
		ad: digest(agreed.AssociatedData), id: sessionID(initial)}, m, nil
}

// seal makes one recipient's part of a message; open is the hash of what travels
// in the open.
func (s *session) seal(open [32]byte, secret []byte) (wire.Part, error) {
	h, ciphertext, err := s.state.Seal(secret, wire.Associated(s.ad, open))
	return wire.Part{To: s.peer, Identity: wire.Fingerprint(s.identity), Initial: s.initial, Header: h, Ciphertext: ciphertext}, err
}

// open decrypts a part and, as the peer has answered, stops sending the initial
// message.
func (s *session) open(random io.Reader, d *wire.Delivery) ([]byte, error) {
	secret, err := s.state.Open(random, d.Header, d.Ciphertext, wire.Associated(s.ad, d.OpenHash()))
	if err == nil {
		s.initial = nil
	}
	return secret, err
}

func digest(b []byte) [32]byte { return sha256.Sum256(b) }

func sessionID(initial []byte) []byte {
	sum := digest(initial)
	return sum[:16]
}

func (s *session) startedBy(initial []byte) bool { return bytes.Equal(s.id, sessionID(initial)) }
