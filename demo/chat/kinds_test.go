package chat

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A kind is an invented export of a kind that somebody reported as misread, and what it
// holds. dates are of the messages, where the file can be read in more than one way.
type kind struct {
	file        string
	messages    int
	accounts    string
	attachments int
	withBytes   int
	system      []int
	dates       string
	warnings    []string // parts of all warnings, in order
}

const (
	alike   = "dates fit dmy and mdy alike"
	era543  = "read as one of the Buddhist era, less 543"
	noZone  = "times without a zone"
	oneName = "is read as one name, since a second part follows the first"
)

var kinds = []kind{
	// Headers in the languages and habits of phones.
	{"android-24h-with-half.txt", 3, "Imke, Jorun", 0, 0, nil, "2023-11-13 09:05, 2023-11-13 23:59, 2023-11-14 00:04", nil},
	{"android-ar.txt", 4, "سلمى, طارق, م. هدى", 2, 0, []int{1, 2}, "2023-11-13 09:06, 2023-11-13 13:20, 2023-11-14 00:04, 2023-11-14 23:59", nil},
	{"android-ar-digits.txt", 2, "سلمى, طارق", 0, 0, nil, "2023-11-04 09:05, 2023-11-04 13:20", []string{alike}},
	{"android-de.txt", 4, `Imke, Dr. Jörn "Jo" Maß`, 2, 0, []int{1, 2, 7}, "2023-11-13 21:41, 2023-11-14 07:05, 2023-11-14 07:06, 2023-11-14 07:07", nil},
	{"android-el-half.txt", 3, "Imke, Jorun", 0, 0, nil, "2023-11-04 09:05, 2023-11-04 13:20, 2023-11-04 14:00", []string{alike}},
	{"android-he.txt", 4, "דנה כהן, עומר (עבודה)", 0, 0, nil, "2023-11-13 09:05, 2023-11-13 09:06, 2023-11-14 09:07, 2023-11-14 09:08", nil},
	{"android-ja.txt", 3, "花子, 太郎", 1, 0, []int{1}, "2023-11-13 21:41, 2023-11-14 07:05, 2023-11-14 07:06", nil},
	{"android-ko.txt", 2, "하늘, 바다", 0, 0, nil, "2023-11-04 09:05, 2023-11-04 13:20", nil},
	{"android-month-name.txt", 2, "Imke, Jorun", 0, 0, nil, "2019-11-04 21:41, 2019-11-13 21:42", nil},
	{"android-th.txt", 3, "นิดา, โอม", 0, 0, nil, "2023-11-13 21:41, 2023-11-13 21:42, 2024-02-29 08:00", []string{era543}},
	{"android-th-buddhist.txt", 2, "นิดา, โอม", 0, 0, nil, "2023-11-04 09:05, 2023-11-13 13:20", []string{era543}},
	{"android-zh.txt", 3, "阿梅, 阿松", 0, 0, nil, "2023-11-04 09:05, 2023-11-04 13:20, 2023-11-13 23:59", nil},
	{"ios-ar.txt", 2, "سلمى, طارق", 0, 0, nil, "2023-11-04 21:41, 2023-11-13 21:42", nil},
	{"ios-buddhist-era.txt", 2, "Imke, Jorun", 0, 0, nil, "2023-11-04 21:41, 2023-11-13 21:42", nil},
	{"ios-he.txt", 4, `דנה, ד"ר כהן, עומר (קומה 3)`, 1, 0, []int{1, 2, 3, 8}, "2023-11-13 09:06, 2023-11-13 09:07, 2023-11-14 21:08, 2023-11-14 21:09",
		[]string{`"ועד הבית" writes nothing but notices of the app (lines 1, 3, 8)`}},
	{"ios-ja-calendar.txt", 3, "花子, 太郎", 1, 0, []int{1}, "2023-11-13 21:41, 2023-11-14 07:05, 2023-11-14 07:06", nil},
	{"ios-no-brackets.txt", 2, "Imke, Jorun", 0, 0, nil, "2013-11-04 09:05, 2013-11-13 13:20", nil},
	{"ios-th.txt", 3, "นิดา, โอม", 1, 0, []int{1}, "2023-11-13 21:41, 2023-11-14 09:42, 2023-11-14 09:43", []string{era543}},
	{"ios-vi-time-first.txt", 2, "Lan, Minh", 0, 0, nil, "2023-11-04 21:41, 2023-11-13 21:42", nil},

	// Names, and lines of the app.
	{"android-colon-names.txt", 3, "Work: Imke, Work: Jorun, Kim", 0, 0, nil, "", []string{alike, oneName, oneName}},
	{"android-he-quote.txt", 3, `ד"ר כהן, עומר`, 0, 0, nil, "", []string{alike}},
	{"android-zero-byte.txt", 2, "Imke, Jorun", 0, 0, nil, "", []string{"zero bytes, which no text has, are dropped: line 2", alike}},
	{"ios-deleted.txt", 2, "Imke, Jorun", 0, 0, []int{1}, "", nil},
	{"ios-first-notice.txt", 2, "Imke, Jorun", 0, 0, []int{1}, "", []string{alike}},
	{"ios-no-space.txt", 3, "Imke, Jorun", 0, 0, nil, "", []string{"no space follows the name's colon, read as a name: line 2"}},
	{"ios-poll.txt", 5, "Imke, Cy, Jorun, Dee", 0, 0, nil, "", nil},

	// Photos, recordings and files.
	{"android-cp437.zip", 3, "Imke, Jorun", 2, 2, nil, "", []string{alike}},
	{"android-media.txt", 6, "Imke, Jorun", 6, 0, nil, "", nil},
	{"android-nfd.zip", 3, "Imke, Jorun", 2, 2, nil, "", []string{alike}},
	{"android-video-note.txt", 4, "Imke, Jorun", 3, 0, nil, "", nil},
	{"ios-edited-caption.txt", 2, "Imke, Jorun", 1, 0, nil, "", nil},
	{"ios-fi-photo.txt", 2, "Aino, Veikko", 1, 0, nil, "", nil},
	{"ios-mark-in-tag.txt", 2, "Imke, Jorun", 1, 0, nil, "", nil},

	// How long, and how many.
	{"android-one-minute.txt", 10, "Imke, Jorun", 0, 0, nil, "", nil},
	{"android-thirteen-years.txt", 3, "Imke, Jorun", 0, 0, nil, "2010-02-01 09:05, 2023-02-02 09:06, 2023-02-13 09:06", nil},
	{"android-twenty-people.txt", 20, "P00, P01, P02, P03, P04, P05, P06, P07, P08, P09, P10, P11, P12, P13, P14, P15, P16, P17, P18, P19", 0, 0, nil, "", nil},

	// Other messengers.
	{"discord.json", 3, "Imke, Jorun, Imke (102)", 2, 0, []int{21}, "2023-11-13 20:41, 2023-11-13 21:42, 2023-11-13 21:43", []string{"share a name with another"}},
	{"element.json", 2, "@imke:example.org, @jorun:example.org", 1, 0, []int{8, 64}, "", nil},
	{"imessage.txt", 3, "Me, Jorun", 1, 0, []int{14}, "2023-11-13 21:41, 2023-11-13 21:42, 2023-11-13 21:43", []string{noZone}},
	{"messenger.json", 3, "Jörn, Imke", 1, 0, nil, "2023-11-13 20:41, 2023-11-13 20:42, 2023-11-13 20:43", nil},
	{"signal.md", 3, "Me, Jorun, Kim", 2, 0, nil, "2023-11-04 09:05, 2023-11-04 09:06, 2023-11-04 09:07", []string{noZone}},
	{"signal-seconds.md", 3, "Me, Jorun", 1, 0, nil, "2023-11-13 21:41, 2023-11-13 21:42, 2023-11-13 21:43", []string{noZone}},
	{"telegram-backslash.zip", 2, "Imke, Jorun", 2, 1, nil, "", nil},
	{"telegram-bare-id.json", 2, "Imke, Jorun", 0, 0, nil, "", []string{"a newer Telegram exports it well"}},
	{"telegram-newer.json", 7, "Imke, Jorun", 5, 0, nil, "", nil},
}

