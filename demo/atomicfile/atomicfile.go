// Package atomicfile writes files that appear whole or not at all, one of them ([Create])
// or several together ([OpenBundle]). A file is written beside its place and renamed into
// it, so whoever reads the place meanwhile finds the old file or the new one.
//
// TestCreateNew has many make one file. TestBundle has a second file fail and finds the first as it was; TestLeftovers shows what
// the next run clears away after a process that was killed. The transcript
// cmd/doormat/testdata/usage.txt writes over links, pipes and folders.
package atomicfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// File is a file to be. Write to it, then Commit or Discard.
type File struct {
	*os.File             // what becomes the file, or a pipe or a device itself
	path     string      // of the file to be, "" for a pipe or a device
	mode     fs.FileMode // its permissions
	alone    bool        // it replaces nothing
}

// Create is called before the work is done, so that a file that cannot be written is no
// surprise after it. Links are followed to the file that they name. Permissions are those
// of the file that is replaced, or of the user's other new files. Errors name the path.
func Create(path string) (*File, error) {
	f := &File{}
	real, old, err := resolve(path)
	switch {
	case err != nil:
	case old != nil && !old.Mode().IsRegular(): // a pipe or a device stays one
		f.File, err = os.OpenFile(path, os.O_WRONLY, 0)
	default:
		f.path = real
		if f.File, err = createTemp(filepath.Dir(real)); err == nil {
			f.mode, err = modeOf(old, f.File)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, WithoutPath(err))
	}
	return f, nil
}

// CreateNew is [Create] for a file that must not be there yet, whoever makes one meanwhile: an
// error, now or of Commit, is fs.ErrExist.
func CreateNew(path string) (*File, error) {
	if _, err := os.Lstat(path); err == nil {
		return nil, fmt.Errorf("%s: %w", path, fs.ErrExist)
	}
	f, err := Create(path)
	if err == nil {
		f.alone = true
	}
	return f, err
}

// Path is where the file comes to stand, "" for a pipe or a device.
func (f *File) Path() string { return f.path }

// Commit puts the file into its place. If it cannot, what stood there stays.
func (f *File) Commit() error {
	err := f.Close()
	if f.path == "" {
		return err
	}
	if err == nil {
		_ = os.Chmod(f.Name(), f.mode)
		err = f.place()
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// place gives the file its name.
func (f *File) place() error {
	if !f.alone {
		return os.Rename(f.Name(), f.path)
	}
	if err := os.Link(f.Name(), f.path); err == nil || errors.Is(err, fs.ErrExist) {
		_ = os.Remove(f.Name())
		return err
	}
	// a file has one name on this disk: who makes it first has the place
	first, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, f.mode)
	if err != nil {
		return err
	}
	_ = first.Close()
	return os.Rename(f.Name(), f.path)
}

// Discard leaves the place as it is.
func (f *File) Discard() {
	_ = f.Close()
	if f.path != "" {
		_ = os.Remove(f.Name())
	}
}

// resolve follows links to the file that a path names; old is nil if there is none.
func resolve(path string) (real string, old fs.FileInfo, err error) {
	if real, err = filepath.EvalSymlinks(path); err != nil {
		real = path
	}
	switch old, err = os.Stat(real); {
	case err != nil:
		return real, nil, nil // what comes next will say why it cannot be, if it cannot
	case old.IsDir():
		return real, old, errors.New("is a directory")
	}
	return real, old, nil
}

// modeOf is the permissions of the file that is replaced, or else of the new one.
func modeOf(old fs.FileInfo, temp *os.File) (fs.FileMode, error) {
	if old != nil {
		return old.Mode().Perm(), nil
	}
	info, err := temp.Stat()
	if err != nil {
		return 0, err
	}
	return info.Mode().Perm(), nil
}

// WithoutPath takes from an error the path that it names: of a temporary file nobody
// asked for, or one that the message names already.
func WithoutPath(err error) error {
	if inner, ok := errors.AsType[*fs.PathError](err); ok {
		return inner.Err
	}
	return err
}
