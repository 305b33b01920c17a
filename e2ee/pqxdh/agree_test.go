package pqxdh

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAgreement(t *testing.T) {
	for _, lastResort := range []bool{false, true} {
		alice, bob := identity(t, 1), responder(t, 2, lastResort)
		bundle, err := ParseBundle(bob.bundle().Bytes())
		require.NoError(t, err)
		a, sent, err := Initiate(random(3), alice, bundle)
		require.NoError(t, err)
		m, err := ParseInitialMessage(sent.Bytes())
		require.NoError(t, err)
		b, err := Respond(bob, m)
		require.NoError(t, err)
		require.Equal(t, a, b)

		kem := sha256.Sum256(append([]byte{6}, bob.KEM.key.EncapsulationKey().Bytes()...))
		require.Equal(t, slices.Concat(alice.Public().Bytes(), bob.Identity.Public().Bytes(), kem[:]), a.AssociatedData)

		again, _, err := Initiate(random(3), alice, bundle)
		require.NoError(t, err)
		require.Equal(t, a, again, "a run repeats from its randomness")
		other, _, err := Initiate(random(4), alice, bundle)
		require.NoError(t, err)
		require.NotEqual(t, a.Secret, other.Secret)
	}
}

// Every secret input counts: exchanging one private key changes the secret.
func TestEveryKeyCounts(t *testing.T) {
	alice, bob := identity(t, 1), responder(t, 2, false)
	a, m, err := Initiate(random(3), alice, bob.bundle())
	require.NoError(t, err)
	other := responder(t, 4, false)
	for name, wrong := range map[string]func(k *ResponderKeys){
		"identity": func(k *ResponderKeys) { k.Identity = other.Identity },
		"signed":   func(k *ResponderKeys) { k.Signed = other.Signed },
		"KEM":      func(k *ResponderKeys) { k.KEM = other.KEM },
		"one-time": func(k *ResponderKeys) { k.OneTime = other.OneTime },
	} {
		keys := bob
		wrong(&keys)
		b, err := Respond(keys, m)
		require.NoError(t, err, name)
		require.NotEqual(t, a.Secret, b.Secret, name)
	}
}

// A thief of encoded key stores computes the secret; once a prekey that the
// session used is erased, neither thief nor owner does.
func TestStolenKeyStore(t *testing.T) {
	bob := responder(t, 2, false)
	a, m, err := Initiate(random(3), identity(t, 1), bob.bundle())
	require.NoError(t, err)

	var stolen ResponderKeys
	stolen.Identity, err = ParseIdentity(bob.Identity.Bytes())
	require.NoError(t, err)
	stolen.Signed, err = ParseSignedPrekey(bob.Signed.Bytes())
	require.NoError(t, err)
	stolen.KEM, err = ParseKEMPrekey(bob.KEM.Bytes())
	require.NoError(t, err)
	_, err = Respond(stolen, m)
	require.ErrorContains(t, err, "one-time prekey 9 is needed")
	stolen.OneTime, err = ParseOneTimePrekey(bob.OneTime.Bytes())
	require.NoError(t, err)
	b, err := Respond(stolen, m)
	require.NoError(t, err)
	require.Equal(t, a, b)
}

// A directory that makes a bundle of its own is in the middle. Every signature
// holds; the safety number differs.
func TestDirectoryInTheMiddle(t *testing.T) {
	alice, bob, directory := identity(t, 1), responder(t, 2, false), responder(t, 3, true)
	a, m, err := Initiate(random(4), alice, directory.bundle())
	require.NoError(t, err)
	read, err := Respond(directory, m)
	require.NoError(t, err)
	require.Equal(t, a, read)
	require.NotEqual(t,
		SafetyNumber(alice.Public(), bob.Identity.Public()),
		SafetyNumber(alice.Public(), directory.bundle().Identity))
}

