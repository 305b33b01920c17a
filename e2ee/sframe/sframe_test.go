package sframe

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

type vectors struct {
	Header []struct {
		KID, CTR uint64
		Encoded  hexBytes
	}
	CTR128 []ctrVector `json:"aes_ctr_hmac"`
	CTR256 []ctrVector `json:"aes_256_ctr_hmac"`
	SFrame []struct {
		Suite     Suite `json:"cipher_suite"`
		KID, CTR  uint64
		Base      hexBytes `json:"base_key"`
		KeyLabel  hexBytes `json:"sframe_key_label"`
		SaltLabel hexBytes `json:"sframe_salt_label"`
		Key       hexBytes `json:"sframe_key"`
		Salt      hexBytes `json:"sframe_salt"`
		Nonce     hexBytes
		Metadata  hexBytes
		AAD       hexBytes
		PT, CT    hexBytes
	}
}

type ctrVector struct {
	Suite                   Suite `json:"cipher_suite"`
	Key, Nonce, AAD, PT, CT hexBytes
}

func load(t testing.TB) (v vectors) {
	file, err := os.ReadFile("testdata/rfc9605.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(file, &v))
	return v
}

func TestHeaders(t *testing.T) {
	list := load(t).Header
	require.Len(t, list, 289)
	for _, v := range list {
		h := Header{v.KID, v.CTR}
		require.Equal(t, []byte(v.Encoded), h.Append(nil), h)
		got, n, err := ParseHeader(append(v.Encoded, 0xaa))
		require.NoError(t, err, h)
		require.Equal(t, h, got)
		require.Equal(t, len(v.Encoded), n)
		for cut := range v.Encoded {
			_, _, err := ParseHeader(v.Encoded[:cut])
			require.Error(t, err, "%v, %d bytes of it", h, cut)
		}
	}
}

// A number has one encoding: leading zeros, and bytes where three bits do, are refused.
func TestLongHeaders(t *testing.T) {
	for _, b := range []string{
		"8007", "0807", "900010", "090010", "9f00100000000000000100", "f8000000000000000008",
	} {
		raw, err := hex.DecodeString(b)
		require.NoError(t, err)
		_, _, err = ParseHeader(raw)
		require.ErrorContains(t, err, "fewer bytes", b)
	}
}

func TestCTR(t *testing.T) {
	v := load(t)
	list := slices.Concat(v.CTR128, v.CTR256)
	require.Len(t, list, 6)
	for _, v := range list {
		p := suites[v.Suite]
		require.Len(t, v.Key, p.cipherKey+p.macKey)
		aead, err := p.aead(v.Key)
		require.NoError(t, err)
		require.Equal(t, []byte(v.CT), aead.Seal(nil, v.Nonce, v.PT, v.AAD), "suite %d", v.Suite)
		require.Equal(t, len(v.CT), len(v.PT)+aead.Overhead())
		opened, err := aead.Open(nil, v.Nonce, v.CT, v.AAD)
		require.NoError(t, err)
		require.Equal(t, []byte(v.PT), opened)
	}
}

func TestFrames(t *testing.T) {
	list := load(t).SFrame
	require.Len(t, list, 5)
	for _, v := range list {
		require.Equal(t, string(v.KeyLabel), label("SFrame 1.0 Secret key ", v.Suite, v.KID))
		require.Equal(t, string(v.SaltLabel), label("SFrame 1.0 Secret salt ", v.Suite, v.KID))
		key, salt, err := suites[v.Suite].derive(v.Suite, v.KID, v.Base)
		require.NoError(t, err)
		require.Equal(t, []byte(v.Key), key)
		require.Equal(t, []byte(v.Salt), salt)
		k, err := NewKey(v.Suite, v.KID, v.Base)
		require.NoError(t, err)
		require.Equal(t, []byte(v.Nonce), k.nonce(v.CTR))
		require.Equal(t, []byte(v.CT), k.encrypt(v.CTR, v.Metadata, v.PT), "suite %d", v.Suite)
		opened, h, err := k.Decrypt(v.Metadata, v.CT)
		require.NoError(t, err)
		require.Equal(t, []byte(v.PT), opened)
		require.Equal(t, Header{v.KID, v.CTR}, h)
	}
}

func testKey(t testing.TB, suite Suite, kid uint64) *Key {
	k, err := NewKey(suite, kid, bytes.Repeat([]byte{byte(7)}, 32))
	require.NoError(t, err)
	return k
}

func TestFlippedBits(t *testing.T) {
	for suite := range suites {
		k := testKey(t, suite, 0x123)
		frame, metadata := []byte("twenty ms of sound"), []byte("track 1")
		sealed := k.encrypt(0x4567, metadata, frame)
		refused := func(name string, metadata, sealed []byte) {
			opened, _, err := k.Decrypt(metadata, sealed)
			require.Error(t, err, "suite %d: %s", suite, name)
			require.Nil(t, opened)
		}
		for bit := range 8 * len(sealed) {
			changed := bytes.Clone(sealed)
			changed[bit/8] ^= 1 << (bit % 8)
			refused("a bit of the frame", metadata, changed)
		}
		for bit := range 8 * len(metadata) {
			changed := bytes.Clone(metadata)
			changed[bit/8] ^= 1 << (bit % 8)
			refused("a bit of the metadata", changed, sealed)
		}
		for cut := range sealed {
			refused("a frame cut short", metadata, sealed[:cut])
		}
		refused("a longer frame", metadata, append(bytes.Clone(sealed), 0))
		refused("no metadata", nil, sealed)
		_, _, err := testKey(t, suite, 0x124).Decrypt(metadata, sealed)
		require.ErrorContains(t, err, "KID")
	}
}

// A byte that moves from the metadata into the ciphertext is refused, although the bytes in a row
// are the same.
func TestNothingMoves(t *testing.T) {
	k := testKey(t, AES128CTR80, 1)
	sealed := k.encrypt(2, []byte("ab"), []byte("cd"))
	_, n, err := ParseHeader(sealed)
	require.NoError(t, err)
	moved := slices.Insert(bytes.Clone(sealed), n, 'b')
	_, _, err = k.Decrypt([]byte("a"), moved)
	require.ErrorIs(t, err, ErrTag)
}

func TestSender(t *testing.T) {
	k := testKey(t, AES256GCM128, 9)
	s := NewSender(k)
	seen := map[string]bool{}
	for i := range uint64(300) {
		sealed, err := s.Encrypt(nil, []byte("silence"))
		require.NoError(t, err)
		_, h, err := k.Decrypt(nil, sealed)
		require.NoError(t, err)
		require.Equal(t, Header{9, i}, h)
		require.False(t, seen[string(k.nonce(i))])
		seen[string(k.nonce(i))] = true
	}
	s.next = 1<<64 - 1
	_, err := s.Encrypt(nil, nil)
	require.ErrorContains(t, err, "last frame")
}

// The last number is refused, as it is never given out: whoever waits for the one after it would
// wait for 0, and open all again.
func TestLastNumber(t *testing.T) {
	k := testKey(t, AES128GCM128, 1)
	_, _, err := k.Decrypt(nil, k.encrypt(math.MaxUint64-1, nil, []byte("late")))
	require.NoError(t, err)
	_, _, err = k.Decrypt(nil, k.encrypt(math.MaxUint64, nil, []byte("last")))
	require.ErrorContains(t, err, "last number")
}

func TestKeysDiffer(t *testing.T) {
	sealed := map[string]bool{}
	for suite := range suites {
		for _, kid := range []uint64{0, 1, 1 << 40} {
			k := testKey(t, suite, kid)
			b := k.aead.Seal(nil, k.nonce(0), make([]byte, 32), nil)
			require.NotContains(t, sealed, string(b[:32]))
			sealed[string(b[:32])] = true
		}
	}
	for _, bad := range []Suite{0, 9, 65535} {
		_, err := NewKey(bad, 0, make([]byte, 32))
		require.ErrorContains(t, err, "no cipher suite")
	}
	_, err := NewKey(AES128CTR80, 0, make([]byte, 15))
	require.ErrorContains(t, err, "16 bytes")
}

func FuzzDecrypt(f *testing.F) {
	for _, v := range load(f).SFrame {
		f.Add(uint16(v.Suite), []byte(v.Metadata), []byte(v.CT))
	}
	f.Add(uint16(1), []byte{}, []byte{0xff})
	f.Fuzz(func(t *testing.T, number uint16, metadata, b []byte) {
		h, n, err := ParseHeader(b)
		if err != nil {
			return
		}
		require.Equal(t, b[:n], h.Append(nil))
		if h.CTR == math.MaxUint64 {
			return
		}
		k := testKey(t, Suite(number%8+1), h.KID)
		if _, _, err := k.Decrypt(metadata, b); err == nil {
			t.Skip("a tag of 32 bits can be guessed")
		}
		opened, again, err := k.Decrypt(metadata, k.encrypt(h.CTR, metadata, b))
		require.NoError(t, err)
		require.Equal(t, h, again)
		require.True(t, bytes.Equal(b, opened))
	})
}
