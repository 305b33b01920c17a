package threshold

import (
	"errors"
	"slices"

	"doormat/escrow"
	"doormat/escrow/ceremony"
	"doormat/escrow/sharing"
	"doormat/world"
)

// How trustees renew shares, keys and their own identities while a conversation goes on.
// Each refresh of a key, and each new key, is a ceremony over the board, one after
// another. One message ahead every trustee posts its one-use key for the first; when the
// message has come, the rest runs to its end, and then the others. Whoever is silent is waited for until the next
// message or midnight; then the others call time and go on without it.

// sitting is a trustee's part in one ceremony.
type sitting struct {
	name      string
	owner     string // the trustee
	key       int
	task      task // of which it is a part
	roster    []byte
	own       *ceremony.Trustee
	called    ceremony.Phase // the last for which it called time
	waits     int            // so often
	dropped   bool           // its part
	told      bool           // the public that it stands still
	sent      bool           // its confirmation
	certified bool           // the certificate
	counter   int            // its number
	share     *sharing.Share // once the ceremony is done
}

// sit joins a ceremony while one-use keys are being posted.
func (t *trustee) sit(s *session, next task) []world.Packet {
	joined := func(x *sitting) bool { return s != nil && x.name == s.name }
	if s == nil || t.program == StayAway || s.audit.Phase() != ceremony.PhaseKey || slices.ContainsFunc(t.sittings, joined) {
		return nil
	}
	own, err := ceremony.NewTrustee(s.roster, t.index, t.identity)
	if err != nil {
		return nil // its seat is taken, and it has told
	}
	roster, err := s.roster.Encode()
	if err != nil {
		return t.left(s.name, err)
	}
	if h := t.holding(keyName(s.key)); h != nil && h.share != nil && slices.Contains(s.roster.Dealers, t.index) {
		if err := own.Redistribute(*h.share); err != nil {
			return t.left(s.name, err)
		}
	}
	x := &sitting{name: s.name, owner: t.name, key: s.key, task: next, counter: s.roster.Counter, roster: roster, own: own}
	t.sittings = append(t.sittings, x)
	return t.speak(x, s)
}

// left tells the public that this trustee has no part in a ceremony.
func (t *trustee) left(name string, err error) []world.Packet {
	if t.program != "" {
		return nil
	}
	return []world.Packet{world.Warn(t.name, "has no part in the ceremony for "+name+": "+err.Error())}
}

// update reads the board and does what follows.
func (t *trustee) update(data []byte) []world.Packet {
	fresh, err := t.board.read(data)
	switch {
	case errors.Is(err, escrow.ErrGap):
		if t.asked {
			return nil // not before the clock speaks, lest a false answer make a loop
		}
		t.asked = true
		return []world.Packet{t.reread()}
	case err != nil:
		return []world.Packet{world.Warn(t.name, "the log's board does not add up: "+err.Error())}
	case !fresh:
		return nil
	}
	t.asked = false
	out := append(t.gossip.Read(t.board.at.checkpoint), t.listen()...)
	for _, x := range slices.Clone(t.sittings) {
		out = append(out, t.attend(x)...)
	}
	t.renew()
	return slices.Concat(out, t.seat(), t.begin())
}

// reread asks for what it may have missed.
func (t *trustee) reread() world.Packet {
	return world.Packet{From: t.name, To: "log", Data: world.Pack(escrow.KindReadBoard, world.Int(t.board.at.size))}
}

// attend goes on with a ceremony as the board has it now.
func (t *trustee) attend(x *sitting) []world.Packet {
	s := t.board.course().find(x.name)
	switch {
	case s == nil || s.roster.Counter != x.counter: // another came first, and ended its identities, or its key
		t.leave(x)
		if x.counter < t.board.course().next.Counter {
			t.tasks = slices.Insert(t.tasks, 0, x.task)
		}
		return nil
	case s.audit.Phase() == ceremony.PhaseDone:
		return t.finish(x, s)
	case s.failed():
		t.leave(x)
		return nil // the monitor tells
	}
	return t.speak(x, s)
}

// leave erases what a trustee has for a ceremony. If it has missed that the ceremony
// succeeded, its new identity stays.
func (t *trustee) leave(x *sitting) {
	for _, l := range t.board.course().links {
		if string(l.Session) == x.name && l.Counter == x.counter {
			t.identify(x, l)
		}
	}
	x.own.Erase()
	t.sittings = slices.DeleteFunc(t.sittings, func(other *sitting) bool { return other == x })
}

