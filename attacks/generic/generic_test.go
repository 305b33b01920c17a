package generic

import (
	"bytes"
	"crypto/ecdh"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/chacha20poly1305"

	"doormat/attacks/attackstest"
	"doormat/world"
	"doormat/world/worldtest"
)

// letters is a design whose devices ask the provider for keys, and seal each message to the one that
// they are told. A registrar signs keys; whether devices check that is the hole. Or they know all
// keys from the beginning, and ask nobody.
type letters struct {
	checks, pinned, forgetful bool
}

const (
	letterKey    world.Kind = "letter key"
	letterSecret world.Kind = "letter secret"
	letter       world.Kind = "letter"

	kindAsk    byte = 210 // account
	kindKey    byte = 211 // account, key, signature of the registrar
	kindLetter byte = 212 // meta, key it is sealed to, ephemeral key, ciphertext
)

var registrar = ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))

func (letters) Info() world.Info {
	return world.Info{ID: "letters", Name: "Letters", Principals: world.SharedPrincipals(world.Provider,
		world.DeviceName, world.UserName), Packets: []world.PacketKind{{Kind: kindAsk, Name: "ask"},
		{Kind: kindKey, Name: "key"}, {Kind: kindLetter, Name: "letter"}}}
}

func newSecret(random io.Reader) *ecdh.PrivateKey {
	seed := make([]byte, 32)
	if _, err := io.ReadFull(random, seed); err != nil {
		panic(err)
	}
	k, err := ecdh.X25519().NewPrivateKey(seed)
	if err != nil {
		panic(err)
	}
	return k
}

func (l letters) Setup(env world.Config) (world.Deploy, error) {
	return func() (nodes []world.Node) {
		keys := map[string][]byte{}
		for _, a := range env.Accounts {
			d := &writer{letters: l, account: a, random: env.Stream(world.DeviceOf(a)), keys: keys,
				seen: map[string]bool{}}
			d.secret = newSecret(d.random)
			keys[a] = d.secret.PublicKey().Bytes()
			nodes = append(nodes, d)
		}
		return append(nodes, post{keys})
	}, nil
}

func seal(to []byte, m world.Meta, body []byte, random io.Reader) []byte {
	own := newSecret(random)
	peer, err := ecdh.X25519().NewPublicKey(to)
	if err != nil {
		return nil
	}
	return world.Pack(kindLetter, m.Encode(), to, own.PublicKey().Bytes(), cipherOf(own, peer).seal(body))
}

type oneTime [32]byte

func cipherOf(own *ecdh.PrivateKey, peer *ecdh.PublicKey) oneTime {
	shared, err := own.ECDH(peer)
	if err != nil {
		panic(err)
	}
	return sha256.Sum256(shared)
}

func (k oneTime) seal(body []byte) []byte {
	aead, _ := chacha20poly1305.New(k[:]) // of 32 bytes: never fails
	return aead.Seal(nil, make([]byte, aead.NonceSize()), body, nil)
}

func open(secret, data []byte) (m world.Meta, body []byte, err error) {
	f, err := world.Unpack(data, kindLetter, 4)
	if err != nil {
		return m, nil, err
	}
	if m, err = world.ParseMeta(f[0]); err != nil {
		return m, nil, err
	}
	own, err1 := ecdh.X25519().NewPrivateKey(secret)
	peer, err2 := ecdh.X25519().NewPublicKey(f[2])
	if err := errors.Join(err1, err2); err != nil {
		return m, nil, err
	}
	k := cipherOf(own, peer)
	aead, _ := chacha20poly1305.New(k[:])
	body, err = aead.Open(nil, make([]byte, aead.NonceSize()), f[3], nil)
	return m, body, err
}

// post is the provider.
type post struct{ keys map[string][]byte }

