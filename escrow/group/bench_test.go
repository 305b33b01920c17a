package group

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.dedis.ch/kyber/v3"
	"go.dedis.ch/kyber/v3/group/edwards25519"
	"go.dedis.ch/kyber/v3/xof/blake2xb"
)

// BenchmarkGroup sets this package's group beside kyber's edwards25519, operation by operation.
func BenchmarkGroup(b *testing.B) {
	groups := []struct {
		name string
		g    kyber.Group
	}{{"ristretto255", New(nil)}, {"kyber", edwards25519.NewBlakeSHA256Ed25519()}}
	for _, c := range groups {
		random := blake2xb.New([]byte("bench"))
		p, q := c.g.Point().Pick(random), c.g.Point().Pick(random)
		s, t := c.g.Scalar().Pick(random), c.g.Scalar().Pick(random)
		table := NewTable(c.g, p)
		encoded := Bytes(p)
		coefficients := []kyber.Point{p, q, p}
		run := func(name string, f func()) {
			b.Run(name+"/"+c.name, func(b *testing.B) {
				for b.Loop() {
					f()
				}
			})
		}
		run("Base", func() { c.g.Point().Mul(s, nil) })
		run("Mul", func() { c.g.Point().Mul(s, p) })
		run("Table", func() { table.Mul(s) })
		run("NewTable", func() { NewTable(c.g, p) })
		run("VarTimeMul base", func() { VarTimeMul(c.g, []kyber.Scalar{s, t}, []kyber.Point{nil, q}) })
		run("VarTimeMul 2", func() { VarTimeMul(c.g, []kyber.Scalar{s, t}, []kyber.Point{p, q}) })
		run("VarTimeMul 3", func() { VarTimeMul(c.g, []kyber.Scalar{s, t, s}, []kyber.Point{p, q, p}) })
		run("VarTimeEvaluate 3", func() { VarTimeEvaluate(c.g, coefficients, 5) })
		run("Encode", func() { Bytes(p) })
		run("Decode", func() {
			_, err := DecodePoint(c.g, encoded)
			require.NoError(b, err)
		})
		run("HashToPoint", func() { HashToPoint(c.g, "bench", encoded) })
		run("HashToScalar", func() { HashToScalar(c.g, "bench", encoded) })
	}
}
