package chat

import (
	"archive/zip"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"

	"doormat/demo/chat/archive"
	"doormat/demo/chat/stamp"
)

// readZip reads the one export among the files of an archive. Which it is shows
// in what the .txt and .json files hold, not in their names: the chat's own file
// is called differently in each language, and anybody in the chat can send a
// document of any name. So two exports are an error, not a choice. Files that
// messages name go with them; everything else is left out, by name. Nothing is
// written to disk.
func readZip(name string, data []byte, order stamp.Order) (*Chat, error) {
	files, err := archive.Open(data, MaxBytes)
	if err != nil {
		return nil, fmt.Errorf("chat: %s: %w", name, err)
	}
	var found *Chat
	var file *zip.File // that found was read from
	var failed []error
	x := archive.NewIndex(files)
	for _, f := range files {
		c, err := readMember(name, f, order, x.Beside(f).Holds)
		switch {
		case errors.As(err, new(notChat)):
			failed = append(failed, err)
		case err != nil:
			return nil, err
		case c == nil:
		case found != nil:
			return nil, fmt.Errorf("chat: %s: both %q and %q are chat exports: unpack the "+
				"archive and read the right one", name, archive.Label(file), archive.Label(f))
		default:
			found, file = c, f
		}
	}
	if found == nil {
		return nil, noExport(name, files, failed)
	}
	s := x.Beside(file)
	found.attach(s.Find)
	for _, f := range files {
		if f != file && !s.Named(f) {
			found.LeftOut = append(found.LeftOut, LeftOut{Item: archive.Label(f), Why: whyIdle(f)})
		}
	}
	return found, nil
}

// noExport is the error that none of the files is an export; failed are those of
// the files that could have been.
func noExport(name string, files []*zip.File, failed []error) error {
	packed := slices.IndexFunc(files, archive.IsArchive)
	has := func(base string) bool {
		return slices.ContainsFunc(files,
			func(f *zip.File) bool { return path.Base(f.Name) == base })
	}
	switch {
	case has("channels.json") && has("users.json"):
		return fmt.Errorf("chat: %s: Slack's export, which has a file for each day and numbers "+
			"for names; %s", name, forms)
	case has("[Content_Types].xml"):
		return fmt.Errorf("chat: %s: an Office document; %s", name, forms)
	case len(failed) == 1:
		return failed[0]
	case len(failed) > 1:
		return fmt.Errorf("chat: %s: none of %d .txt, .md and .json files is a chat export; the "+
			"first: %s", name, len(failed),
			strings.TrimPrefix(failed[0].Error(), "chat: "+name+"/"))
	case packed >= 0:
		return fmt.Errorf("chat: %s: there is an archive in this archive, %q: unpack it and read "+
			"the export in it",
			name, archive.Label(files[packed]))
	}
	return fmt.Errorf("chat: %s: no .txt, .md or .json file among the %d files of this archive; %s",
		name, len(files), forms)
}

// whyIdle says why a file that no message names is left out.
func whyIdle(f *zip.File) string {
	switch {
	case archive.IsText(f):
		return "is not a chat export"
	case archive.IsArchive(f):
		return "an archive in the archive is not opened"
	}
	return "no message names this file"
}

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
			c.LeftOut = append(c.LeftOut, LeftOut{m.Line, archive.Shown(clip(m.File), m.File), why})
		}
	}
}

// beside finds nothing: an export that is no archive has its files beside it, under
// names that anybody in the chat can have chosen, and those are not followed.
func beside(string) ([]byte, string) { return nil, "not in this file: read a zip of both" }

// readMember reads one file, or returns nil for one that is not text.
func readMember(name string, f *zip.File, order stamp.Order,
	holds func(string) bool) (*Chat, error) {
	if !archive.IsText(f) {
		return nil, nil
	}
	full := name + "/" + archive.Label(f)
	data, err := archive.Unpack(f)
	if err != nil {
		return nil, fmt.Errorf("chat: %s: %w", full, err)
	}
	return readFile(full, data, order, holds)
}
