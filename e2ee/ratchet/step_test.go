package ratchet

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestStepRootAgrees(t *testing.T) {
	r := random(1)
	root, a, b := randomKey(t, r), randomKey(t, r), randomKey(t, r)
	next, chain, err := StepRoot(root, a, publicOf(t, b))
	require.NoError(t, err)
	next2, chain2, err := StepRoot(root, b, publicOf(t, a))
	require.NoError(t, err)
	require.Equal(t, [2]Key{next, chain}, [2]Key{next2, chain2})
	require.NotEqual(t, next, chain)
}

// lowOrder are u-coordinates whose exchange gives zero with every private key
// (RFC 7748, section 6.1).
var lowOrder = []Key{{}, {1}, {
	0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
	0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00,
}}

func TestLowOrderKeys(t *testing.T) {
	r := random(1)
	secret, private := randomKey(t, r), randomKey(t, r)
	alice, _ := session(t, 2)
	for _, low := range lowOrder {
		_, _, err := StepRoot(secret, private, low)
		require.ErrorContains(t, err, "low order")
		_, err = NewInitiator(r, secret, low, nil)
		require.ErrorContains(t, err, "low order")
		before := alice.Marshal()
		_, err = alice.Open(nil, Header{Ratchet: low}, make([]byte, 16), nil)
		require.ErrorContains(t, err, "low order")
		require.Equal(t, before, alice.Marshal())
	}
}

func TestNames(t *testing.T) {
	require.Equal(t, "0102030000000000", ChainID(Key{1, 2, 3}))
	k, err := ParseKey(make([]byte, 32))
	require.NoError(t, err)
	require.Equal(t, Key{}, k)
	for _, size := range []int{0, 31, 33} {
		_, err := ParseKey(make([]byte, size))
		require.ErrorContains(t, err, "want 32")
	}
}
