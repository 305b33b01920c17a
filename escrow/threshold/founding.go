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
	roster    *ceremony.Roster // identities and t, which ship with every client
	committee *committee
	log       []byte   // state after the ceremony
	witness   [][]byte // states
	policy    *ledger.Policy
	shares    []sharing.Share // of trustees 1..n
	identity  []ed25519.PrivateKey
}

// foundingKey is all that a founding depends on.
type foundingKey struct {
	seed world.Seed
	t, n int
}

// found runs the key ceremony over a board on the log, with every trustee honest.
func found(env world.Environment) (*founding, error) {
	n := env.Settings.Trustees
	f := &founding{}
	f.roster = &ceremony.Roster{Session: []byte(epochName(1, 0)), Threshold: env.Settings.Threshold}
	for i := range n {
		seed := make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(env.Stream("identity of "+world.Trustee(i+1)), seed); err != nil {
			return nil, err
		}
		key := ed25519.NewKeyFromSeed(seed)
		f.identity = append(f.identity, key)
		f.roster.Identities = append(f.roster.Identities, key.Public().(ed25519.PublicKey))
	}
	board, err := newBoard(env)
	if err != nil {
		return nil, err
	}
	certificate, trustees, err := hold(env, f.roster, f.identity, board)
	if err != nil {
		return nil, err
	}
	for _, t := range trustees {
		share, err := t.Share()
		if err != nil {
			return nil, err
		}
		f.shares = append(f.shares, share)
	}
	f.policy, f.log, f.witness = board.policy, board.log.Encode(), board.states()
	f.committee, err = newCommittee(1, certificate, f.roster, board.policy)
	return f, err
}

// hold lets the trustees post until the ceremony is over.
func hold(source world.Source, r *ceremony.Roster, keys []ed25519.PrivateKey, b *board) ([]byte, []*ceremony.Trustee, error) {
	audit, err := ceremony.NewAudit(r)
	if err != nil {
		return nil, nil, err
	}
	var trustees []*ceremony.Trustee
	var random []io.Reader
	for i, key := range keys {
		t, err := ceremony.NewTrustee(r, i+1, key)
		if err != nil {
			return nil, nil, err
		}
		trustees = append(trustees, t)
		random = append(random, source.Stream("ceremony of "+world.Trustee(i+1)))
	}
	for phase := ceremony.PhaseKey; phase < ceremony.PhaseConfirm; phase++ { // each is closed by the last post
		for i, t := range trustees {
			post, err := t.Next(audit, random[i])
			if err != nil {
				return nil, nil, fmt.Errorf("key ceremony: trustee %d: %w", i+1, err)
			}
			if err := b.post(r, audit, post); err != nil {
				return nil, nil, err
			}
		}
	}
	checkpoint, err := b.cosign()
	if err != nil {
		return nil, nil, err
	}
	if err := b.check(checkpoint); err != nil { // each trustee does, before it signs
		return nil, nil, err
	}
	for i, t := range trustees {
		post, err := t.Confirm(audit, checkpoint)
		if err != nil {
			return nil, nil, fmt.Errorf("key ceremony: trustee %d: %w", i+1, err)
		}
		if err := b.post(r, audit, post); err != nil {
			return nil, nil, err
		}
	}
	certificate, err := audit.Certificate()
	if err != nil {
		return nil, nil, err
	}
	encoded, err := certificate.Encode()
	return encoded, trustees, err
}
