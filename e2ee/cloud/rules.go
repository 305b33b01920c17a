package cloud

import (
	"encoding/hex"
	"errors"

	"doormat/e2ee/pqxdh"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

func kinds(k ...world.Kind) []world.Kind { return k }

// openingRules publishes how the bytes of this design are read.
func openingRules() []world.Rule {
	return []world.Rule{
		{Name: "read a packet",
			Doc: "A packet shows who wrote to whom and when. What was written is in a record, and " +
				"records and answers are sealed.",
			Takes: kinds(world.Observed), Gives: kinds(Sealed, Hello, Offer, Answer, wire.StoreKey,
				world.Metadata), Apply: world.FromPacket(readPacket)},
		{Name: "answer a hello",
			Doc:   "The keys that a server offered give the channel of the client that took them.",
			Takes: kinds(OfferedKey, Hello), Gives: kinds(ChannelKey), Apply: answerHello},
		{Name: "open a record",
			Doc: "A key of a channel opens the records of its direction from its own number on, " +
				"and none before: messages, passwords of logins, keys from the key store.",
			Takes: kinds(ChannelKey, Sealed),
			Gives: kinds(wire.Contents, Spoken, DataKey, Password),
			Apply: openRecord},
		{Name: "read an envelope", Doc: "A stored message shows who wrote to whom and when.",
			Takes: kinds(wire.Envelopes), Gives: kinds(Numbered, world.Metadata),
			Apply: readEnvelope},
		{Name: "derive a data key", Doc: "The storage key gives the key of every stored message.",
			Takes: kinds(StorageKey, Numbered), Gives: kinds(DataKey), Apply: deriveDataKey},
		{Name: "open an envelope", Doc: "A data key opens its one stored message.",
			Takes: kinds(wire.Envelopes, DataKey), Gives: kinds(wire.Contents),
			Apply: openEnvelope},
		{Name: "read a content", Doc: "A content is a message in the clear.",
			Takes: kinds(wire.Contents), Gives: kinds(world.Plaintext, world.File, world.Metadata),
			Apply: readContent},
		{Name: "read the history",
			Doc:   "What a device still shows to its user, it also shows to a thief.",
			Takes: kinds(wire.KeptMessage), Gives: kinds(world.Plaintext, world.Metadata),
			Apply: readKept},
		{Name: "read a kept file", Doc: "The same holds for the files that it shows.",
			Takes: kinds(wire.KeptFile), Gives: kinds(world.File), Apply: readKeptFile},
		{Name: "read what was spoken", Doc: "What is said in a call is in the clear where it is " +
			"opened.",
			Takes: kinds(Spoken), Gives: kinds(world.Speech), Apply: readSpoken},
		{Name: "open an answer",
			Doc:   "The agency's private key opens what the provider handed over to it.",
			Takes: kinds(law.AgencyKey, Answer), Gives: kinds(wire.Contents, Spoken),
			Apply: unsealAnswer},
	}
}

var errNothing = errors.New("nothing in this packet")

func readPacket(p world.Packet) ([]world.Derived, error) {
	switch p.Kind() {
	case KindRecord:
		r, err := ParseRecord(p.Data)
		if err != nil {
			return nil, err
		}
		facts := []world.Fact{r.fact()}
		if m, err := world.ParseMeta(r.Open); err == nil {
			facts = append(facts, m.Fact())
		}
		return world.Conclude(facts...), nil
	case KindHello:
		m, first, err := parseHello(p.Data)
		if err != nil {
			return nil, err
		}
		return world.Conclude(first.fact(), helloFact(p.From, p.Data, m.KEMID)), nil
	case KindOffer:
		if _, err := parseOffer(p.Data); err != nil {
			return nil, err
		}
		return world.Conclude(world.Fact{Kind: Offer, Ref: p.From, Data: p.Data}), nil
	case wire.KindUnwrapped:
		f, err := world.Unpack(p.Data, wire.KindUnwrapped, 2)
		if err != nil {
			return nil, err
		}
		return world.Conclude(world.Fact{Kind: wire.StoreKey, Ref: string(f[0]), Data: f[1]}), nil
	case KindAnswer:
		f, err := answerFact(p.Data)
		if err != nil {
			return nil, err
		}
		return world.Conclude(f), nil
	}
	return nil, errNothing
}

func answerHello(in world.Input) ([]world.Derived, error) {
	keys, err := parseOffered(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	f, err := world.Unpack(in.Facts[1].Data, 0, 2)
	if err != nil {
		return nil, err
	}
	c, _, _, err := acceptHello(keys, f[1])
	if err != nil {
		return nil, err
	}
	return world.Conclude(c.facts()...), nil
}

func openRecord(in world.Input) ([]world.Derived, error) {
	c, err := parseChain(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	r, err := ParseRecord(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	plain, _, err := r.openWith(c)
	if err != nil {
		return nil, err
	}
	return readPlain(plain)
}

// readPlain says what went through a channel.
func readPlain(plain []byte) ([]world.Derived, error) {
	if len(plain) == 0 {
		return nil, errNothing
	}
	if f, err := world.Unpack(plain, historyTag, 1); err == nil {
		plain = f[0]
	}
	if f, err := overheard(plain); err == nil {
		return world.Conclude(f), nil
	}
	if l, err := parseLogin(plain); err == nil && len(l.password) > 0 {
		return world.Conclude(world.Fact{Kind: Password, Ref: l.account, Data: l.password}), nil
	}
	_, ids, keys, err := parseKeys(plain)
	if err != nil {
		return nil, errNothing
	}
	facts := make([]world.Fact, len(ids))
	for i, id := range ids {
		facts[i] = world.Fact{Kind: DataKey, Ref: id, Data: keys[i]}
	}
	return world.Conclude(facts...), nil
}

func readEnvelope(in world.Input) ([]world.Derived, error) {
	e, err := ParseEnvelope(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(e.Meta.Fact(),
		world.Fact{Kind: Numbered, Ref: storageRef, Data: []byte(e.Meta.ID)}), nil
}

func deriveDataKey(in world.Input) ([]world.Derived, error) {
	id := string(in.Facts[1].Data)
	key, err := dataKey(in.Facts[0].Data, id)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: DataKey, Ref: id, Data: key}), nil
}

func openEnvelope(in world.Input) ([]world.Derived, error) {
	e, err := ParseEnvelope(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	c, err := e.openWith(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(c.fact()), nil
}

func readContent(in world.Input) ([]world.Derived, error) {
	c, err := ParseContent(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	facts := []world.Fact{c.Meta.Fact(), {Kind: world.Plaintext, Ref: c.Meta.ID, Data: c.Body}}
	for i, f := range c.Files {
		facts = append(facts, world.Fact{Kind: world.File, Ref: world.FileRef(c.Meta.ID, i),
			Data: f.Data})
	}
	return world.Conclude(facts...), nil
}

func readKept(in world.Input) ([]world.Derived, error) {
	f, err := world.Unpack(in.Facts[0].Data, messageTag, 2)
	if err != nil {
		return nil, err
	}
	m, err := world.ParseMeta(f[0])
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: world.Plaintext, Ref: m.ID, Data: f[1]}, m.Fact()), nil
}

func readKeptFile(in world.Input) ([]world.Derived, error) {
	return world.Conclude(world.Fact{Kind: world.File, Ref: in.Facts[0].Ref,
			Data: in.Facts[0].Data}),
		nil
}

func unsealAnswer(in world.Input) ([]world.Derived, error) {
	f, err := openAnswer(in.Facts[0].Data, in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(f), nil
}

// Names of the making rules, which scripts apply by name.
const (
	AskForChannel = "ask for a channel"
	LogIn         = "log in"
	OfferAs       = "offer keys as the server"
)

// makingRules publishes what whoever copied a device can do from any place: log in as it does,
// and have the history sent.
func makingRules() []world.Rule {
	return []world.Rule{
		{Name: AskForChannel, Doc: "Anybody can ask the provider for a channel.", Make: true,
			Gives: kinds(world.Outgoing),
			Apply: func(world.Input) ([]world.Derived, error) {
				p := world.Packet{From: world.Outsider, To: world.Provider,
					Data: world.Pack(KindConnect)}
				return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: world.Provider,
					Data: p.Encode(epoch)}), nil
			}},
		{Name: LogIn,
			Doc: "A copied login key answers the provider's offer, and asks for everything that the " +
				"account has written and received.",
			Takes: kinds(LoginKey, Offer), Gives: kinds(ChannelKey, world.Outgoing), Make: true,
			Apply: logIn},
		{Name: OfferAs,
			Doc: "A copied server key makes offers that clients take for the server's, to the " +
				"address in text: with the keys of the offer, what they answer is open.",
			Takes: kinds(ServerKey), Gives: kinds(OfferedKey, world.Outgoing), Make: true,
			Text: world.TextAddress, Apply: offerAs},
	}
}

// logIn gives the channel's keys first, then the packet that makes the provider agree to it.
func logIn(in world.Input) ([]world.Derived, error) {
	identity, err := pqxdh.ParseIdentity(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	bundle, err := parseOffer(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	plain := login{account: in.Facts[0].Ref, history: 0}.encode()
	c, hello, err := sayHello(stream(in), identity, bundle, plain)
	if err != nil {
		return nil, err
	}
	p := world.Packet{From: world.Outsider, To: world.Provider, Data: hello}
	return world.Conclude(append(c.facts(),
		world.Fact{Kind: world.Outgoing, Ref: hex.EncodeToString(in.Random[:8]),
			Data: p.Encode(epoch)})...), nil
}

func offerAs(in world.Input) ([]world.Derived, error) {
	f, err := world.Unpack(in.Facts[0].Data, offeredTag, 2)
	if err != nil {
		return nil, err
	}
	l := &listener{random: stream(in), offered: map[string]*pqxdh.ResponderKeys{}}
	if l.identity, err = pqxdh.ParseIdentity(f[0]); err != nil {
		return nil, err
	}
	if l.signed, err = pqxdh.ParseSignedPrekey(f[1]); err != nil {
		return nil, err
	}
	to, server := string(in.Text), in.Facts[0].Ref
	data, err := l.offer(to)
	if err != nil {
		return nil, err
	}
	p := world.Packet{From: server, To: to, Data: data}
	return world.Conclude(offeredFact(l.offered[to]),
		world.Fact{Kind: world.Outgoing, Ref: to, Data: p.Encode(epoch)}), nil
}
