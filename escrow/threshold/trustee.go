package threshold

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"time"

	"doormat/e2ee/wire"
	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/escrow/request"
	"doormat/escrow/restraint"
	"doormat/escrow/sharing"
	"doormat/escrow/supplier"
	"doormat/escrow/tdh2"
	"doormat/world"
	"doormat/world/law"
	"doormat/world/ledger"
	"doormat/world/memo"
	"doormat/world/publiclog"
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
	register *law.Register
	policy   *ledger.Policy
	gossip   *publiclog.Gossip
	waiting  []world.Packet // requests whose checkpoint the log has still to prove
	willing  bool
	supplier.Programs
	requests []world.Fact // its log of requests, see requestlog.go
	tells    bool         // it gives notice of orders
	request.Notices

	board           *committee.View
	refresh, rotate int  // after how many messages each is due again, 0 for never
	moment          int  // messages typed so far
	requestedBoard  bool // it has asked the log for records that are missing
	ceremonies      []*ceremonyState
	delivery        delivery
	tasks           []task            // ceremonies that are due next and not begun
	scheduled       int               // up to which message the ceremonies due are in tasks
	ownPosts        map[[32]byte]bool // hashes of its own posts
	postsSeen       int               // how many signed posts of the board it has looked at
	warned          map[string]bool   // texts of warnings that it gives only once
	program         string            // name of its modified program, "" for the honest one

	// What only hardened escrow has, see hardened.go.
	guard   *guard            // bounds what it opens; nil without hardware
	judge   ed25519.PublicKey // whose signature an order needs besides, nil if none
	cap     restraint.Cap
	period  *restraint.Period // before the first answer; nil if there is none
	objects bool              // it objects to every order
	// pass has somebody else open messages; nil if it does so itself.
	pass func(*question) []world.Packet
}

// heldKey is a live key with the share of it that a trustee has.
type heldKey struct {
	*committee.Key
	share *sharing.Share // nil if it was left out of this epoch
}

func (t *trustee) Name() string { return t.name }

// CountsMessages implements [world.Counter].
func (t *trustee) CountsMessages() bool { return t.refresh > 0 || t.rotate > 0 }

func (t *trustee) Holdings() []world.Fact {
	facts := []world.Fact{{Kind: committee.Identity, Ref: t.name, Data: t.identity.Seed()}}
	for _, h := range t.live {
		if h.share != nil {
			facts = append(facts, world.Fact{Kind: committee.Share, Ref: h.Epoch, Data: ceremony.EncodeShare(*h.share)})
		}
		facts = append(facts, h.Fact())
	}
	for _, cs := range t.ceremonies {
		facts = append(facts, cs.holdings()...)
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
	case p.Kind() == request.KindRequest:
		return t.answer(now, p)
	case p.Kind() == law.KindObjection:
		return t.period.Hear(now, t.name, p.Data, t.objector)
	case p.From == world.Clock && p.Kind() == world.KindAlarm:
		return t.wake(now)
	case p.From == world.Clock:
		out := t.Give(now, t.name)
		if t.CountsMessages() {
			out = append(out, t.handleClock(p)...)
		}
		return out
	case p.Kind() == wire.KindUpdate:
		return t.Update(now, t.name, p.Data, t.Holdings)
	case p.From == world.Log && p.Kind() == publiclog.KindUpdate:
		return t.readUpdate(p.Data)
	case !t.CountsMessages():
		return nil
	case p.From == world.Environment && p.Kind() == world.KindStart:
		return t.joinDue()
	case p.From == world.Provider && p.Kind() == committee.KindHaveKey:
		t.acknowledged(p.Data)
	}
	return nil
}

// findKey returns what it has of a key, nil if the key does not live.
func (t *trustee) findKey(id string) *heldKey {
	for _, h := range t.live {
		if h.ID == id {
			return h
		}
	}
	return nil
}

