package worldtest

import (
	"crypto/cipher"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"golang.org/x/crypto/chacha20poly1305"

	"doormat/world"
)

// Toy is a design in which all devices share one key for ever, and one trustee
// keeps a copy: the simplest thing that has a provider, a trustee, a thief and
// real encryption. It is for tests and for learning how to write a design.
type Toy struct{}

// Kinds of facts and packets of the toy.
const (
	ToyKey     world.Kind = "toy key"     // 32 bytes
	ToyMessage world.Kind = "toy message" // meta, nonce and ciphertext
	ToySent    byte       = 200           // on every link: meta, nonce and ciphertext
)

// ToyForge is the making rule that seals chosen text as a given account.
const ToyForge = "forge a toy message"

// Info implements [world.Design].
func (Toy) Info() world.Info {
	return world.Info{ID: "toy", Name: "Toy", Classes: []string{"escrow"},
		Doc:    "One key for everybody, for ever.",
		Trusts: []string{"everybody"}, Principals: world.SharedPrincipals(world.Provider,
			world.TrusteeName, world.DeviceName, world.UserName),
		Packets: []world.PacketKind{{Kind: ToySent, Name: "toy message"},
			{Kind: ToyCalled, Name: "toy call"}, {Kind: ToySpoken, Name: "toy speech"}}}
}

// Setup implements [world.Design].
func (Toy) Setup(env world.Config) (world.Deploy, error) {
	key := make([]byte, chacha20poly1305.KeySize)
	if _, err := io.ReadFull(env.Stream("toy key"), key); err != nil {
		return nil, err
	}
	return func() []world.Node {
		nodes := []world.Node{&toyProvider{keeps: env.Settings.Mailbox == world.MailboxAll}}
		for i := range env.Settings.Trustees {
			nodes = append(nodes, &toyTrustee{name: world.Trustee(i + 1), key: key})
		}
		for _, a := range env.Accounts {
			nodes = append(nodes, &toyDevice{account: a, key: key,
				random:    env.Stream(world.DeviceOf(a)),
				retention: env.Settings.Retention, seen: map[string]bool{}})
		}
		return nodes
	}, nil
}

// Rules implements [world.Design].
func (Toy) Rules() []world.Rule {
	return []world.Rule{
		{Name: "read a toy packet", Doc: "A packet on the wire holds a message, or something said.",
			Takes: []world.Kind{world.Observed},
			Gives: []world.Kind{ToyMessage, world.Metadata, ToySpeech},
			Apply: func(in world.Input) ([]world.Derived, error) {
				p, _, err := world.ParsePacket(in.Facts[0].Data)
				if err != nil {
					return nil, err
				}
				if p.Kind() == ToySpoken {
					return world.Conclude(world.Fact{Kind: ToySpeech, Data: p.Data}), nil
				}
				return toyRead(p.Data, world.Fact{Kind: ToyMessage, Data: p.Data})
			}},
		{Name: "read a toy message", Doc: "A stored message shows who wrote to whom.",
			Takes: []world.Kind{ToyMessage}, Gives: []world.Kind{world.Metadata},
			Apply: func(in world.Input) ([]world.Derived, error) {
				return toyRead(in.Facts[0].Data)
			}},
		{Name: "open a toy message", Doc: "The key opens every message.",
			Takes: []world.Kind{ToyMessage, ToyKey},
			Gives: []world.Kind{world.Plaintext, world.File},
			Apply: func(in world.Input) ([]world.Derived, error) {
				m, payload, err := toyOpen(in.Facts[1].Data, in.Facts[0].Data)
				if err != nil {
					return nil, err
				}
				facts := []world.Fact{{Kind: world.Plaintext, Ref: m.ID, Data: payload.Body}}
				for i, file := range payload.Files {
					facts = append(facts, world.Fact{Kind: world.File, Ref: world.FileRef(m.ID, i),
						Data: file.Data})
				}
				return world.Conclude(facts...), nil
			}},
		{Name: "open toy speech", Doc: "The key opens every call.",
			Takes: []world.Kind{ToySpeech, ToyKey}, Gives: []world.Kind{world.Speech},
			Apply: func(in world.Input) ([]world.Derived, error) {
				_, said, err := toyHear(in.Facts[1].Data, in.Facts[0].Data)
				return world.Conclude(world.Fact{Kind: world.Speech, Data: said}), err
			}},
		{Name: ToyForge, Doc: "Who holds the key can write as anybody.", Make: true,
			Takes: []world.Kind{ToyKey, world.Metadata}, Gives: []world.Kind{world.Outgoing},
			Text: world.TextMessage, Apply: toyForge},
	}
}