func (post) Name() string           { return world.Provider }
func (post) Holdings() []world.Fact { return nil }
func (p post) Handle(_ time.Time, in world.Packet) []world.Packet {
	switch in.Kind() {
	case kindAsk:
		f, err := world.Unpack(in.Data, kindAsk, 1)
		if err != nil {
			return nil
		}
		key := p.keys[string(f[0])]
		return []world.Packet{{From: world.Provider, To: in.From,
			Data: world.Pack(kindKey, f[0], key, ed25519.Sign(registrar, append(f[0], key...)))}}
	case kindLetter:
		f, err := world.Unpack(in.Data, kindLetter, 4)
		if err != nil {
			return nil
		}
		if m, err := world.ParseMeta(f[0]); err == nil {
			return []world.Packet{{From: world.Provider, To: world.DeviceOf(m.To[0]), Data: in.Data}}
		}
	}
	return nil
}

// writer is a device.
type writer struct {
	letters
	account string
	random  io.Reader
	secret  *ecdh.PrivateKey
	keys    map[string][]byte
	waiting []*world.Typed
	seen    map[string]bool
}

func (d *writer) Name() string { return world.DeviceOf(d.account) }
func (d *writer) Holdings() []world.Fact {
	return []world.Fact{{Kind: letterSecret, Ref: d.account, Data: d.secret.Bytes()}}
}

func (d *writer) tell(data []byte) []world.Packet {
	return []world.Packet{{From: d.Name(), To: world.UserOf(d.account), Data: data}}
}

func (d *writer) Handle(now time.Time, p world.Packet) []world.Packet {
	switch p.Kind() {
	case world.KindTyped:
		typed, err := world.ParseTyped(p.Data)
		switch {
		case err != nil:
			return nil
		case d.pinned:
			return d.write(now, typed, d.keys[typed.To[0]])
		}
		d.waiting = append(d.waiting, typed)
		return []world.Packet{{From: d.Name(), To: world.Provider, Data: world.Pack(kindAsk, []byte(typed.To[0]))}}
	case kindKey:
		f, err := world.Unpack(p.Data, kindKey, 3)
		if err != nil || len(d.waiting) == 0 {
			return nil
		}
		if d.checks && !ed25519.Verify(registrar.Public().(ed25519.PublicKey), append(f[0], f[1]...), f[2]) {
			return d.tell(world.Pack(world.KindWarning, []byte("a key that nobody signed")))
		}
		typed := d.waiting[0]
		d.waiting = d.waiting[1:]
		return d.write(now, typed, f[1])
	case kindLetter:
		m, body, err := open(d.secret.Bytes(), p.Data)
		if err != nil {
			return d.tell(world.Pack(world.KindWarning, []byte("a letter that does not open")))
		}
		if d.seen[m.ID] && !d.forgetful {
			return nil
		}
		d.seen[m.ID] = true
		return d.tell(world.Pack(world.KindShown, []byte(m.From), body))
	}
	return nil
}

func (d *writer) write(now time.Time, typed *world.Typed, key []byte) []world.Packet {
	id := make([]byte, 8)
	if _, err := io.ReadFull(d.random, id); err != nil {
		return nil
	}
	m := world.Meta{ID: fmt.Sprintf("%x", id), From: d.account, To: typed.To, Sent: now}
	return []world.Packet{{From: d.Name(), To: world.Provider, Data: seal(key, m, typed.Body, d.random)}}
}

