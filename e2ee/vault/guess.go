package vault

import (
	"fmt"

	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"go.dedis.ch/kyber/v3"
)

// A Guesser has the key of an account, from m servers' shares, and asks nobody any more: it tries a
// PIN by one multiplication.
type Guesser struct {
	key     kyber.Scalar
	version [32]byte
	sealed  []byte
}

// Collude makes a guesser of the registrations of one account. It checks each share against the
// commitments of the first before it chooses m of them. Fewer good ones are an error.
func Collude(list []*Registration) (*Guesser, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("vault: no registrations to guess from")
	}
	var shares []sharing.Share
	for _, r := range list {
		shares = append(shares, r.Share)
	}
	key, _, err := sharing.Recover(list[0].Commitments, shares)
	if err != nil {
		return nil, fmt.Errorf("vault: collude: %w", err)
	}
	return &Guesser{key: key, version: list[0].Version(), sealed: list[0].Sealed}, nil
}

// Try returns the secret if the PIN is right. Time does not matter to a thief: it is variable.
func (g *Guesser) Try(pin []byte) ([]byte, bool) {
	at := group.VarTimeMul(suite, []kyber.Scalar{g.key}, []kyber.Point{hashToGroup(pin)})
	secret, err := newKey(finalize(pin, at), g.version).Open(g.sealed)
	return secret, err == nil
}
