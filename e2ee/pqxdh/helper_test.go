package pqxdh

import (
	"io"
	"math/rand/v2"

	"github.com/stretchr/testify/require"
)

// random is a reader that repeats for a seed.
func random(seed byte) io.Reader {
	return rand.NewChaCha8([32]byte{seed})
}

func identity(t require.TestingT, seed byte) *Identity {
	i, err := NewIdentity(random(seed))
	require.NoError(t, err)
	return i
}

// responder has an identity, signed prekey 7, KEM prekey 8 and one-time prekey 9.
func responder(t require.TestingT, seed byte, lastResort bool) ResponderKeys {
	r := random(seed)
	keys := ResponderKeys{Identity: identity(t, seed)}
	var err error
	keys.Signed, err = NewSignedPrekey(r, 7)
	require.NoError(t, err)
	keys.KEM, err = NewKEMPrekey(r, 8, lastResort)
	require.NoError(t, err)
	if !lastResort {
		keys.OneTime, err = NewOneTimePrekey(r, 9)
		require.NoError(t, err)
	}
	return keys
}

func (k ResponderKeys) bundle() *Bundle {
	return MakeBundle(k.Identity, k.Signed, k.KEM, k.OneTime)
}
