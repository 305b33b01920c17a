package threshold

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"io"
	"time"

	"doormat/escrow"
	"doormat/escrow/ceremony"
	"doormat/escrow/sharing"
	"doormat/escrow/tdh2"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/ledger"
)

// trustee holds a share of each live key and answers requests under an order that
// the court signed and the log shows, for messages in its scope, and for nothing
// else. With the others it makes new shares and new keys, see ceremonystate.go.
type trustee struct {
	name     string
	index    int
	random   io.Reader
	identity ed25519.PrivateKey
	live     []*heldKey // the newest key last
	court    ed25519.PublicKey
	policy   *ledger.Policy
	gossip   *escrow.Gossip
	waiting  []world.Packet // requests under checkpoints that the log is asked about
	willing  bool
	requests []world.Fact // what it was asked for

	board           *boardView
	refresh, rotate int  // every so many messages, 0 for never
	moment          int  // messages typed so far
	requestedBoard  bool // the log for what is missing on the board
	ceremonies      []*ceremonyState
	delivery        delivery
	tasks           []task            // ceremonies that are due next, and not begun
	scheduled       int               // the message that tasks are due after
	ownPosts        map[[32]byte]bool // hashes of its own posts
	postsSeen       int               // how much of what was heard on the board it has looked at
	warned          map[string]bool   // what it has warned of
	program         string            // modified, "" for the honest one
}

// heldKey is what a trustee has of a live key.
type heldKey struct {
	*epoch
	share *sharing.Share // nil if it was left out of this epoch
}

func (t *trustee) Name() string { return t.name }

// CountsMessages implements [world.Counter].
func (t *trustee) CountsMessages() bool { return t.refresh > 0 || t.rotate > 0 }

func (t *trustee) Holdings() []world.Fact {
	facts := []world.Fact{{Kind: Identity, Ref: t.name, Data: t.identity.Seed()}}
	for _, h := range t.live {
		if h.share != nil {
			facts = append(facts, world.Fact{Kind: Share, Ref: h.committee.epoch, Data: ceremony.EncodeShare(*h.share)})
		}
		facts = append(facts, h.fact())
	}
	for _, x := range t.ceremonies {
		facts = append(facts, x.holdings()...)
	}
	return append(facts, t.requests...)
}

func (t *trustee) Handle(now time.Time, p world.Packet) []world.Packet {
	out := append(t.gossip.Handle(p), t.handle(now, p)...)
	return append(out, t.resume(now)...)
}

func (t *trustee) handle(now time.Time, p world.Packet) []world.Packet {
	switch {
	case p.From == world.Law && p.Kind() == world.KindComply:
		t.willing = true
	case p.Kind() == KindRequest:
		return t.answer(now, p)
	case p.From == world.Log && p.Kind() == escrow.KindUpdate:
		return t.readUpdate(p.Data)
	case !t.CountsMessages():
		return nil
	case p.From == world.Environment && p.Kind() == world.KindStart:
		return t.joinDue()
	case p.From == world.Clock:
		return t.handleClock(p)
	case p.From == world.Provider && p.Kind() == KindHaveKey:
		t.acknowledged(p.Data)
	}
	return nil
}

// findKey returns what it has of a key, nil if the key does not live.
func (t *trustee) findKey(id string) *heldKey {
	for _, h := range t.live {
		if h.id == id {
			return h
		}
	}
	return nil
}

// answer gives partial decryptions for the messages of a request that are in
// scope, sealed to the key that the order names, for this order and these items. Links
// are not encrypted, so nobody else must be able to read it. Who asks without a good order is told of in
// public, also by a trustee that would answer no order. If the order's evidence is under
// a checkpoint that the trustee has not seen, it asks the log first how that continues
// what it knows, and tells the other readers: an order that is hidden in a tree of its
// own is noticed by whoever knows the public one.
func (t *trustee) answer(now time.Time, p world.Packet) []world.Packet {
	s, items, err := parseRequest(p.Data)
	if err != nil {
		return nil
	}
	order, checkpoint, err := t.check(now, s)
	if err != nil {
		return []world.Packet{world.Warn(t.name, "refused a request: "+err.Error())}
	}
	t.logRequest(s, items)
	out := t.gossip.Show(checkpoint, p.From)
	if !t.gossip.Knows(checkpoint) {
		return append(out, t.postpone(p, checkpoint)...)
	}
	if !t.willing {
		return out
	}
	var facts []world.Fact
	warnings := map[string]bool{}
	for _, i := range items {
		f, err := t.partial(order, i)
		if errors.Is(err, errDestroyed) {
			continue // it may well be in scope: there is nothing to warn of, and nothing to be done
		}
		if err == nil {
			facts = append(facts, f)
		} else if what := "refused a message: " + err.Error(); !warnings[what] {
			warnings[what] = true
			out = append(out, world.Warn(t.name, what))
		}
	}
	if len(facts) == 0 {
		return out
	}
	sealed, err := sealAnswer(t.random, t.identity, order.Agency, answerInfo(t.name, s.Bytes, items), facts)
	if err != nil {
		return out
	}
	return append(out, world.Packet{From: t.name, To: p.From, Data: sealed})
}