// speak posts what there is to say in the phase that is open.
func (t *trustee) speak(x *sitting, s *session) []world.Packet {
	var raw []byte
	var err error
	switch phase := s.audit.Phase(); {
	case x.dropped || phase > ceremony.PhaseKey && t.moment < x.task.due:
		return nil
	case phase < ceremony.PhaseConfirm:
		raw, err = t.say(x, s)
	case phase == ceremony.PhaseConfirm && !x.sent:
		x.sent = true
		raw, err = x.own.Confirm(s.audit, s.checkpoint, t.random)
	case phase == ceremony.PhaseCertify && x.sent && !x.certified:
		x.certified = true
		raw, err = x.own.Certify(s.audit)
	}
	if err != nil {
		t.leave(x)
		return t.left(x.name, err)
	}
	if raw == nil {
		return nil
	}
	return []world.Packet{t.post(x.name, raw)}
}

func (t *trustee) post(session string, raw []byte) world.Packet {
	t.made[sum(raw)] = true
	return world.Packet{From: t.name, To: "log", Data: world.Pack(escrow.KindPost, []byte(session), raw)}
}

// finish takes the new share and the new identity. Enough trustees bring the certificate
// to the provider that one of them is honest.
func (t *trustee) finish(x *sitting, s *session) []world.Packet {
	defer t.leave(x)
	o, err := s.audit.Outcome()
	if err == nil && !x.sent {
		_, err = x.own.Confirm(s.audit, s.checkpoint, t.random) // the others were faster
	}
	var share sharing.Share
	if err == nil {
		share, err = x.own.Share()
	}
	if err != nil && x.dropped {
		return nil // it has told
	}
	if err != nil {
		return t.left(x.name, err)
	}
	x.share = &share
	t.take(x, s)
	if place := slices.Index(o.Holders, t.index); place >= 0 && place < s.roster.Threshold {
		return t.bring()
	}
	return nil
}

// identify puts the trustee's new identity in the place of the one that ends, and erases
// that. If the certificate does not list the new one, this trustee confirmed too late: the
// old one is listed as stale, and stays.
func (t *trustee) identify(x *sitting, l *link) {
	next := x.own.Identity()
	if next == nil || !l.Identities[t.index-1].Equal(next.Public()) {
		clear(next)
		return
	}
	clear(t.identity)
	t.identity = next
}

// take puts the new share where it belongs, and erases the old one.
func (t *trustee) take(x *sitting, s *session) {
	e := t.board.course().epochOf(s.key)
	if e == nil || e.committee.epoch != x.name {
		return
	}
	for _, h := range t.live {
		if h.number == s.key {
			h.erase()
			h.epoch, h.share = e, x.share
			return
		}
	}
	t.live = append(t.live, &held{e, x.share})
}

func (h *held) erase() {
	if h.share != nil {
		h.share.Value.Zero()
	}
	h.share = nil
}

// renew brings what is held up to the board: shares of epochs and keys that are
// over are erased, whether there are new ones or not.
func (t *trustee) renew() {
	var live []*held
	for _, e := range t.board.course().live {
		h := t.holding(e.id)
		switch {
		case h == nil:
			h = &held{epoch: e}
		case h.committee.epoch != e.committee.epoch:
			h.erase()
			h.epoch = e
		}
		live = append(live, h)
	}
	for _, h := range t.live {
		if !slices.Contains(live, h) {
			h.erase()
		}
	}
	t.live = live
}

// holdings are the secrets of a ceremony that is under way.
func (x *sitting) holdings() []world.Fact {
	var facts []world.Fact
	for _, s := range x.own.Secrets() {
		f := world.Fact{Ref: x.name, Data: s.Bytes}
		switch s.Kind {
		case ceremony.SecretOneUseKey:
			f.Kind, f.Data = OneUseKey, world.Pack(oneUseTag, x.roster, s.Bytes)
		case ceremony.SecretShare:
			f.Kind = Share
		case ceremony.SecretIdentity:
			f.Kind, f.Ref = Identity, x.owner
		case ceremony.SecretReceived:
			f.Kind, f.Data = Received, world.Pack(0, world.Int(int64(s.Dealer)), s.Bytes)
		case ceremony.SecretPolynomial:
			f.Kind = Polynomial
		default:
			f.Kind = Salt
		}
		facts = append(facts, f)
	}
	return facts
}
