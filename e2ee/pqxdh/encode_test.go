package pqxdh

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

// codec decodes and encodes again.
type codec func([]byte) ([]byte, error)

// bytesOf turns a parser of T into a codec.
func bytesOf[T interface{ Bytes() []byte }](parse func([]byte) (T, error)) codec {
	return func(b []byte) ([]byte, error) {
		v, err := parse(b)
		if err != nil {
			return nil, err
		}
		return v.Bytes(), nil
	}
}

type encoding struct {
	name string
	codec
	size    int
	example []byte
}

func encodings(t require.TestingT) []encoding {
	bob, last := responder(t, 2, false), responder(t, 3, true)
	_, m, err := Initiate(random(3), identity(t, 1), bob.bundle())
	require.NoError(t, err)
	return []encoding{
		{"identity", bytesOf(ParseIdentity), 65, bob.Identity.Bytes()},
		{"public identity", bytesOf(ParseIdentityPublic), 65, bob.Identity.Public().Bytes()},
		{"signed prekey", bytesOf(ParseSignedPrekey), 37, bob.Signed.Bytes()},
		{"one-time prekey", bytesOf(ParseOneTimePrekey), 37, bob.OneTime.Bytes()},
		{"KEM prekey", bytesOf(ParseKEMPrekey), 69, bob.KEM.Bytes()},
		{"last-resort KEM prekey", bytesOf(ParseKEMPrekey), 69, last.KEM.Bytes()},
		{"bundle", bytesOf(ParseBundle), 1519, bob.bundle().Bytes()},
		{"bundle without one-time prekey", bytesOf(ParseBundle), 1483, last.bundle().Bytes()},
		{"initial message", bytesOf(ParseInitialMessage), 1261, m.Bytes()},
	}
}

func TestEncodings(t *testing.T) {
	all := encodings(t)
	for _, e := range all {
		t.Run(e.name, func(t *testing.T) {
			require.Len(t, e.example, e.size)
			got, err := e.codec(e.example)
			require.NoError(t, err)
			require.Equal(t, e.example, got)
			for i := range e.example {
				_, err := e.codec(e.example[:i])
				require.ErrorContains(t, err, "pqxdh: ", "cut to %d bytes", i)
			}
			_, err = e.codec(append(bytes.Clone(e.example), 0))
			require.ErrorContains(t, err, "pqxdh: ")
		})
	}
}

// A key of one kind is not read as another, even where the lengths agree.
func TestKindsAreDisjoint(t *testing.T) {
	bob := responder(t, 2, false)
	_, err := ParseSignedPrekey(bob.OneTime.Bytes())
	require.Error(t, err)
	_, err = ParseOneTimePrekey(bob.Signed.Bytes())
	require.Error(t, err)
	_, err = ParseIdentity(bob.Identity.Public().Bytes())
	require.Error(t, err)
	_, err = ParseIdentityPublic(bob.Identity.Bytes())
	require.Error(t, err)
	k, err := ParseKEMPrekey(bob.KEM.Bytes())
	require.NoError(t, err)
	require.False(t, k.LastResort())
	k, err = ParseKEMPrekey(responder(t, 2, true).KEM.Bytes())
	require.NoError(t, err)
	require.True(t, k.LastResort())
}

func TestNumberZeroRefused(t *testing.T) {
	_, err := NewSignedPrekey(random(1), 0)
	require.ErrorIs(t, err, errNoNumber)
	_, err = NewOneTimePrekey(random(1), 0)
	require.ErrorIs(t, err, errNoNumber)
	_, err = NewKEMPrekey(random(1), 0, false)
	require.ErrorIs(t, err, errNoNumber)

	_, err = ParseSignedPrekey(append([]byte{kindSigned, 0, 0, 0, 0}, make([]byte, 32)...))
	require.ErrorContains(t, err, "with a number")

	b := responder(t, 2, false).bundle()
	_, m, err := Initiate(random(3), identity(t, 1), b)
	require.NoError(t, err)
	m.KEMID = 0
	_, err = ParseInitialMessage(m.Bytes())
	require.ErrorContains(t, err, "numbers")
	b.Signed.ID = 0
	_, err = ParseBundle(b.Bytes())
	require.ErrorContains(t, err, "bad signed prekey")
}

func TestFlagsAreZeroOrOne(t *testing.T) {
	encoded := responder(t, 2, true).bundle().Bytes()
	for _, at := range []int{len(encoded) - 1, 65 + 64 + 100 + 4} {
		bad := bytes.Clone(encoded)
		require.LessOrEqual(t, bad[at], uint8(1))
		bad[at] = 2
		_, err := ParseBundle(bad)
		require.ErrorContains(t, err, "bad ")
	}
}

func FuzzBundle(f *testing.F) {
	f.Add(responder(f, 2, false).bundle().Bytes())
	f.Add(responder(f, 2, true).bundle().Bytes())
	f.Add([]byte{tagIdentity})
	alice := identity(f, 1)
	f.Fuzz(func(t *testing.T, encoded []byte) {
		b, err := ParseBundle(encoded)
		if err != nil {
			return
		}
		require.Equal(t, encoded, b.Bytes())
		_, _, err = Initiate(random(1), alice, b)
		if b.Verify() != nil {
			require.Error(t, err)
		}
	})
}

func FuzzInitialMessage(f *testing.F) {
	bob := responder(f, 2, false)
	_, m, err := Initiate(random(3), identity(f, 1), bob.bundle())
	require.NoError(f, err)
	f.Add(m.Bytes())
	f.Add([]byte{tagIdentity})
	f.Fuzz(func(t *testing.T, encoded []byte) {
		m, err := ParseInitialMessage(encoded)
		if err != nil {
			return
		}
		require.Equal(t, encoded, m.Bytes())
		_, _ = Respond(bob, m) // an answer or an error, never a panic
	})
}

// FuzzKeys gives every input to every parser of identities and private keys.
func FuzzKeys(f *testing.F) {
	all := encodings(f)
	for _, e := range all {
		if e.size < 100 {
			f.Add(e.example)
		}
	}
	f.Fuzz(func(t *testing.T, encoded []byte) {
		for _, e := range all {
			if got, err := e.codec(encoded); err == nil {
				require.Equal(t, encoded, got, e.name)
			}
		}
	})
}
