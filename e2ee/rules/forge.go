package rules

import (
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"slices"

	"doormat/e2ee/linked"
	"doormat/e2ee/registration"
	"doormat/e2ee/store"
	"doormat/e2ee/wire"
	"doormat/world"
	"doormat/world/law"
)

// Names of the making rules, which scripts apply by name.
const (
	MakeKeys      = "make device keys"
	OfferBundle   = "offer a bundle"
	StartSession  = "start a session"
	AnswerSession = "answer a session"
	Receive       = "receive"
	Pass          = "pass on"
	Write         = "write a message"
	TakeSession   = "take over a session"
	ClaimNewKeys  = "claim that keys are new"
	TellOfMember  = "tell of a new member"
)

// An Enveloper builds a design's envelope from randomness, and from facts of the kind that the
// design names.
type Enveloper func(random io.Reader, more []world.Fact) (wire.Envelope, error)

// seal seals a content as the design does.
func (envelope Enveloper) seal(in world.Input, more []world.Fact, m world.Meta,
	content *wire.Content) (secret, public []byte, err error) {
	e, err := envelope(stream(in), more)
	if err != nil {
		return nil, nil, err
	}
	return e.Seal(m, content.Encode())
}

// Making publishes what a holder of keys can build: what a device can do,
// an adversary with keys of its own can. envelope builds a design's envelope from
// randomness and facts of the given kind, which follow the arguments of [Write].
func Making(envelope Enveloper, more world.Kind) []world.Rule {
	rules := []world.Rule{
		{Name: MakeKeys,
			Doc:   "Anybody can make an identity with prekeys, under any account's name (text).",
			Text:  world.TextAccount,
			Gives: kinds(wire.DeviceKeys, wire.Bundle), Apply: makeKeys},
		{Name: OfferBundle, Doc: "A directory can hand out any bundle to the device named in text.",
			Takes: kinds(wire.Bundle), Gives: kinds(world.Outgoing), Poses: true,
			Text: world.TextAddress, Apply: offerBundle},
		{Name: ClaimNewKeys,
			Doc: "A provider can tell a sender that all for whom an envelope has a part have new " +
				"keys, and the sender asks for them.",
			Takes: kinds(wire.Envelopes), Gives: kinds(world.Outgoing), Apply: claimNewKeys},
		{Name: StartSession,
			Doc: "Keys and somebody's bundle start a session with them; text names the account " +
				"that it claims to be from.",
			Takes: kinds(wire.DeviceKeys, wire.Bundle), Gives: kinds(OwnSession), Poses: true,
			Text: world.TextAccount, Apply: startSession},
		{Name: AnswerSession, Doc: "Keys answer the session that a delivery starts.",
			Takes: kinds(wire.DeviceKeys, wire.Delivered), Gives: kinds(OwnSession, wire.Secret),
			Apply: answerSession},
		{Name: TakeSession, Doc: "A stolen session can be gone on with like one of one's own.",
			Takes: kinds(wire.Session), Gives: kinds(OwnSession), Apply: takeSession},
		{Name: Receive, Doc: "A session opens the next delivery and moves on.",
			Takes: kinds(OwnSession, wire.Delivered), Gives: kinds(OwnSession, wire.Secret),
			Apply: receive},
		{Name: Pass,
			Doc: "A session seals a secret part again, under all that travels in the open with " +
				"a delivery.",
			Takes: kinds(OwnSession, wire.Secret, wire.Delivered),
			Gives: kinds(OwnSession, world.Outgoing), Apply: passOn},
		{Name: Write,
			Doc:   "A session seals a text of the adversary's own, dated like another message.",
			Takes: kinds(OwnSession, world.Metadata), All: more, Text: world.TextMessage,
			Gives: kinds(OwnSession, world.Outgoing),
			Apply: func(in world.Input) ([]world.Derived, error) { return write(in, envelope) }},
		{Name: TellOfMember,
			Doc: "A session tells its other end that a group, which a message to it names, has " +
				"one more member, the account in text: dated like that message, or a moment " +
				"later.",
			Takes: kinds(OwnSession, world.Metadata), All: more, Text: world.TextAccount,
			Gives: kinds(OwnSession, world.Outgoing),
			Apply: func(in world.Input) ([]world.Derived, error) {
				return tellOfMember(in, envelope)
			}},
	}
	rules = append(append(rules, impersonationRules(envelope, more)...),
		takeoverRules(envelope, more)...)
	rules = append(append(rules, registration.MakingRules()...), linked.MakingRules()...)
	rules = append(rules, GuessRule(),
		world.Rule{Name: SignUpdate,
			Doc: "Whoever has the vendor's key can sign a program for one phone or for every " +
				"phone (text: the program, whom it is for or nothing, to whom it goes, each on a " +
				"line).",
			Takes: kinds(wire.VendorKey), Gives: kinds(world.Outgoing), Text: world.TextProgram,
			Apply: signUpdate})
	for i := range rules {
		rules[i].Make = true
	}
	return append(rules, law.MakingRules()...)
}

// stream expands the adversary's randomness into as much as is drawn.
func stream(in world.Input) io.Reader {
	var key [32]byte
	copy(key[:], in.Random)
	return rand.NewChaCha8(key)
}

func makeKeys(in world.Input) ([]world.Derived, error) {
	keys, err := store.NewKeys(stream(in), nil)
	if err != nil {
		return nil, err
	}
	account := string(in.Text)
	return world.Conclude(
		world.Fact{Kind: wire.DeviceKeys, Ref: account, Data: keys.Encode()},
		world.Fact{Kind: wire.Bundle, Ref: account, Data: keys.Bundles()[0]}), nil
}

