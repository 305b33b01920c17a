package pqxdh

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestInitiateAs: the signed prekey of the recipient and public keys are enough to be
// anybody to it, and no other prekey serves.
func TestInitiateAs(t *testing.T) {
	for _, lastResort := range []bool{false, true} {
		bob, alice := responder(t, 1, lastResort), responder(t, 2, true)
		thief, m, err := InitiateAs(random(3), alice.bundle(), bob.Signed, bob.bundle())
		require.NoError(t, err)
		agreed, err := Respond(bob, m)
		require.NoError(t, err)
		require.Equal(t, alice.Identity.Public(), m.Identity, "Bob is told that it is Alice")
		require.Equal(t, agreed, thief)
		// It is what Alice herself would have agreed on with the same randomness.
		hers, _, err := Initiate(random(3), alice.Identity, bob.bundle())
		require.NoError(t, err)
		require.Equal(t, hers, thief)
		_, _, err = InitiateAs(random(3), alice.bundle(), alice.Signed, bob.bundle())
		require.ErrorContains(t, err, "not that of the bundle")
	}
}
