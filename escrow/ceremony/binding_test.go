package ceremony

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.dedis.ch/kyber/v3"

	"doormat/escrow/group"
)

// A share is sealed for one session, dealer and recipient: the key and, beside it, the
// associated data are bound to each. A sealed share that is posted again in another
// place opens nowhere, though the one who posts it and the one who opens it share the
// Diffie-Hellman value.
func TestSharesAreBound(t *testing.T) {
	c, other := newCommittee(t, "one", 2, 3), newCommittee(t, "two", 2, 3)
	scalar := func() (kyber.Scalar, kyber.Point) {
		x, err := group.RandomScalar(suite, c.random)
		require.NoError(t, err)
		return x, suite.Point().Mul(x, nil)
	}
	value, _ := scalar()
	secret, _ := scalar()
	_, to := scalar()
	_, another := scalar()
	shared := func() kyber.Point { return suite.Point().Mul(secret, to) }
	box, err := c.audit.seal(1, 2, group.Bytes(value), secret, to)
	require.NoError(t, err)
	share, err := c.audit.unseal(1, 2, box, to, shared())
	require.NoError(t, err)
	require.Equal(t, 2, share.Index)
	require.True(t, value.Equal(share.Value))

	moved := sealed{another, box.ciphertext}
	for name, open := range map[string]func() error{
		"another recipient": func() error { _, err := c.audit.unseal(1, 3, box, to, shared()); return err },
		"another dealer":    func() error { _, err := c.audit.unseal(3, 2, box, to, shared()); return err },
		"the other way":     func() error { _, err := c.audit.unseal(2, 1, box, to, shared()); return err },
		"another session":   func() error { _, err := other.audit.unseal(1, 2, box, to, shared()); return err },
		"another key":       func() error { _, err := c.audit.unseal(1, 2, box, another, shared()); return err },
		"another ephemeral": func() error { _, err := c.audit.unseal(1, 2, moved, to, shared()); return err },
		"another secret":    func() error { _, err := c.audit.unseal(1, 2, box, to, another); return err },
	} {
		require.ErrorContains(t, open(), "does not open", name)
	}

	// The key alone, without the associated data, is another one for each.
	keys := map[string]string{}
	_, ephemeral := scalar()
	for name, k := range map[string]struct {
		s                     *session
		dealer, recipient     int
		ephemeral, to, shared kyber.Point
	}{
		"as it is":          {c.audit.session, 1, 2, ephemeral, to, shared()},
		"another recipient": {c.audit.session, 1, 3, ephemeral, to, shared()},
		"another dealer":    {c.audit.session, 3, 2, ephemeral, to, shared()},
		"another session":   {other.audit.session, 1, 2, ephemeral, to, shared()},
		"another ephemeral": {c.audit.session, 1, 2, another, to, shared()},
		"another key":       {c.audit.session, 1, 2, ephemeral, another, shared()},
		"another secret":    {c.audit.session, 1, 2, ephemeral, to, ephemeral},
	} {
		aead, err := k.s.shareCipher(k.dealer, k.recipient, k.ephemeral, k.to, k.shared)
		require.NoError(t, err)
		text := string(aead.Seal(nil, make([]byte, aead.NonceSize()), []byte("a share"), nil))
		require.Empty(t, keys[text], "%s has the key of %s", name, keys[text])
		keys[text] = name
	}
}
