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
	key    kyber.Scalar
	sealed []byte
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
	return &Guesser{key, list[0].Sealed}, nil
}

// Bytes is the encoding of g: key 32 ‖ sealed secret.
func (g *Guesser) Bytes() []byte { return append(group.Bytes(g.key), g.sealed...) }

// ParseGuesser decodes [Guesser.Bytes] and nothing else.
func ParseGuesser(b []byte) (*Guesser, error) {
	if len(b) < group.Size || len(b) > group.Size+maxSealed {
		return nil, fmt.Errorf("vault: a guesser of %d bytes, want %d to %d", len(b), group.Size,
			group.Size+maxSealed)
	}
	key, err := group.DecodeScalar(suite, b[:group.Size])
	if err != nil {
		return nil, fmt.Errorf("vault: a guesser: %w", err)
	}
	return &Guesser{key, b[group.Size:]}, nil
}

// Try returns the secret if the PIN is right. Time does not matter to a thief: it is variable.
func (g *Guesser) Try(pin []byte) ([]byte, bool) {
	at := group.VarTimeMul(suite, []kyber.Scalar{g.key}, []kyber.Point{hashToGroup(pin)})
	secret, err := newKey(finalize(pin, at)).Open(g.sealed)
	return secret, err == nil
}
