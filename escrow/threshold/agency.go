package threshold

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"

	"doormat/e2ee"
	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/escrow/tdh2"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/publiclog"
)

// agencyExtension is the agency's part in the escrow. It asks every trustee about what the
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
type agencyExtension struct {
	trustees   []string
	first      *committee
	identities []ed25519.PublicKey // of the trustees, after set-up
	board      *boardView          // nil if shares and keys never change
	cases      []*inquiry
	filed      map[string]bool // ids of the certified keys that it filed
}

// inquiry is one request, as it was sent to all trustees.
type inquiry struct {
	order     []byte // as signed
	items     []*item
	questions map[string]*question // by the item's encoding
}

// question is what the agency asks about one message.
type question struct {
	item    *item
	checked *tdh2.Checked // its escrow field under the key that it names, once needed
	from    map[int]bool  // trustees whose partial decryption is filed
}

func newAgencyExtension(g *genesis, trustees []string) *agencyExtension {
	return &agencyExtension{trustees: trustees, first: g.firstKey(), identities: g.state.nextRoster.Identities,
		filed: map[string]bool{}}
}

// identity is the signing key of a trustee now, nil if there is no such trustee.
func (x *agencyExtension) identity(trustee string) ed25519.PublicKey {
	list := x.identities
	if x.board != nil {
		list = x.board.state().nextRoster.Identities
	}
	for i, key := range list {
		if world.Trustee(i+1) == trustee {
			return key
		}
	}
	return nil
}

// committee is what the key of that id is now, nil if no such key is known.
func (x *agencyExtension) committee(id string) *committee {
	if x.board == nil {
		if id == x.first.id {
			return x.first
		}
		return nil
	}
	return x.board.state().epochOf(keyNumber(id))
}

// Holdings implements [law.AgencyExtension]: the keys that live, which are public.
func (x *agencyExtension) Holdings() []world.Fact {
	if x.board == nil {
		return []world.Fact{x.first.certifiedFact()}
	}
	var facts []world.Fact
	for _, e := range x.board.state().live {
		facts = append(facts, e.certifiedFact())
	}
	return facts
}

// Execute implements [law.AgencyExtension]: trustees open messages, so they are asked about
// those that the provider produces.
func (*agencyExtension) Execute(law.Signed) []world.Packet { return nil }

// Present implements [law.AgencyExtension]. Before it asks trustees, it asks the log what it may
// have missed of the board.
func (x *agencyExtension) Present(s law.Signed, produced []world.Fact) []world.Packet {
	q := &inquiry{order: s.Bytes, questions: map[string]*question{}}
	for _, f := range produced {
		if i, err := newItem(f.Data); err == nil && f.Kind == e2ee.Envelopes {
			q.items = append(q.items, i)
			q.questions[string(i.encode())] = &question{item: i, from: map[int]bool{}}
		}
	}
	if len(q.items) == 0 {
		return nil
	}
	x.cases = append(x.cases, q)
	var out []world.Packet
	if x.board != nil {
		out = append(out, world.Packet{From: world.Agency, To: world.Log,
			Data: world.Pack(publiclog.KindReadBoard, world.Int(x.board.version.size))})
	}
	data := request(s.Encode(), q.items)
	for _, t := range x.trustees {
		out = append(out, world.Packet{From: world.Agency, To: t, Data: data})
	}
	return out
}

// Handle implements [law.AgencyExtension].
func (x *agencyExtension) Handle(private []byte, p world.Packet) ([]world.Fact, []world.Packet) {
	switch {
	case p.Kind() == KindAnswer:
		return x.answer(private, p)
	case p.From == world.Log && p.Kind() == publiclog.KindUpdate && x.board != nil:
		if _, err := x.board.read(p.Data); err != nil {
			return nil, []world.Packet{world.Warn(world.Agency, "the log's board does not add up: "+err.Error())}
		}
	}
	return nil, nil
}

