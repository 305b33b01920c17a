package request

import (
	"doormat/escrow/committee"
	"doormat/escrow/tdh2"
	"doormat/world"
	"doormat/world/law"
	"fmt"

	"go.dedis.ch/kyber/v3"
)

const requestLogTag = 'r'

// EncodeLog encodes what a trustee keeps of a request: the order, and of each message who wrote
// to whom and when.
func EncodeLog(s law.Signed, items []*Item) []byte {
	var list [][]byte
	for _, i := range items {
		list = append(list, i.Meta.Encode())
	}
	return world.Pack(requestLogTag, s.Encode(), world.Pack(0, list...))
}

// ParseLog decodes [EncodeLog]. Nothing is verified.
func ParseLog(data []byte) (s law.Signed, metas []world.Meta, err error) {
	f, err := world.Unpack(data, requestLogTag, 2)
	if err != nil {
		return s, nil, fmt.Errorf("request log: %w", err)
	}
	if s, err = law.ParseSigned(f[0]); err != nil {
		return s, nil, fmt.Errorf("request log: %w", err)
	}
	list, err := world.UnpackList(f[1], 0)
	if err != nil {
		return s, nil, fmt.Errorf("request log: %w", err)
	}
	for _, one := range list {
		m, err := world.ParseMeta(one)
		if err != nil {
			return s, nil, fmt.Errorf("request log: %w", err)
		}
		metas = append(metas, m)
	}
	return s, metas, nil
}

const PartialTag = 'p'

// EncodePartial carries with a partial decryption what is needed to verify it.
func EncodePartial(polynomial []byte, i *Item, p *tdh2.Partial) []byte {
	return world.Pack(PartialTag, polynomial, i.Encode(), p.Bytes())
}

// claimedPartial is a partial decryption with the committee and the item that it claims to be
// for, none of them verified.
type claimedPartial struct{ Committee, Item, Partial []byte }

// ParsePartial decodes [EncodePartial]. Nothing is verified.
func ParsePartial(data []byte) (*claimedPartial, error) {
	f, err := world.Unpack(data, PartialTag, 3)
	if err != nil {
		return nil, fmt.Errorf("partial decryption: %w", err)
	}
	return &claimedPartial{f[0], f[1], f[2]}, nil
}

// CheckItem verifies that an item's escrow field is bound to it, under the key.
func CheckItem(i *Item, key kyber.Point) (*tdh2.Checked, error) {
	public, err := tdh2.NewPublicKey(suite, []byte(i.KeyID), key)
	if err != nil {
		return nil, err
	}
	ct, err := tdh2.DecodeCiphertext(suite, i.Seed)
	if err != nil {
		return nil, err
	}
	return public.Check(i.Label(), ct)
}

// PartialFact states a partial decryption of an item under a committee key.
func PartialFact(i *Item, c *committee.Key, p *tdh2.Partial) world.Fact {
	return world.Fact{Kind: Partial, Ref: i.Meta.ID, Data: EncodePartial(c.Fact().Data, i, p)}
}