func toyRead(data []byte, more ...world.Fact) ([]world.Derived, error) {
	m, _, err := toyParse(data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(append(more, m.Fact())...), nil
}

// toyForge sends from the provider, so the provider must be under control.
func toyForge(in world.Input) ([]world.Derived, error) {
	m, err := world.ParseMeta(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	m.ID = hex.EncodeToString(in.Random[:16])
	sealed, err := toySeal(in.Facts[0].Data, m, in.Random[16:28], world.Payload{Body: in.Text})
	if err != nil {
		return nil, err
	}
	p := world.Packet{From: world.Provider, To: world.DeviceOf(m.To[0]), Data: sealed}
	return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: m.ID, Data: p.Encode(m.Sent)}), nil
}

func toyAEAD(key []byte) (cipher.AEAD, error) { return chacha20poly1305.New(key) }

func toySeal(key []byte, m world.Meta, nonce []byte, payload world.Payload) ([]byte, error) {
	aead, err := toyAEAD(key)
	if err != nil {
		return nil, err
	}
	return world.Pack(ToySent, m.Encode(), nonce,
		aead.Seal(nil, nonce, world.Pack(0, payload.Body, world.PackFiles(payload.Files)),
			m.Encode())), nil
}

func toyParse(data []byte) (world.Meta, [][]byte, error) {
	f, err := world.Unpack(data, ToySent, 3)
	if err != nil {
		return world.Meta{}, nil, err
	}
	if len(f[1]) != chacha20poly1305.NonceSize {
		return world.Meta{}, nil, errors.New("toy: nonce of another size")
	}
	m, err := world.ParseMeta(f[0])
	return m, f, err
}

func toyOpen(key, data []byte) (m world.Meta, payload world.Payload, err error) {
	m, f, err := toyParse(data)
	if err != nil {
		return m, payload, err
	}
	aead, err := toyAEAD(key)
	if err != nil {
		return m, payload, err
	}
	plain, err := aead.Open(nil, f[1], f[2], f[0])
	if err != nil {
		return m, payload, fmt.Errorf("toy: message %s: %w", m.ID, err)
	}
	if f, err = world.Unpack(plain, 0, 2); err != nil {
		return m, payload, fmt.Errorf("toy: message %s: %w", m.ID, err)
	}
	payload.Body = f[0]
	payload.Files, err = world.UnpackFiles(f[1])
	return m, payload, err
}

type toyDevice struct {
	account   string
	key       []byte
	random    io.Reader
	retention int
	kept      []world.Fact // the newest messages, as they travelled
	seen      map[string]bool
	parties   []string // of the call that it is in
}

func (d *toyDevice) Name() string { return world.DeviceOf(d.account) }

func (d *toyDevice) Holdings() []world.Fact {
	return append([]world.Fact{{Kind: ToyKey, Data: d.key}}, d.kept...)
}

func (d *toyDevice) keep(sealed []byte) {
	d.kept = append(d.kept, world.Fact{Kind: ToyMessage, Data: sealed})
	if d.retention > 0 && len(d.kept) > d.retention {
		d.kept = d.kept[len(d.kept)-d.retention:]
	}
}

