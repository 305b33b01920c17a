package chat

import (
	"archive/zip"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
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

// A shelf is the files of an archive, from which messages may name theirs. A name
// leads nowhere else, since names are only looked up in the archive's own list.
type shelf struct {
	dir   string               // of the chat
	files map[string]*zip.File // by path
	room  uint64               // how many bytes messages may still take
	named map[string]bool      // paths that messages name
}

// newShelf offers what stands beside the file called chat, and below.
func newShelf(files []*zip.File, chat *zip.File) *shelf {
	s := &shelf{path.Dir(chat.Name), map[string]*zip.File{}, MaxAllMedia, map[string]bool{}}
	for _, f := range files {
		if f != chat {
			s.files[f.Name] = f
		}
	}
	return s
}

// find returns the file of that name. What cannot be read is charged as well, so
// that no archive costs more work than it may unpack to.
func (s *shelf) find(name string) (data []byte, why string) {
	full := path.Join(s.dir, name)
	f := s.files[full]
	if f == nil || !fs.ValidPath(name) {
		return nil, "not in the archive"
	}
	s.named[full] = true
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
