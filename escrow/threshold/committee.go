package threshold

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

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
	witnesses = 3
	quorum    = 2 // cosignatures wanted: 2·2 > 3 + 0, see ledger.NewPolicy
)

// keyName names a committee key, from 1. It stands in every label and changes by
// rotation.
func keyName(number int) string { return "key " + strconv.Itoa(number) }

// epochName names a share epoch of a key, from 0, and the ceremony that makes its
// shares. It changes by refresh.
func epochName(number, epoch int) string { return fmt.Sprintf("%s/epoch %d", keyName(number), epoch) }

// parseEpoch is the inverse of epochName.
func parseEpoch(name string) (number, epoch int, ok bool) {
	key, rest, _ := strings.Cut(name, "/epoch ")
	number = keyNumber(key)
	epoch, err := strconv.Atoi(rest)
	return number, epoch, number > 0 && err == nil && epochName(number, epoch) == name
}

// keyNumber is the inverse of keyName, 0 for anything else.
func keyNumber(id string) int {
	digits, _ := strings.CutPrefix(id, "key ")
	number, err := strconv.Atoi(digits)
	if err != nil || number < 1 || keyName(number) != id {
		return 0
	}
	return number
}

// keyOfEpoch gives the key id of a share epoch, "key 1" of "key 1/epoch 0".
func keyOfEpoch(epoch string) string {
	id, _, _ := strings.Cut(epoch, "/")
	return id
}

// committee is what everybody knows of a committee key in one share epoch: the key
// and the public polynomial.
type committee struct {
	number      int    // of the key
	id          string // keyName(number)
	epoch       string
	key         *tdh2.PublicKey
	commitments *sharing.Commitments
	certificate []byte // of the key
}

func buildCommittee(number int, commitments *sharing.Commitments, certificate []byte) (*committee, error) {
	id := keyName(number)
	key, err := tdh2.NewPublicKey(suite, []byte(id), commitments.Key())
	if err != nil {
		return nil, err
	}
	return &committee{number, id, epochName(number, 0), key, commitments, certificate}, nil
}

// newCommittee accepts a certificate for a key number under the roster that ships
// with a client, over a checkpoint that enough witnesses cosigned. Nothing else
// makes a committee key acceptable.
func newCommittee(number int, certificate []byte, r *ceremony.Roster, policy *ledger.Policy) (*committee, error) {
	c, err := ceremony.ParseCertificate(certificate)
	if err != nil {
		return nil, err
	}
	if err := c.Verify(founders(r, number)); err != nil {
		return nil, err
	}
	if _, err := policy.Check(c.Checkpoint); err != nil {
		return nil, fmt.Errorf("committee certificate: checkpoint: %w", err)
	}
	return buildCommittee(number, c.Commitments, slices.Clone(certificate))
}

// founders is the roster of the ceremony that makes a key: the same people each
// time.
func founders(r *ceremony.Roster, number int) *ceremony.Roster {
	return &ceremony.Roster{Session: []byte(epochName(number, 0)), Threshold: r.Threshold, Identities: r.Identities}
}

// in gives the committee in a later share epoch: the key stays.
func (c *committee) in(epoch string, commitments *sharing.Commitments) *committee {
	later := *c
	later.epoch, later.commitments = epoch, commitments
	return &later
}

// fact states the public polynomial of the shares.
func (c *committee) fact() world.Fact { return committeeFact(c.epoch, c.commitments) }

func committeeFact(epoch string, c *sharing.Commitments) world.Fact {
	return world.Fact{Kind: Committee, Ref: epoch, Data: world.Pack(0, world.Int(int64(c.Threshold())), c.Bytes())}
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
