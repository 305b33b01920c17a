package cluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"
)

// The configuration in docs/scale.md is one that a server takes, and gives workers what they need
// and no more.
func TestConfiguration(t *testing.T) {
	page, err := os.ReadFile("../../docs/scale.md")
	require.NoError(t, err)
	_, text, found := strings.Cut(string(page), "```conf\n")
	require.True(t, found)
	text, _, _ = strings.Cut(text, "```")
	for _, name := range []string{"NAME", "HOST_PASSWORD", "WORKER_PASSWORD"} {
		t.Setenv(name, strings.ToLower(name))
	}
	file := filepath.Join(t.TempDir(), "nats.conf")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	o, err := server.ProcessConfigFile(file)
	require.NoError(t, err)
	require.Equal(t, "name", o.ServerName)
	require.Equal(t, 8<<20, int(o.MaxPayload))
	require.Len(t, o.Routes, 3)
	require.Len(t, o.Users, 2)
	require.Nil(t, o.Users[0].Permissions)
	require.Equal(t, workerPermissions(), o.Users[1].Permissions)
}
