package ceremony

import (
	"errors"
	"fmt"
	"slices"

	"doormat/escrow/group"
	"doormat/escrow/sharing"
)

// ShareSize is the length in bytes of an encoded share: the index, 1 byte, and the scalar, 32.
const ShareSize = 1 + group.Size

// EncodeShare encodes a share whose index lies in 1..[sharing.MaxTrustees].
func EncodeShare(s sharing.Share) []byte {
	value := group.Bytes(s.Value)
	defer clear(value)
	return append([]byte{byte(s.Index)}, value...)
}

// ParseShare reads exactly what EncodeShare wrote. It refuses scalars that are not reduced.
// Whether the share fits a committee key [sharing.Commitments.Verify] tells.
func ParseShare(b []byte) (sharing.Share, error) {
	if len(b) != ShareSize {
		return sharing.Share{}, fmt.Errorf("ceremony: a share has %d bytes, got %d", ShareSize,
			len(b))
	}
	if b[0] < 1 || b[0] > sharing.MaxTrustees {
		return sharing.Share{}, fmt.Errorf("ceremony: share: trustee %d is not in 1..%d", b[0],
			sharing.MaxTrustees)
	}
	value, err := group.DecodeScalar(suite, b[1:])
	if err != nil {
		return sharing.Share{}, fmt.Errorf("ceremony: share: %w", err)
	}
	return sharing.Share{Index: int(b[0]), Value: value}, nil
}

// SecretKind says what a [Secret] is.
type SecretKind string

// The kinds, and when a trustee that follows the ceremony to its end holds them.
const (
	// SecretOneUseKey opens the shares sealed to the trustee: a scalar, 32 bytes. From the key
	// post to Confirm. See [Audit.OpenShare].
	SecretOneUseKey SecretKind = "one-use key"
	// SecretPolynomial is the trustee's own polynomial, as its values at 1..t: t shares of
	// ShareSize bytes. From the commit post to the deal. In a resharing its value at 0 is the
	// trustee's old share.
	SecretPolynomial SecretKind = "polynomial"
	// SecretSalt hides the commitments until they are revealed: 32 bytes. From the commit post
	// to the deal.
	SecretSalt SecretKind = "salt"
	// SecretReceived is a share of one dealer's polynomial: ShareSize bytes. From the complain
	// post to Confirm.
	SecretReceived SecretKind = "received share"
	// SecretIdentity is the seed of the trustee's next identity key, 32 bytes: from Confirm
	// on. See [Trustee.Identity].
	SecretIdentity SecretKind = "next identity"
	// SecretShare is the final share of the committee's secret: ShareSize bytes. From Confirm on.
	SecretShare SecretKind = "share"
)

// Secret is one thing that a thief of the trustee's memory finds.
type Secret struct {
	Kind   SecretKind
	Dealer int // of SecretReceived, else 0
	Bytes  []byte
}

// Secrets lists what the trustee holds at this moment, except for what stays its caller's,
// identity key and old share; always in the same order.
func (t *Trustee) Secrets() []Secret {
	var list []Secret
	if t.oneUse != nil {
		list = append(list, Secret{Kind: SecretOneUseKey, Bytes: group.Bytes(t.oneUse)})
	}
	if t.polynomial != nil {
		list = append(list, Secret{Kind: SecretPolynomial, Bytes: t.encodePolynomial()},
			Secret{Kind: SecretSalt, Bytes: slices.Clone(t.salt)})
	}
	for dealer := 1; dealer <= t.n; dealer++ {
		if s, ok := t.received[dealer]; ok {
			list = append(list, Secret{SecretReceived, dealer, EncodeShare(s)})
		}
	}
	if t.final != nil {
		list = append(list, Secret{Kind: SecretShare, Bytes: EncodeShare(*t.final)})
	}
	if t.next != nil {
		list = append(list, Secret{Kind: SecretIdentity, Bytes: t.next.Seed()})
	}
	return list
}

func (t *Trustee) encodePolynomial() []byte {
	var b []byte
	shares, err := t.polynomial.Shares(t.t)
	if err != nil {
		panic("ceremony: a polynomial for the roster's threshold has that many values: " +
			err.Error())
	}
	for _, s := range shares {
		b = append(b, EncodeShare(s)...)
	}
	return b
}

// Share returns a copy of the final share, which is the caller's to erase. It fails before
// Confirm has succeeded and after Erase.
func (t *Trustee) Share() (sharing.Share, error) {
	if t.gone != nil {
		return sharing.Share{}, t.gone
	}
	if t.final == nil {
		return sharing.Share{}, errors.New("ceremony: there is no final share yet")
	}
	return sharing.Share{Index: t.final.Index, Value: t.final.Value.Clone()}, nil
}

// Erase drops all secrets, the final share and the next identity among them, and ends the
// trustee's part: when the next epoch has begun, when its caller has taken both, or when the
// ceremony is given up. It may be called at any time, and again.
func (t *Trustee) Erase() {
	t.erase()
	if t.final != nil {
		t.final.Value.Zero()
	}
	clear(t.next)
	t.final, t.next = nil, nil
	if t.gone == nil {
		t.gone = fmt.Errorf("ceremony: trustee %d has erased its secrets", t.index)
	}
}

// erase drops all secrets but the final share and the next identity, overwriting them.
func (t *Trustee) erase() {
	t.forgetOld()
	t.forgetPolynomial()
	if t.oneUse != nil {
		t.oneUse.Zero()
	}
	for _, s := range t.received {
		s.Value.Zero()
	}
	t.oneUse, t.received = nil, nil
}

func (t *Trustee) forgetOld() {
	if t.old != nil {
		t.old.Zero()
	}
	t.old = nil
}

func (t *Trustee) forgetPolynomial() {
	if t.polynomial != nil {
		t.polynomial.Wipe()
	}
	clear(t.salt)
	t.polynomial, t.salt = nil, nil
}
