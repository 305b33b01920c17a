package store

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"doormat/e2ee/senderkey"
	"doormat/e2ee/wire"
	"doormat/world"
)

const (
	viewTag     = 'v'
	ownChainTag = 'o'
	chainTag    = 'g'
	givenTag    = 'i'
)

// SenderKey follows a member's sender key.
type SenderKey struct {
	*senderkey.Receiver
	Sent time.Time // of the message that brought it
}

// OwnSenderKey is the own sender key, and who has it: by account the fingerprint of
// the identity that it was sent to.
type OwnSenderKey struct {
	Sender *senderkey.Sender
	Given  map[string][]byte
}

// ViewFact states who is in a group, nobody if the account is not, and since when.
func ViewFact(name string, members []string, since Stamp) world.Fact {
	return world.Fact{Kind: wire.GroupView, Ref: name,
		Data: world.Pack(viewTag, world.Strings(members), world.Time(since.Sent),
			[]byte(since.Author), []byte(since.ID))}
}

// Encode gives the bytes of a fact of kind [wire.OwnSenderKey].
func (c *OwnSenderKey) Encode(group string) []byte {
	var given [][]byte
	for _, name := range slices.Sorted(maps.Keys(c.Given)) {
		given = append(given, world.Pack(givenTag, []byte(name), c.Given[name]))
	}
	return world.Pack(ownChainTag, []byte(group), c.Sender.Marshal(), world.Pack(0, given...))
}

// ParseOwnSenderKey decodes [OwnSenderKey.Encode].
func ParseOwnSenderKey(data []byte) (group string, c *OwnSenderKey, err error) {
	f, err := world.Unpack(data, ownChainTag, 3)
	if err != nil {
		return "", nil, fmt.Errorf("own sender key: %w", err)
	}
	c = &OwnSenderKey{Given: map[string][]byte{}}
	if c.Sender, err = senderkey.UnmarshalSender(f[1]); err != nil {
		return "", nil, fmt.Errorf("own sender key: %w", err)
	}
	list, err := world.UnpackList(f[2], 0)
	if err != nil {
		return "", nil, fmt.Errorf("own sender key: %w", err)
	}
	for _, item := range list {
		given, err := world.Unpack(item, givenTag, 2)
		if err != nil {
			return "", nil, fmt.Errorf("own sender key: %w", err)
		}
		c.Given[string(given[0])] = given[1]
	}
	return string(f[0]), c, nil
}

// Fact states the sender key of a member of a group.
func (c *SenderKey) Fact(group, member string) world.Fact {
	return world.Fact{Kind: wire.SenderKey, Ref: group,
		Data: world.Pack(chainTag, []byte(group), []byte(member), c.Marshal(), world.Time(c.Sent))}
}

// ParseSenderKey decodes the sender key of a member, and for which group it is.
func ParseSenderKey(data []byte) (group string, key *senderkey.Receiver, err error) {
	f, err := world.Unpack(data, chainTag, 4)
	if err != nil {
		return "", nil, fmt.Errorf("sender key: %w", err)
	}
	key, err = senderkey.UnmarshalReceiver(f[2])
	return string(f[0]), key, err
}

// ParseView decodes who is in a group.
func ParseView(data []byte) (members []string, err error) {
	f, err := world.Unpack(data, viewTag, 4)
	if err != nil {
		return nil, fmt.Errorf("group members: %w", err)
	}
	return world.ParseStrings(f[0])
}

// Stamp puts the changes of a group in the one order that all devices follow,
// whichever comes first: by the clock of who made them, and of one millisecond by author
// and number. What the environment tells has neither.
type Stamp struct {
	Sent       time.Time
	Author, ID string
}

// StampOf is the stamp of a change that a message tells of.
func StampOf(m world.Meta) Stamp { return Stamp{m.Sent, m.From, m.ID} }

// Before reports whether s comes before another stamp.
func (s Stamp) Before(other Stamp) bool {
	return cmp.Or(cmp.Compare(s.Sent.UnixMilli(), other.Sent.UnixMilli()),
		cmp.Compare(s.Author, other.Author), cmp.Compare(s.ID, other.ID)) < 0
}
