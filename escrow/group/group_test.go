package group

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"filippo.io/edwards25519"
	"github.com/stretchr/testify/require"
	"go.dedis.ch/kyber/v3"
	kyberedwards "go.dedis.ch/kyber/v3/group/edwards25519"
	"go.dedis.ch/kyber/v3/share"
	"go.dedis.ch/kyber/v3/sign/schnorr"
	kybertest "go.dedis.ch/kyber/v3/util/test"
	"go.dedis.ch/kyber/v3/xof/blake2xb"
)

var order, _ = new(big.Int).SetString("7237005577332262213973186563042994240857116359379907606001950938285454250989", 10)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

func TestRFC9496(t *testing.T) {
	var vectors struct {
		Multiples []string
		Invalid   map[string][]string
		Map       []struct{ In, Out string }
	}
	file, err := os.ReadFile("testdata/rfc9496.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(file, &vectors))
	require.Len(t, vectors.Multiples, 16)
	require.Len(t, vectors.Map, 11)

	g := New(nil)
	sum := g.Point().Null()
	for i, want := range vectors.Multiples {
		require.Equal(t, want, sum.String())
		require.Equal(t, want, g.Point().Mul(g.Scalar().SetInt64(int64(i)), nil).String())
		p := g.Point()
		require.NoError(t, p.UnmarshalBinary(unhex(t, want)))
		require.True(t, p.Equal(sum))
		require.Equal(t, want, p.String())
		sum.Add(sum, g.Point().Base())
	}
	refused := 0
	for why, encodings := range vectors.Invalid {
		for _, e := range encodings {
			p := g.Point().Base()
			require.Error(t, p.UnmarshalBinary(unhex(t, e)), "%s: %s", why, e)
			require.True(t, p.Equal(g.Point().Base()), "a refused encoding changed the point")
			refused++
		}
	}
	require.Equal(t, 29, refused)
	for _, v := range vectors.Map {
		var p point
		oneWayMap(&p.p, (*[64]byte)(unhex(t, v.In)))
		require.Equal(t, v.Out, p.String())
	}
}

// TestRFC9497 checks hash_to_ristretto255 and hash-to-scalar through appendix A.1.1 of RFC 9497,
// which publishes blind*HashToGroup(input) and a key derived with HashToScalar.
func TestRFC9497(t *testing.T) {
	const suite = "OPRFV1-\x00-ristretto255-SHA512"
	g := New(nil)
	blind, err := DecodeScalar(g, unhex(t, "64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"))
	require.NoError(t, err)
	for input, want := range map[string]string{
		"00":                     "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c",
		strings.Repeat("5a", 17): "da27ef466870f5f15296299850aa088629945a17d1f5b7f5ff043f76b3c06418",
	} {
		p := HashMessageToPoint("HashToGroup-"+suite, unhex(t, input))
		require.Equal(t, want, p.Mul(blind, p).String())
	}
	seed := bytes.Repeat([]byte{0xa3}, 32)
	derive := append(append(slices.Clone(seed), 0, 8), "test key\x00"...)
	wide := expand("DeriveKeyPair"+suite, derive)
	key := g.Scalar().SetBytes(wide[:])
	require.Equal(t, "5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e", key.String())
}

func TestExpandSeparates(t *testing.T) {
	seen := map[[64]byte]string{}
	add := func(name string, out [64]byte) {
		require.NotContains(t, seen, out, name)
		seen[out] = name
	}
	add("none", Expand("d"))
	add("one empty", Expand("d", nil))
	add("two empty", Expand("d", nil, nil))
	add("ab|c", Expand("d", []byte("ab"), []byte("c")))
	add("a|bc", Expand("d", []byte("a"), []byte("bc")))
	add("abc", Expand("d", []byte("abc")))
	add("domain", Expand("da", []byte("bc")))
	add("long", Expand(strings.Repeat("x", 256)))
	add("longer", Expand(strings.Repeat("x", 257)))
}

func TestKyberConformance(t *testing.T) {
	kybertest.SuiteTest(t, New(blake2xb.New([]byte("conformance"))))
}

// TestKyberRunsOverIt signs and shares with kyber's own code.
func TestKyberRunsOverIt(t *testing.T) {
	g := New(blake2xb.New([]byte("over")))
	secret := g.Scalar().Pick(g.RandomStream())
	signature, err := schnorr.Sign(g, secret, []byte("order"))
	require.NoError(t, err)
	public := g.Point().Mul(secret, nil)
	require.NoError(t, schnorr.Verify(g, public, []byte("order"), signature))
	require.Error(t, schnorr.Verify(g, public, []byte("other"), signature))

	poly := share.NewPriPoly(g, 3, secret, g.RandomStream())
	back, err := share.RecoverSecret(g, poly.Shares(5), 3, 5)
	require.NoError(t, err)
	require.True(t, secret.Equal(back))
	require.True(t, poly.Commit(nil).Check(poly.Eval(4)))
}

func TestScalarDecoding(t *testing.T) {
	g := New(nil)
	l := littleEndian(order)
	below := littleEndian(new(big.Int).Sub(order, big.NewInt(1)))
	s, err := DecodeScalar(g, below)
	require.NoError(t, err)
	require.True(t, s.Equal(g.Scalar().SetInt64(-1)))
	for name, b := range map[string][]byte{
		"order": l, "order+1": littleEndian(new(big.Int).Add(order, big.NewInt(1))), "all ones": bytes.Repeat([]byte{0xff}, 32),
		"short": below[:31], "long": append(slices.Clone(below), 0), "empty": nil,
	} {
		s := g.Scalar().SetInt64(7)
		require.Error(t, s.UnmarshalBinary(b), name)
		require.True(t, s.Equal(g.Scalar().SetInt64(7)), name)
		_, err := DecodeScalar(g, b)
		require.Error(t, err, name)
	}
}

func TestScalarArithmetic(t *testing.T) {
	g := New(nil)
	random := blake2xb.New([]byte("scalars"))
	for _, n := range []int{0, 1, 31, 32, 33, 63, 64, 65, 96, 97, 200} {
		b := make([]byte, n)
		random.Read(b)
		want := new(big.Int).Mod(bigFrom(b), order)
		require.Equal(t, littleEndian(want), Bytes(g.Scalar().SetBytes(b)), "%d bytes", n)
	}
	for _, v := range []int64{0, 1, -1, 1 << 40, -1 << 40, 1<<63 - 1, -1 << 63} {
		want := new(big.Int).Mod(big.NewInt(v), order)
		require.Equal(t, littleEndian(want), Bytes(g.Scalar().SetInt64(v)))
	}
}

// TestTorsionIsNoElement adds points of order 2, 4 and 8 of the curve to a representative. Adding
// 4-torsion must not change the element; a representative with 8-torsion is not one of an element,
// and its bytes as a curve point are refused.
func TestTorsionIsNoElement(t *testing.T) {
	g := New(nil)
	torsion8, err := new(edwards25519.Point).SetBytes(unhex(t, "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))
	require.NoError(t, err)
	p := g.Point().Pick(blake2xb.New([]byte("torsion")))
	want := p.String()
	torsion4 := new(edwards25519.Point).Double(torsion8)
	for range 3 {
		q := p.Clone().(*point)
		q.p.Add(&q.p, torsion4)
		require.Equal(t, 0, q.p.Equal(inner(p)), "the curve points must differ")
		require.True(t, q.Equal(p))
		require.Equal(t, want, q.String())
		p = q
	}
	for _, bad := range []*edwards25519.Point{torsion8, new(edwards25519.Point).Add(torsion8, generator())} {
		require.Error(t, g.Point().UnmarshalBinary(bad.Bytes()))
	}
}

func TestDecodePointRefuses(t *testing.T) {
	g := New(nil)
	_, err := DecodePoint(g, make([]byte, 32))
	require.ErrorContains(t, err, "identity")
	_, err = DecodePoint(g, append(Bytes(g.Point().Base()), 0))
	require.Error(t, err)
	_, err = DecodePoint(g, nil)
	require.Error(t, err)
	p, err := DecodePoint(g, Bytes(g.Point().Base()))
	require.NoError(t, err)
	require.True(t, p.Equal(g.Point().Base()))
}

// TestFastPathsAgree compares every shortcut with the plain multiplication, in both groups.
func TestFastPathsAgree(t *testing.T) {
	for _, g := range []kyber.Group{New(nil), kyberedwards.NewBlakeSHA256Ed25519()} {
		random := blake2xb.New([]byte("fast"))
		p, q := g.Point().Pick(random), g.Point().Pick(random)
		table := NewTable(g, p)
		require.True(t, table.Base().Equal(p))
		scalars := []kyber.Scalar{g.Scalar().Zero(), g.Scalar().One(), g.Scalar().SetInt64(-1), g.Scalar().SetInt64(8),
			g.Scalar().SetBytes(bytes.Repeat([]byte{0x88}, 31)), g.Scalar().SetBytes(bytes.Repeat([]byte{0x77}, 31))}
		for range 20 {
			scalars = append(scalars, g.Scalar().Pick(random))
		}
		for i, s := range scalars {
			u := scalars[len(scalars)-1-i]
			sp, up, uq := g.Point().Mul(s, p), g.Point().Mul(u, p), g.Point().Mul(u, q)
			require.True(t, table.Mul(s).Equal(sp), s)
			require.True(t, VarTimeMul(g, []kyber.Scalar{s, u}, []kyber.Point{p, q}).Equal(g.Point().Add(sp, uq)))
			require.True(t, VarTimeMul(g, []kyber.Scalar{s, u}, []kyber.Point{nil, p}).Equal(g.Point().Add(g.Point().Mul(s, nil), up)))
			require.True(t, VarTimeMul(g, []kyber.Scalar{s, u}, []kyber.Point{p, nil}).Equal(g.Point().Add(sp, g.Point().Mul(u, nil))))
			require.True(t, VarTimeMul(g, []kyber.Scalar{s}, []kyber.Point{nil}).Equal(g.Point().Mul(s, nil)))
		}
		for _, x := range []uint8{0, 1, 2, 3, 100, 255} {
			at := g.Scalar().SetInt64(int64(x))
			want := g.Point().Add(p, g.Point().Mul(at, g.Point().Add(q, g.Point().Mul(at, p))))
			require.True(t, VarTimeEvaluate(g, []kyber.Point{p, q, p}, x).Equal(want), "x = %d", x)
		}
		require.True(t, VarTimeEvaluate(g, nil, 3).Equal(g.Point().Null()))
		require.True(t, VarTimeMul(g, nil, nil).Equal(g.Point().Null()))
	}
}

func TestEmbed(t *testing.T) {
	g := New(nil)
	random := blake2xb.New([]byte("embed"))
	for n := range 31 {
		data := bytes.Repeat([]byte{0xff}, n)
		got, err := g.Point().Embed(data, random).Data()
		require.NoError(t, err)
		require.Equal(t, data[:min(n, 29)], got)
	}
	stuck := New(bytes.NewReader(bytes.Repeat([]byte{0xff}, 2))) // a source that gives one value and no more
	got, err := g.Point().Embed([]byte("stuck"), stuck.RandomStream()).Data()
	require.NoError(t, err)
	require.Equal(t, "stuck", string(got))
}

func TestRandomnessIsNeverSilentlyMissing(t *testing.T) {
	g := New(nil)
	require.Panics(t, func() { g.Scalar().Pick(g.RandomStream()) })
	short := New(strings.NewReader("too short"))
	require.Panics(t, func() { short.Scalar().Pick(short.RandomStream()) })
	_, err := RandomScalar(g, nil)
	require.Error(t, err)
	_, err = RandomScalar(g, iotest.ErrReader(os.ErrClosed))
	require.ErrorIs(t, err, os.ErrClosed)
	_, err = RandomScalar(g, bytes.NewReader(make([]byte, 64)))
	require.ErrorContains(t, err, "zero")
	s, err := RandomScalar(g, bytes.NewReader(bytes.Repeat([]byte{1}, 64)))
	require.NoError(t, err)
	require.True(t, s.Equal(g.Scalar().SetBytes(bytes.Repeat([]byte{1}, 64))))
}

func FuzzDecode(f *testing.F) {
	g := New(nil)
	f.Add(make([]byte, 32))
	f.Add(Bytes(g.Point().Base()))
	f.Add(bytes.Repeat([]byte{0xff}, 33))
	f.Fuzz(func(t *testing.T, b []byte) {
		if p := g.Point(); p.UnmarshalBinary(b) == nil {
			require.Equal(t, b, Bytes(p))
			require.True(t, g.Point().Mul(g.Scalar().SetInt64(-1), p).Equal(g.Point().Neg(p)))
		}
		if s := g.Scalar(); s.UnmarshalBinary(b) == nil {
			require.Equal(t, b, Bytes(s))
			require.Negative(t, bigFrom(b).Cmp(order))
		}
	})
}

func bigFrom(b []byte) *big.Int {
	reversed := slices.Clone(b)
	slices.Reverse(reversed)
	return new(big.Int).SetBytes(reversed)
}

func littleEndian(n *big.Int) []byte {
	b := n.FillBytes(make([]byte, 32))
	slices.Reverse(b)
	return b
}
