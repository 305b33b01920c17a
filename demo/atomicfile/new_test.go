package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCreateNew has many make the same file: one does, and the others are told so; what was
// there before stays.
func TestCreateNew(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	var list []*File
	for range 8 {
		f, err := CreateNew(path)
		require.NoError(t, err)
		list = append(list, f)
	}
	var made atomic.Int32
	var all sync.WaitGroup
	for i, f := range list {
		all.Go(func() {
			_, _ = fmt.Fprint(f, i)
			switch err := f.Commit(); {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, fs.ErrExist):
				t.Error(err)
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, made.Load())
	_, err := CreateNew(path)
	require.ErrorIs(t, err, fs.ErrExist)
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Len(t, text, 1)
}
