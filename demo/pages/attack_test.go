package pages

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestFlag: a page shows a setting as one types it.
func TestFlag(t *testing.T) {
	require.Equal(t, "--refresh 10", flag("refresh", "10"))
	require.Equal(t, "--set cap=1", flag("cap", "1"))
	require.Equal(t, "--set link-notice=night", flag("link-notice", "night"))
}
