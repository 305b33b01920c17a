package cli

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Only what go run started is told to be typed as such, and only commands are changed.
func TestTyped(t *testing.T) {
	at := func(parts ...string) string { return filepath.Join(parts...) }
	temp := at("", "tmp")
	require.True(t, byGoRun(at(temp, "go-build123", "b001", "exe", "doormat"), temp))
	for _, program := range []string{at(temp, "go-build123", "b001", "doormat.test"), at(temp, "doormat"),
		at("", "home", "go-build", "exe", "doormat"), at(temp, "exe", "doormat")} {
		require.False(t, byGoRun(program, temp), program)
	}
	require.Equal(t, "doormat attack run x", Typed("doormat attack run x"), "a test is no go run")
	require.Equal(t, "Next: go run ./cmd/doormat attack run x; doormat takes a list, as doormat attacks do",
		ours.ReplaceAllString("Next: doormat attack run x; doormat takes a list, as doormat attacks do", "go run ./cmd/doormat $1"))
}