// TestKinds reads all of them.
func TestKinds(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.file, func(t *testing.T) {
			c, err := Read(k.file, testdata(t, k.file), AnyOrder)
			require.NoError(t, err)
			usable(t, c)
			require.Len(t, c.Messages, k.messages)
			require.Equal(t, k.accounts, strings.Join(c.Accounts, ", "))
			require.Equal(t, k.attachments, c.Attachments)
			conv, err := c.Conversation("x", "")
			require.NoError(t, err)
			require.Equal(t, k.withBytes, conv.Attachments())
			require.Equal(t, fmt.Sprint(k.system), fmt.Sprint(c.SystemLines))
			require.Equal(t, len(k.system), c.System)
			require.Len(t, c.Warnings, len(k.warnings), "%q", c.Warnings)
			for i, w := range k.warnings {
				require.Contains(t, c.Warnings[i], w)
			}
			var dates []string
			for _, m := range c.Messages {
				dates = append(dates, m.Sent.Format("2006-01-02 15:04"))
			}
			if k.dates != "" {
				require.Equal(t, k.dates, strings.Join(dates, ", "))
			}
		})
	}
}

// TestKindsRefused: what is no chat is told what it is, what is read, and both once.
func TestKindsRefused(t *testing.T) {
	for file, want := range map[string]string{
		"backup.bin":  "binary data and no text (a zero byte at offset 0), as in a backup, which is no export; doormat reads WhatsApp's export",
		"lines.jsonl": ":2: JSON lines of a plain backup by Signal; signal-export makes a chat.md from Signal Desktop, which is read; doormat reads",
		"nested.zip":  `there is an archive in this archive, "WhatsApp Chat - Jorun.zip": unpack it and read the export in it`,
		"crowd.json":  "more than 256 people write in this chat, which is the limit: export it for a shorter time",
	} {
		_, err := Read(file, testdata(t, "refused/"+file), AnyOrder)
		require.ErrorContains(t, err, want)
		require.Equal(t, 1, strings.Count(err.Error(), "chat: "+file), "%v", err)
		require.LessOrEqual(t, strings.Count(err.Error(), "doormat reads"), 1, "%v", err)
	}
	files, err := filepath.Glob("testdata/refused/*")
	require.NoError(t, err)
	require.Len(t, files, 4, "a file without a test")
}

