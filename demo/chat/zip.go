package chat

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"
)

// readZip reads the one export among the files of an archive. Which it is shows
// in what the .txt and .json files hold, not in their names: the chat's own file
// is called differently in each language, and anybody in the chat can send a
// document of any name. So two exports are an error, not a choice. Everything
// else is left out, by name. Nothing is written to disk.
func readZip(name string, data []byte, order DateOrder) (*Chat, error) {
	files, err := openZip(data)
	if err != nil {
		return nil, fmt.Errorf("chat: %s: %w", name, err)
	}
	var found *Chat
	var file string // that found was read from
	var failed []error
	out := []LeftOut{}
	for _, f := range files {
		item := cmp.Or(clean(f.Name), fmt.Sprintf("%q", f.Name))
		c, err := readMember(name, f, order)
		switch {
		case errors.As(err, new(notChat)):
			failed = append(failed, err)
			out = append(out, LeftOut{Item: item, Why: "is not a chat export"})
		case err != nil:
			return nil, err
		case c == nil:
			out = append(out, LeftOut{Item: item, Why: whyIdle(item)})
		case found != nil:
			return nil, fmt.Errorf("chat: %s: both %q and %q are chat exports: unpack the archive and read the right one", name, file, item)
		default:
			found, file = c, item
		}
	}
	if found == nil {
		return nil, noExport(name, len(files), failed)
	}
	found.LeftOut = append(found.LeftOut, out...)
	return found, nil
}

// noExport is the error that none of n files is an export; failed are those of
// the files that could have been.
func noExport(name string, n int, failed []error) error {
	switch len(failed) {
	case 0:
		return fmt.Errorf("chat: %s: no .txt or .json file among the %d files of this archive; %s", name, n, forms)
	case 1:
		return failed[0]
	}
	return fmt.Errorf("chat: %s: none of %d .txt and .json files is a chat export; the first: %w", name, len(failed), failed[0])
}

// whyIdle says why a file that is not text is left out.
func whyIdle(file string) string {
	if strings.EqualFold(path.Ext(file), ".zip") {
		return "an archive in the archive is not opened"
	}
	return "a media file: its bytes are not used"
}

// openZip lists the files of an archive, no folders, after checking everything
// that can be checked before unpacking.
func openZip(data []byte) ([]*zip.File, error) {
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
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		files = append(files, f)
		if !isText(f) {
			continue
		}
		if unpacked += min(f.UncompressedSize64, MaxBytes+1); unpacked > MaxBytes {
			return nil, fmt.Errorf("its text is more than %d bytes when unpacked: unpack the archive and read the chat's own file", MaxBytes)
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
	if !fs.ValidPath(plain) || plain == "." || strings.ContainsAny(plain, `\:`) && !fs.ValidPath(localPath(plain)) {
		return fmt.Errorf("the file name %q leaves the archive's folder: no messenger wrote this archive", name)
	}
	name = strings.TrimSuffix(name, "/")
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

func isText(f *zip.File) bool {
	ext := strings.ToLower(path.Ext(f.Name))
	return ext == ".txt" || ext == ".json"
}

// readMember reads one file, or returns nil for one that is not text.
func readMember(name string, f *zip.File, order DateOrder) (*Chat, error) {
	if !isText(f) {
		return nil, nil
	}
	full := name + "/" + clean(f.Name)
	data, err := unpack(f)
	if err != nil {
		return nil, fmt.Errorf("chat: %s: %w", full, err)
	}
	return readFile(full, data, order)
}

var errLonger = errors.New("a file is longer than stated")

// unpack returns a file's bytes. The sizes that the archive states were checked
// by openZip; here they are enforced.
func unpack(f *zip.File) ([]byte, error) {
	switch {
	case f.Flags&1 != 0:
		return nil, errors.New("encrypted: unpack the archive with its password and read the file")
	case f.UncompressedSize64 > 1<<20 && f.UncompressedSize64/MaxRatio > f.CompressedSize64:
		return nil, fmt.Errorf("%d bytes packed into %d: no chat packs so well, this may be a zip bomb",
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
