package rules

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"doormat/escrow/ceremony"
	"doormat/escrow/committee"
	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/world"
)

// Settings and rules have one limit on the number of trustees, and package sharing, which
// imports nothing of ours, has its own constant for it. This does not compile if they differ.
var _ = [1]struct{}{}[world.MaxTrustees-sharing.MaxTrustees]

// makeCommittee holds a whole ceremony among trustees that the adversary makes up, over a log
// of its own. The certificate is valid, but for identities that no client was shipped with.
func makeCommittee(in world.Input) ([]world.Derived, error) {
	number, t, n, err := parseFakeCommittee(string(in.Text))
	if err != nil {
		return nil, err
	}
	seed := world.Seed(binary.BigEndian.Uint64(in.Random))
	roster := committee.WithSession(&ceremony.Roster{Threshold: t}, committee.EpochName(number, 0))
	var keys []ed25519.PrivateKey
	for i := range n {
		secret := sha256.Sum256(append([]byte(world.Trustee(i+1)), in.Random...))
		keys = append(keys, ed25519.NewKeyFromSeed(secret[:]))
		roster.Identities = append(roster.Identities, keys[i].Public().(ed25519.PublicKey))
	}
	held, err := committee.HoldFirst(seed, roster, keys)
	if err != nil {
		return nil, err
	}
	c := held.Genesis.FirstKey()
	secret, err := recoverSecret(c.Commitments, held.Trustees)
	if err != nil {
		return nil, err
	}
	return world.Conclude(world.Fact{Kind: committee.Certificate, Ref: c.ID, Data: c.Certificate}, c.Fact(),
		world.Fact{Kind: committee.CommitteeKey, Ref: c.ID, Data: group.Bytes(secret)}), nil
}

func parseFakeCommittee(text string) (number, t, n int, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 3 || committee.KeyNumber(lines[0]) == 0 {
		return 0, 0, 0, fmt.Errorf("rule %q: text %q: want a key id, t and n, one a line", MakeCommittee, text)
	}
	t, err = strconv.Atoi(lines[1])
	if err == nil {
		n, err = strconv.Atoi(lines[2])
	}
	if err != nil || t < 1 || n < t || n > world.MaxTrustees {
		return 0, 0, 0, fmt.Errorf("rule %q: %q of %q: want 1 ≤ t ≤ n ≤ %d", MakeCommittee,
			lines[1], lines[2], world.MaxTrustees)
	}
	return committee.KeyNumber(lines[0]), t, n, nil
}

// offerKey makes the packet by which a provider offers a device a certificate.
func offerKey(in world.Input) ([]world.Derived, error) {
	p := world.Packet{From: world.Provider, To: string(in.Text), Data: committee.Certificates(in.Facts[0].Data)}
	return world.Conclude(world.Fact{Kind: world.Outgoing, Ref: p.To, Data: p.Encode(always)}), nil
}
