// Package archive opens a zip from a stranger. It unpacks in memory and never to disk, and an
// archive can cost no more work than [MaxFiles], [MaxRatio], [MaxFile] and [MaxAll] allow, whatever
// sizes it states. Names that would leave the archive's folder, or come twice, are refused: no
// messenger writes them, and programs differ in what they make of them.
//
// A message names its file by a text that anybody in the chat can have typed. Such a name is
// looked up among the archive's own files and leads nowhere else (see [Shelf]); programs that
// pack archives write one name in several ways, so it is also looked up by its folded form.
//
// The format is PKWARE's APPNOTE.TXT, read by archive/zip of the standard library.
//
// TestZipRefused, TestZipRoom and TestZipNames in package chat show what is refused,
// where the limits are, and how names are found.
package archive

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"doormat/demo/chat/spelling"
)

// Limits on what an archive may hold.
const (
	// MaxFiles is how many files an archive may hold.
	MaxFiles = 10_000
	// MaxRatio is how many bytes one byte of an archive may unpack to, in files of
	// more than 1 MiB. Chats pack to a tenth or so, photos hardly at all.
	MaxRatio = 200
	// MaxFile is the largest file that a shelf gives out, in bytes.
	MaxFile = 16 << 20
	// MaxAll is how many bytes all files of a shelf may have together; a file that is
	// asked for twice counts twice.
	MaxAll = 64 << 20
)

// Open lists the files of an archive, no folders, after checking everything that can be checked
// before unpacking. Its texts may have so many bytes together when they are unpacked.
func Open(data []byte, texts uint64) ([]*zip.File, error) {
	// Each entry has this mark, so the count bounds what NewReader allocates.
	// Documents inside that are archives themselves have it too, hence the factor.
	if bytes.Count(data, []byte("PK\x01\x02")) > 4*MaxFiles {
		return nil, tooManyFiles()
	}
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fmt.Errorf("broken archive (%w): export the chat again", err)
	}
	if len(z.File) > MaxFiles {
		return nil, tooManyFiles()
	}
	var files []*zip.File
	var unpacked uint64
	seen := map[string]bool{}
	for _, f := range z.File {
		if err := checkPath(f.Name, seen); err != nil {
			return nil, err
		}
		if strings.HasSuffix(f.Name, "/") || strings.HasSuffix(f.Name, `\`) &&
			f.UncompressedSize64 == 0 {
			continue
		}
		files = append(files, f)
		if !IsText(f) {
			continue
		}
		if unpacked += min(f.UncompressedSize64, texts+1); unpacked > texts {
			return nil, fmt.Errorf("its text is more than %d bytes when unpacked: "+
				"unpack the archive and read the chat's own file", texts)
		}
	}
	return files, nil
}

func tooManyFiles() error {
	return fmt.Errorf("more than %d files in this archive: export the chat without media", MaxFiles)
}

// checkPath refuses names that would leave the folder an archive is unpacked
// in, and names that come twice: no messenger writes them, and programs differ
// in what they make of them.
func checkPath(name string, seen map[string]bool) error {
	plain := strings.TrimSuffix(strings.ToValidUTF8(name, "?"), "/")
	if !fs.ValidPath(plain) || plain == "." || strings.ContainsAny(plain, `\:`) &&
		!fs.ValidPath(localPath(plain)) {
		return fmt.Errorf("the file name %q leaves the archive's folder: no messenger wrote this "+
			"archive", name)
	}
	name = strings.TrimRight(name, `/\`)
	if seen[name] {
		return fmt.Errorf("the file name %q comes twice: no messenger wrote this archive", name)
	}
	seen[name] = true
	return nil
}

// localPath shows a name as Windows would understand it: `C:\x` and `..\x` do
// not pass fs.ValidPath afterwards.
func localPath(name string) string {
	if len(name) > 1 && name[1] == ':' {
		name = "/" + name
	}
	return strings.ReplaceAll(name, `\`, "/")
}

// Label shows the name of a file in an archive.
func Label(f *zip.File) string {
	if utf8.ValidString(f.Name) {
		return Shown(spelling.Clean(f.Name), f.Name)
	}
	return Shown(spelling.Clean(decode(f.Name, codePage437)), f.Name)
}

// Shown is a name as it is listed: clean, or quoted if nothing is left of it.
func Shown(clean, name string) string { return cmp.Or(clean, fmt.Sprintf("%.40q", name)) }

// IsText knows files that may be a chat by the ends of their names.
func IsText(f *zip.File) bool {
	ext := strings.ToLower(path.Ext(f.Name))
	return ext == ".txt" || ext == ".md" || ext == ".json"
}

// IsArchive knows archives by the ends of their names.
func IsArchive(f *zip.File) bool {
	ends := []string{".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".xz", ".bz2"}
	return slices.Contains(ends, strings.ToLower(path.Ext(f.Name)))
}

var errLonger = errors.New("a file is longer than stated")

// Unpack returns a file's bytes. The sizes that the archive states were checked
// before; here they are enforced.
func Unpack(f *zip.File) ([]byte, error) {
	switch {
	case f.Flags&1 != 0:
		return nil, errors.New("encrypted: unpack the archive with its password and read the file")
	case f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/MaxRatio > f.CompressedSize64:
		return nil, fmt.Errorf("%d bytes packed into %d: nothing in a chat packs so well, this "+
			"may be a zip bomb",
			f.UncompressedSize64, f.CompressedSize64)
	}
	r, err := f.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, fmt.Errorf("packed with method %d, which is not read: unpack the archive and "+
			"read the file", f.Method)
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
