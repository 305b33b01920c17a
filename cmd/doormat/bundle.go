package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// A bundle is files that appear together or not at all. They are written into a temporary
// folder beside their places, in its folder "new"; what they replace lies in the temporary
// folder itself until all are in place, where clearLeftovers finds it if the process is
// killed meanwhile.
type bundle struct {
	folder string   // the temporary folder's name
	paths  []string // of the files to be
}

// temp is the temporary folder beside a file to be.
func (b *bundle) temp(path string) string { return filepath.Join(filepath.Dir(path), b.folder) }

func (b *bundle) discard() {
	for _, path := range b.paths {
		_ = os.RemoveAll(b.temp(path))
	}
}

// openBundle is called before the work is done, like openOutput.
func openBundle(paths []string) (*bundle, error) {
	b := &bundle{folder: tempPrefix() + rand.Text()}
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
			b.discard()
			return nil, fmt.Errorf("--out %s: %w", path, withoutPath(err))
		}
	}
	return b, nil
}

// commit fills the files and puts them in their places. If one of them cannot be, what
// stood in the places before stands there again.
func (b *bundle) commit(data [][]byte) (err error) {
	defer b.discard()
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
func (b *bundle) fresh(path string) string {
	return filepath.Join(b.temp(path), "new", filepath.Base(path))
}
