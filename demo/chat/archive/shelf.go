package archive

import (
	"archive/zip"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"doormat/demo/chat/spelling"
)

// An Index finds the files of an archive by path. Programs that pack archives write
// names in several ways, so it also has each under a folded one, see [spelling.Fold].
type Index struct {
	exact  map[string]*zip.File
	folded map[string]*zip.File // nil where two files share it
	turned bool                 // folders are separated by backslashes
}

// NewIndex makes the index of files that Open listed.
func NewIndex(files []*zip.File) *Index {
	x := &Index{exact: map[string]*zip.File{}, folded: map[string]*zip.File{}, turned: true}
	for _, f := range files {
		x.turned = x.turned && !strings.Contains(f.Name, "/")
	}
	for _, f := range files {
		x.exact[f.Name] = f
		for _, name := range x.namesOf(f) {
			if other, taken := x.folded[name]; taken && other != f {
				x.folded[name] = nil
			} else {
				x.folded[name] = f
			}
		}
	}
	return x
}

// namesOf returns the folded names of a file. Windows' compressed folders write names
// in a code page of the computer's language and say nothing about it.
func (x *Index) namesOf(f *zip.File) []string {
	name := f.Name
	if x.turned {
		name = strings.ReplaceAll(name, `\`, "/")
	}
	if utf8.ValidString(name) {
		return []string{spelling.Fold(name)}
	}
	var all []string
	for _, page := range []string{codePage437, codePage850} {
		if n := spelling.Fold(decode(name, page)); !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

// find returns the file of that path.
func (x *Index) find(full string) *zip.File {
	if f := x.exact[full]; f != nil {
		return f
	}
	return x.folded[spelling.Fold(full)]
}

// dirOf returns the folder in which a file stands.
func (x *Index) dirOf(f *zip.File) string {
	if x.turned {
		return path.Dir(strings.ReplaceAll(f.Name, `\`, "/"))
	}
	return path.Dir(f.Name)
}

// A Shelf is the files of an archive, from which messages may name theirs. A name
// leads nowhere else, since names are only looked up in the archive's own list.
type Shelf struct {
	*Index
	dir   string // of the chat
	chat  *zip.File
	room  uint64             // how many bytes messages may still take
	named map[*zip.File]bool // which of them messages name
}

// Beside offers what stands beside the chat's own file, and below.
func (x *Index) Beside(chat *zip.File) *Shelf {
	return &Shelf{x, x.dirOf(chat), chat, MaxAll, map[*zip.File]bool{}}
}

// Named reports whether a message has named the file.
func (s *Shelf) Named(f *zip.File) bool { return s.named[f] }

// at returns the file of that name beside the chat, nil if there is none.
func (s *Shelf) at(name string) *zip.File {
	if !fs.ValidPath(name) {
		return nil
	}
	if f := s.Index.find(path.Join(s.dir, name)); f != s.chat {
		return f
	}
	return nil
}

// Holds reports whether there is a file of that name.
func (s *Shelf) Holds(name string) bool { return s.at(name) != nil }

// Find returns the bytes of the file of that name. What cannot be read is charged as
// well, so that no archive costs more work than it may unpack to.
func (s *Shelf) Find(name string) (data []byte, why string) {
	f := s.at(name)
	if f == nil {
		return nil, "not in the archive"
	}
	s.named[f] = true
	size := f.UncompressedSize64
	switch {
	case !f.Mode().IsRegular():
		return nil, "not a file but a link or a device"
	case size == 0:
		return nil, "empty"
	case size > MaxFile:
		return nil, fmt.Sprintf("%d bytes, the limit for a file is %d", size, MaxFile)
	case size > s.room:
		return nil, fmt.Sprintf("the files named above it take up the limit of %d bytes for all",
			MaxAll)
	}
	s.room -= size
	data, err := Unpack(f)
	if err != nil {
		return nil, err.Error()
	}
	return data, ""
}