// Handle implements [world.Node]. A user's words count only if the user says them.
func (d *toyDevice) Handle(now time.Time, p world.Packet) []world.Packet {
	switch p.Kind() {
	case ToySent:
		return d.received(p)
	case ToyCalled, ToySpoken:
		return d.called(p)
	}
	if p.From != world.UserOf(d.account) {
		return nil
	}
	switch p.Kind() {
	case world.KindTyped:
		return d.typed(now, p)
	case world.KindDial:
		return d.dial(p)
	case world.KindSpeak:
		return d.speak(p)
	case world.KindHangUp:
		d.parties = nil
	case world.KindAskNumber: // one key for everybody is one number for everybody
		if f, err := world.Unpack(p.Data, world.KindAskNumber, 1); err == nil {
			return d.tell(world.Pack(world.KindNumber, f[0], []byte("00000 00000"),
				[]byte("00000")))
		}
	case world.KindReinstall: // the key stays: there is no other
		d.kept, d.parties = nil, nil
	case world.KindUnlock:
		return d.tell(world.Pack(world.KindHoldings, world.EncodeFacts(d.Holdings())))
	}
	return nil
}

func (d *toyDevice) tell(data []byte) []world.Packet {
	return []world.Packet{{From: d.Name(), To: world.UserOf(d.account), Data: data}}
}

func (d *toyDevice) received(p world.Packet) []world.Packet {
	m, payload, err := toyOpen(d.key, p.Data)
	if err != nil {
		return d.tell(world.Pack(world.KindWarning, []byte("a message could not be opened")))
	}
	if d.seen[m.ID] || !slices.Contains(m.To, d.account) {
		return nil
	}
	d.seen[m.ID] = true
	d.keep(p.Data)
	out := d.tell(world.Pack(world.KindShown, []byte(m.From), payload.Body))
	for _, file := range payload.Files {
		out = append(out, d.tell(world.Pack(world.KindFile, []byte(m.From), file.Data))...)
	}
	return out
}

func (d *toyDevice) typed(now time.Time, p world.Packet) []world.Packet {
	typed, err := world.ParseTyped(p.Data)
	if err != nil {
		return nil
	}
	random := make([]byte, 28)
	if _, err := io.ReadFull(d.random, random); err != nil {
		return nil
	}
	m := world.Meta{ID: hex.EncodeToString(random[:16]), From: d.account, To: typed.To,
		Group: typed.Group, Sent: now}
	sealed, err := toySeal(d.key, m, random[16:],
		world.Payload{Body: typed.Body, Files: typed.Files})
	if err != nil {
		return nil
	}
	d.keep(sealed)
	return []world.Packet{{From: d.Name(), To: world.Provider, Data: sealed}}
}

type toyProvider struct {
	keeps  bool // also what has been delivered
	stored []world.Fact
}

func (*toyProvider) Name() string             { return world.Provider }
func (p *toyProvider) Holdings() []world.Fact { return p.stored }

func (p *toyProvider) Handle(_ time.Time, in world.Packet) []world.Packet {
	if in.Kind() == ToyCalled || in.Kind() == ToySpoken {
		return toyRelay(in)
	}
	m, _, err := toyParse(in.Data)
	if err != nil {
		return nil
	}
	if p.keeps {
		p.stored = append(p.stored, world.Fact{Kind: ToyMessage, Data: in.Data})
	}
	var out []world.Packet
	for _, to := range m.To {
		out = append(out, world.Packet{From: world.Provider, To: world.DeviceOf(to), Data: in.Data})
	}
	return out
}

type toyTrustee struct {
	name string
	key  []byte
}

func (t *toyTrustee) Name() string { return t.name }
func (t *toyTrustee) Holdings() []world.Fact {
	return []world.Fact{{Kind: ToyKey, Data: t.key}}
}
func (*toyTrustee) Handle(time.Time, world.Packet) []world.Packet { return nil }