// answer files the good partial decryptions of an answer, and warns of each reason for which
// it refuses others.
func (x *agencyExtension) answer(private []byte, p world.Packet) (good []world.Fact, out []world.Packet) {
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
func (x *agencyExtension) open(private []byte, p world.Packet) (q *inquiry, facts []world.Fact, signed bool, err error) {
	a, err := parseAnswer(p.Data)
	if err != nil {
		return nil, nil, false, errors.New("it is malformed")
	}
	for _, q := range x.cases {
		info := answerInfo(p.From, q.order, q.items)
		if !bytes.Equal(a.info, info) {
			continue
		}
		signed := a.signedBy(x.identity(p.From))
		facts, err := openAnswer(private, info, a.sealed)
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
func (x *agencyExtension) verifyPartial(q *inquiry, sender string, f world.Fact) (key world.Fact, fresh bool, err error) {
	p, err := parsePartial(f.Data)
	if err != nil {
		return key, false, errors.New("a partial decryption is malformed")
	}
	asked := q.questions[string(p.item)]
	if asked == nil || f.Ref != asked.item.meta.ID {
		return key, false, errors.New("it is about an item that the agency did not ask about")
	}
	known := x.committee(asked.item.keyID)
	if known == nil {
		return key, false, fmt.Errorf("%q is no key that the board shows", asked.item.keyID)
	}
	if err := known.checkSame(p.committee); err != nil {
		return key, false, err
	}
	partial, err := tdh2.DecodePartial(suite, p.partial)
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
	return known.certifiedFact(), fresh, nil
}

// checkSame refuses a committee that differs from c, and says in what.
func (c *committee) checkSame(data []byte) error {
	if bytes.Equal(data, c.fact().Data) {
		return nil
	}
	other, err := parseCommittee(data)
	switch {
	case err != nil:
		return errors.New("its committee is malformed")
	case !other.Key().Equal(c.commitments.Key()):
		return fmt.Errorf("its committee is not that of %s", c.id)
	case other.Threshold() != c.commitments.Threshold():
		return fmt.Errorf("its threshold is %d, that of %s is %d", other.Threshold(), c.id, c.commitments.Threshold())
	}
	return fmt.Errorf("its shares are of another epoch than %s (it may have missed a refresh)", c.epoch)
}

// verify checks the proof of a partial decryption.
func (q *question) verify(c *committee, p *tdh2.Partial) error {
	var err error
	if q.checked == nil {
		if q.checked, err = checkItem(q.item, c.commitments.Key()); err != nil {
			return errors.New("the escrow field that it answers for is not bound to its message")
		}
	}
	public, err := c.commitments.PublicShare(p.Index())
	if err == nil {
		err = q.checked.Verify(public, p)
	}
	if err != nil {
		return errors.New("a partial decryption has no sound proof")
	}
	return nil
}

// certifiedFact states the key and the threshold of a committee whose certificate the
// holder of the fact has checked. It is what combining partial decryptions rests on.
func (c *committee) certifiedFact() world.Fact {
	return world.Fact{Kind: CertifiedKey, Ref: c.id, Data: certifiedData(c.commitments)}
}

const certifiedTag = 'k'

func certifiedData(c *sharing.Commitments) []byte {
	return world.Pack(certifiedTag, world.Int(int64(c.Threshold())), group.Bytes(c.Key()))
}

// parseCertified decodes the data of a certified key: t, and the encoded point.
func parseCertified(data []byte) (t int, key []byte, err error) {
	f, err := world.Unpack(data, certifiedTag, 2)
	if err != nil {
		return 0, nil, fmt.Errorf("certified key: %w", err)
	}
	n, err := world.ParseInt(f[0])
	if err != nil || n < 1 || n > sharing.MaxTrustees || len(f[1]) != group.Size {
		return 0, nil, errors.New("certified key: threshold out of range, or not a point")
	}
	return int(n), f[1], nil
}