func TestMismatchedKeys(t *testing.T) {
	bob := responder(t, 2, false)
	_, honest, err := Initiate(random(3), identity(t, 1), bob.bundle())
	require.NoError(t, err)
	for name, c := range map[string]struct {
		spoil func(m *InitialMessage, k *ResponderKeys)
		want  string
	}{
		"signed id":      {func(m *InitialMessage, _ *ResponderKeys) { m.SignedID++ }, "names signed prekey 8, got 7"},
		"KEM id":         {func(m *InitialMessage, _ *ResponderKeys) { m.KEMID++ }, "names KEM prekey 9, got 8"},
		"one-time id":    {func(m *InitialMessage, _ *ResponderKeys) { m.OneTimeID++ }, "prekey 10 is needed"},
		"none named":     {func(m *InitialMessage, _ *ResponderKeys) { m.OneTimeID = 0 }, "names no one-time prekey"},
		"none given":     {func(_ *InitialMessage, k *ResponderKeys) { k.OneTime = nil }, "prekey 9 is needed"},
		"no KEM key":     {func(_ *InitialMessage, k *ResponderKeys) { k.KEM = nil }, "are all needed"},
		"binding":        {func(m *InitialMessage, _ *ResponderKeys) { m.Binding[0] ^= 1 }, "not by this identity"},
		"exchange key":   {func(m *InitialMessage, _ *ResponderKeys) { m.Identity.Exchange[0] ^= 1 }, "not by this identity"},
		"signing key":    {func(m *InitialMessage, _ *ResponderKeys) { m.Identity.Signing[0] ^= 1 }, "not by this identity"},
		"zero ephemeral": {func(m *InitialMessage, _ *ResponderKeys) { m.Ephemeral = [32]byte{} }, "ephemeral key"},
	} {
		t.Run(name, func(t *testing.T) {
			m, keys := *honest, bob
			c.spoil(&m, &keys)
			_, err := Respond(keys, &m)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// What the signatures do not cover changes the secret instead.
func TestForgedMessageGivesAnotherSecret(t *testing.T) {
	bob := responder(t, 2, false)
	a, m, err := Initiate(random(3), identity(t, 1), bob.bundle())
	require.NoError(t, err)
	for name, spoil := range map[string]func(m *InitialMessage){
		"ephemeral":  func(m *InitialMessage) { m.Ephemeral[3] ^= 1 },
		"ciphertext": func(m *InitialMessage) { m.Ciphertext[1000] ^= 1 },
		"identity": func(m *InitialMessage) {
			mallory := identity(t, 5)
			m.Identity, m.Binding = mallory.Public(), mallory.bind()
		},
	} {
		forged := *m
		spoil(&forged)
		b, err := Respond(bob, &forged)
		require.NoError(t, err, name)
		require.NotEqual(t, a.Secret, b.Secret, name)
	}
}

func TestBundleRefused(t *testing.T) {
	bob, other := responder(t, 2, false), responder(t, 3, false)
	low := [32]byte{1}
	for name, c := range map[string]struct {
		spoil func(b *Bundle)
		want  string
	}{
		"signing key":        {func(b *Bundle) { b.Identity.Signing[0] ^= 1 }, "X25519 identity key"},
		"exchange key":       {func(b *Bundle) { b.Identity.Exchange[0] ^= 1 }, "X25519 identity key"},
		"binding":            {func(b *Bundle) { b.Binding[63] ^= 1 }, "X25519 identity key"},
		"signed number":      {func(b *Bundle) { b.Signed.ID++ }, "signed prekey 8"},
		"signed key":         {func(b *Bundle) { b.Signed.Key[0] ^= 1 }, "signed prekey 7"},
		"signed signature":   {func(b *Bundle) { b.Signed.Signature[0] ^= 1 }, "signed prekey 7"},
		"signed of another":  {func(b *Bundle) { b.Signed = other.bundle().Signed }, "signed prekey 7"},
		"binding for prekey": {func(b *Bundle) { b.Signed.Key, b.Signed.Signature = b.Identity.Exchange, b.Binding }, "signed prekey 7"},
		"KEM number":         {func(b *Bundle) { b.KEM.ID++ }, "KEM prekey 9"},
		"KEM use":            {func(b *Bundle) { b.KEM.LastResort = true }, "KEM prekey 8"},
		"KEM key":            {func(b *Bundle) { b.KEM.Key[9] ^= 1 }, "KEM prekey 8"},
		"KEM of another":     {func(b *Bundle) { b.KEM = other.bundle().KEM }, "KEM prekey 8"},
		"low one-time":       {func(b *Bundle) { b.OneTime.Key = low }, "one-time prekey"},
		"low signed": {func(b *Bundle) {
			b.Signed.Key = low
			b.Signed.Signature = bob.Identity.sign(labelSigned, b.Signed.statement())
		}, "low order"},
		"low identity": {func(b *Bundle) {
			b.Identity.Exchange = low
			b.Binding = bob.Identity.sign(labelBinding, encodeX25519(low))
		}, "low order"},
		"KEM key out of range": {func(b *Bundle) {
			copy(b.KEM.Key[:], bytes.Repeat([]byte{0xff}, 32))
			b.KEM.Signature = bob.Identity.sign(labelKEM, b.KEM.statement())
		}, "KEM prekey 8: "},
	} {
		t.Run(name, func(t *testing.T) {
			b := bob.bundle()
			c.spoil(b)
			_, _, err := Initiate(random(4), identity(t, 1), b)
			require.ErrorContains(t, err, c.want)
		})
	}
}

// A directory may drop the one-time prekey or replace it, since it is unsigned.
func TestDirectoryDropsOneTimePrekey(t *testing.T) {
	bob := responder(t, 2, false)
	b := bob.bundle()
	b.OneTime = OneTimePublic{}
	a, m, err := Initiate(random(4), identity(t, 1), b)
	require.NoError(t, err)
	bob.OneTime = nil
	got, err := Respond(bob, m)
	require.NoError(t, err)
	require.Equal(t, a, got)
}

func TestRandomnessRunsOut(t *testing.T) {
	alice, bundle := identity(t, 1), responder(t, 2, false).bundle()
	for _, n := range []int{0, 31, 32, 63} {
		_, _, err := Initiate(bytes.NewReader(make([]byte, n)), alice, bundle)
		require.ErrorContains(t, err, "read 32 random bytes")
	}
	_, err := NewIdentity(bytes.NewReader(make([]byte, 63)))
	require.ErrorContains(t, err, "read 64 random bytes")
	_, err = NewKEMPrekey(bytes.NewReader(make([]byte, 63)), 1, false)
	require.ErrorContains(t, err, "read 64 random bytes")
	_, err = NewSignedPrekey(bytes.NewReader(nil), 1)
	require.ErrorContains(t, err, "read 32 random bytes")
	_, err = NewOneTimePrekey(bytes.NewReader(nil), 1)
	require.ErrorContains(t, err, "read 32 random bytes")
}

func BenchmarkInitiate(b *testing.B) {
	alice, bundle, rand := identity(b, 1), responder(b, 2, false).bundle(), random(3)
	for b.Loop() {
		_, _, err := Initiate(rand, alice, bundle)
		require.NoError(b, err)
	}
}

func BenchmarkRespond(b *testing.B) {
	bob := responder(b, 2, false)
	_, m, err := Initiate(random(3), identity(b, 1), bob.bundle())
	require.NoError(b, err)
	for b.Loop() {
		_, err := Respond(bob, m)
		require.NoError(b, err)
	}
}
