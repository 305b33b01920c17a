package pqxdh

import (
	"bytes"
	"crypto/ed25519"
	"crypto/hmac"
	"crypto/mlkem"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/curve25519"
)

var update = flag.Bool("update", false, "write testdata from the transcription in vector_test.go")

const vectorFile = "testdata/agreement.json"

// vector is one agreement. Private keys are as in the encodings of this package
// without kind and number. All byte strings are hexadecimal.
type vector struct {
	Alice      string `json:"alice_identity"`
	Bob        string `json:"bob_identity"`
	Signed     string `json:"bob_signed_prekey_7"`
	KEM        string `json:"bob_kem_prekey_8"`
	OneTime    string `json:"bob_one_time_prekey_9"`
	Random     string `json:"alice_random"` // ephemeral ‖ encapsulation
	Ciphertext string `json:"kem_ciphertext"`
	With       string `json:"secret_with_one_time_prekey"`
	Without    string `json:"secret_without_one_time_prekey"`
	AD         string `json:"associated_data"`
	Bundle     string `json:"bundle_with_one_time_prekey"`
	Safety     string `json:"safety_number"`
}

// transcribe computes the vector from the formulas of the specification, line by
// line. The DH outputs are computed from Bob's side and the KEM key by decapsulation;
// the ciphertext is taken as given.
func transcribe(ciphertext string) vector {
	v := vector{
		Alice: seedHex(1), Bob: seedHex(2), Signed: seedHex(3)[:64], KEM: seedHex(4), OneTime: seedHex(5)[:64],
		Random: seedHex(6), Ciphertext: ciphertext,
	}
	alice, bob, spk, opk := unhex(v.Alice), unhex(v.Bob), unhex(v.Signed), unhex(v.OneTime)
	ephemeral := unhex(v.Random)[:32]
	kem, err := mlkem.NewDecapsulationKey768(unhex(v.KEM))
	must(err)
	ek := kem.EncapsulationKey().Bytes()
	ss, err := kem.Decapsulate(unhex(v.Ciphertext))
	must(err)

	signA, signB := ed25519.NewKeyFromSeed(alice[:32]), ed25519.NewKeyFromSeed(bob[:32])
	dhA, dhB := pub(alice[32:]), pub(bob[32:])
	idA := slices.Concat([]byte{7}, signA[32:], dhA)
	idB := slices.Concat([]byte{7}, signB[32:], dhB)

	dh1 := dh(spk, dhA)
	dh2 := dh(bob[32:], pub(ephemeral))
	dh3 := dh(spk, pub(ephemeral))
	dh4 := dh(opk, pub(ephemeral))
	f := bytes.Repeat([]byte{0xff}, 32)
	v.With = hex.EncodeToString(kdf(slices.Concat(f, dh1, dh2, dh3, dh4, ss)))
	v.Without = hex.EncodeToString(kdf(slices.Concat(f, dh1, dh2, dh3, ss)))
	bound := sha256.Sum256(slices.Concat([]byte{6}, ek))
	v.AD = hex.EncodeToString(slices.Concat(idA, idB, bound[:]))

	v.Bundle = hex.EncodeToString(slices.Concat(
		idB, ed25519.Sign(signB, slices.Concat([]byte("doormat pqxdh 1 identity\x00\x05"), dhB)),
		[]byte{0, 0, 0, 7}, pub(spk),
		ed25519.Sign(signB, slices.Concat([]byte("doormat pqxdh 1 signed prekey\x00\x00\x00\x00\x07\x05"), pub(spk))),
		[]byte{0, 0, 0, 8, 0}, ek,
		ed25519.Sign(signB, slices.Concat([]byte("doormat pqxdh 1 KEM prekey\x00\x00\x00\x00\x08\x00\x06"), ek)),
		[]byte{1, 0, 0, 0, 9}, pub(opk),
	))
	halves := []string{thirtyDigits(idA), thirtyDigits(idB)}
	slices.Sort(halves)
	v.Safety = strings.Join(halves, " ")
	return v
}

