package ledger_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"
)

// The definitions of RFC 6962, section 2.1, word for word and recursive, to
// compare the log's stored hashes and proofs with.

// rfcHash is MTH(D[n]).
func rfcHash(d [][]byte) []byte {
	switch len(d) {
	case 0:
		return sum()
	case 1:
		return sum([]byte{0}, d[0])
	}
	k := rfcSplit(len(d))
	return sum([]byte{1}, rfcHash(d[:k]), rfcHash(d[k:]))
}

// rfcPath is PATH(m, D[n]).
func rfcPath(m int, d [][]byte) (path []byte) {
	if len(d) == 1 {
		return nil
	}
	if k := rfcSplit(len(d)); m < k {
		return append(rfcPath(m, d[:k]), rfcHash(d[k:])...)
	} else {
		return append(rfcPath(m-k, d[k:]), rfcHash(d[:k])...)
	}
}

// rfcSubproof is SUBPROOF(m, D[n], b); PROOF(m, D[n]) has b true.
func rfcSubproof(m int, d [][]byte, b bool) []byte {
	if m == len(d) {
		if b {
			return nil
		}
		return rfcHash(d)
	}
	if k := rfcSplit(len(d)); m <= k {
		return append(rfcSubproof(m, d[:k], b), rfcHash(d[k:])...)
	} else {
		return append(rfcSubproof(m-k, d[k:], false), rfcHash(d[:k])...)
	}
}

// rfcSplit is the largest power of two smaller than n.
func rfcSplit(n int) int {
	k := 1
	for 2*k < n {
		k *= 2
	}
	return k
}

func sum(parts ...[]byte) []byte {
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(nil)
}

// TestRootsRFC6962 uses the leaves and roots of Certificate Transparency's
// own reference tests.
func TestRootsRFC6962(t *testing.T) {
	l := newLog(t, 0)
	root := checkpoint(t, l).Root
	require.Equal(t, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", hex.EncodeToString(root[:]))
	for i, v := range []struct{ leaf, root string }{
		{"", "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"},
		{"00", "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"},
		{"10", "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77"},
		{"2021", "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"},
		{"3031", "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4"},
		{"40414243", "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef"},
		{"5051525354555657", "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c"},
		{"606162636465666768696a6b6c6d6e6f", "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"},
	} {
		leaf, err := hex.DecodeString(v.leaf)
		require.NoError(t, err)
		require.EqualValues(t, i, l.Append(leaf))
		root := checkpoint(t, l).Root
		require.Equal(t, v.root, hex.EncodeToString(root[:]), "size %d", i+1)
	}
}

// TestProofsRFC6962 compares every proof of a small log, byte for byte.
func TestProofsRFC6962(t *testing.T) {
	const most = 35
	l := newLog(t, most)
	records, err := l.Records(0, most)
	require.NoError(t, err)
	for size := 1; size <= most; size++ {
		d := records[:size]
		fork, err := l.Fork(int64(size))
		require.NoError(t, err)
		c := checkpoint(t, fork)
		require.Equal(t, rfcHash(d), c.Root[:])
		for i := range size {
			proof, err := l.Inclusion(int64(i), int64(size))
			require.NoError(t, err)
			require.Equal(t, encoded(1, rfcPath(i, d)), proof, "record %d of %d", i, size)
			require.NoError(t, c.CheckInclusion(proof, int64(i), d[i]))
		}
		for old := 1; old <= size; old++ {
			proof, err := l.Consistency(int64(old), int64(size))
			require.NoError(t, err)
			require.Equal(t, encoded(2, rfcSubproof(old, d, true)), proof, "%d to %d", old, size)
		}
	}
}

// encoded is the documented encoding of a proof.
func encoded(kind byte, hashes []byte) []byte {
	b := binary.BigEndian.AppendUint16([]byte{kind}, uint16(len(hashes)))
	return append(b, hashes...)
}