func (letters) Rules() []world.Rule {
	kinds := func(list ...world.Kind) []world.Kind { return list }
	return []world.Rule{
		{Name: "read a letter", Doc: "It shows who wrote to whom.", Takes: kinds(world.Observed),
			Gives: kinds(letter, world.Metadata), Apply: func(in world.Input) ([]world.Derived, error) {
				p, _, err := world.ParsePacket(in.Facts[0].Data)
				if err != nil {
					return nil, err
				}
				f, err := world.Unpack(p.Data, kindLetter, 4)
				if err != nil {
					return nil, err
				}
				m, err := world.ParseMeta(f[0])
				return world.Conclude(world.Fact{Kind: letter, Ref: m.To[0], Data: p.Data}, m.Fact()), err
			}},
		{Name: "read a key", Doc: "Keys travel in the clear.", Takes: kinds(world.Observed),
			Gives: kinds(letterKey), Apply: func(in world.Input) ([]world.Derived, error) {
				p, _, err := world.ParsePacket(in.Facts[0].Data)
				if err != nil {
					return nil, err
				}
				f, err := world.Unpack(p.Data, kindKey, 3)
				if err != nil {
					return nil, err
				}
				return world.Conclude(world.Fact{Kind: letterKey, Ref: string(f[0]), Data: f[1]}), nil
			}},
		{Name: "open a letter", Doc: "The secret opens it.", Takes: kinds(letter, letterSecret),
			Gives: kinds(world.Plaintext), Apply: func(in world.Input) ([]world.Derived, error) {
				m, body, err := open(in.Facts[1].Data, in.Facts[0].Data)
				return world.Conclude(world.Fact{Kind: world.Plaintext, Ref: m.ID, Data: body}), err
			}},
		{Name: "make a key", Doc: "Anybody can, for the account in text.", Make: true, Text: world.TextAccount,
			Gives: kinds(letterSecret, letterKey), Apply: func(in world.Input) ([]world.Derived, error) {
				k := newSecret(bytes.NewReader(in.Random))
				return world.Conclude(world.Fact{Kind: letterSecret, Ref: string(in.Text), Data: k.Bytes()},
					world.Fact{Kind: letterKey, Ref: string(in.Text), Data: k.PublicKey().Bytes()}), nil
			}},
		{Name: "hand out a key", Doc: "To the address in text, unsigned.", Make: true, Text: world.TextAddress,
			Takes: kinds(letterKey), Gives: kinds(world.Outgoing), Apply: func(in world.Input) ([]world.Derived, error) {
				p := world.Packet{From: world.Provider, To: string(in.Text), Data: world.Pack(kindKey,
					[]byte(in.Facts[0].Ref), in.Facts[0].Data, nil)}
				return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: p.To, Data: p.Encode(time.Time{})}), nil
			}},
		{Name: "seal again", Doc: "Whoever opened a letter seals it to another key.", Make: true,
			Takes: kinds(letter, world.Plaintext, letterKey), Gives: kinds(world.Outgoing), Apply: sealAgain},
		{Name: "open again", Doc: "The secret opens it.", Make: true, Takes: kinds(letter, letterSecret),
			Gives: kinds(world.Plaintext), Apply: func(in world.Input) ([]world.Derived, error) {
				m, body, err := open(in.Facts[1].Data, in.Facts[0].Data)
				return world.Conclude(world.Fact{Kind: world.Plaintext, Ref: m.ID, Data: body}), err
			}},
	}
}

func sealAgain(in world.Input) ([]world.Derived, error) {
	f, err := world.Unpack(in.Facts[0].Data, kindLetter, 4)
	if err != nil {
		return nil, err
	}
	m, err := world.ParseMeta(f[0])
	if err != nil || in.Facts[2].Ref != m.To[0] {
		return nil, errors.New("a key of somebody else")
	}
	p := world.Packet{From: world.Provider, To: world.DeviceOf(m.To[0]),
		Data: seal(in.Facts[2].Data, m, in.Facts[1].Data, bytes.NewReader(in.Random))}
	return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: m.ID, Data: p.Encode(m.Sent)}), nil
}

func searchLetters(t *testing.T, l letters) *Report {
	t.Helper()
	lab := attackstest.ToyLab()
	lab.Designs = []world.Design{l}
	r, err := Search(t.Context(), lab, l)
	require.NoError(t, err)
	return r
}

// finding is what was found of a set, nil if nothing was.
func finding(r *Report, needs ...string) *Finding {
	i := slices.IndexFunc(r.Findings, func(f Finding) bool { return slices.Equal(f.Needs, needs) })
	if i < 0 {
		return nil
	}
	return &r.Findings[i]
}

