package threshold

import (
	"crypto/sha256"
	"errors"
	"slices"

	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/escrow/sharing"
	"doormat/world"
	"doormat/world/publiclog"
)

// Trustees renew shares, keys and their own identities while a conversation goes on. Each
// refresh of a key, and each new key, is a ceremony over the board, one after another. One
// message ahead every trustee posts its one-use key for the first ceremony that is due. When
// the message has come, that ceremony runs to its end, and then the others that are due. The
// trustees wait for a silent one until the next message or midnight; then they vote to close
// the phase, and go on without it.

// ceremonyState is what a trustee keeps of a ceremony in which it takes part.
type ceremonyState struct {
	name       string
	owner      string // the trustee
	key        int    // number of the key whose shares the ceremony makes
	task       task   // that the ceremony does
	roster     []byte // encoded
	trustee    *ceremony.Trustee
	votedPhase ceremony.Phase // last phase that this trustee voted to close
	unanswered int            // unanswered timeout votes in this phase
	erased     bool           // the trustee gave up and erased its secrets; it votes on
	reported   bool           // it told the public that the ceremony is stalled
	confirmed  bool           // it has posted its confirmation
	certified  bool           // it has signed the certificate
	counter    int            // number of the ceremony in the chain of certificates
	share      *sharing.Share // once the ceremony is done
}

// join takes part in a ceremony whose first phase, for one-use keys, is open.
func (t *trustee) join(s *committee.Session, next task) []world.Packet {
	joined := func(cs *ceremonyState) bool { return s != nil && cs.name == s.Name }
	if s == nil || t.program == StayAway || s.Audit.Phase() != ceremony.PhaseKey ||
		slices.ContainsFunc(t.ceremonies, joined) {
		return nil
	}
	own, err := ceremony.NewTrustee(s.Roster, t.index, t.identity)
	if err != nil {
		return nil // its seat is taken, as reportLostSeat says
	}
	own.Remember(t.board.Memo)
	roster, err := s.Roster.Encode()
	if err != nil {
		return t.reportExcluded(s.Name, err)
	}
	if h := t.findKey(committee.KeyName(s.KeyNumber)); h != nil && h.share != nil && slices.Contains(s.Roster.Dealers, t.index) {
		if err := own.Redistribute(*h.share); err != nil {
			return t.reportExcluded(s.Name, err)
		}
	}
	cs := &ceremonyState{name: s.Name, owner: t.name, key: s.KeyNumber, task: next,
		counter: s.Roster.Counter, roster: roster, trustee: own}
	t.ceremonies = append(t.ceremonies, cs)
	return t.postIfDue(cs, s)
}

// reportExcluded warns the public that this trustee has no part in a ceremony.
func (t *trustee) reportExcluded(name string, err error) []world.Packet {
	if t.program != "" {
		return nil
	}
	return []world.Packet{world.Warn(t.name, "has no part in the ceremony for "+name+": "+err.Error())}
}

// readUpdate reads news of the board and does what follows from them in each ceremony.
func (t *trustee) readUpdate(data []byte) []world.Packet {
	fresh, err := t.board.Read(data)
	switch {
	case errors.Is(err, publiclog.ErrGap):
		if t.requestedBoard {
			return nil // it asks again at the next tick, so that false answers make no loop
		}
		t.requestedBoard = true
		return []world.Packet{t.requestBoard()}
	case err != nil:
		return []world.Packet{world.Warn(t.name, "the log's board does not add up: "+err.Error())}
	case !fresh:
		return nil
	}
	t.requestedBoard = false
	out := append(t.gossip.Read(t.board.Version.Checkpoint), t.reportForgedPosts()...)
	for _, cs := range slices.Clone(t.ceremonies) {
		out = append(out, t.step(cs)...)
	}
	t.eraseOutdated()
	return slices.Concat(out, t.reportLostSeat(), t.joinDue())
}

// requestBoard asks the log for all records that the trustee has not read.
func (t *trustee) requestBoard() world.Packet {
	return world.Packet{From: t.name, To: world.Log, Data: world.Pack(publiclog.KindReadBoard, world.Int(t.board.Version.Size))}
}

// step does what the present state of the board calls for in a ceremony.
func (t *trustee) step(cs *ceremonyState) []world.Packet {
	s := t.board.State().FindSession(cs.name)
	switch {
	case s == nil || s.Roster.Counter != cs.counter: // void: another ceremony completed first
		t.endCeremony(cs)
		if cs.counter < t.board.State().NextRoster.Counter {
			t.tasks = slices.Insert(t.tasks, 0, cs.task)
		}
		return nil
	case s.Audit.Phase() == ceremony.PhaseDone:
		return t.finish(cs, s)
	case s.Failed():
		t.endCeremony(cs)
		return nil // the monitor reports it
	}
	return t.postIfDue(cs, s)
}

// endCeremony erases what a trustee keeps of a ceremony, but for the new identity if the
// ceremony succeeded without the trustee's knowing.
func (t *trustee) endCeremony(cs *ceremonyState) {
	for _, l := range t.board.State().Links {
		if string(l.Session) == cs.name && l.Counter == cs.counter {
			t.replaceIdentity(cs, l)
		}
	}
	cs.trustee.Erase()
	t.ceremonies = slices.DeleteFunc(t.ceremonies, func(other *ceremonyState) bool { return other == cs })
}

