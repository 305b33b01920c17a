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

// genesis is the outcome of set-up, the first key ceremony, from which each run's nodes are
// built.
type genesis struct {
	roster     *ceremony.Roster // identities and t, which ship with every client
	state      *committeeState  // after the ceremony; copied by genesisState, never changed
	committee  *committee
	log        []byte               // encoded, as it is after the ceremony
	checkpoint []byte               // of that log, cosigned
	witnesses  [][]byte             // encoded, each as it is after the ceremony
	policy     *ledger.Policy       // which log and witnesses to believe
	view       *ledger.View         // from which every reader of the log goes on
	shares     []sharing.Share      // of trustees 1..n
	identities []ed25519.PrivateKey // of trustees 1..n, as renewed by the ceremony
	posts      map[[32]byte]bool    // hashes of all posts of the ceremony
}

// genesisKey is all that set-up depends on: runs in which it is equal share one genesis.
type genesisKey struct {
	source world.Source
	t, n   int
}

// runSetup runs the key ceremony over a board on the log, with every trustee honest.
func runSetup(config world.Config) (*genesis, error) {
	g := &genesis{roster: &ceremony.Roster{Session: []byte(epochName(1, 0)), Threshold: config.Settings.Threshold}}
	var keys []ed25519.PrivateKey
	for i := range config.Settings.Trustees {
		seed := make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(config.Stream("identity of "+world.Trustee(i+1)), seed); err != nil {
			return nil, err
		}
		keys = append(keys, ed25519.NewKeyFromSeed(seed))
		g.roster.Identities = append(g.roster.Identities, keys[i].Public().(ed25519.PublicKey))
	}
	board, err := newBoard(config, g.roster)
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
		g.shares, g.identities = append(g.shares, share), append(g.identities, t.Identity())
	}
	board.policy.Remember(config.Memo)
	g.policy, g.log, g.witnesses, g.posts = board.policy, board.log.Encode(), board.states(), board.posts
	board.state.finished = nil
	g.state, g.checkpoint = board.state, board.state.links[0].Checkpoint
	if g.view, err = ledger.NewView(g.policy, g.checkpoint); err != nil {
		return nil, err
	}
	g.committee, err = newCommittee(1, board.state.links[0].encoded, g.roster, board.policy)
	return g, err
}

// runDKG holds the distributed key generation that is next on the board: every trustee posts
// in each phase until the ceremony is over. It returns the trustees, with their shares.
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
			if err := b.check(checkpoint); err != nil { // as each trustee does before it signs
				return nil, err
			}
		}
	}
	b.state.applyCheckpoint(checkpoint)
	return trustees, nil
}

// ceremonyPost is what an honest trustee posts in the phase that is open.
func ceremonyPost(t *ceremony.Trustee, a *ceremony.Audit, checkpoint []byte, random io.Reader) ([]byte, error) {
	switch a.Phase() {
	case ceremony.PhaseConfirm:
		return t.Confirm(a, checkpoint, random)
	case ceremony.PhaseCertify:
		return t.Certify(a)
	}
	return t.Next(a, random)
}