// Where nobody checks who signed a key, whoever runs the provider, or what it sends, reads all that
// follows: the search finds it, and it finds nothing where devices check, or ask nobody.
func TestHole(t *testing.T) {
	r := searchLetters(t, letters{})
	require.Nil(t, finding(r, "jurisdiction:A.control"), "it has the provider, who is enough")
	for _, who := range []string{"provider.control", "network.tamper"} {
		f := finding(r, who)
		require.NotNil(t, f, who)
		require.Equal(t, []string{OthersFuture, TargetFuture}, f.Goals, who)
		require.Equal(t, []string{own.name, answers.name}, f.Plays, who)
		require.Equal(t, 2, f.Opens, who)
	}
	require.False(t, finding(r, "provider.control").Noticed, "each letter was sealed again for its reader")
	for _, tight := range []letters{{checks: true}, {pinned: true}} {
		for _, f := range searchLetters(t, tight).Findings {
			require.True(t, slices.ContainsFunc(f.Needs, func(need string) bool { return need[:6] == "device" }),
				"%+v: %+v", tight, f)
		}
	}
}

// What is sent again is believed again, where nobody counts.
func TestReplay(t *testing.T) {
	f := finding(searchLetters(t, letters{pinned: true, forgetful: true}), "provider.control")
	require.NotNil(t, f)
	require.Equal(t, []string{Forgery}, f.Goals)
	require.Equal(t, []string{replays.name}, f.Plays)
}

// A key that signs or seals is used for all that it can make, by whoever may speak in the name of those
// who are believed; neither is enough without the other.
func TestStolenKeyWrites(t *testing.T) {
	r, err := Search(t.Context(), attackstest.ToyLab(), worldtest.Toy{})
	require.NoError(t, err)
	require.Nil(t, finding(r, "provider.control"))
	require.NotContains(t, finding(r, "network.tap", "trustee:1.store").Goals, Forgery)
	both := finding(r, "provider.control", "trustee:1.store")
	require.NotNil(t, both)
	require.Contains(t, both.Goals, Forgery)
	require.Greater(t, r.All, r.Single+r.Pairs, "trustees stand for each other")
}

// What differs only by which trustees are in it is run once: any other choice gives the same.
func TestAlike(t *testing.T) {
	outcome := func(names ...string) *Finding {
		lab := attackstest.ToyLab()
		f, err := survey(t.Context(), lab, worldtest.Toy{})
		require.NoError(t, err)
		s := &search{ctx: t.Context(), lab: *lab, design: worldtest.Toy{}, field: f, alone: map[string]*trace{},
			report: &Report{}}
		var sets [][]way
		var set []way
		for _, name := range names {
			i := slices.IndexFunc(f.ways, func(w way) bool { return w.need.String() == name })
			require.GreaterOrEqual(t, i, 0, name)
			set, sets = append(set, f.ways[i]), append(sets, []way{f.ways[i]})
		}
		require.NoError(t, s.run(sets))
		s.report.Findings = nil
		require.NoError(t, s.run([][]way{set}))
		require.Len(t, s.report.Findings, 1, names)
		one := s.report.Findings[0]
		one.Needs = nil
		require.NotEmpty(t, one.Goals)
		return &one
	}
	require.Equal(t, outcome("provider.control", "trustee:1.store"), outcome("provider.control", "trustee:3.store"))
	require.Equal(t, outcome("network.tamper", "trustee:2.store"), outcome("network.tamper", "trustee:1.store"))

	f := &field{seats: []string{"A", "B", "C", "A", "B"}}
	of := func(kind string, number int, surface world.Surface) way {
		w := way{kind: kind, number: number, count: "n", need: world.Capability{Principal: fmt.Sprint(kind, ":", number),
			Surface: surface}}
		if number == 0 {
			w.need.Principal = kind
		}
		return w
	}
	place := way{kind: world.JurisdictionName, need: world.Capability{Principal: "jurisdiction:B", Surface: world.Control}}
	for _, c := range []struct {
		set  []way
		name string
	}{
		{[]way{of("supplier", 4, world.Store), of("trustee", 4, world.Store)}, "supplier:1.store, trustee:1.store"},
		{[]way{of("supplier", 4, world.Store), of("trustee", 2, world.Store)}, "supplier:1.store, trustee:2.store"},
		{[]way{of("trustee", 5, world.Control), of("trustee", 3, world.Store)}, "trustee:1.control, trustee:2.store"},
		{[]way{place, of("trustee", 5, world.Store)}, "jurisdiction:B.control, trustee:2.store"},
		{[]way{place, of("trustee", 4, world.Store)}, "jurisdiction:B.control, trustee:1.store"},
		{[]way{place, of("provider", 0, world.Store)}, "jurisdiction:B.control, provider.store"},
	} {
		require.Equal(t, c.name, f.canonical(c.set))
	}
}

