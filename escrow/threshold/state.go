package threshold

import (
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/escrow/sharing"
	"doormat/world"
	"doormat/world/law"
)

// setup is what set-up leaves behind: what everybody may know, and to each principal whose keys
// it made, encoded, that principal's own state. Nothing of it is shared but the genesis, which
// holds no secret, so each principal could be started in a process of its own
// (TestTrusteeAlone). Court, agency and devices draw their keys when they start; provider,
// monitor and devices begin with the genesis alone.
type setup struct {
	genesis   *committee.Genesis
	log       []byte   // a [ledger.Log]
	witnesses [][]byte // each a [ledger.Witness]
	trustees  [][]byte // each a trusteeState
}

// setupKey is all that set-up depends on: runs in which it is equal share one.
type setupKey struct {
	source world.Source
	t, n   int
}

// runSetup holds the first key ceremony, with every trustee honest.
func runSetup(config world.Config) (*setup, error) {
	roster := &ceremony.Roster{Session: []byte(committee.EpochName(1, 0)), Threshold: config.Settings.Threshold}
	var keys []ed25519.PrivateKey
	for i := range config.Settings.Trustees {
		seed := make([]byte, ed25519.SeedSize)
		if _, err := io.ReadFull(config.Stream("identity of "+world.Trustee(i+1)), seed); err != nil {
			return nil, err
		}
		keys = append(keys, ed25519.NewKeyFromSeed(seed))
		roster.Identities = append(roster.Identities, keys[i].Public().(ed25519.PublicKey))
	}
	held, err := committee.HoldFirst(config, roster, keys)
	if err != nil {
		return nil, err
	}
	held.Genesis.Policy.Remember(config.Memo)
	s := &setup{genesis: held.Genesis, log: held.Log.Encode()}
	for _, w := range held.Witnesses {
		s.witnesses = append(s.witnesses, w.Encode())
	}
	for i, t := range held.Trustees {
		share, err := t.Share()
		if err != nil {
			return nil, err
		}
		own := &trusteeState{share: share, identity: t.Identity(), posts: held.Posts[i]}
		s.trustees = append(s.trustees, own.encode())
	}
	return s, nil
}

// trusteeState is what a trustee alone has after set-up.
type trusteeState struct {
	share    sharing.Share // of the first key; its index is the trustee's number
	identity ed25519.PrivateKey
	posts    []byte // SHA-256 of each of its posts so far, one after another
}

const trusteeTag = 't'

func (s *trusteeState) encode() []byte {
	return world.Pack(trusteeTag, ceremony.EncodeShare(s.share), s.identity.Seed(), s.posts)
}

func parseTrusteeState(data []byte) (*trusteeState, error) {
	f, err := world.Unpack(data, trusteeTag, 3)
	if err != nil {
		return nil, fmt.Errorf("trustee's state: %w", err)
	}
	if len(f[1]) != ed25519.SeedSize || len(f[2])%sha256.Size != 0 {
		return nil, errors.New("trustee's state: an identity or a hash of another length")
	}
	share, err := ceremony.ParseShare(f[0])
	if err != nil {
		return nil, fmt.Errorf("trustee's state: %w", err)
	}
	return &trusteeState{share, ed25519.NewKeyFromSeed(f[1]), f[2]}, nil
}

// newTrustee builds a trustee's node from its own state and from what is public. cache may be
// the trustee's alone.
func newTrustee(state []byte, cache *committee.Cache, register *law.Register, config world.Config) (*trustee, error) {
	own, err := parseTrusteeState(state)
	if err != nil {
		return nil, err
	}
	g, name := cache.Genesis, world.Trustee(own.share.Index)
	gossip, err := newGossip(g, name, append(committee.WitnessNames(), world.Monitor), nil)
	if err != nil {
		return nil, err
	}
	seats, err := config.Settings.Seats()
	if err != nil {
		return nil, err
	}
	t := &trustee{name: name, index: own.share.Index, random: config.Stream(name), identity: own.identity,
		ownPosts: map[[32]byte]bool{}, warned: map[string]bool{},
		live:     []*heldKey{{g.FirstKey(), &own.share}},
		register: register.For(seats[own.share.Index-1]), policy: g.Policy, gossip: gossip, board: cache.NewView(),
		refresh: config.Settings.Refresh, rotate: config.Settings.Rotate,
		tells: config.Settings.Own.Value(Notice) == NoticeTrustees}
	for posts := own.posts; len(posts) > 0; posts = posts[sha256.Size:] {
		t.ownPosts[[32]byte(posts)] = true
	}
	return t, nil
}
