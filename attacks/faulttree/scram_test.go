package faulttree_test

import (
	"bytes"
	"encoding/xml"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/faulttree"
)

// scram asks SCRAM, another program for fault trees, for the probability of a tree.
func scram(t *testing.T, tree *faulttree.Tree, chances faulttree.Chances) float64 {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, tree.WriteOpenPSA(&b, "somebody reads the message", chances))
	file := filepath.Join(t.TempDir(), "tree.xml")
	require.NoError(t, os.WriteFile(file, b.Bytes(), 0o600))
	out, err := exec.Command("scram", "--bdd", "--probability", "1", file).Output()
	require.NoError(t, err, "%s\n%s", out, b.String())
	var report struct {
		Sum struct {
			Probability *float64 `xml:"probability,attr"`
		} `xml:"results>sum-of-products"`
	}
	require.NoError(t, xml.Unmarshal(out, &report))
	require.NotNil(t, report.Sum.Probability, "%s", out)
	return *report.Sum.Probability
}

// SCRAM reads what is written, and agrees on probabilities to the six digits that it prints.
func TestScram(t *testing.T) {
	if _, err := exec.LookPath("scram"); err != nil {
		require.NotEqual(t, "required", os.Getenv("DOORMAT_SCRAM"), "%v", err)
		t.Skip("scram is not installed (Debian: apt-get install scram)")
	}
	event, and, or, atLeast := faulttree.Event, faulttree.And, faulttree.Or, faulttree.AtLeast
	quorum := atLeast(3, event("trustee:1.store"), event("trustee:2.store"), event("trustee:3.store"),
		event("trustee:4.store"), event("trustee:5.store"))
	mail := or(event("provider.store"), event("network.tap"))
	for name, tree := range map[string]*faulttree.Tree{
		"one event":   event("provider.store"),
		"all":         and(event("a"), event("b")),
		"a quorum":    quorum,
		"threshold":   or(event("device:target.store"), event("device:other.store"), and(mail, quorum)),
		"shared":      atLeast(2, and(mail, quorum), or(mail, event("x")), quorum, event("device:a.store")),
		"always":      faulttree.Always(),
		"never":       faulttree.Never(),
		"same events": or(and(event("a.b"), event("a-b")), and(event("a b"), event("a_b"))),
	} {
		t.Run(name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(7, 7))
			chances := faulttree.Chances{}
			for _, e := range tree.Events() {
				chances[e] = random.Float64() / 3
			}
			d, err := tree.Diagram()
			require.NoError(t, err)
			want, err := d.Probability(chances)
			require.NoError(t, err)
			require.InDelta(t, want, scram(t, tree, chances), min(1e-6, 5e-6*want))
		})
	}
}
