package linked

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/e2ee/pqxdh"
)

func identity(t *testing.T, seed byte) *pqxdh.Identity {
	t.Helper()
	i, err := pqxdh.NewIdentity(rand.NewChaCha8([32]byte{seed}))
	require.NoError(t, err)
	return i
}

// TestList: a list is believed if the identity in it signed it, and every changed byte is refused.
func TestList(t *testing.T) {
	ana := identity(t, 1)
	l := List{Account: "Ana", Number: 2, Devices: []Device{{bytes.Repeat([]byte{7}, 32), "outsider"}}}
	signed := l.Sign(ana)
	got, err := Verify(signed)
	require.NoError(t, err)
	l.Identity = ana.Public()
	require.Equal(t, l, got)
	for i := range signed {
		changed := bytes.Clone(signed)
		changed[i] ^= 1
		_, err := Verify(changed)
		require.Error(t, err, "byte %d", i)
	}
	_, err = ParseDevice(Device{[]byte{1}, "outsider"}.Encode())
	require.Error(t, err)
}

// FuzzVerify: a list has one encoding, and hostile ones do no harm.
func FuzzVerify(f *testing.F) {
	ana, err := pqxdh.NewIdentity(rand.NewChaCha8([32]byte{1}))
	require.NoError(f, err)
	f.Add(List{Account: "Ana", Number: 1}.Sign(ana))
	f.Fuzz(func(t *testing.T, data []byte) {
		if l, err := Verify(data); err == nil && l.Account == "Ana" && l.Identity == ana.Public() &&
			!bytes.Equal(data, l.Sign(ana)) {
			t.Fatal("two encodings")
		}
	})
}
