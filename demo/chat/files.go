package chat

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// attach gives each message the file that it names, as find has it. Where find says
// why not, that is told with the message's line; its text stays in any case.
func (c *Chat) attach(find func(name string) (data []byte, why string)) {
	for i := range c.Messages {
		m := &c.Messages[i]
		if m.File == "" {
			continue
		}
		why := ""
		if m.Data, why = find(m.File); why != "" {
			c.LeftOut = append(c.LeftOut, LeftOut{m.Line, shown(clip(m.File), m.File), why})
		}
	}
}

// beside finds nothing: an export that is no archive has its files beside it, under
// names that anybody in the chat can have chosen, and those are not followed.
func beside(string) ([]byte, string) { return nil, "not in this file: read a zip of both" }

// shown is a name as it is listed: clean, or quoted if nothing is left of it.
func shown(clean, name string) string { return cmp.Or(clean, fmt.Sprintf("%.40q", name)) }

// An index finds the files of an archive by path. Programs that pack archives write
// names in several ways, so it also has each under a folded one, see fold.
type index struct {
	exact  map[string]*zip.File
	folded map[string]*zip.File // nil where two files share it
	turned bool                 // folders are separated by backslashes
}

func newIndex(files []*zip.File) *index {
	x := &index{exact: map[string]*zip.File{}, folded: map[string]*zip.File{}, turned: true}
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
func (x *index) namesOf(f *zip.File) []string {
	name := f.Name
	if x.turned {
		name = strings.ReplaceAll(name, `\`, "/")
	}
	if utf8.ValidString(name) {
		return []string{fold(name)}
	}
	var all []string
	for _, page := range []string{codePage437, codePage850} {
		if n := fold(decode(name, page)); !slices.Contains(all, n) {
			all = append(all, n)
		}
	}
	return all
}

// find returns the file of that path.
func (x *index) find(full string) *zip.File {
	if f := x.exact[full]; f != nil {
		return f
	}
	return x.folded[fold(full)]
}

// dirOf returns the folder in which a file stands.
func (x *index) dirOf(f *zip.File) string {
	if x.turned {
		return path.Dir(strings.ReplaceAll(f.Name, `\`, "/"))
	}
	return path.Dir(f.Name)
}

// A shelf is the files of an archive, from which messages may name theirs. A name
// leads nowhere else, since names are only looked up in the archive's own list.
type shelf struct {
	*index
	dir   string // of the chat
	chat  *zip.File
	room  uint64             // how many bytes messages may still take
	named map[*zip.File]bool // which of them messages name
}

// newShelf offers what stands beside the file called chat, and below.
func newShelf(x *index, chat *zip.File) *shelf {
	return &shelf{x, x.dirOf(chat), chat, MaxAllMedia, map[*zip.File]bool{}}
}

// at returns the file of that name beside the chat, nil if there is none.
func (s *shelf) at(name string) *zip.File {
	if !fs.ValidPath(name) {
		return nil
	}
	if f := s.index.find(path.Join(s.dir, name)); f != s.chat {
		return f
	}
	return nil
}

// holds reports whether there is a file of that name.
func (s *shelf) holds(name string) bool { return s.at(name) != nil }

// find returns the bytes of the file of that name. What cannot be read is charged as
// well, so that no archive costs more work than it may unpack to.
func (s *shelf) find(name string) (data []byte, why string) {
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
	case size > MaxMedia:
		return nil, fmt.Sprintf("%d bytes, the limit for a file is %d", size, MaxMedia)
	case size > s.room:
		return nil, fmt.Sprintf("the files named above it take up the limit of %d bytes for all", MaxAllMedia)
	}
	s.room -= size
	data, err := unpack(f)
	if err != nil {
		return nil, err.Error()
	}
	return data, ""
}

var errLonger = errors.New("a file is longer than stated")

// unpack returns a file's bytes. The sizes that the archive states were checked
// before; here they are enforced.
func unpack(f *zip.File) ([]byte, error) {
	switch {
	case f.Flags&1 != 0:
		return nil, errors.New("encrypted: unpack the archive with its password and read the file")
	case f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/MaxRatio > f.CompressedSize64:
		return nil, fmt.Errorf("%d bytes packed into %d: nothing in a chat packs so well, this may be a zip bomb",
			f.UncompressedSize64, f.CompressedSize64)
	}
	r, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, fmt.Errorf("packed with method %d, which is not read: unpack the archive and read the file", f.Method)
	} else if err != nil {
		return nil, fmt.Errorf("broken archive (%w): export the chat again", err)
	}
	defer r.Close()
	data := make([]byte, f.UncompressedSize64)
	_, err = io.ReadFull(r, data)
	if err == nil {
		_, err = io.CopyN(io.Discard, r, 1) // its end, where the checksum is compared
	}
	if err != io.EOF {
		return nil, fmt.Errorf("broken archive (%w): export the chat again", cmp.Or(err, errLonger))
	}
	return data, nil
}
