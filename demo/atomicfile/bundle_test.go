package atomicfile

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestBundle puts two files in their places, over an old one; and where the second
// cannot be put there, leaves everything as it was.
func TestBundle(t *testing.T) {
	read := func(path string) string {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(text)
	}
	names := func(dir string) (list []string) {
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		for _, e := range entries {
			list = append(list, e.Name())
		}
		return list
	}
	for _, blocked := range []bool{false, true} {
		for _, before := range []bool{false, true} {
			dir := t.TempDir()
			a, b := filepath.Join(dir, "a"), filepath.Join(dir, "b")
			if before {
				require.NoError(t, os.WriteFile(a, []byte("old"), 0o600))
			}
			files, err := OpenBundle([]string{a, b})
			require.NoError(t, err)
			if blocked {
				require.NoError(t, os.Mkdir(b, 0o700))
			}
			err = files.Commit([][]byte{[]byte("one"), []byte("two")})
			switch {
			case !blocked:
				require.NoError(t, err)
				require.Equal(t, []string{"a", "b"}, names(dir))
				require.Equal(t, "onetwo", read(a)+read(b))
			case before:
				require.ErrorContains(t, err, "is no file any more")
				require.Equal(t, []string{"a", "b"}, names(dir))
				require.Equal(t, "old", read(a))
			default:
				require.Error(t, err)
				require.Equal(t, []string{"b"}, names(dir))
			}
		}
	}
}

// TestBundleRefused opens nothing where one file could not be, and leaves nothing.
func TestBundleRefused(t *testing.T) {
	for _, second := range []string{".", "no/such/b", "a", "link"} {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a"), nil, 0o600))
		require.NoError(t, os.Symlink("a", filepath.Join(dir, "link")))
		_, err := OpenBundle([]string{filepath.Join(dir, "a"), filepath.Join(dir, second)})
		require.Error(t, err, second)
		entries, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Len(t, entries, 2, second)
	}
}
