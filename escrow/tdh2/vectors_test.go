package tdh2

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"os"
	"strings"
	"testing"

	"doormat/escrow/group"
	"doormat/escrow/sharing"

	"github.com/stretchr/testify/require"
	"go.dedis.ch/kyber/v3/xof/blake2xb"
)

var update = flag.Bool("update", false, "write testdata/tdh2.json anew")

const vectorsFile = "testdata/tdh2.json"

// vector is one known answer; byte strings are hexadecimal, scalars little-endian. Everything
// follows from the inputs.
type vector struct {
	// Inputs: the polynomial's coefficients, constant term first, and so the threshold.
	Coefficients []string `json:"coefficients"`
	Trustees     int      `json:"trustees"`
	KeyID        string   `json:"key_id"`
	Label        string   `json:"label"`
	Seed         string   `json:"seed"`
	// Outputs.
	Key        string   `json:"key"`
	Gbar       string   `json:"gbar"`
	R          string   `json:"r"`
	S          string   `json:"s"`
	Ciphertext string   `json:"ciphertext"`
	Shares     []string `json:"shares"`
	Partials   []string `json:"partials"` // of trustees 1..n, each with 64 zero bytes as its randomness
}

type vectors struct {
	About   string   `json:"about"`
	Vectors []vector `json:"vectors"`
}

// inputs lists the cases of the file; -update computes the answers.
func inputs() []vector {
	random := blake2xb.New([]byte("doormat tdh2 vectors"))
	g := group.New(random)
	var list []vector
	for _, c := range []struct {
		t, n      int
		id, label string
	}{{1, 1, "", ""}, {1, 3, "key 1", "label"}, {2, 3, "key 1", strings.Repeat("long label ", 100)}, {3, 5, "\x00\xff", "\x00"}} {
		v := vector{Trustees: c.n, KeyID: hex.EncodeToString([]byte(c.id)), Label: hex.EncodeToString([]byte(c.label))}
		for range c.t {
			v.Coefficients = append(v.Coefficients, g.Scalar().Pick(random).String())
		}
		v.Seed = g.Scalar().Pick(random).String()
		list = append(list, v)
	}
	return list
}

// answer computes the outputs from the inputs.
func answer(t *testing.T, in vector) vector {
	g := group.New(nil)
	out := in
	var coefficients [][]byte
	for _, c := range in.Coefficients {
		coefficients = append(coefficients, unhex(t, c))
	}
	shares, commitments := fromCoefficients(t, g, coefficients, in.Trustees)
	pk, err := NewPublicKey(g, unhex(t, in.KeyID), commitments.Key())
	require.NoError(t, err)
	label, seed := unhex(t, in.Label), [SeedSize]byte(unhex(t, in.Seed))
	r, s := pk.nonces(label, seed)
	ct := pk.Encrypt(label, seed)
	out.Key, out.Gbar, out.R, out.S = pk.Key().String(), pk.gbar.Base().String(), r.String(), s.String()
	out.Ciphertext = hex.EncodeToString(ct.Bytes())
	out.Shares, out.Partials = nil, nil
	c, err := pk.Check(label, ct)
	require.NoError(t, err)
	var partials []*Partial
	for _, share := range shares {
		p, err := c.Partial(share, bytes.NewReader(make([]byte, 64)))
		require.NoError(t, err)
		partials = append(partials, p)
		out.Shares = append(out.Shares, share.Value.String())
		out.Partials = append(out.Partials, hex.EncodeToString(p.Bytes()))
	}
	opened, _, err := c.Combine(commitments, partials)
	require.NoError(t, err)
	require.Equal(t, seed, opened)
	return out
}

// fromCoefficients deals a given polynomial: NewPolynomial reads each coefficient from 64 bytes,
// here padded with zeros.
func fromCoefficients(t *testing.T, g *group.Suite, coefficients [][]byte, n int) ([]sharing.Share, *sharing.Commitments) {
	var stream []byte
	for _, c := range coefficients {
		stream = append(append(stream, c...), make([]byte, 32)...)
	}
	p, err := sharing.NewPolynomial(g, len(coefficients), nil, bytes.NewReader(stream))
	require.NoError(t, err)
	shares, err := p.Shares(n)
	require.NoError(t, err)
	return shares, p.Commit()
}

func TestVectors(t *testing.T) {
	if *update {
		file := vectors{About: "Known answers for TDH2 over ristretto255 as described in package tdh2. Made by this implementation: go test ./escrow/tdh2 -run TestVectors -update"}
		for _, in := range inputs() {
			file.Vectors = append(file.Vectors, answer(t, in))
		}
		b, err := json.MarshalIndent(file, "", "  ")
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(vectorsFile, append(b, '\n'), 0o644))
	}
	b, err := os.ReadFile(vectorsFile)
	require.NoError(t, err)
	var file vectors
	require.NoError(t, json.Unmarshal(b, &file))
	require.Len(t, file.Vectors, 4)
	for _, v := range file.Vectors {
		require.Equal(t, v, answer(t, v))
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}