// postIfDue posts what the open phase wants of this trustee, unless it has done so or the
// ceremony is not due yet.
func (t *trustee) postIfDue(cs *ceremonyState, s *committee.Session) []world.Packet {
	var raw []byte
	var err error
	switch phase := s.Audit.Phase(); {
	case cs.erased || phase > ceremony.PhaseKey && t.moment < cs.task.due:
		return nil
	case phase < ceremony.PhaseConfirm:
		raw, err = t.nextPost(cs, s)
	case phase == ceremony.PhaseConfirm && !cs.confirmed:
		cs.confirmed = true
		raw, err = cs.trustee.Confirm(s.Audit, s.Checkpoint, t.random)
	case phase == ceremony.PhaseCertify && cs.confirmed && !cs.certified:
		cs.certified = true
		raw, err = cs.trustee.Certify(s.Audit)
	}
	if err != nil {
		t.endCeremony(cs)
		return t.reportExcluded(cs.name, err)
	}
	if raw == nil {
		return nil
	}
	return []world.Packet{t.post(cs.name, raw)}
}

// post sends a post to the log, and remembers that it is this trustee's own.
func (t *trustee) post(session string, raw []byte) world.Packet {
	t.ownPosts[sha256.Sum256(raw)] = true
	return world.Packet{From: t.name, To: world.Log, Data: world.Pack(publiclog.KindPost, []byte(session), raw)}
}

// finish takes over the new share and the new identity. Then t trustees deliver the
// certificate to the provider: among t, one is honest.
func (t *trustee) finish(cs *ceremonyState, s *committee.Session) []world.Packet {
	defer t.endCeremony(cs)
	o, err := s.Audit.Outcome()
	if err == nil && !cs.confirmed {
		_, err = cs.trustee.Confirm(s.Audit, s.Checkpoint, t.random) // others completed it meanwhile
	}
	var share sharing.Share
	if err == nil {
		share, err = cs.trustee.Share()
	}
	if err != nil && cs.erased {
		return nil // eraseSecrets has reported it
	}
	if err != nil {
		return t.reportExcluded(cs.name, err)
	}
	cs.share = &share
	t.replaceShare(cs, s)
	if place := slices.Index(o.Holders, t.index); place >= 0 && place < s.Roster.Threshold {
		return t.deliver()
	}
	return nil
}

// replaceIdentity erases the trustee's identity and puts the new one in its place. If the
// certificate does not list the new one, because this trustee confirmed too late, it lists
// the old one as stale, and that stays.
func (t *trustee) replaceIdentity(cs *ceremonyState, l *committee.Link) {
	next := cs.trustee.Identity()
	if next == nil || !l.Identities[t.index-1].Equal(next.Public()) {
		clear(next)
		return
	}
	clear(t.identity)
	t.identity = next
}

// replaceShare puts the new share of a key in the place of the old one, which it erases.
func (t *trustee) replaceShare(cs *ceremonyState, s *committee.Session) {
	e := t.board.State().LiveKey(s.KeyNumber)
	if e == nil || e.Epoch != cs.name {
		return
	}
	for _, h := range t.live {
		if h.Number == s.KeyNumber {
			h.erase()
			h.Key, h.share = e, cs.share
			return
		}
	}
	t.live = append(t.live, &heldKey{e, cs.share})
}

func (h *heldKey) erase() {
	if h.share != nil {
		h.share.Value.Zero()
	}
	h.share = nil
}

// eraseOutdated brings what is held up to the board: shares of epochs and keys that are
// over are erased, whether there are new ones or not.
func (t *trustee) eraseOutdated() {
	var live []*heldKey
	for _, e := range t.board.State().Live {
		h := t.findKey(e.ID)
		switch {
		case h == nil:
			h = &heldKey{Key: e}
		case h.Epoch != e.Epoch:
			h.erase()
			h.Key = e
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

// holdings are the secrets of a ceremony that is under way, which a thief finds.
func (cs *ceremonyState) holdings() []world.Fact {
	var facts []world.Fact
	for _, s := range cs.trustee.Secrets() {
		f := world.Fact{Ref: cs.name, Data: s.Bytes}
		switch s.Kind {
		case ceremony.SecretOneUseKey:
			f.Kind, f.Data = committee.OneUseKey, committee.EncodeOneUseKey(cs.roster, s.Bytes)
		case ceremony.SecretShare:
			f.Kind = committee.Share
		case ceremony.SecretIdentity:
			f.Kind, f.Ref = committee.Identity, cs.owner
		case ceremony.SecretReceived:
			f.Kind, f.Data = committee.Received, world.Pack(0, world.Int(int64(s.Dealer)), s.Bytes)
		case ceremony.SecretPolynomial:
			f.Kind = committee.Polynomial
		default:
			f.Kind = committee.Salt
		}
		facts = append(facts, f)
	}
	return facts
}