// maxWaiting bounds the requests that wait for the log.
const maxWaiting = 64

// postpone keeps a request until the log has answered. One that the log will not be asked
// about is refused.
func (t *trustee) postpone(p world.Packet, checkpoint []byte) []world.Packet {
	if !t.gossip.Doubts(checkpoint) || len(t.waiting) >= maxWaiting {
		return []world.Packet{world.Warn(t.name, "refused a request: the order is in another log than the one known here")}
	}
	if t.willing {
		t.waiting = append(t.waiting, p)
	}
	return nil
}

// resume answers the requests of which the log has proved the checkpoint, and drops
// those of which it has not, once the doubt is over: then there was a warning.
func (t *trustee) resume(now time.Time) (out []world.Packet) {
	waiting := t.waiting
	t.waiting = nil
	for _, p := range waiting {
		s, _, err := parseRequest(p.Data)
		if err != nil {
			continue
		}
		evidence, err := ledger.ParseEvidence(s.Evidence)
		switch {
		case err != nil:
		case t.gossip.Knows(evidence.Checkpoint):
			out = append(out, t.answer(now, p)...)
		case t.gossip.Doubts(evidence.Checkpoint):
			t.waiting = append(t.waiting, p)
		}
	}
	return out
}

// check accepts an order that is signed, in force, and in a log that enough witnesses
// cosigned. It gives the checkpoint that they did: whether that is of the one log, they
// alone do not show.
func (t *trustee) check(now time.Time, s law.Signed) (law.Order, []byte, error) {
	order, err := law.Verify(s.Bytes, t.court, now)
	if err != nil {
		return order, nil, err
	}
	if !law.OpensTo(s.Record, s.Bytes, s.Nonce) {
		return order, nil, errors.New("the record is not of this order")
	}
	evidence, err := ledger.ParseEvidence(s.Evidence)
	if err != nil {
		return order, nil, errors.New("the order comes without evidence that it is logged")
	}
	if _, err := evidence.Verify(t.policy, s.Record); err != nil {
		return order, nil, errors.New("the order is not in the log")
	}
	return order, evidence.Checkpoint, nil
}

var errDestroyed = errors.New("its key is destroyed")

func (t *trustee) partial(order law.Order, i *item) (world.Fact, error) {
	if !order.Covers(i.meta) {
		return world.Fact{}, errors.New("it is outside the order's scope")
	}
	h := t.findKey(i.keyID)
	if h == nil {
		if n := keyNumber(i.keyID); n > 0 && n < t.live[0].number {
			return world.Fact{}, errDestroyed
		}
		return world.Fact{}, errors.New("it is under another key")
	}
	if h.share == nil {
		return world.Fact{}, errors.New("this trustee was left out when shares were made")
	}
	ct, err := tdh2.DecodeCiphertext(suite, i.seed)
	if err != nil {
		return world.Fact{}, errors.New("its escrow field is malformed")
	}
	checked, err := h.key.Check(i.label(), ct)
	if err != nil {
		return world.Fact{}, errors.New("its escrow field is not bound to it")
	}
	p, err := checked.Partial(*h.share, t.random)
	if err != nil {
		return world.Fact{}, err
	}
	return partialFact(i, h.committee, p), nil
}

func partialFact(i *item, c *committee, p *tdh2.Partial) world.Fact {
	return world.Fact{Kind: Partial, Ref: i.meta.ID, Data: partialData(c.fact().Data, i, p)}
}

func sum(b []byte) [32]byte { return sha256.Sum256(b) }
