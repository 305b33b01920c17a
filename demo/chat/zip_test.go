package chat

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/chat/archive"
	"doormat/demo/chat/stamp"
)

const hello = "26/03/2017, 19:01 - Ruth: hello\n26/03/2017, 19:02 - Ruth: IMG-1.jpg (file attached)\n"

// A member is a file to pack.
type member struct{ name, text string }

// pack makes an archive.
func pack(t testing.TB, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, m := range members {
		w, err := z.Create(m.name)
		require.NoError(t, err)
		_, err = io.WriteString(w, m.text)
		require.NoError(t, err)
	}
	require.NoError(t, z.Close())
	return b.Bytes()
}

// TestZip shows what was fed and what was read: each file is the chat, goes with a
// message, or is left out. hello names IMG-1.jpg in its second line.
func TestZip(t *testing.T) {
	const idle, other, nested, gone = "no message names this file", "is not a chat export", "an archive in the archive is not opened", "not in the archive"
	missing := LeftOut{2, "IMG-1.jpg", gone}
	inner := string(pack(t, member{"_chat.txt", hello}))
	tests := []struct {
		name     string
		fed      []member
		format   string
		messages int
		files    []string // that go with messages
		left     []LeftOut
	}{
		{"Android", []member{{"WhatsApp Chat with Ruth.txt", hello}}, Android, 2, nil, []LeftOut{missing}},
		{"Android with media", []member{{"WhatsApp-Chat mit Ruth.txt", hello}, {"IMG-1.jpg", "\xff\xd8"}, {"IMG-2.jpg", "x"}}, Android, 2, []string{"\xff\xd8"}, []LeftOut{{0, "IMG-2.jpg", idle}}},
		{"iPhone", []member{{"00000004-PHOTO-2017-03-26-19-04-01.jpg", "\xff"}, {"_chat.txt", string(testdata(t, "ios-de.txt"))}}, IOS, 6, []string{"\xff"}, nil},
		{"packed again with its folder", []member{{"x/", ""}, {"x/_chat.txt", hello}, {"x/IMG-1.jpg", "mine"}, {"IMG-1.jpg", "not mine"}, {"__MACOSX/x/._chat.txt", "\x00\x05"}}, Android, 2,
			[]string{"mine"}, []LeftOut{{0, "IMG-1.jpg", idle}, {0, "__MACOSX/x/._chat.txt", other}}},
		{"a document first", []member{{"notes.txt", "Dear Ruth"}, {"caf\xe9.txt", "caf\xe9"}, {"_chat.txt", hello}, {"a.json", "{\"a\":1}"}, {"cut.json", "{\"a\":"}}, Android, 2,
			nil, []LeftOut{missing, {0, "notes.txt", other}, {0, "cafΘ.txt", other}, {0, "a.json", other}, {0, "cut.json", other}}},
		{"a document and an archive that messages name", []member{{"_chat.txt", attached("notes.txt", "more.zip")}, {"notes.txt", "Dear Ruth"}, {"more.zip", inner}}, Android, 2,
			[]string{"Dear Ruth", inner}, nil},
		{"one file, two messages", []member{{"_chat.txt", attached("a.jpg", "a.jpg")}, {"a.jpg", "x"}}, Android, 2, []string{"x", "x"}, nil},
		{"any name", []member{{"Розмова.TXT", hello}}, Android, 2, nil, []LeftOut{missing}},
		{"Telegram", []member{{"result.json", string(testdata(t, "telegram.json"))}, {"stickers/sticker.webp", "x"}, {"photos/a.jpg", ""}}, Telegram, 8,
			[]string{"x"}, []LeftOut{{27, "", "Telegram could not export it"}, {29, "", "neither text nor a known kind of media"}, {0, "photos/a.jpg", idle}}},
		{"an archive in it", []member{{"_chat.txt", hello}, {"more.ZIP", inner}, {"more.txt", inner}}, Android, 2,
			nil, []LeftOut{missing, {0, "more.ZIP", nested}, {0, "more.txt", other}}},
		{"colons and backslashes", []member{{"_chat.txt", attached("Photo 10:30.jpg")}, {"Photo 10:30.jpg", "x"}, {`a\b.jpg`, ""}}, Android, 1,
			[]string{"x"}, []LeftOut{{0, `a\b.jpg`, idle}}},
		{"marks in a name", []member{{"_chat.txt", hello}, {"\u200e\x1b[2J.jpg", ""}, {"\u200e", ""}}, Android, 2,
			nil, []LeftOut{missing, {0, "[2J.jpg", idle}, {0, `"\u200e"`, idle}}},
		{"names that lead elsewhere", []member{{"x/_chat.txt", attached("../a.jpg", "/etc/passwd", "./a.jpg", "", "_chat.txt", "~/a.jpg", `..\a.jpg`)}, {"a.jpg", "x"}, {"x/b.jpg", "y"}}, Android, 7,
			nil, []LeftOut{{1, "../a.jpg", gone}, {2, "/etc/passwd", gone}, {3, "./a.jpg", gone}, {5, "_chat.txt", gone}, {6, "~/a.jpg", gone}, {7, `..\a.jpg`, gone},
				{0, "a.jpg", idle}, {0, "x/b.jpg", idle}}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Read("x.dat", pack(t, tc.fed...), stamp.Any)
			require.NoError(t, err)
			usable(t, c)
			require.Equal(t, tc.format, c.Format)
			require.Len(t, c.Messages, tc.messages)
			require.Equal(t, tc.files, carried(c))
			require.ElementsMatch(t, tc.left, c.LeftOut)
		})
	}
}

