package cluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// The manifest in docs/scale.md is YAML, and what its container is given are flags of doormat work that
// name a server.
func TestManifest(t *testing.T) {
	page, err := os.ReadFile("../../docs/scale.md")
	require.NoError(t, err)
	_, text, found := strings.Cut(string(page), "```yaml\n")
	require.True(t, found)
	text, _, _ = strings.Cut(text, "```")
	var job struct {
		Kind string
		Spec struct {
			Parallelism, Completions int
			Template                 struct {
				Spec struct{ Containers []struct{ Args []string } }
			}
		}
	}
	require.NoError(t, yaml.Unmarshal([]byte(text), &job))
	require.Equal(t, "Job", job.Kind)
	require.Equal(t, 50, job.Spec.Parallelism)
	require.Equal(t, 50, job.Spec.Completions)
	args := job.Spec.Template.Spec.Containers[0].Args
	require.Equal(t, []string{"work", "--nats"}, args[:2])
	require.NoError(t, Server{URL: strings.ReplaceAll(args[2], "$(PASSWORD)", "secret")}.Valid())
}

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
