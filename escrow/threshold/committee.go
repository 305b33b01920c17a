package threshold

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/escrow/tdh2"
	"doormat/world"
)

// suite computes only; it has no source of randomness and keeps no state.
var suite = group.New(nil)

// The log's witnesses: how many there are, of how many the policy wants cosignatures,
// and how many may fail or be dishonest. Any two quorums share an honest witness, so no
// two trees both get one (2k > n + f), and the log goes on without the others
// (k <= n - f). Three witnesses could only do with none of them dishonest. TestQuorum
// checks the arithmetic.
const (
	witnesses = 4
	quorum    = 3
	faulty    = 1
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
	return number, epoch, number > 0 && err == nil && epoch >= 0 && epochName(number, epoch) == name
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
	certificate []byte // of the ceremony that made the shares
	holders     []int  // trustees with a share, ascending; nil if only a certificate says so
	name        []byte // of the key in memos: its public bytes and its id
}

func buildCommittee(number int, commitments *sharing.Commitments, certificate []byte) (*committee, error) {
	id := keyName(number)
	key, err := tdh2.NewPublicKey(suite, []byte(id), commitments.Key())
	if err != nil {
		return nil, err
	}
	return &committee{number: number, id: id, epoch: epochName(number, 0), key: key, commitments: commitments,
		certificate: certificate, name: append(group.Bytes(commitments.Key()), id...)}, nil
}

// inEpoch returns the committee in a later share epoch: the key stays.
func (c *committee) inEpoch(epoch string, commitments *sharing.Commitments) *committee {
	later := *c
	later.epoch, later.commitments, later.certificate, later.holders = epoch, commitments, nil, nil
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
