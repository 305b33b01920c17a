package demo

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks/library"
	"doormat/attacks/lint"
	"doormat/attacks/script"
	"doormat/attacks/technique"
)

// The script that attack new writes runs as it stands, but for its prose, and nothing is wrong
// with it.
func TestNewAttack(t *testing.T) {
	t.Parallel()
	text, err := lint.New("my-first")
	require.NoError(t, err)
	written, err := script.Load("my-first.star", []byte(strings.ReplaceAll(text, `= "",`, `= "words",`)), library.Files)
	require.NoError(t, err)
	lab, _ := atlasLab(t, AllDesigns, nil)
	lab.Attacks, lab.Ahead = []technique.Technique{written}, nil
	findings, err := lint.Check(t.Context(), lab)
	require.NoError(t, err)
	require.Empty(t, findings)
}
