// Package scram asks SCRAM, another program for fault trees, for a second opinion, in tests.
//
// SCRAM (Olzhas Rakhimov, Debian's package scram) reads the exchange format that
// attacks/faulttree writes and computes probabilities by diagrams of its own. A test that wants
// it is skipped where it is not installed; DOORMAT_SCRAM=required makes it fail then. TestScram
// in attacks/faulttree uses it on trees of every form, TestScramAgrees in demo on those of
// arrangements.
package scram

import (
	"bytes"
	"encoding/xml"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/faulttree"
)

// Agrees requires that SCRAM finds the probability of a tree that its diagram gives, within 1e-6
// and to the six digits that SCRAM prints.
func Agrees(t *testing.T, tree *faulttree.Tree, chances faulttree.Chances) {
	t.Helper()
	d, err := tree.Diagram()
	require.NoError(t, err)
	want, err := d.Probability(chances)
	require.NoError(t, err)
	require.InDelta(t, want, Probability(t, tree, chances), min(1e-6, 5e-6*want))
}

// Probability is what SCRAM finds.
func Probability(t *testing.T, tree *faulttree.Tree, chances faulttree.Chances) float64 {
	t.Helper()
	if _, err := exec.LookPath("scram"); err != nil {
		require.NotEqual(t, "required", os.Getenv("DOORMAT_SCRAM"), "%v", err)
		t.Skip("scram is not installed (Debian: apt-get install scram)")
	}
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
