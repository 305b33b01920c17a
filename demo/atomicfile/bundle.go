package atomicfile

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Bundle is files that appear together or not at all. They are written into a temporary
// folder beside their places, in its folder "new"; what they replace lies in the temporary
// folder itself until all are in place, where clearLeftovers finds it if the process is
// killed meanwhile.
type Bundle struct {
	folder string   // the temporary folder's name
	paths  []string // of the files to be
}

// temp is the temporary folder beside a file to be.
func (b *Bundle) temp(path string) string { return filepath.Join(filepath.Dir(path), b.folder) }

// Discard leaves all places as they are.
func (b *Bundle) Discard() {
	for _, path := range b.paths {
		_ = os.RemoveAll(b.temp(path))
	}
}

// OpenBundle is called before the work is done, like [Create]. It refuses what is no
// regular file, and two paths that are the same file; errors name the path.
func OpenBundle(paths []string) (*Bundle, error) {
	b := &Bundle{folder: tempPrefix() + rand.Text()}
	named := map[string]string{}
	for _, path := range paths {
		real, old, err := resolve(path)
		switch {
		case err != nil:
		case old != nil && !old.Mode().IsRegular():
			err = errors.New("is no file")
		case named[real] != "":
			err = fmt.Errorf("is the same file as %s", named[real])
		default:
			clearLeftovers(filepath.Dir(real))
			if err = os.Mkdir(b.temp(real), 0o700); err == nil || errors.Is(err, fs.ErrExist) {
				named[real], b.paths = path, append(b.paths, real)
				err = os.MkdirAll(filepath.Join(b.temp(real), "new"), 0o700)
			}
		}
		if err != nil {
			b.Discard()
			return nil, fmt.Errorf("%s: %w", path, WithoutPath(err))
		}
	}
	return b, nil
}

// Commit fills the files, one after the other, and puts them in their places. If one of them cannot be, what
// stood in the places before stands there again.
func (b *Bundle) Commit(data [][]byte) (err error) {
	defer b.Discard()
	for i, path := range b.paths {
		if err := os.WriteFile(b.fresh(path), data[i], 0o666); err != nil {
			return err
		}
	}
	var undo []func() error
	defer func() {
		for i := len(undo) - 1; i >= 0 && err != nil; i-- {
			_ = undo[i]()
		}
	}()
	for _, path := range b.paths {
		aside := filepath.Join(b.temp(path), filepath.Base(path))
		if old, err := os.Lstat(path); err == nil {
			if !old.Mode().IsRegular() {
				return fmt.Errorf("%s: is no file any more", path)
			}
			if err := os.Chmod(b.fresh(path), old.Mode().Perm()); err != nil {
				return err
			}
			if err := os.Rename(path, aside); err != nil {
				return err
			}
			undo = append(undo, func() error { return os.Rename(aside, path) })
		}
		if err := os.Rename(b.fresh(path), path); err != nil {
			return err
		}
		undo = append(undo, func() error { return os.Remove(path) })
	}
	return nil
}

// fresh is where the new file lies until it takes its place.
func (b *Bundle) fresh(path string) string {
	return filepath.Join(b.temp(path), "new", filepath.Base(path))
}