// TestMagic: files that people take for exports are called what they are.
func TestMagic(t *testing.T) {
	for begin, want := range map[string]string{
		"%PDF-1.7\n\x00":                               "a PDF document; doormat reads WhatsApp's export",
		"7z\xbc\xaf\x27\x1c":                           "a 7z archive: unpack it; doormat reads",
		"Rar!\x1a\x07\x00":                             "a RAR archive: unpack it; doormat reads",
		"\x1f\x8b\x08\x00":                             "a gzip archive: unpack it; doormat reads",
		"SQLite format 3\x00":                          "a database, such as phones and backups hold, and no export; doormat reads",
		"<!DOCTYPE html>":                              "a web page: export the chat as JSON or text instead; doormat reads",
		`[{"ts": "1.2", "user": "U1", "text": "x"}]`:   "one day of a channel in Slack's JSON, where people have numbers for names; doormat reads",
		`[{"a": 1}]`:                                   "a list in JSON; doormat reads",
		"{\"sender\":\"A\",\"body\":\"x\"}\n{\"a\":1}": "JSON lines of signal-export's data.json; read the chat.md beside it; doormat reads",
		strings.Repeat("\xfe\x80", 99):                 "binary data and no text, as in an encrypted backup, which is no export; doormat reads",
	} {
		_, err := Read("f", []byte(begin), AnyOrder)
		require.ErrorContains(t, err, want)
		require.Equal(t, 1, strings.Count(err.Error(), "doormat reads"), "%v", err)
	}
}

// TestKindTexts: what some of the messages say.
func TestKindTexts(t *testing.T) {
	for file, want := range map[string][]string{
		"discord.json":        {"who has the key?", "<file>", "<sticker>"},
		"element.json":        {"who has the key?", "<image>\nkey.png"},
		"imessage.txt":        {"who has the key?", "attachments/5/key.heic", "me\n\nand again"},
		"ios-no-space.txt":    {"Hey", "Hi", "ok"},
		"messenger.json":      {"Müsli?", "schön 🙂", "<photo>"},
		"signal.md":           {"see the plan", "yes  <photo>", "<voice>"},
		"signal-seconds.md":   {"who has the key?", "I", "<key one.png>"},
		"telegram-newer.json": {"hello", "hi", "<todo list>\nPacking", "<venue>\nOld Mill", "<giveaway>", "<paid stars amount>", "<giveaway results>"},
	} {
		c, err := Read(file, testdata(t, file), AnyOrder)
		require.NoError(t, err)
		var texts []string
		for _, m := range c.Messages {
			texts = append(texts, m.Text)
		}
		require.Equal(t, want, texts, file)
	}
}
