package committee

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"doormat/escrow/group"
	"doormat/escrow/sharing"
	"doormat/escrow/tdh2"
	"doormat/world"
	"doormat/world/publiclog"
)

// suite computes only; it has no source of randomness and keeps no state.
var suite = group.New(nil)

// The log's witnesses: how many there are, of how many the policy wants cosignatures,
// and how many may fail or be dishonest. Any two quorums share an honest witness, so no
// two trees both get one (2k > n + f), and the log goes on without the others
// (k <= n - f). Three witnesses could only do with none of them dishonest. TestQuorum
// checks the arithmetic.
const (
	Witnesses = publiclog.Witnesses
	Quorum    = publiclog.Quorum
	Faulty    = 1
)

// KeyName names a committee key, from 1. It stands in every label and changes by
// rotation.
func KeyName(number int) string { return "key " + strconv.Itoa(number) }

// EpochName names a share epoch of a key, from 0, and the ceremony that makes its
// shares. It changes by refresh.
func EpochName(number, epoch int) string {
	return fmt.Sprintf("%s/epoch %d", KeyName(number), epoch)
}

// ParseEpoch is the inverse of EpochName.
func ParseEpoch(name string) (number, epoch int, ok bool) {
	key, rest, _ := strings.Cut(name, "/epoch ")
	number = KeyNumber(key)
	epoch, err := strconv.Atoi(rest)
	return number, epoch, number > 0 && err == nil && epoch >= 0 && EpochName(number, epoch) == name
}

// KeyNumber is the inverse of KeyName, 0 for anything else.
func KeyNumber(id string) int {
	digits, _ := strings.CutPrefix(id, "key ")
	number, err := strconv.Atoi(digits)
	if err != nil || number < 1 || KeyName(number) != id {
		return 0
	}
	return number
}

// KeyOfEpoch gives the key id of a share epoch, "key 1" of "key 1/epoch 0".
func KeyOfEpoch(epoch string) string {
	id, _, _ := strings.Cut(epoch, "/")
	return id
}

// Key is what everybody knows of a committee key in one share epoch: the key
// and the public polynomial.
type Key struct {
	Number      int    // of the key
	ID          string // KeyName(Number)
	Epoch       string
	Public      *tdh2.PublicKey
	Commitments *sharing.Commitments
	Certificate []byte // of the ceremony that made the shares
	Holders     []int  // trustees with a share, ascending; nil if only a certificate says so
	MemoName    []byte // of the key in memos: its public bytes and its id
}

// NewKey describes the key of that number in its first share epoch.
func NewKey(number int, commitments *sharing.Commitments, certificate []byte) (*Key, error) {
	id := KeyName(number)
	key, err := tdh2.NewPublicKey(suite, []byte(id), commitments.Key())
	if err != nil {
		return nil, err
	}
	return &Key{Number: number, ID: id, Epoch: EpochName(number, 0), Public: key,
		Commitments: commitments,
		Certificate: certificate, MemoName: append(group.Bytes(commitments.Key()), id...)}, nil
}

// InEpoch returns the committee in a later share epoch: the key stays.
func (c *Key) InEpoch(epoch string, commitments *sharing.Commitments) *Key {
	later := *c
	later.Epoch, later.Commitments, later.Certificate, later.Holders = epoch, commitments, nil, nil
	return &later
}

// Fact states the public polynomial of the shares.
func (c *Key) Fact() world.Fact { return Fact(c.Epoch, c.Commitments) }

// Fact states the public polynomial of a share epoch.
func Fact(epoch string, c *sharing.Commitments) world.Fact {
	return world.Fact{Kind: Committee, Ref: epoch,
		Data: world.Pack(0, world.Int(int64(c.Threshold())), c.Bytes())}
}

// ParseFact decodes the data of a [Fact].
func ParseFact(data []byte) (*sharing.Commitments, error) {
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

// CertifiedFact states the key and the threshold of a committee whose certificate the
// holder of the fact has checked. It is what combining partial decryptions rests on.
func (c *Key) CertifiedFact() world.Fact {
	return world.Fact{Kind: CertifiedKey, Ref: c.ID, Data: CertifiedData(c.Commitments)}
}

const CertifiedTag = 'k'

// CertifiedData encodes t and the key, as [ParseCertified] reads them.
func CertifiedData(c *sharing.Commitments) []byte {
	return world.Pack(CertifiedTag, world.Int(int64(c.Threshold())), c.Bytes()[:group.Size])
}

// ParseCertified decodes the data of a certified key: t, and the encoded point.
func ParseCertified(data []byte) (t int, key []byte, err error) {
	f, err := world.Unpack(data, CertifiedTag, 2)
	if err != nil {
		return 0, nil, fmt.Errorf("certified key: %w", err)
	}
	n, err := world.ParseInt(f[0])
	if err != nil || n < 1 || n > sharing.MaxTrustees || len(f[1]) != group.Size {
		return 0, nil, errors.New("certified key: threshold out of range, or not a point")
	}
	return int(n), f[1], nil
}

// CheckSame refuses a committee that differs from c, and says in what.
func (c *Key) CheckSame(data []byte) error {
	if bytes.Equal(data, c.Fact().Data) {
		return nil
	}
	other, err := ParseFact(data)
	switch {
	case err != nil:
		return errors.New("its committee is malformed")
	case !other.Key().Equal(c.Commitments.Key()):
		return fmt.Errorf("its committee is not that of %s", c.ID)
	case other.Threshold() != c.Commitments.Threshold():
		return fmt.Errorf("its threshold is %d, that of %s is %d", other.Threshold(), c.ID,
			c.Commitments.Threshold())
	}
	return fmt.Errorf("its shares are of another epoch than %s (it may have missed a refresh)",
		c.Epoch)
}