// outgoingFact states a packet that is ready to be sent, with the time of a message.
func outgoingFact(ref string, p world.Packet, like world.Meta) world.Fact {
	return world.Fact{Kind: world.Outgoing, Ref: ref, Data: p.Encode(like.Sent)}
}

func offerBundle(in world.Input) ([]world.Derived, error) {
	p := world.Packet{From: world.Provider, To: string(in.Text),
		Data: world.Pack(wire.KindBundle, []byte(in.Facts[0].Ref), in.Facts[0].Data)}
	return world.Conclude(outgoingFact(in.Facts[0].Ref, p, world.Meta{})), nil
}

func claimNewKeys(in world.Input) ([]world.Derived, error) {
	u, err := wire.ParseUpload(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	var to []string
	for _, part := range u.Parts {
		to = append(to, part.To)
	}
	p := world.Packet{From: world.Provider, To: world.DeviceOf(u.Meta.From),
		Data: world.Pack(wire.KindReceipt, []byte(u.Meta.ID), world.Strings(to))}
	return world.Conclude(outgoingFact(u.Meta.ID, p, u.Meta)), nil
}

func startSession(in world.Input) ([]world.Derived, error) {
	keys, err := store.PartOf(in.Facts[0].Data, 0, 0, 0) // the identity is enough
	if err != nil {
		return nil, err
	}
	s, err := keys.Initiate(stream(in), string(in.Text), in.Facts[1].Ref, in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(ownFact(s)), nil
}

func answerSession(in world.Input) ([]world.Derived, error) {
	d, err := wire.ParseDelivery(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	keys, err := store.KeysFor(in.Facts[0].Data, d.Initial)
	if err != nil {
		return nil, err
	}
	s, _, err := keys.Respond(in.Facts[0].Ref, d.Meta.From, d.Initial)
	if err != nil {
		return nil, err
	}
	return received(stream(in), s, d)
}

func takeSession(in world.Input) ([]world.Derived, error) {
	s, err := store.ParseSession(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	return world.Conclude(ownFact(s)), nil
}

func receive(in world.Input) ([]world.Derived, error) {
	s, err := store.ParseSession(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	d, err := wire.ParseDelivery(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	return received(stream(in), s, d)
}

// received opens a delivery in the session, and gives the session as it is afterwards.
func received(random io.Reader, s *store.Session, d *wire.Delivery) ([]world.Derived, error) {
	secret, err := s.Open(random, d)
	if err != nil {
		return nil, err
	}
	return world.Conclude(ownFact(s),
		world.Fact{Kind: wire.Secret, Ref: d.Meta.ID, Data: secret}), nil
}

func passOn(in world.Input) ([]world.Derived, error) {
	s, err := store.ParseSession(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	d, err := wire.ParseDelivery(in.Facts[2].Data)
	if err != nil {
		return nil, err
	}
	return sent(s, d, in.Facts[1].Data)
}

// ownFact states a session that the adversary runs itself. The rules give what it opens as
// secret parts at once, so no other rule needs to read the session.
func ownFact(s *store.Session) world.Fact {
	f := s.Fact()
	f.Kind = OwnSession
	return f
}

// sent seals a part of its own for a delivery and gives the packet by which a
// provider brings it.
func sent(s *store.Session, d *wire.Delivery, secret []byte) ([]world.Derived, error) {
	part, err := s.Seal(d.OpenHash(), secret)
	if err != nil {
		return nil, err
	}
	d.Part = part
	p := world.Packet{From: world.Provider, To: world.DeviceOf(s.Peer), Data: d.Encode()}
	return world.Conclude(ownFact(s), outgoingFact(d.Meta.ID, p, d.Meta)), nil
}

// tellOfMember says it to all members, as an honest change of a group is told; the packet is the
// copy for the session's other end.
func tellOfMember(in world.Input, envelope Enveloper) ([]world.Derived, error) {
	s, err := store.ParseSession(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	m, err := world.ParseMeta(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	if m.Group == "" {
		return nil, errors.New("the message names no group")
	}
	members := slices.Sorted(slices.Values(append(slices.Clone(m.To), m.From, string(in.Text))))
	update := &wire.Members{Group: m.Group, Accounts: slices.Compact(members)}
	m = world.Meta{ID: hex.EncodeToString(in.Random[32:48]), From: s.Own,
		To: othersThan(s.Own, update.Accounts), Sent: m.Sent.Add(world.Instant)}
	secret, public, err := envelope.seal(in, in.Facts[2:], m, &wire.Content{Update: update})
	if err != nil {
		return nil, err
	}
	return sent(s, &wire.Delivery{Meta: m, Public: public}, secret)
}

func write(in world.Input, envelope Enveloper) ([]world.Derived, error) {
	s, err := store.ParseSession(in.Facts[0].Data)
	if err != nil {
		return nil, err
	}
	m, err := world.ParseMeta(in.Facts[1].Data)
	if err != nil {
		return nil, err
	}
	m.ID, m.From, m.To, m.Group = hex.EncodeToString(in.Random[32:48]), s.Own, []string{s.Peer}, ""
	secret, public, err := envelope.seal(in, in.Facts[2:], m, &wire.Content{Body: in.Text})
	if err != nil {
		return nil, err
	}
	return sent(s, &wire.Delivery{Meta: m, Public: public}, secret)
}