// attached is an export of messages that name these files, one a line.
func attached(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		fmt.Fprintf(&b, "26/03/2017, 19:01 - Ruth: %s (file attached)\n", name)
	}
	return b.String()
}

// carried lists the files that go with messages.
func carried(c *Chat) (files []string) {
	for _, m := range c.Messages {
		if m.Data != nil {
			files = append(files, string(m.Data))
		}
	}
	return files
}

// TestZipFiles: what is wrong with a file costs that file. The message stays, and
// its line is told.
func TestZipFiles(t *testing.T) {
	const flags, method, crc, packed, unpacked, mode = 8, 10, 16, 20, 24, 38
	chat := member{"_chat.txt", attached("a.jpg") + "26/03/2017, 19:02 - Ruth: bye"}
	good := pack(t, member{"a.jpg", "photo"}, chat)
	largest := strings.Repeat(noise(t, 1<<20), 16)
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"empty", pack(t, member{"a.jpg", ""}, chat), "empty"},
		{"folder", pack(t, member{"a.jpg/", ""}, chat), "not in the archive"},
		{"encrypted", patchFirst(good, flags, 1, 2), "encrypted: unpack the archive"},
		{"unknown method", patchFirst(good, method, 99, 2), "packed with method 99"},
		{"wrong checksum", patchFirst(good, crc, 1, 4), "broken archive (zip: checksum error)"},
		{"less than stated", patchFirst(good, unpacked, 900, 4), "broken archive"},
		{"more than stated", patchFirst(good, unpacked, 2, 4), "broken archive"},
		{"nothing packed", patchFirst(good, packed, 0, 4), "broken archive"},
		{"symbolic link", patchFirst(patchFirst(pack(t, member{"a.jpg", "../../etc/passwd"}, chat), mode, 0o120777<<16, 4), 4, 3<<8|20, 2), "not a file but a link or a device"},
		{"bomb", pack(t, member{"a.jpg", strings.Repeat(" ", 8<<20)}, chat), "nothing in a chat packs so well, this may be a zip bomb"},
		{"too large", pack(t, member{"a.jpg", largest + "x"}, chat), "16777217 bytes, the limit for a file is 16777216"},
		{"a hundred megabytes, it says", patchFirst(good, unpacked, 100<<20, 4), "104857600 bytes, the limit for a file is"},
		{"largest number", patchFirst(good, unpacked, 1<<32-2, 4), "the limit for a file is"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Read("x.zip", tc.file, stamp.Any)
			require.NoError(t, err)
			usable(t, c)
			require.Len(t, c.Messages, 2)
			require.Equal(t, "a.jpg (file attached)", c.Messages[0].Text)
			require.Equal(t, 1, c.Attachments)
			require.Empty(t, carried(c))
			require.Len(t, c.LeftOut, 1)
			require.Equal(t, []any{1, "a.jpg"}, []any{c.LeftOut[0].Line, c.LeftOut[0].Item})
			require.Contains(t, c.LeftOut[0].Why, tc.want)
		})
	}
	c, err := Read("x.zip", pack(t, member{"a.jpg", largest}, chat), stamp.Any)
	require.NoError(t, err)
	require.Len(t, c.Messages[0].Data, archive.MaxFile)
	require.Equal(t, []string{largest}, carried(c))
}

