package threshold

import (
	"crypto/ed25519"
	"fmt"
	"io"

	"doormat/escrow/ceremony"
	"doormat/escrow/sharing"
	"doormat/world"
	"doormat/world/ledger"
)

// founding is the outcome of set-up, from which each run's nodes are built.
type founding struct {
	roster     *ceremony.Roster // identities and t, which ship with every client
	course     *course          // after it; never changed, see newCourse
	committee  *committee
	log        []byte   // state after the ceremony
	checkpoint []byte   // of it, cosigned
	witness    [][]byte // states
	policy     *ledger.Policy
	view       *ledger.View         // of whoever reads the log afterwards
	shares     []sharing.Share      // of trustees 1..n
	identity   []ed25519.PrivateKey // those in force after it
	posts      map[[32]byte]bool    // hashes of all posts of the ceremony, each by its author
}

// foundingKey is all that a founding depends on.
type foundingKey struct {
	source world.Source
	t, n   int
}

// found runs the key ceremony over a board on the log, with every trustee honest.
func found(env world.Config) (*founding, error) {
	f := &founding{roster: &ceremony.Roster{Session: []byte(epochName(1, 0)), Threshold: env.Settings.Threshold}}
	var keys []ed25519.PrivateKey
	for i := range env.Settings.Trustees {
		seed := make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(env.Stream("identity of "+world.Trustee(i+1)), seed); err != nil {
			return nil, err
		}
		keys = append(keys, ed25519.NewKeyFromSeed(seed))
		f.roster.Identities = append(f.roster.Identities, keys[i].Public().(ed25519.PublicKey))
	}
	board, err := newBoard(env, f.roster)
	if err != nil {
		return nil, err
	}
	trustees, err := board.hold(env, keys)
	if err != nil {
		return nil, err
	}
	for _, t := range trustees {
		share, err := t.Share()
		if err != nil {
			return nil, err
		}
		f.shares, f.identity = append(f.shares, share), append(f.identity, t.Identity())
	}
	board.policy.Remember(env.Memo)
	f.policy, f.log, f.witness, f.posts = board.policy, board.log.Encode(), board.states(), board.posts
	board.course.over = nil
	f.course, f.checkpoint = board.course, board.course.links[0].Checkpoint
	if f.view, err = ledger.NewView(f.policy, f.checkpoint); err != nil {
		return nil, err
	}
	f.committee, err = newCommittee(1, board.course.links[0].encoded, f.roster, board.policy)
	return f, err
}

// hold lets the trustees post until the ceremony is over, and gives them.
func (b *board) hold(source world.Source, keys []ed25519.PrivateKey) ([]*ceremony.Trustee, error) {
	s := b.course.rotation()
	if s == nil {
		return nil, fmt.Errorf("key ceremony: %w", errNoCeremony)
	}
	var trustees []*ceremony.Trustee
	var random []io.Reader
	for i, key := range keys {
		t, err := ceremony.NewTrustee(s.roster, i+1, key)
		if err != nil {
			return nil, err
		}
		trustees = append(trustees, t)
		random = append(random, source.Stream("ceremony of "+world.Trustee(i+1)))
	}
	var checkpoint []byte
	for s.audit.Phase() < ceremony.PhaseDone { // each phase is closed by its last post
		phase := s.audit.Phase()
		for i, t := range trustees {
			post, err := say(t, s.audit, checkpoint, random[i])
			if err == nil {
				err = b.post(s.name, post)
			}
			if err != nil {
				return nil, fmt.Errorf("key ceremony: trustee %d in the %s phase: %w", i+1, phase, err)
			}
			if s.audit.Phase() == ceremony.PhaseDone {
				break
			}
		}
		if s.audit.Phase() >= ceremony.PhaseConfirm {
			var err error
			if checkpoint, err = b.cosign(); err != nil {
				return nil, err
			}
			if err := b.check(checkpoint); err != nil { // each trustee does, before it signs
				return nil, err
			}
		}
	}
	b.course.shown(checkpoint)
	return trustees, nil
}

// say is what a trustee has to post in the phase that is open.
func say(t *ceremony.Trustee, a *ceremony.Audit, checkpoint []byte, random io.Reader) ([]byte, error) {
	switch a.Phase() {
	case ceremony.PhaseConfirm:
		return t.Confirm(a, checkpoint, random)
	case ceremony.PhaseCertify:
		return t.Certify(a)
	}
	return t.Next(a, random)
}
