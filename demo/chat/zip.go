package chat

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unicode/utf8"
)

// readZip reads the one export among the files of an archive. Which it is shows
// in what the .txt and .json files hold, not in their names: the chat's own file
// is called differently in each language, and anybody in the chat can send a
// document of any name. So two exports are an error, not a choice. Files that
// messages name go with them; everything else is left out, by name. Nothing is
// written to disk.
func readZip(name string, data []byte, order DateOrder) (*Chat, error) {
	files, err := openZip(data)
	if err != nil {
		return nil, fmt.Errorf("chat: %s: %w", name, err)
	}
	var found *Chat
	var file *zip.File // that found was read from
	var failed []error
	x := newIndex(files)
	for _, f := range files {
		c, err := readMember(name, f, order, newShelf(x, f).holds)
		switch {
		case errors.As(err, new(notChat)):
			failed = append(failed, err)
		case err != nil:
			return nil, err
		case c == nil:
		case found != nil:
			return nil, fmt.Errorf("chat: %s: both %q and %q are chat exports: unpack the archive and read the right one", name, label(file), label(f))
		default:
			found, file = c, f
		}
	}
	if found == nil {
		return nil, noExport(name, files, failed)
	}
	s := newShelf(x, file)
	found.attach(s.find)
	for _, f := range files {
		if f != file && !s.named[f] {
			found.LeftOut = append(found.LeftOut, LeftOut{Item: label(f), Why: whyIdle(f)})
		}
	}
	return found, nil
}

// label shows the name of a file in an archive.
func label(f *zip.File) string {
	if utf8.ValidString(f.Name) {
		return shown(clean(f.Name), f.Name)
	}
	return shown(clean(decode(f.Name, codePage437)), f.Name)
}

// noExport is the error that none of the files is an export; failed are those of
// the files that could have been.
func noExport(name string, files []*zip.File, failed []error) error {
	packed := slices.IndexFunc(files, isArchive)
	has := func(base string) bool {
		return slices.ContainsFunc(files, func(f *zip.File) bool { return path.Base(f.Name) == base })
	}
	switch {
	case has("channels.json") && has("users.json"):
		return fmt.Errorf("chat: %s: Slack's export, which has a file for each day and numbers for names; %s", name, forms)
	case has("[Content_Types].xml"):
		return fmt.Errorf("chat: %s: an Office document; %s", name, forms)
	case len(failed) == 1:
		return failed[0]
	case len(failed) > 1:
		return fmt.Errorf("chat: %s: none of %d .txt, .md and .json files is a chat export; the first: %s", name, len(failed),
			strings.TrimPrefix(failed[0].Error(), "chat: "+name+"/"))
	case packed >= 0:
		return fmt.Errorf("chat: %s: there is an archive in this archive, %q: unpack it and read the export in it",
			name, label(files[packed]))
	}
	return fmt.Errorf("chat: %s: no .txt, .md or .json file among the %d files of this archive; %s", name, len(files), forms)
}

// isArchive knows archives by the ends of their names.
func isArchive(f *zip.File) bool {
	return slices.Contains([]string{".zip", ".7z", ".rar", ".gz", ".tgz", ".tar", ".xz", ".bz2"}, strings.ToLower(path.Ext(f.Name)))
}

// whyIdle says why a file that no message names is left out.
func whyIdle(f *zip.File) string {
	switch {
	case isText(f):
		return "is not a chat export"
	case isArchive(f):
		return "an archive in the archive is not opened"
	}
	return "no message names this file"
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
		if strings.HasSuffix(f.Name, "/") || strings.HasSuffix(f.Name, `\`) && f.UncompressedSize64 == 0 {
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

func isText(f *zip.File) bool {
	ext := strings.ToLower(path.Ext(f.Name))
	return ext == ".txt" || ext == ".md" || ext == ".json"
}

// readMember reads one file, or returns nil for one that is not text.
func readMember(name string, f *zip.File, order DateOrder, holds func(string) bool) (*Chat, error) {
	if !isText(f) {
		return nil, nil
	}
	full := name + "/" + label(f)
	data, err := unpack(f)
	if err != nil {
		return nil, fmt.Errorf("chat: %s: %w", full, err)
	}
	return readFile(full, data, order, holds)
}