func kdf(input []byte) []byte {
	prk := hmacOf(make([]byte, 32), input) // HKDF-Extract
	return hmacOf(prk, []byte("doormat-e2ee_CURVE25519_SHA-256_ML-KEM-768\x01"))
}

func hmacOf(key, message []byte) []byte {
	m := hmac.New(sha256.New, key)
	m.Write(message)
	return m.Sum(nil)
}

func thirtyDigits(id []byte) string {
	hash := sha512.Sum512(append([]byte{0, 1}, id...))
	for range 99 {
		hash = sha512.Sum512(append(hash[:], id...))
	}
	var groups []string
	for i := range 6 {
		n := new(big.Int).SetBytes(hash[5*i : 5*i+5])
		groups = append(groups, fmt.Sprintf("%05d", n.Mod(n, big.NewInt(100000))))
	}
	return strings.Join(groups, " ")
}

func dh(private, public []byte) []byte {
	out, err := curve25519.X25519(private, public)
	must(err)
	return out
}

func pub(private []byte) []byte { return dh(private, curve25519.Basepoint) }

func seedHex(i byte) string {
	sum := sha512.Sum512([]byte{'v', i})
	return hex.EncodeToString(sum[:])
}

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	must(err)
	return b
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func readVector(t *testing.T) vector {
	file, err := os.ReadFile(vectorFile)
	require.NoError(t, err)
	var v vector
	require.NoError(t, json.Unmarshal(file, &v))
	return v
}

// load builds the keys of the vector through the parsers.
func (v vector) load(t *testing.T) (alice *Identity, bob ResponderKeys) {
	alice, err := ParseIdentity(slices.Concat([]byte{1}, unhex(v.Alice)))
	require.NoError(t, err)
	bob.Identity, err = ParseIdentity(slices.Concat([]byte{1}, unhex(v.Bob)))
	require.NoError(t, err)
	bob.Signed, err = ParseSignedPrekey(slices.Concat([]byte{2, 0, 0, 0, 7}, unhex(v.Signed)))
	require.NoError(t, err)
	bob.OneTime, err = ParseOneTimePrekey(slices.Concat([]byte{3, 0, 0, 0, 9}, unhex(v.OneTime)))
	require.NoError(t, err)
	bob.KEM, err = ParseKEMPrekey(slices.Concat([]byte{4, 0, 0, 0, 8}, unhex(v.KEM)))
	require.NoError(t, err)
	return alice, bob
}

func TestVectorFileIsTranscription(t *testing.T) {
	if *update {
		v := transcribe(hex.EncodeToString(make([]byte, mlkem.CiphertextSize768)))
		alice, bob := v.load(t)
		_, m, err := Initiate(bytes.NewReader(unhex(v.Random)), alice, bob.bundle())
		require.NoError(t, err)
		out, err := json.MarshalIndent(transcribe(hex.EncodeToString(m.Ciphertext[:])), "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(vectorFile, append(out, '\n'), 0o644))
	}
	v := readVector(t)
	require.Equal(t, v, transcribe(v.Ciphertext), "run: go test -run Transcription -update ./e2ee/pqxdh")
}

func TestVector(t *testing.T) {
	v := readVector(t)
	alice, bob := v.load(t)
	require.Equal(t, v.Bundle, hex.EncodeToString(bob.bundle().Bytes()))
	require.Equal(t, v.Safety, SafetyNumber(alice.Public(), bob.Identity.Public()))
	for _, secret := range []string{v.With, v.Without} {
		a, m, err := Initiate(bytes.NewReader(unhex(v.Random)), alice, bob.bundle())
		require.NoError(t, err)
		require.Equal(t, v.Ciphertext, hex.EncodeToString(m.Ciphertext[:]))
		require.Equal(t, secret, hex.EncodeToString(a.Secret[:]))
		require.Equal(t, v.AD, hex.EncodeToString(a.AssociatedData))
		b, err := Respond(bob, m)
		require.NoError(t, err)
		require.Equal(t, a, b)
		bob.OneTime = nil
	}
}
