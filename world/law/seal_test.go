package law

import (
	"bytes"
	"crypto/ecdh"
	"crypto/hpke"
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

// purpose is the info under which these tests seal.
var purpose = []byte("an order and what it asks for")

func TestSeal(t *testing.T) {
	key, random := agencyKey(t, 1), world.Seed(1).Stream("seal")
	for _, text := range [][]byte{nil, []byte("a"), bytes.Repeat([]byte("answer "), 1000)} {
		sealed, err := Seal(random, key.PublicKey().Bytes(), purpose, text)
		require.NoError(t, err)
		require.Len(t, sealed, len(text)+48)
		got, err := Open(key.Bytes(), purpose, sealed)
		require.NoError(t, err)
		require.Equal(t, string(text), string(got))

		again, err := Seal(random, key.PublicKey().Bytes(), purpose, text)
		require.NoError(t, err)
		require.NotEqual(t, sealed, again)
		_, err = Open(agencyKey(t, 2).Bytes(), purpose, sealed)
		require.Error(t, err, "another key")
		for _, other := range [][]byte{nil, purpose[1:], append(bytes.Clone(purpose), 0)} {
			_, err = Open(key.Bytes(), other, sealed)
			require.ErrorContains(t, err, "for this purpose", "another order")
		}
	}
}

// The standard library opens what is sealed here: it is RFC 9180, and not something
// that looks like it.
func TestStandardLibraryOpens(t *testing.T) {
	key := agencyKey(t, 1)
	private, err := hpke.NewDHKEMPrivateKey(key)
	require.NoError(t, err)
	sealed, err := Seal(world.Seed(1).Stream("seal"), key.PublicKey().Bytes(), purpose, []byte("answer"))
	require.NoError(t, err)
	got, err := hpke.Open(private, hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), purpose, sealed)
	require.NoError(t, err)
	require.Equal(t, "answer", string(got))

	theirs, err := hpke.Seal(private.PublicKey(), hpke.HKDFSHA256(), hpke.ChaCha20Poly1305(), purpose, []byte("answer"))
	require.NoError(t, err)
	got, err = Open(key.Bytes(), purpose, theirs)
	require.NoError(t, err)
	require.Equal(t, "answer", string(got))
}

// TestVector is the first encryption of RFC 9180, appendix A.2.1: DHKEM(X25519,
// HKDF-SHA256), HKDF-SHA256, ChaCha20-Poly1305 in base mode.
func TestVector(t *testing.T) {
	un := func(text string) []byte {
		b, err := hex.DecodeString(text)
		require.NoError(t, err)
		return b
	}
	ephemeral, err := ecdh.X25519().NewPrivateKey(un("f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600"))
	require.NoError(t, err)
	recipient, err := ecdh.X25519().NewPrivateKey(un("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb"))
	require.NoError(t, err)
	require.Equal(t, un("4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a"), recipient.PublicKey().Bytes())

	shared, err := encapsulate(ephemeral, recipient.PublicKey())
	require.NoError(t, err)
	require.Equal(t, un("0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7"), shared)
	info := un("4f6465206f6e2061204772656369616e2055726e")
	key, nonce, err := schedule(shared, info)
	require.NoError(t, err)
	require.Equal(t, un("ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91"), key)
	require.Equal(t, un("5c4d98150661b848853b547f"), nonce)

	got, err := sealFrom(ephemeral, recipient.PublicKey(), info, un("436f756e742d30"),
		un("4265617574792069732074727574682c20747275746820626561757479"))
	require.NoError(t, err)
	require.Equal(t, un("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a"+
		"1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"), got)
}

func TestOpenRefuses(t *testing.T) {
	key := agencyKey(t, 1)
	sealed, err := Seal(world.Seed(1).Stream("seal"), key.PublicKey().Bytes(), purpose, []byte("answer"))
	require.NoError(t, err)
	for i := range sealed {
		for bit := range 8 { // the top bit of the key too, which X25519 itself ignores
			bad := bytes.Clone(sealed)
			bad[i] ^= 1 << bit
			_, err := Open(key.Bytes(), purpose, bad)
			require.Error(t, err, "byte %d, bit %d", i, bit)
		}
	}
	for n := range sealed {
		_, err := Open(key.Bytes(), purpose, sealed[:n])
		require.Error(t, err, "%d bytes", n)
	}
	_, err = Open(key.Bytes(), purpose, append(sealed, 0))
	require.Error(t, err)
	for _, private := range [][]byte{nil, make([]byte, 31), make([]byte, 33)} {
		_, err = Open(private, purpose, sealed)
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
		_, err = Seal(world.Seed(1).Stream("seal"), low, purpose, []byte("answer"))
		require.Error(t, err, point)
		_, err = Open(agencyKey(t, 1).Bytes(), purpose, append(low, make([]byte, 40)...))
		require.ErrorContains(t, err, "low order", point)
	}
	_, err := Seal(world.Seed(1).Stream("seal"), make([]byte, 31), nil, nil)
	require.Error(t, err)
}

func TestSealNeedsRandomness(t *testing.T) {
	_, err := Seal(iotest.ErrReader(errors.New("dry")), agencyKey(t, 1).PublicKey().Bytes(), nil, nil)
	require.ErrorContains(t, err, "dry")
	_, err = NewCourt(iotest.ErrReader(errors.New("dry")), false)
	require.ErrorContains(t, err, "dry")
	_, err = NewAgency(iotest.ErrReader(errors.New("dry")))
	require.ErrorContains(t, err, "dry")
}

func FuzzOpen(f *testing.F) {
	key := agencyKey(f, 1)
	sealed, err := Seal(world.Seed(1).Stream("seal"), key.PublicKey().Bytes(), purpose, []byte("answer"))
	require.NoError(f, err)
	f.Add(key.Bytes(), sealed)
	f.Add(key.Bytes(), make([]byte, 48))
	f.Fuzz(func(t *testing.T, private, data []byte) {
		got, err := Open(private, purpose, data)
		if err == nil {
			require.Len(t, got, len(data)-48)
			require.True(t, bytes.Equal(data, sealed), "opened what was not sealed")
		}
	})
}
