package law

import (
	"bytes"
	"crypto/ecdh"
	"encoding/hex"
	"errors"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"doormat/world"
)

func agencyKey(t require.TestingT, seed byte) *ecdh.PrivateKey {
	key, err := ecdh.X25519().NewPrivateKey(bytes.Repeat([]byte{seed}, 32))
	require.NoError(t, err)
	return key
}

func TestSeal(t *testing.T) {
	key, random := agencyKey(t, 1), world.Seed(1).Stream("seal")
	for _, text := range [][]byte{nil, []byte("a"), bytes.Repeat([]byte("answer "), 1000)} {
		sealed, err := Seal(random, key.PublicKey().Bytes(), text)
		require.NoError(t, err)
		require.Len(t, sealed, len(text)+48)
		got, err := Open(key.Bytes(), sealed)
		require.NoError(t, err)
		require.Equal(t, string(text), string(got))

		again, err := Seal(random, key.PublicKey().Bytes(), text)
		require.NoError(t, err)
		require.NotEqual(t, sealed, again)
		_, err = Open(agencyKey(t, 2).Bytes(), sealed)
		require.Error(t, err, "another key")
	}
}

func TestOpenRefuses(t *testing.T) {
	key := agencyKey(t, 1)
	sealed, err := Seal(world.Seed(1).Stream("seal"), key.PublicKey().Bytes(), []byte("answer"))
	require.NoError(t, err)
	for i := range sealed {
		for bit := range 8 { // the top bit of the key too, which X25519 itself ignores
			bad := bytes.Clone(sealed)
			bad[i] ^= 1 << bit
			_, err := Open(key.Bytes(), bad)
			require.Error(t, err, "byte %d, bit %d", i, bit)
		}
	}
	for n := range sealed {
		_, err := Open(key.Bytes(), sealed[:n])
		require.Error(t, err, "%d bytes", n)
	}
	_, err = Open(key.Bytes(), append(sealed, 0))
	require.Error(t, err)
	for _, private := range [][]byte{nil, make([]byte, 31), make([]byte, 33)} {
		_, err = Open(private, sealed)
		require.Error(t, err)
	}
}

// Points of low order give a secret that everybody knows.
func TestLowOrder(t *testing.T) {
	for _, point := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		low, err := hex.DecodeString(point)
		require.NoError(t, err)
		_, err = Seal(world.Seed(1).Stream("seal"), low, []byte("answer"))
		require.Error(t, err, point)
		_, err = Open(agencyKey(t, 1).Bytes(), append(low, make([]byte, 40)...))
		require.ErrorContains(t, err, "low order", point)
	}
	_, err := Seal(world.Seed(1).Stream("seal"), make([]byte, 31), nil)
	require.Error(t, err)
}

func TestSealNeedsRandomness(t *testing.T) {
	_, err := Seal(iotest.ErrReader(errors.New("dry")), agencyKey(t, 1).PublicKey().Bytes(), nil)
	require.ErrorContains(t, err, "dry")
	_, err = NewCourt(iotest.ErrReader(errors.New("dry")), false)
	require.ErrorContains(t, err, "dry")
	_, err = NewAgency(iotest.ErrReader(errors.New("dry")))
	require.ErrorContains(t, err, "dry")
}

func FuzzOpen(f *testing.F) {
	key := agencyKey(f, 1)
	sealed, err := Seal(world.Seed(1).Stream("seal"), key.PublicKey().Bytes(), []byte("answer"))
	require.NoError(f, err)
	f.Add(key.Bytes(), sealed)
	f.Add(key.Bytes(), make([]byte, 48))
	f.Fuzz(func(t *testing.T, private, data []byte) {
		got, err := Open(private, data)
		if err == nil {
			require.Len(t, got, len(data)-48)
			require.True(t, bytes.Equal(data, sealed), "opened what was not sealed")
		}
	})
}
