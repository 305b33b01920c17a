package pqxdh

import (
	"errors"
	"io"
)

// InitiateAs starts a session with the owner of a stolen signed prekey under somebody
// else's identity. It is the attack of key-compromise impersonation on X3DH and PQXDH
// (on what stolen keys are worth see section 4.6 of X3DH). Of the initiator's private
// keys the agreement takes one, in DH1 = DH(IK_A, SPK_B), and whoever has the private
// half of SPK_B computes the same from A's public key. All else is public keys of B and
// an ephemeral key of one's own: the KEM encapsulates to a public key, too. So B's
// identity key is not needed, and neither are one-time prekeys. as is any bundle of A's,
// which shows the identity and its binding.
func InitiateAs(rand io.Reader, as *Bundle, signed *SignedPrekey,
	bundle *Bundle) (*Agreement, *InitialMessage, error) {
	if signed.id != bundle.Signed.ID || [32]byte(signed.key.PublicKey().Bytes()) != bundle.Signed.Key {
		return nil, nil, errors.New("pqxdh: the stolen signed prekey is not that of the bundle")
	}
	dh1, err := exchange(signed.key, as.Identity.Exchange, "identity key of the initiator")
	if err != nil {
		return nil, nil, err
	}
	return initiate(rand, as.Identity, as.Binding, bundle, dh1)
}
