package cloud

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"doormat/e2ee/pqxdh"
	"doormat/world"
)

// A channel is set up by PQXDH with keys that the server makes for this one handshake: what
// TLS 1.3 does with X25519 and ML-KEM-768, with code that is there and tested. Clients are
// shipped with the server's identity, as an app is with a certificate, so that nobody stands in
// between. The client's identity stands for its login once the account's password was given.

// dialer is the client's part.
type dialer struct {
	random        io.Reader
	identity      *pqxdh.Identity
	server        pqxdh.IdentityPublic
	current, next *channel // next is not yet welcomed
	dialing       bool
	since         time.Time // of the current channel
}

// renewal is after how many days a client makes a new channel.
const renewal = 7

func days(since, now time.Time) int {
	day := func(t time.Time) time.Time { return t.UTC().Truncate(24 * time.Hour) }
	return int(day(now).Sub(day(since)) / (24 * time.Hour))
}

// due reports whether it is time for a handshake.
func (d *dialer) due(now time.Time) bool {
	return d.dialing || d.current == nil || days(d.since, now) >= renewal
}

// ready reports whether records can be sent.
func (d *dialer) ready() bool { return d.current != nil && !d.dialing }

// dial gives the packet that asks for a channel.
func (d *dialer) dial() []byte {
	d.dialing, d.next = true, nil
	return world.Pack(KindConnect)
}

var errNotAsked = errors.New("an offer that was not asked for")

// answer answers the server's offer with a hello that carries the login.
func (d *dialer) answer(offer, login []byte) ([]byte, error) {
	if !d.dialing || d.next != nil {
		return nil, errNotAsked
	}
	bundle, err := parseOffer(offer)
	if err != nil {
		return nil, err
	}
	if bundle.Identity != d.server {
		return nil, errors.New("keys of somebody who is not the server")
	}
	var hello []byte
	d.next, hello, err = sayHello(d.random, d.identity, bundle, login)
	return hello, err
}

// sayHello begins a channel as whoever has an identity can.
func sayHello(random io.Reader, as *pqxdh.Identity, to *pqxdh.Bundle, login []byte) (
	*channel, []byte, error) {
	a, initial, err := pqxdh.Initiate(random, as, to)
	if err != nil {
		return nil, nil, err
	}
	c, err := newChannel(a, initial.Bytes(), true)
	if err != nil {
		return nil, nil, err
	}
	first, err := c.seal(nil, login)
	if err != nil {
		return nil, nil, err
	}
	return c, world.Pack(KindHello, initial.Bytes(), first.Encode()), nil
}

func parseOffer(data []byte) (*pqxdh.Bundle, error) {
	f, err := world.Unpack(data, KindOffer, 1)
	if err != nil {
		return nil, fmt.Errorf("offer: %w", err)
	}
	return pqxdh.ParseBundle(f[0])
}

func parseHello(data []byte) (*pqxdh.InitialMessage, *Record, error) {
	f, err := world.Unpack(data, KindHello, 2)
	if err != nil {
		return nil, nil, fmt.Errorf("hello: %w", err)
	}
	m, err := pqxdh.ParseInitialMessage(f[0])
	if err != nil {
		return nil, nil, fmt.Errorf("hello: %w", err)
	}
	first, err := ParseRecord(f[1])
	return m, first, err
}

// open opens what the server sends. The welcome makes the new channel the one in use.
func (d *dialer) open(now time.Time, data []byte) (plain []byte, lost int, err error) {
	r, err := ParseRecord(data)
	if err != nil {
		return nil, 0, err
	}
	if d.next != nil {
		if plain, lost, err = d.next.open(r); err == nil {
			d.current, d.next, d.dialing, d.since = d.next, nil, false, now
			return plain, lost, nil
		}
	}
	if d.current == nil {
		return nil, 0, errOtherChannel
	}
	return d.current.open(r)
}

