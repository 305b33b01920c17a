package request

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"

	"doormat/e2ee/wire"
	"doormat/escrow/committee"
	"doormat/escrow/tdh2"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/publiclog"
)

// Agency is the agency's part in the escrow. It asks every trustee about what the
// provider produced, and files those parts of the answers that are evidence: a partial
// decryption of an item that it asked about, by the trustee that sent it, with a sound proof
// under the committee that the item's key id names.
//
// The agency does not learn from an answer which committee that is. It knows the first one
// from its certificate, and reads the later ones, and their share epochs, from the board. It
// refuses everything else. If it is an answer to the agency's request, signed
// with the trustee's present identity, the trustee is named in a warning: an answer is
// evidence against people, and whoever made it must stand by it. Links are not
// authenticated, so without a signature nobody is blamed: a cheat who signs with an identity
// that has ended is never named. A partial decryption that is good needs none: its proof
// says whose it is.
type Agency struct {
	trustees   []string
	first      *committee.Key
	identities []ed25519.PublicKey // of the trustees, after set-up
	Board      *committee.View     // nil if shares and keys never change
	cases      []*inquiry
	filed      map[string]bool // ids of the certified keys that it filed
}

// inquiry is one request, as it was sent to all trustees.
type inquiry struct {
	order     []byte // as signed
	items     []*Item
	questions map[string]*question // by the item's encoding
}

// question is what the agency asks about one message.
type question struct {
	item    *Item
	checked *tdh2.Checked // its escrow field under the key that it names, once needed
	from    map[int]bool  // trustees whose partial decryption is filed
}

// NewAgency begins with what is public after set-up. It asks the trustees of these names.
func NewAgency(g *committee.Genesis, trustees []string) *Agency {
	return &Agency{trustees: trustees, first: g.FirstKey(), identities: g.State.NextRoster.Identities,
		filed: map[string]bool{}}
}

// identity is the signing key of a trustee now, nil if there is no such trustee.
func (x *Agency) identity(trustee string) ed25519.PublicKey {
	list := x.identities
	if x.Board != nil {
		list = x.Board.State().NextRoster.Identities
	}
	for i, key := range list {
		if world.Trustee(i+1) == trustee {
			return key
		}
	}
	return nil
}

// Committee is what the key of that id is now, nil if no such key is known.
func (x *Agency) Committee(id string) *committee.Key {
	if x.Board == nil {
		if id == x.first.ID {
			return x.first
		}
		return nil
	}
	return x.Board.State().LiveKey(committee.KeyNumber(id))
}

// Holdings implements [law.AgencyExtension]: the keys that live, which are public.
func (x *Agency) Holdings() []world.Fact {
	if x.Board == nil {
		return []world.Fact{x.first.CertifiedFact()}
	}
	var facts []world.Fact
	for _, e := range x.Board.State().Live {
		facts = append(facts, e.CertifiedFact())
	}
	return facts
}

// Execute implements [law.AgencyExtension]: trustees open messages, so they are asked about
// those that the provider produces. An injunction is about none, and they are shown it at once.
func (x *Agency) Execute(s law.Signed) (out []world.Packet) {
	for _, t := range x.trustees {
		if s.Order.Forbids {
			out = append(out, world.Packet{From: world.Agency, To: t, Data: Encode(s.Encode(), nil)})
		}
	}
	return out
}

// Present implements [law.AgencyExtension]. Before it asks trustees, it asks the log what it may
// have missed of the board.
func (x *Agency) Present(s law.Signed, produced []world.Fact) []world.Packet {
	q := &inquiry{order: s.Bytes, questions: map[string]*question{}}
	for _, f := range produced {
		if i, err := NewItem(f.Data); err == nil && f.Kind == wire.Envelopes {
			q.items = append(q.items, i)
			q.questions[string(i.Encode())] = &question{item: i, from: map[int]bool{}}
		}
	}
	if len(q.items) == 0 {
		return nil
	}
	x.cases = append(x.cases, q)
	var out []world.Packet
	if x.Board != nil {
		out = append(out, world.Packet{From: world.Agency, To: world.Log,
			Data: world.Pack(publiclog.KindReadBoard, world.Int(x.Board.Version.Size))})
	}
	data := Encode(s.Encode(), q.items)
	for _, t := range x.trustees {
		out = append(out, world.Packet{From: world.Agency, To: t, Data: data})
	}
	return out
}

