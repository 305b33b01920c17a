package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// bundle is files that appear together or not at all.
type bundle []*output

// openBundle is called before the work is done, like openOutput.
func openBundle(paths []string) (b bundle, err error) {
	defer func() {
		if err != nil {
			b.discard()
		}
	}()
	targets := map[string]string{}
	for _, path := range paths {
		o, err := openOutput(path)
		if err != nil {
			return b, err
		}
		b = append(b, o)
		switch other, taken := targets[o.path]; {
		case o.path == "":
			return b, fmt.Errorf("--out %s: is no file", path)
		case taken:
			return b, fmt.Errorf("--out %s: is the same file as %s", path, other)
		}
		targets[o.path] = path
	}
	return b, nil
}

func (b bundle) discard() {
	for _, o := range b {
		_ = o.temp.Close()
		if o.path != "" { // else it is somebody's pipe
			_ = os.Remove(o.temp.Name())
		}
	}
}

// commit fills the files and puts them in their places. If one of them cannot be,
// what stood in the places before stands there again.
func (b bundle) commit(data [][]byte) (err error) {
	defer b.discard()
	for i, o := range b {
		if _, err := o.temp.Write(data[i]); err != nil {
			return err
		}
		if err := o.temp.Chmod(o.mode); err != nil {
			return err
		}
		if err := o.temp.Close(); err != nil {
			return err
		}
	}
	var placed []place
	defer func() {
		for i := len(placed) - 1; i >= 0; i-- {
			placed[i].settle(err == nil)
		}
	}()
	for _, o := range b {
		p, err := put(o.temp.Name(), o.path)
		if err != nil {
			return err
		}
		placed = append(placed, p)
	}
	return nil
}

// place is where a file was put, and where the one that stood there is now, "" if
// there was none.
type place struct{ path, old string }

// put moves a file to its place and keeps the old one.
func put(from, path string) (place, error) {
	p := place{path: path}
	if info, err := os.Lstat(path); err == nil {
		if !info.Mode().IsRegular() {
			return p, fmt.Errorf("%s: is no file any more", path)
		}
		aside, err := os.MkdirTemp(filepath.Dir(path), tempPrefix()+"*")
		if err != nil {
			return p, err
		}
		p.old = filepath.Join(aside, filepath.Base(path))
		if err := os.Rename(path, p.old); err != nil {
			_ = os.Remove(aside)
			return p, err
		}
	}
	err := os.Rename(from, path)
	if err != nil {
		p.settle(false)
	}
	return p, err
}

// settle keeps the new file, or brings the old one back.
func (p place) settle(keep bool) {
	if !keep {
		_ = os.Remove(p.path)
	}
	if p.old == "" {
		return
	}
	if keep {
		_ = os.Remove(p.old)
	} else {
		_ = os.Rename(p.old, p.path)
	}
	_ = os.Remove(filepath.Dir(p.old))
}
