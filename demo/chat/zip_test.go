package chat

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
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

// TestZip shows what was fed and what was read: each file is the chat or left out.
func TestZip(t *testing.T) {
	const media, other, nested = "a media file: its bytes are not used", "is not a chat export", "an archive in the archive is not opened"
	inner := string(pack(t, member{"_chat.txt", hello}))
	tests := []struct {
		name     string
		fed      []member
		format   string
		messages int
		left     []LeftOut
	}{
		{"Android", []member{{"WhatsApp Chat with Ruth.txt", hello}}, Android, 2, nil},
		{"Android with media", []member{{"WhatsApp-Chat mit Ruth.txt", hello}, {"IMG-1.jpg", "\xff\xd8"}}, Android, 2, []LeftOut{{0, "IMG-1.jpg", media}}},
		{"iPhone", []member{{"00000004-PHOTO.jpg", "\xff"}, {"_chat.txt", string(testdata(t, "ios-de.txt"))}}, IOS, 6, []LeftOut{{0, "00000004-PHOTO.jpg", media}}},
		{"packed again with its folder", []member{{"x/", ""}, {"x/_chat.txt", hello}, {"__MACOSX/x/._chat.txt", "\x00\x05"}}, Android, 2,
			[]LeftOut{{0, "__MACOSX/x/._chat.txt", other}}},
		{"a document first", []member{{"notes.txt", "Dear Ruth"}, {"caf\xe9.txt", "caf\xe9"}, {"_chat.txt", hello}, {"a.json", "{\"a\":1}"}, {"cut.json", "{\"a\":"}}, Android, 2,
			[]LeftOut{{0, "notes.txt", other}, {0, "caf\ufffd.txt", other}, {0, "a.json", other}, {0, "cut.json", other}}},
		{"any name", []member{{"Розмова.TXT", hello}}, Android, 2, nil},
		{"Telegram", []member{{"result.json", string(testdata(t, "telegram.json"))}, {"photos/a.jpg", ""}}, Telegram, 8,
			[]LeftOut{{27, "", "Telegram could not export it"}, {29, "", "neither text nor a known kind of media"}, {0, "photos/a.jpg", media}}},
		{"an archive in it", []member{{"_chat.txt", hello}, {"more.ZIP", inner}, {"more.txt", inner}}, Android, 2,
			[]LeftOut{{0, "more.ZIP", nested}, {0, "more.txt", other}}},
		{"colons and backslashes", []member{{"_chat.txt", hello}, {"Photo 10:30.jpg", ""}, {`a\b.jpg`, ""}}, Android, 2,
			[]LeftOut{{0, "Photo 10:30.jpg", media}, {0, `a\b.jpg`, media}}},
		{"marks in a name", []member{{"_chat.txt", hello}, {"\u200e\x1b[2J.jpg", ""}, {"\u200e", ""}}, Android, 2,
			[]LeftOut{{0, "[2J.jpg", media}, {0, `"\u200e"`, media}}},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Read("x.dat", pack(t, tc.fed...), AnyOrder)
			require.NoError(t, err)
			usable(t, c)
			require.Equal(t, tc.format, c.Format)
			require.Len(t, c.Messages, tc.messages)
			require.ElementsMatch(t, tc.left, c.LeftOut)
		})
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

func TestZipRefused(t *testing.T) {
	good := pack(t, member{"_chat.txt", hello})
	const flags, method, crc, packed, unpacked = 8, 10, 16, 20, 24
	spaces := strings.Repeat(" ", 8<<20)
	tests := []struct {
		name string
		file []byte
		want string
	}{
		{"empty", pack(t), "chat: x.zip: no .txt or .json file among the 0 files of this archive; want WhatsApp's export"},
		{"only media", pack(t, member{"a.jpg", "x"}), "among the 1 files of this archive"},
		{"only an archive", pack(t, member{"a.zip", string(good)}), "among the 1 files of this archive"},
		{"an archive called text", pack(t, member{"a.txt", string(good)}), "chat: x.zip/a.txt: an archive in an archive: unpack it"},
		{"no chat", pack(t, member{"a.txt", "x"}), "chat: x.zip/a.txt: no message found (1 lines read)"},
		{"no chats", pack(t, member{"a.txt", "x"}, member{"b.txt", "y"}), "chat: x.zip: none of 2 .txt and .json files is a chat export; the first: chat: x.zip/a.txt: no message"},
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
		{"bomb", pack(t, member{"_chat.txt", spaces}), "no chat packs so well, this may be a zip bomb"},
		{"large", patch(good, unpacked, MaxBytes+1, 4), "chat: x.zip: its text is more than 67108864 bytes when unpacked"},
		{"largest number", patch(good, unpacked, 1<<32-2, 4), "chat: x.zip: its text is more than 67108864 bytes when unpacked"},
		{"too large", bytes.Repeat(good, 1+MaxBytes/len(good)), "the limit is 67108864"},
		{"many marks", append(bytes.Clone(good), bytes.Repeat([]byte("PK\x01\x02"), 4*MaxFiles)...), "chat: x.zip: more than 10000 files"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Read("x.zip", tc.file, DMY)
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
	_, err := Read("x.zip", patch(pack(t, members...), 24, MaxBytes/8, 4), AnyOrder)
	require.ErrorContains(t, err, "its text is more than")

	members = nil
	for i := range MaxFiles + 1 {
		members = append(members, member{fmt.Sprintf("%d.jpg", i), ""})
	}
	_, err = Read("x.zip", pack(t, members...), AnyOrder)
	require.ErrorContains(t, err, "more than 10000 files")
}

// FuzzZip: no input panics, and of the files in an archive one is read and each
// of the others is left out by name.
func FuzzZip(f *testing.F) {
	good := pack(f, member{"_chat.txt", hello}, member{"a/", ""}, member{"a/IMG-1.jpg", "x"})
	f.Add(good)
	f.Add(patch(good, 8, 1, 2))
	f.Add(patch(good, 24, 9, 4))
	f.Add(pack(f, member{"result.json", string(testdata(f, "telegram.json"))}, member{"b.txt", "x"}, member{"c.zip", string(good)}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !isZip(data) {
			return
		}
		c, err := Read("f", data, AnyOrder)
		if err != nil {
			refused(t, c, err)
			return
		}
		usable(t, c)
		z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		require.NoError(t, err)
		files, left := 0, 0
		for _, file := range z.File {
			if !strings.HasSuffix(file.Name, "/") {
				files++
			}
		}
		for _, l := range c.LeftOut {
			if l.Line == 0 {
				left++
			}
		}
		require.Equal(t, files, left+1)
	})
}