// Handle implements [law.AgencyExtension].
func (x *Agency) Handle(private []byte, p world.Packet) ([]world.Fact, []world.Packet) {
	switch {
	case p.Kind() == KindAnswer:
		return x.answer(private, p)
	case p.From == world.Log && p.Kind() == publiclog.KindUpdate && x.Board != nil:
		if _, err := x.Board.Read(p.Data); err != nil {
			return nil, []world.Packet{world.Warn(world.Agency, "the log's board does not add up: "+err.Error())}
		}
	}
	return nil, nil
}

// answer files the good partial decryptions of an answer, and warns of each reason for which
// it refuses others.
func (x *Agency) answer(private []byte, p world.Packet) (good []world.Fact, out []world.Packet) {
	who := "that claims to be " + p.From + "'s and is not signed by it for this request"
	q, facts, signed, err := x.open(private, p)
	if signed {
		who = "of " + p.From
	}
	problems := []error{err}
	for _, f := range facts {
		key, fresh, err := x.verifyPartial(q, p.From, f)
		if fresh {
			if !x.filed[key.Ref] {
				x.filed[key.Ref] = true
				good = append(good, key)
			}
			good = append(good, f)
		}
		problems = append(problems, err)
	}
	told := map[string]bool{}
	for _, err := range problems {
		if err != nil && !told[err.Error()] {
			told[err.Error()] = true
			out = append(out, world.Warn(world.Agency, "refused an answer "+who+": "+err.Error()))
		}
	}
	return good, out
}

// open finds the request that an answer is to, and decrypts it. An answer is sealed for
// one trustee, one order and one list of items, so one to another request does not open. It
// tells whether the trustee signed that it answers this request so: a signature under an
// answer to somebody else's says nothing, since anybody could have brought it here.
func (x *Agency) open(private []byte, p world.Packet) (q *inquiry, facts []world.Fact, signed bool, err error) {
	a, err := ParseAnswer(p.Data)
	if err != nil {
		return nil, nil, false, errors.New("it is malformed")
	}
	for _, q := range x.cases {
		info := Info(p.From, q.order, q.items)
		if !bytes.Equal(a.Info, info) {
			continue
		}
		signed := a.signedBy(x.identity(p.From))
		facts, err := OpenAnswer(private, info, a.Sealed)
		if err != nil {
			return nil, nil, signed, errors.New("it does not open, or holds more than partial decryptions")
		}
		return q, facts, signed, nil
	}
	return nil, nil, false, errors.New("it is to a request that the agency did not make to it")
}

// verifyPartial accepts a partial decryption, and returns the certified key under which it
// verified it. The partial decryption is fresh if none of that trustee is filed for the
// message.
func (x *Agency) verifyPartial(q *inquiry, sender string, f world.Fact) (key world.Fact, fresh bool, err error) {
	p, err := ParsePartial(f.Data)
	if err != nil {
		return key, false, errors.New("a partial decryption is malformed")
	}
	asked := q.questions[string(p.Item)]
	if asked == nil || f.Ref != asked.item.Meta.ID {
		return key, false, errors.New("it is about an item that the agency did not ask about")
	}
	known := x.Committee(asked.item.KeyID)
	if known == nil {
		return key, false, fmt.Errorf("%q is no key that the board shows", asked.item.KeyID)
	}
	if err := known.CheckSame(p.Committee); err != nil {
		return key, false, err
	}
	partial, err := tdh2.DecodePartial(suite, p.Partial)
	if err != nil {
		return key, false, errors.New("a partial decryption is malformed")
	}
	if sender != world.Trustee(partial.Index()) {
		return key, false, fmt.Errorf("the partial decryption is in the name of %s", world.Trustee(partial.Index()))
	}
	if err := asked.verify(known, partial); err != nil {
		return key, false, err
	}
	fresh = !asked.from[partial.Index()]
	asked.from[partial.Index()] = true
	return known.CertifiedFact(), fresh, nil
}

// verify checks the proof of a partial decryption.
func (q *question) verify(c *committee.Key, p *tdh2.Partial) error {
	var err error
	if q.checked == nil {
		if q.checked, err = CheckItem(q.item, c.Commitments.Key()); err != nil {
			return errors.New("the escrow field that it answers for is not bound to its message")
		}
	}
	public, err := c.Commitments.PublicShare(p.Index())
	if err == nil {
		err = q.checked.Verify(public, p)
	}
	if err != nil {
		return errors.New("a partial decryption has no sound proof")
	}
	return nil
}