func (d *dialer) facts(account string) []world.Fact {
	if d.identity == nil {
		return nil
	}
	facts := []world.Fact{{Kind: LoginKey, Ref: account, Data: d.identity.Bytes()}}
	return append(append(facts, d.current.facts()...), d.next.facts()...)
}

// listener is the server's part.
type listener struct {
	random   io.Reader
	identity *pqxdh.Identity
	signed   *pqxdh.SignedPrekey
	number   uint32
	offered  map[string]*pqxdh.ResponderKeys // by address: one handshake at a time
}

func newListener(random io.Reader) (*listener, error) {
	l := &listener{random: random, offered: map[string]*pqxdh.ResponderKeys{}}
	var err error
	if l.identity, err = pqxdh.NewIdentity(random); err != nil {
		return nil, err
	}
	l.signed, err = pqxdh.NewSignedPrekey(random, 1)
	return l, err
}

// offer makes keys for one handshake, with whoever is at that address.
func (l *listener) offer(to string) ([]byte, error) {
	l.number++
	kem, err := pqxdh.NewKEMPrekey(l.random, l.number, false)
	if err != nil {
		return nil, err
	}
	once, err := pqxdh.NewOneTimePrekey(l.random, l.number)
	if err != nil {
		return nil, err
	}
	l.offered[to] = &pqxdh.ResponderKeys{Identity: l.identity, Signed: l.signed, KEM: kem,
		OneTime: once}
	bundle := pqxdh.MakeBundle(l.identity, l.signed, kem, once)
	return world.Pack(KindOffer, bundle.Bytes()), nil
}

// accept answers a hello, once, and erases the keys that it was made with.
func (l *listener) accept(from string, hello []byte) (
	c *channel, who pqxdh.IdentityPublic, login []byte, err error) {
	keys := l.offered[from]
	if keys == nil {
		return nil, who, nil, errNotAsked
	}
	c, who, login, err = acceptHello(*keys, hello)
	if err == nil {
		delete(l.offered, from)
	}
	return c, who, login, err
}

// acceptHello is what whoever has the offered keys can compute.
func acceptHello(keys pqxdh.ResponderKeys, hello []byte) (
	c *channel, who pqxdh.IdentityPublic, login []byte, err error) {
	m, first, err := parseHello(hello)
	if err != nil {
		return nil, who, nil, err
	}
	a, err := pqxdh.Respond(keys, m)
	if err != nil {
		return nil, who, nil, err
	}
	if c, err = newChannel(a, m.Bytes(), false); err != nil {
		return nil, who, nil, err
	}
	login, _, err = c.open(first)
	return c, m.Identity, login, err
}

const offeredTag = 'o'

func offeredRef(kem uint32) string { return fmt.Sprintf("handshake %d", kem) }

func (l *listener) facts(server string) []world.Fact {
	facts := []world.Fact{{Kind: ServerKey, Ref: server,
		Data: world.Pack(offeredTag, l.identity.Bytes(), l.signed.Bytes())}}
	for _, address := range slices.Sorted(maps.Keys(l.offered)) {
		facts = append(facts, offeredFact(l.offered[address]))
	}
	return facts
}

func offeredFact(k *pqxdh.ResponderKeys) world.Fact {
	return world.Fact{Kind: OfferedKey, Ref: offeredRef(k.KEM.ID()),
		Data: world.Pack(offeredTag, k.Identity.Bytes(), k.Signed.Bytes(), k.KEM.Bytes(),
			k.OneTime.Bytes())}
}

func parseOffered(data []byte) (k pqxdh.ResponderKeys, err error) {
	f, err := world.Unpack(data, offeredTag, 4)
	if err != nil {
		return k, err
	}
	var errs [4]error
	k.Identity, errs[0] = pqxdh.ParseIdentity(f[0])
	k.Signed, errs[1] = pqxdh.ParseSignedPrekey(f[1])
	k.KEM, errs[2] = pqxdh.ParseKEMPrekey(f[2])
	k.OneTime, errs[3] = pqxdh.ParseOneTimePrekey(f[3])
	return k, errors.Join(errs[:]...)
}
