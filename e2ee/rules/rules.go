package rules

import (
	"errors"
	"fmt"
	"slices"

	"doormat/e2ee/linked"
	"doormat/e2ee/ratchet"
	"doormat/e2ee/registration"
	"doormat/e2ee/senderkey"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// maxChain bounds the message numbers that rules follow down a chain, so that a
// hostile header cannot ask for four thousand million facts.
const maxChain = 1 << 17

// Opening publishes how devices' and providers' bytes are read, for every design
// that has devices like those of package e2ee. What the secret part means is the design's own rule.
func Opening() []world.Rule {
	return append(slices.Concat(groupRules(), callRules(), quantumRules(), sealedRules(),
		LockRules(wire.Searched()...), registration.Rules(), linked.Rules()), []world.Rule{
		{Name: "read a packet",
			Doc: "Links are not encrypted: a packet shows the envelope, delivery, bundle, " +
				"chunk, key or frame in it, and what a phone reports.",
			Takes: kinds(world.Observed),
			Gives: kinds(wire.Envelopes, wire.Delivered, wire.Bundle, wire.SealedChunk,
				wire.StoreKey, wire.CallFrame,
				wire.KeptMessage, wire.KeptFile),
			Apply: world.FromPacket(readPacket)},
		{Name: "read an envelope",
			Doc: "An envelope shows who wrote to whom and when, and holds a part for each " +
				"recipient.",
			Takes: kinds(wire.Envelopes), Gives: kinds(wire.Delivered, world.Metadata, wire.Public,
				wire.SealedMail),
			Apply: readEnvelope},
		{Name: "read a delivery",
			Doc:   "A recipient's part shows the metadata, the ratchet header and the ciphertext.",
			Takes: kinds(wire.Delivered),
			Gives: kinds(Ciphertext, Turn, MessageNumber, Initial, world.Metadata, wire.Public,
				SealedFor, SealedOf, SealedUnder, SealedIn, GroupReader),
			Apply: readDelivery},
		{Name: "read the history",
			Doc:   "What a device still shows to its user, it also shows to a thief.",
			Takes: kinds(wire.KeptMessage), Gives: kinds(world.Plaintext, world.Metadata),
			Apply: readKept},
		{Name: "read a session",
			Doc: "A stored session holds the keys of its two chains, of skipped messages, and " +
				"the ratchet's root.",
			Takes: kinds(wire.Session), Gives: kinds(ChainKey, MessageKey, RatchetState, ChainOwner),
			Apply: readSession},
		{Name: "count down", Doc: "If a chain has a message n, it has a message n-1.",
			Takes: kinds(MessageNumber), Gives: kinds(MessageNumber), Apply: countDown},
		{Name: "step the chain",
			Doc: "A chain key gives the key of its message and the next chain key, never the one " +
				"before (Double Ratchet, section 2.2).",
			Takes: kinds(ChainKey, MessageNumber), Gives: kinds(MessageKey, ChainKey),
			Apply: stepChain},
		{Name: "open a ciphertext", Doc: "A message key opens its one message.",
			Takes: kinds(MessageKey, Ciphertext), Gives: kinds(wire.Secret), Apply: openCiphertext},
		{Name: "turn the ratchet",
			Doc: "The root and private key of one side give the chain that the other side starts " +
				"next (Double Ratchet, section 2.3).",
			Takes: kinds(RatchetState, Turn), Gives: kinds(ChainKey), Apply: turnRatchet},
		{Name: "answer a handshake",
			Doc: "A device's private prekeys give the secret of every session that was started " +
				"with them (PQXDH, section 3.4).",
			Takes: kinds(wire.DeviceKeys, Initial), Gives: kinds(RatchetState),
			Apply: answerHandshake},
	}...)
}

func kinds(k ...world.Kind) []world.Kind { return k }

func readPacket(p world.Packet) ([]world.Derived, error) {
	switch p.Kind() {
	case wire.KindUpload:
		u, err := wire.ParseUpload(p.Data)
		if err != nil {
			return nil, err
		}
		return world.Conclude(u.SentBy(p.From).Fact()), nil
	case wire.KindDeliver:
		d, err := wire.ParseDelivery(p.Data)
		if err != nil {
			return nil, err
		}
		return world.Conclude(d.Fact()), nil
	case wire.KindPut, wire.KindBlob:
		c, err := wire.ParseChunk(p.Data, p.Kind())
		if err != nil || len(c.Data) == 0 {
			return nil, errors.New("no chunk in this packet")
		}
		return world.Conclude(c.Fact()), nil
	case wire.KindBundle:
		f, err := world.Unpack(p.Data, wire.KindBundle, 2)
		if err != nil {
			return nil, err
		}
		return world.Conclude(world.Fact{Kind: wire.Bundle, Ref: string(f[0]), Data: f[1]}), nil
	case wire.KindUnwrapped:
		f, err := world.Unpack(p.Data, wire.KindUnwrapped, 2)
		if err != nil {
			return nil, err
		}
		return world.Conclude(world.Fact{Kind: wire.StoreKey, Ref: string(f[0]), Data: f[1]}), nil
	case wire.KindFrame:
		f, err := wire.ParseFrame(p.Data)
		if err != nil {
			return nil, err
		}
		return world.Conclude(f.Fact()), nil
	case law.KindProduced:
		return readHanded(p.Data, wire.Envelopes, wire.CallFrame)
	case law.KindReport:
		return readHanded(p.Data, wire.KeptMessage, wire.KeptFile)
	}
	return nil, errors.New("nothing in this packet")
}

// readHanded reads what a provider hands over on its way to the agency, or a phone reports.
func readHanded(data []byte, kinds ...world.Kind) ([]world.Derived, error) {
	facts, err := world.UnpackFacts(data, data[0])
	return world.Conclude(world.KeepKinds(facts, kinds...)...), err
}

func readEnvelope(in world.Input) ([]world.Derived, error) {
	u, err := wire.ParseUpload(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	fields, err := world.UnpackList(in.Facts[0].Data, wire.KindUpload)
	if err != nil {
		return nil, err
	}
	// Metadata is canonical, so its bytes in the envelope serve as they are.
	facts := []world.Fact{{Kind: world.Metadata, Ref: u.Meta.ID, Data: fields[0]},
		{Kind: wire.Public, Ref: u.Meta.ID, Data: u.Public}}
	if u.Meta.From == "" {
		facts[0] = world.Fact{Kind: wire.SealedMail, Ref: u.Meta.Sent.Format(instant),
			Data: in.Facts[0].Data}
	}
	for i := range u.Parts {
		facts = append(facts, u.Delivery(i).Fact())
	}
	return world.Conclude(facts...), nil
}

func readDelivery(in world.Input) ([]world.Derived, error) {
	d, err := wire.ParseDelivery(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	if d.Meta.From == "" {
		return unnamed(d), nil
	}
	facts := []world.Fact{d.Meta.Fact(), {Kind: wire.Public, Ref: d.Meta.ID, Data: d.Public}}
	if d.Group != nil {
		c := sealed{d.Meta.ID, wire.OpenHash(d.Meta, d.Public, nil), d.Group.Header,
			d.Group.Ciphertext}
		facts = append(facts, c.facts(senderkey.MaxMessages)...)
	}
	if d.Bare() {
		return world.Conclude(facts...), nil
	}
	c := sealed{d.Meta.ID, d.OpenHash(), d.Header, d.Ciphertext}
	facts = append(facts, c.facts(maxChain)...)
	facts = append(facts, world.Fact{Kind: Turn, Ref: wire.Direction(d.Meta.From, d.To),
		Data: c.encode()})
	if len(d.Initial) > 0 {
		facts = append(facts, world.Fact{Kind: Initial, Ref: d.To,
			Data: world.Pack(0, []byte(d.Meta.From), d.Initial)})
	}
	return world.Conclude(facts...), nil
}

// facts are a ciphertext, and that its chain reaches so far, unless no chain does.
func (c *sealed) facts(longest uint32) []world.Fact {
	h := c.header
	facts := []world.Fact{{Kind: Ciphertext, Ref: place(h.Ratchet, h.N), Data: c.encode()}}
	if h.N < longest {
		facts = append(facts, world.Fact{Kind: MessageNumber, Ref: place(h.Ratchet, h.N),
			Data: callData(h.Ratchet, h.N)})
	}
	return facts
}

func callData(chain ratchet.Key, n uint32) []byte {
	return ratchet.Header{Ratchet: chain, N: n}.Bytes()
}

func countDown(in world.Input) ([]world.Derived, error) {
	h, err := ratchet.ParseHeader(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	if h.N == 0 || h.N >= maxChain {
		return nil, errors.New("no message before this one")
	}
	return world.Conclude(world.Fact{Kind: MessageNumber, Ref: place(h.Ratchet, h.N-1),
		Data: callData(h.Ratchet, h.N-1)}), nil
}

func readKept(in world.Input) ([]world.Derived, error) {
	m, body, err := store.ParseKept(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: world.Plaintext, Ref: m.ID, Data: body}, m.Fact()), nil
}

func readSession(in world.Input) ([]world.Derived, error) {
	s, err := store.ParseSession(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	facts := []world.Fact{root(s)}
	for _, chain := range []func() (ratchet.Chain, bool){s.State.Sending, s.State.Receiving} {
		if c, ok := chain(); ok {
			facts = append(facts, world.Fact{Kind: ChainKey, Ref: place(c.Ratchet, c.N),
				Data: keyData(c.Key, s.AD[:])})
		}
	}
	if c, ok := s.State.Sending(); ok {
		facts = append(facts, world.Fact{Kind: ChainOwner, Ref: ratchet.ChainID(c.Ratchet),
			Data: []byte(s.Own)})
	}
	for _, k := range s.State.Skipped() {
		facts = append(facts, world.Fact{Kind: MessageKey, Ref: place(k.Ratchet, k.N),
			Data: keyData(k.Key, s.AD[:])})
	}
	return world.Conclude(facts...), nil
}

// root states what turns the ratchet when the peer answers.
func root(s *store.Session) world.Fact {
	root, private := s.State.Root(), s.State.Private()
	return world.Fact{Kind: RatchetState, Ref: wire.Direction(s.Peer, s.Own),
		Data: world.Pack(0, root[:], private[:], s.AD[:])}
}

func stepChain(in world.Input) ([]world.Derived, error) {
	key, ad, err := parseKeyData(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	h, err := ratchet.ParseHeader(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	next, message := ratchet.StepChain(key)
	return world.Conclude(
		world.Fact{Kind: MessageKey, Ref: place(h.Ratchet, h.N), Data: keyData(message, ad)},
		world.Fact{Kind: ChainKey, Ref: place(h.Ratchet, h.N+1), Data: keyData(next, ad)}), nil
}

func openCiphertext(in world.Input) ([]world.Derived, error) {
	key, ad, err := parseKeyData(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	c, err := parseSealed(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	secret, err := c.openWith(key, ad)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: wire.Secret, Ref: c.id, Data: secret}), nil
}

// turnRatchet keeps a new chain only if it opens the message that calls for it.
func turnRatchet(in world.Input) ([]world.Derived, error) {
	f, err := world.Unpack(in.Facts[0].Data, 0, 3)
	if err != nil {
		return nil, err
	}
	root, err1 := ratchet.ParseKey(f[0])
	private, err2 := ratchet.ParseKey(f[1])
	c, err3 := parseSealed(in.Facts[1].Data)
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, err
	}
	if c.header.N > ratchet.MaxSkip {
		return nil, fmt.Errorf("message %d of its chain: a recipient would not skip so far",
			c.header.N)
	}
	_, first, err := ratchet.StepRoot(root, private, c.header.Ratchet)
	if err != nil {
		return nil, err
	}
	chain, message := ratchet.StepChain(first)
	for range c.header.N {
		chain, message = ratchet.StepChain(chain)
	}
	if _, err := c.openWith(message, f[2]); err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: ChainKey, Ref: place(c.header.Ratchet, 0),
		Data: keyData(first, f[2])}), nil
}

func answerHandshake(in world.Input) ([]world.Derived, error) {
	f, err := world.Unpack(in.Facts[1].Data, 0, 2)
	if err != nil {
		return nil, err
	}
	keys, err := store.KeysFor(in.Facts[0].Data, f[1])
	if err != nil {
		return nil, err
	}
	s, _, err := keys.Respond(in.Facts[0].Ref, string(f[0]), f[1])
	if err != nil {
		return nil, err
	}
	return world.Conclude(root(s)), nil
}