// A finding that an attack shows names it, whoever's phone it is; what an attack reaches and the search
// does not is counted, and what it never tries is not held against it.
func TestCompare(t *testing.T) {
	principals := world.SharedPrincipals()
	r := &Report{Findings: []Finding{
		{Needs: []string{"device:3.store"}, Goals: []string{OthersPast}},
		{Needs: []string{"jurisdiction:A.control"}, Goals: []string{Forgery, TargetFuture}},
	}}
	r.Compare([]Shown{
		{Script: "theft", Needs: []string{"device:target.store"}, Goals: []string{TargetPast}},
		{Script: "swap", Needs: []string{"provider.control"}, Goals: []string{TargetFuture}},
		{Script: "fixed", Needs: []string{"provider.control"}, Goals: []string{Forgery}, Fixes: true},
		{Script: "swap", Needs: []string{"provider.control"}, Goals: []string{TargetFuture}},
		{Script: "order", Needs: []string{"court.order", "provider.order"}, Goals: []string{TargetPast}},
		{Script: "abroad", Needs: []string{"jurisdiction:B.control"}, Goals: []string{Forgery}},
	}, principals)
	require.Equal(t, []string{"theft"}, r.Findings[0].Scripts)
	require.Empty(t, r.Findings[0].Unscripted)
	require.Equal(t, []string{"swap"}, r.Findings[1].Scripts)
	require.Equal(t, []string{Forgery}, r.Findings[1].Unscripted)
	require.Equal(t, 1, r.Unscripted)
	require.Equal(t, 2, r.Apart)
	require.Equal(t, []Missed{
		{"swap", []string{"provider.control"}, []string{TargetFuture}},
		{"abroad", []string{"jurisdiction:B.control"}, []string{Forgery}},
	}, r.Missed, "who runs the provider has less than its jurisdiction")
}

// Whoever packets wait for sends them again, and loses them, with what another capability opens too.
func TestPlaysOfPairs(t *testing.T) {
	of := func(capability string) way {
		c, err := world.ParseCapability(capability)
		require.NoError(t, err)
		return way{need: c, members: []string{c.Principal}}
	}
	for other, want := range map[string]bool{"provider.control": true, "network.tamper": true, "network.tap": false} {
		phone, second := of("device:target.store"), of(other)
		s := &search{field: &field{}, alone: map[string]*trace{}}
		for _, w := range []way{phone, second} {
			s.alone[s.field.canonical([]way{w})] = &trace{}
		}
		for _, pair := range [][]way{{phone, second}, {second, phone}} {
			for _, p := range []play{answers, replays, drops} {
				require.Equal(t, want, slices.Contains(s.plays(pair), p), "%s: %s", other, p.name)
			}
		}
	}
}

// Of keys that are made while packets are replaced there are so many and no more; packets may be sent.
func TestEnough(t *testing.T) {
	offer := world.Rule{Make: true, Takes: []world.Kind{letterSecret}, Gives: []world.Kind{world.Outgoing, letterKey}}
	h := &hands{handed: map[world.Kind]int{world.Outgoing: 10 * handed, letterKey: handed - 1}}
	require.False(t, h.enough(offer))
	h.handed[letterKey]++
	require.True(t, h.enough(offer))
	require.False(t, h.enough(world.Rule{Make: true, Gives: []world.Kind{world.Outgoing}}))
}