// noise is n bytes that hardly pack.
func noise(t *testing.T, n int) string {
	t.Helper()
	b := make([]byte, n)
	_, err := rand.NewChaCha8([32]byte{1}).Read(b)
	require.NoError(t, err)
	return string(b)
}

// TestZipRoom: all files together have a limit, however often one is named, and
// those that turn out to be broken use it up as well.
func TestZipRoom(t *testing.T) {
	const crc, crowd = 16, 20
	megabytes := noise(t, 4<<20)
	names := strings.Split(strings.Repeat("a.jpg ", crowd), " ")[:crowd]
	good := pack(t, member{"a.jpg", megabytes}, member{"_chat.txt", attached(names...)})
	for name, file := range map[string][]byte{"good": good, "broken": patchFirst(good, crc, 1, 4)} {
		c, err := Read("x.zip", file, stamp.Any)
		require.NoError(t, err)
		usable(t, c)
		require.Len(t, c.Messages, crowd)
		full := 0
		for _, l := range c.LeftOut {
			if strings.HasPrefix(l.Why, "the files named above it take up the limit of 67108864 bytes") {
				full++
			}
		}
		require.Equal(t, crowd-archive.MaxAll/(4<<20), full, name)
		if name == "good" {
			require.Len(t, carried(c), archive.MaxAll/(4<<20))
		}
	}
}

// patch changes a field of each central directory header, n bytes wide at at.
func patch(archive []byte, at int, value uint32, n int) []byte {
	archive = bytes.Clone(archive)
	for i := 0; ; i++ {
		next := bytes.Index(archive[i:], []byte("PK\x01\x02"))
		if next < 0 {
			return archive
		}
		i += next
		var b [4]byte
		binary.LittleEndian.PutUint32(b[:], value)
		copy(archive[i+at:i+at+n], b[:n])
	}
}

// patchFirst changes the header of the first file only.
func patchFirst(archive []byte, at int, value uint32, n int) []byte {
	i := bytes.Index(archive, []byte("PK\x01\x02"))
	all := patch(archive, at, value, n)
	copy(all[i+46:], archive[i+46:])
	return all
}

