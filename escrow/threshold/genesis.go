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

// genesis is the outcome of set-up, from which each run's nodes are built.
type genesis struct {
	roster     *ceremony.Roster // identities and t, which ship with every client
	state      *committeeState  // after it; never changed, see newCourse
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

// genesisKey is all that a founding depends on.
type genesisKey struct {
	source world.Source
	t, n   int
}

// runSetup runs the key ceremony over a board on the log, with every trustee honest.
func runSetup(config world.Config) (*genesis, error) {
	f := &genesis{roster: &ceremony.Roster{Session: []byte(epochName(1, 0)), Threshold: config.Settings.Threshold}}
	var keys []ed25519.PrivateKey
	for i := range config.Settings.Trustees {
		seed := make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(config.Stream("identity of "+world.Trustee(i+1)), seed); err != nil {
			return nil, err
		}
		keys = append(keys, ed25519.NewKeyFromSeed(seed))
		f.roster.Identities = append(f.roster.Identities, keys[i].Public().(ed25519.PublicKey))
	}
	board, err := newBoard(config, f.roster)
	if err != nil {
		return nil, err
	}
	trustees, err := board.runDKG(config, keys)
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
	board.policy.Remember(config.Memo)
	f.policy, f.log, f.witness, f.posts = board.policy, board.log.Encode(), board.states(), board.posts
	board.state.finished = nil
	f.state, f.checkpoint = board.state, board.state.links[0].Checkpoint
	if f.view, err = ledger.NewView(f.policy, f.checkpoint); err != nil {
		return nil, err
	}
	f.committee, err = newCommittee(1, board.state.links[0].encoded, f.roster, board.policy)
	return f, err
}

// runDKG lets the trustees post until the ceremony is over, and gives them.
func (b *board) runDKG(source world.Source, keys []ed25519.PrivateKey) ([]*ceremony.Trustee, error) {
	s := b.state.rotation()
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
			post, err := ceremonyPost(t, s.audit, checkpoint, random[i])
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
	b.state.applyCheckpoint(checkpoint)
	return trustees, nil
}

// ceremonyPost is what a trustee has to post in the phase that is open.
func ceremonyPost(t *ceremony.Trustee, a *ceremony.Audit, checkpoint []byte, random io.Reader) ([]byte, error) {
	switch a.Phase() {
	case ceremony.PhaseConfirm:
		return t.Confirm(a, checkpoint, random)
	case ceremony.PhaseCertify:
		return t.Certify(a)
	}
	return t.Next(a, random)
}