// answer gives partial decryptions for the messages of a request that are in
// scope, sealed to the key that the order names, for this order and these items. Links
// are not encrypted, and nobody else must be able to read an answer. It warns the public of a
// request without a valid order, even if it would answer no order itself. If the order's
// evidence is under a checkpoint that the trustee has not seen, it first asks the log how
// that continues what it knows, and tells the other readers of the log. So whoever knows the
// public tree notices an order that is hidden in a tree of its own.
func (t *trustee) answer(now time.Time, p world.Packet) []world.Packet {
	s, items, err := request.Parse(p.Data)
	if err != nil {
		return nil
	}
	order, checkpoint, err := publiclog.VerifyOrder(now, s, t.register, t.policy)
	if err == nil && t.judge != nil {
		err = law.CheckSecond(s, t.judge)
	}
	if errors.Is(err, law.ErrInjunction) {
		return nil
	}
	if err != nil {
		return []world.Packet{world.Warn(t.name, "refused a request: "+err.Error())}
	}
	t.logRequest(s, items)
	out := t.gossip.Show(checkpoint, p.From)
	if !t.gossip.Knows(checkpoint) {
		return append(out, t.postpone(p, checkpoint)...)
	}
	ready, told := t.period.Admit(now, t.name, &s, p)
	if out = append(out, told...); !ready {
		return append(out, t.object(&s)...)
	}
	if !t.willing || t.objects {
		return out
	}
	if !t.cap.Allows(now, s.Bytes) {
		return append(out, world.Warn(t.name, fmt.Sprintf("refused a request: it has answered "+
			"%d orders in thirty days, and no more are allowed", t.cap.Most)))
	}
	if t.tells {
		t.Promise(now, &s, items)
	}
	q := request.Question{Asker: p.From, Agency: order.Agency,
		Info: request.Info(t.name, s.Bytes, items), Items: items}
	return append(out, t.open(now, &question{Question: q, signed: &s, order: order})...)
}

// maxWaiting bounds the requests that wait for the log.
const maxWaiting = 64

// postpone keeps a request until the log has proved its checkpoint. It refuses one whose
// checkpoint the log is not being asked about.
func (t *trustee) postpone(p world.Packet, checkpoint []byte) []world.Packet {
	if !t.gossip.Doubts(checkpoint) || len(t.waiting) >= maxWaiting {
		return []world.Packet{world.Warn(t.name, "refused a request: the order is in another log than the one known here")}
	}
	if t.willing || t.objects {
		t.waiting = append(t.waiting, p)
	}
	return nil
}

// resume answers the requests whose checkpoint the log has proved. It drops those whose
// checkpoint turned out to be of another tree, of which package escrow has warned.
func (t *trustee) resume(now time.Time) (out []world.Packet) {
	waiting := t.waiting
	t.waiting = nil
	for _, p := range waiting {
		s, _, err := request.Parse(p.Data)
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

var errDestroyed = errors.New("its key is destroyed")

// partial makes this trustee's partial decryption of one message, if the question is about it.
func (t *trustee) partial(q *question, i *request.Item) (world.Fact, error) {
	if !q.covers(i) {
		return world.Fact{}, errors.New("it is outside the order's scope")
	}
	h := t.findKey(i.KeyID)
	if h == nil {
		if n := committee.KeyNumber(i.KeyID); n > 0 && n < t.live[0].Number {
			return world.Fact{}, errDestroyed
		}
		return world.Fact{}, errors.New("it is under another key")
	}
	if h.share == nil {
		return world.Fact{}, errors.New("this trustee was left out when shares were made")
	}
	label := i.Label()
	checked, err := h.CheckSeed(t.board.Memo, label, i.Seed)
	if err != nil {
		return world.Fact{}, err
	}
	var drawn [64]byte // for the proof
	if _, err := io.ReadFull(t.random, drawn[:]); err != nil {
		return world.Fact{}, err
	}
	p, err := memo.Compute(t.board.Memo, "partial", func() (*tdh2.Partial, error) {
		return checked.Partial(*h.share, bytes.NewReader(drawn[:]))
	}, h.MemoName, label, i.Seed, ceremony.EncodeShare(*h.share), drawn[:])
	if err != nil {
		return world.Fact{}, err
	}
	return request.PartialFact(i, h.Key, p), nil
}