func TestZipRefused(t *testing.T) {
	good := pack(t, member{"_chat.txt", hello})
	const flags, method, crc, packed, unpacked = 8, 10, 16, 20, 24
	spaces := strings.Repeat(" ", 8<<20)
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"empty", pack(t), "chat: x.zip: no .txt, .md or .json file among the 0 files of this archive; doormat reads WhatsApp's export"},
		{"only media", pack(t, member{"a.jpg", "x"}), "among the 1 files of this archive"},
		{"only an archive", pack(t, member{"a.zip", string(good)}), `chat: x.zip: there is an archive in this archive, "a.zip": unpack it`},
		{"an archive called text", pack(t, member{"a.txt", string(good)}), "chat: x.zip/a.txt: an archive in an archive: unpack it"},
		{"Slack", pack(t, member{"channels.json", "[]"}, member{"users.json", "[]"}, member{"a/2023-11-13.json", "[]"}), "chat: x.zip: Slack's export, which has a file for each day and numbers for names; doormat reads"},
		{"Word", pack(t, member{"[Content_Types].xml", "x"}, member{"word/document.xml", "x"}), "chat: x.zip: an Office document; doormat reads"},
		{"no chat", pack(t, member{"a.txt", "x"}), "chat: x.zip/a.txt: no message found (1 lines read)"},
		{"no chats", pack(t, member{"a.txt", "x"}, member{"b.txt", "y"}), "chat: x.zip: none of 2 .txt, .md and .json files is a chat export; the first: a.txt: no message"},
		{"two chats", pack(t, member{"_chat.txt", hello}, member{"notes.txt", hello}), `chat: x.zip: both "_chat.txt" and "notes.txt" are chat exports: unpack`},
		{"an error inside", pack(t, member{"_chat.txt", "26/03/2017, 19:01 - A: x\n3/26/2017, 19:01 - A: x"}), "chat: x.zip/_chat.txt:2: the date does not fit dmy"},
		{"up and out", pack(t, member{"../_chat.txt", hello}), `chat: x.zip: the file name "../_chat.txt" leaves the archive's folder`},
		{"out below", pack(t, member{"a/../../b.jpg", ""}), "leaves the archive's folder"},
		{"absolute", pack(t, member{"/etc/passwd", ""}), "leaves the archive's folder"},
		{"drive", pack(t, member{`C:\a.jpg`, ""}), "leaves the archive's folder"},
		{"up with backslashes", pack(t, member{`..\a.jpg`, ""}), "leaves the archive's folder"},
		{"no name", pack(t, member{"", ""}), "leaves the archive's folder"},
		{"twice", pack(t, member{"_chat.txt", hello}, member{"_chat.txt", "x"}), `chat: x.zip: the file name "_chat.txt" comes twice`},
		{"file and folder", pack(t, member{"a", ""}, member{"a/", ""}), `the file name "a" comes twice`},
		{"cut off", good[:len(good)-9], "chat: x.zip: broken archive (zip: not a valid zip file): export the chat again"},
		{"only a beginning", []byte("PK\x03\x04"), "chat: x.zip: broken archive"},
		{"encrypted", patch(good, flags, 1, 2), "chat: x.zip/_chat.txt: encrypted: unpack the archive with its password"},
		{"unknown method", patch(good, method, 99, 2), "chat: x.zip/_chat.txt: packed with method 99, which is not read"},
		{"wrong checksum", patch(good, crc, 1, 4), "chat: x.zip/_chat.txt: broken archive (zip: checksum error)"},
		{"less than stated", patch(good, unpacked, 900, 4), "chat: x.zip/_chat.txt: broken archive"},
		{"more than stated", patch(good, unpacked, 9, 4), "chat: x.zip/_chat.txt: broken archive"},
		{"nothing packed", patch(good, packed, 0, 4), "chat: x.zip/_chat.txt: broken archive"},
		{"bomb", pack(t, member{"_chat.txt", spaces}), "nothing in a chat packs so well, this may be a zip bomb"},
		{"large", patch(good, unpacked, MaxBytes+1, 4), "chat: x.zip: its text is more than 67108864 bytes when unpacked"},
		{"largest number", patch(good, unpacked, 1<<32-2, 4), "chat: x.zip: its text is more than 67108864 bytes when unpacked"},
		{"too large", bytes.Repeat(good, 1+MaxBytes/len(good)), "the limit is 67108864"},
		{"many marks", append(bytes.Clone(good), bytes.Repeat([]byte("PK\x01\x02"), 4*archive.MaxFiles)...), "chat: x.zip: more than 10000 files"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Read("x.zip", tc.file, stamp.DMY)
			refused(t, c, err)
			require.ErrorContains(t, err, tc.want)
		})
	}
}

// TestZipSum: many texts that are each below the limit are above it together.
func TestZipSum(t *testing.T) {
	members := []member{{"_chat.txt", hello}}
	for i := range 8 {
		members = append(members, member{fmt.Sprintf("%d.txt", i), "x"})
	}
	_, err := Read("x.zip", patch(pack(t, members...), 24, MaxBytes/8, 4), stamp.Any)
	require.ErrorContains(t, err, "its text is more than")

	members = nil
	for i := range archive.MaxFiles + 1 {
		members = append(members, member{fmt.Sprintf("%d.jpg", i), ""})
	}
	_, err = Read("x.zip", pack(t, members...), stamp.Any)
	require.ErrorContains(t, err, "more than 10000 files")
}

