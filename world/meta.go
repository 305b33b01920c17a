package world

import (
	"fmt"
	"slices"
	"time"
)

// Meta is what a provider must know to route a message: the metadata that no
// design in doormat hides.
type Meta struct {
	ID    string // chosen by the sender's device, 32 hexadecimal digits
	From  string
	To    []string // sorted
	Group string   // whose other members To are, "" if it is no group's
	Sent  time.Time
}

const metaTag = 'M'

// Encode is canonical: To is sorted, Sent is to the millisecond.
func (m Meta) Encode() []byte {
	to := slices.Sorted(slices.Values(m.To))
	return Pack(metaTag, []byte(m.ID), []byte(m.From), Strings(to), []byte(m.Group), Time(m.Sent))
}

// ParseMeta decodes [Meta.Encode] and refuses what is not canonical.
func ParseMeta(data []byte) (Meta, error) {
	f, err := Unpack(data, metaTag, 5)
	if err != nil {
		return Meta{}, fmt.Errorf("metadata: %w", err)
	}
	to, err := ParseStrings(f[2])
	if err != nil {
		return Meta{}, fmt.Errorf("metadata: recipients: %w", err)
	}
	if len(to) == 0 || !slices.IsSorted(to) || len(slices.Compact(slices.Clone(to))) != len(to) {
		return Meta{}, fmt.Errorf("metadata: %w: recipients are not a sorted set", ErrMalformed)
	}
	sent, err := ParseTime(f[4])
	if err != nil {
		return Meta{}, fmt.Errorf("metadata: time: %w", err)
	}
	return Meta{ID: string(f[0]), From: string(f[1]), To: to, Group: string(f[3]), Sent: sent}, nil
}

// Fact states m as a fact.
func (m Meta) Fact() Fact { return Fact{Metadata, m.ID, m.Encode()} }
