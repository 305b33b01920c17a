package threshold

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"

	"doormat/escrow/ceremony"
	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/escrow/tdh2"
	"doormat/world"
	"doormat/world/ledger"
)

// suite computes only; it has no source of randomness and keeps no state.
var suite = group.New(nil)

const (
	keyID     = "key 1"         // changes by rotation
	epochID   = "key 1/epoch 0" // of shares, changes by refresh
	witnesses = 3
	quorum    = 2 // cosignatures wanted: 2·2 > 3 + 0, see ledger.NewPolicy
)

// committee is what everybody knows of a committee: its key and the public
// polynomial.
type committee struct {
	id          string
	key         *tdh2.PublicKey
	commitments *sharing.Commitments
	certificate []byte
}

// newCommittee accepts a certificate under the roster that ships with a client,
// over a checkpoint that enough witnesses cosigned. Nothing else makes a
// committee key acceptable.
func newCommittee(certificate []byte, r *ceremony.Roster, policy *ledger.Policy) (*committee, error) {
	c, err := ceremony.ParseCertificate(certificate)
	if err != nil {
		return nil, err
	}
	if err := c.Verify(r); err != nil {
		return nil, err
	}
	if _, err := policy.Check(c.Checkpoint); err != nil {
		return nil, fmt.Errorf("committee certificate: checkpoint: %w", err)
	}
	key, err := tdh2.NewPublicKey(suite, []byte(keyID), c.Key())
	if err != nil {
		return nil, err
	}
	return &committee{keyID, key, c.Commitments, certificate}, nil
}

// fact states the public polynomial of the present shares.
func (c *committee) fact() world.Fact {
	return world.Fact{Kind: Committee, Ref: epochID,
		Data: world.Pack(0, world.Int(int64(c.commitments.Threshold())), c.commitments.Bytes())}
}

func parseCommittee(data []byte) (*sharing.Commitments, error) {
	f, err := world.Unpack(data, 0, 2)
	if err != nil {
		return nil, fmt.Errorf("committee: %w", err)
	}
	t, err := world.ParseInt(f[0])
	if err != nil || t < 1 || t > sharing.MaxTrustees {
		return nil, errors.New("committee: threshold out of range")
	}
	return sharing.DecodeCommitments(suite, int(t), f[1])
}

// founding is the outcome of set-up, from which each run's nodes are built.
type founding struct {
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
	roster := &ceremony.Roster{Session: []byte(keyID), Threshold: env.Settings.Threshold}
	for i := range n {
		seed := make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(env.Seed.Stream("identity of "+world.Trustee(i+1)), seed); err != nil {
			return nil, err
		}
		key := ed25519.NewKeyFromSeed(seed)
		f.identity = append(f.identity, key)
		roster.Identities = append(roster.Identities, key.Public().(ed25519.PublicKey))
	}
	board, err := newBoard(env.Seed)
	if err != nil {
		return nil, err
	}
	certificate, trustees, err := hold(env.Seed, roster, f.identity, board)
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
	f.committee, err = newCommittee(certificate, roster, board.policy)
	return f, err
}

// hold lets the trustees post until the ceremony is over.
func hold(seed world.Seed, r *ceremony.Roster, keys []ed25519.PrivateKey, b *board) ([]byte, []*ceremony.Trustee, error) {
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
		random = append(random, seed.Stream("ceremony of "+world.Trustee(i+1)))
	}
	for phase := ceremony.PhaseKey; phase < ceremony.PhaseConfirm; phase++ { // each is closed by the last post
		for i, t := range trustees {
			post, err := t.Next(audit, random[i])
			if err != nil {
				return nil, nil, fmt.Errorf("key ceremony: trustee %d: %w", i+1, err)
			}
			if err := b.post(audit, post); err != nil {
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
		if err := b.post(audit, post); err != nil {
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