// FuzzZip: no input panics, and of the files in an archive one is read, and each of
// the others goes with a message that names it, or is left out by its name or there.
func FuzzZip(f *testing.F) {
	good := pack(f, member{"_chat.txt", hello}, member{"a/", ""}, member{"a/IMG-1.jpg", "x"}, member{"IMG-1.jpg", "y"})
	f.Add(good)
	f.Add(patch(good, 8, 1, 2))
	f.Add(patch(good, 24, 9, 4))
	f.Add(patch(good, 38, 0o120777<<16, 4))
	f.Add(pack(f, member{"result.json", string(testdata(f, "telegram.json"))}, member{"b.txt", "x"}, member{"c.zip", string(good)}, member{"stickers/sticker.webp", "z"}))
	f.Add(testdata(f, "android-nl.zip"))
	f.Add(testdata(f, "telegram-media.zip"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !isZip(data) {
			return
		}
		c, err := Read("f", data, stamp.Any)
		if err != nil {
			refused(t, c, err)
			return
		}
		usable(t, c)
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		require.NoError(t, err)
		named, taken, told := map[string]bool{}, map[string]bool{}, 0
		for _, m := range c.Messages {
			named[m.File] = m.File != ""
			if m.Data != nil {
				taken[m.File] = true
			} else if m.File != "" {
				told++
			}
		}
		files, known, left := 0, 0, 0
		for _, file := range z.File {
			if !strings.HasSuffix(file.Name, "/") {
				files++
				known += mentioned(file.Name, named)
			}
		}
		for _, l := range c.LeftOut {
			switch {
			case l.Line == 0:
				left++
			case l.Item != "":
				told--
			}
		}
		require.GreaterOrEqual(t, files, left+1+len(taken))
		require.LessOrEqual(t, files, left+1+known)
		if c.Format != Telegram { // whose chats and sections are items with lines
			require.Zero(t, told, "each message without its file is told")
		}
	})
}

// mentioned is 1 for a path that ends in one of the names.
func mentioned(full string, names map[string]bool) int {
	for i := range full {
		if (i == 0 || full[i-1] == '/') && names[full[i:]] {
			return 1
		}
	}
	return 0
}

// TestZipNames: a file's name in the archive shows in any language that a message sends
// it, and so do names that were packed in other ways.
func TestZipNames(t *testing.T) {
	const h = "13/11/2023, 09:05 - Ann: "
	c, err := Read("x.zip", pack(t, member{"WhatsApp.txt", h + "rapport (final).pdf (připojený soubor)\n" + h + "foto.jpg (jakýkoli text)\ncaption\n" + h + "foto.jpg\n" +
		h + "I sent foto.jpg (again)\n" + h + "other.jpg (připojený soubor)\n"}, member{"rapport (final).pdf", "x"}, member{"foto.jpg", "y"}), stamp.Any)
	require.NoError(t, err)
	usable(t, c)
	require.Equal(t, []string{"x", "y", "y"}, carried(c))
	require.Equal(t, 3, c.Attachments)

	for packed, named := range map[string]string{
		"U\u0308bersicht gro\u0308ße.pdf": "Übersicht größe.pdf", "Übersicht.pdf": "U\u0308bersicht.pdf", "각.jpg": "\u1100\u1161\u11a8.jpg", "a\u0323\u0302.jpg": "ậ.jpg",
		"\x9abers.pdf": "Übers.pdf", "\x9d.jpg": "Ø.jpg", "\xe1.jpg": "ß.jpg",
	} {
		c, err := Read("x.zip", pack(t, member{"_chat.txt", attached(named)}, member{packed, "x"}), stamp.Any)
		require.NoError(t, err)
		usable(t, c)
		require.Equal(t, []string{"x"}, carried(c), "%q", packed)
		require.Empty(t, c.LeftOut)
	}
	c, err = Read("x.zip", pack(t, member{"_chat.txt", attached("é.jpg")}, member{"e\u0301.jpg", "1"}, member{"\x82.jpg", "2"}), stamp.Any)
	require.NoError(t, err)
	require.Empty(t, carried(c), "two files could be meant")
	c, err = Read("x.zip", pack(t, member{`x\_chat.txt`, attached("media/a.jpg", `..\b.jpg`)}, member{`x\media\a.jpg`, "1"}, member{`b.jpg`, "2"}), stamp.Any)
	require.NoError(t, err)
	require.Equal(t, []string{"1"}, carried(c), "and no file above the chat's folder")
}
