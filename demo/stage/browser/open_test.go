//go:build browser

package browser

import (
	"errors"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFind(t *testing.T) {
	installed := func(names ...string) func(string) (string, error) {
		return func(name string) (string, error) {
			for _, n := range names {
				if n == name {
					return "/bin/" + name, nil
				}
			}
			return "", exec.ErrNotFound
		}
	}
	path, err := find("", installed("google-chrome", "chromium-browser"))
	require.NoError(t, err)
	require.Equal(t, "/bin/chromium-browser", path)
	path, err = find("own", installed("chromium", "own"))
	require.NoError(t, err)
	require.Equal(t, "/bin/own", path)
	_, err = find("own", installed("chromium"))
	require.ErrorContains(t, err, `"own"`)
	_, err = find("", installed())
	require.ErrorContains(t, err, "DOORMAT_CHROMIUM")
}

// verdict is a test that remembers how it ended, and goes on.
type verdict struct {
	testing.TB
	said string
}

func (v *verdict) Helper()               {}
func (v *verdict) Skip(...any)           { v.end("skipped") }
func (v *verdict) Fatal(...any)          { v.end("failed") }
func (v *verdict) Errorf(string, ...any) { v.end("failed") }

func (v *verdict) end(how string) {
	if v.said == "" {
		v.said = how
	}
}

func TestMissing(t *testing.T) {
	for required, want := range map[string]string{"": "skipped", "required": "failed"} {
		t.Setenv("DOORMAT_BROWSER", required)
		v := verdict{}
		missing(&v, errors.New("nothing there"))
		require.Equal(t, want, v.said)
	}
}

func TestComplaintsFail(t *testing.T) {
	v := verdict{}
	p := &Page{t: &v}
	p.complain()
	require.Empty(t, v.said)
	p.troubles = []string{"one"}
	p.complain()
	require.Equal(t, "failed", v.said)
}
