package chat

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/chat/stamp"
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
	era543  = "read as one of the Buddhist era (543 years less)"
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
			c, err := Read(k.file, testdata(t, k.file), stamp.Any)
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
		_, err := Read(file, testdata(t, "refused/"+file), stamp.Any)
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
		"[LINE] 花子とのトーク履歴\n\n2023/11/13(月)\n21:41\t花子\tはい": "no message found (3 lines read); a chat of LINE, which is not read; doormat reads",
		strings.Repeat("\xfe\x80", 99): "binary data and no text, as in an encrypted backup, which is no export; doormat reads",
	} {
		_, err := Read("f", []byte(begin), stamp.Any)
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
		c, err := Read(file, testdata(t, file), stamp.Any)
		require.NoError(t, err)
		var texts []string
		for _, m := range c.Messages {
			texts = append(texts, m.Text)
		}
		require.Equal(t, want, texts, file)
	}
}

// TestCalendars converts dates in other calendars as ICU does.
func TestCalendars(t *testing.T) {
	for date, want := range map[string]string{
		"1/1/1388": "2009-03-21", "1/1/1391": "2012-03-20", "1399/1/1": "2020-03-20", "1399/12/30": "2021-03-20", "1400/01/01": "2021-03-21",
		"۱۴۰۲/۸/۲۲": "2023-11-13", "1403/12/30": "2025-03-20", "1404/1/1": "2025-03-21", "22/8/1402 AP": "2023-11-13",
		"29/4/1445 هـ": "2023-11-13", "1/1/1445": "2023-07-19", "١/٩/١٤٤٤": "2023-03-23", "1446/12/28": "2025-06-25",
		"112/11/13": "2023-11-13", "民國112/11/13": "2023-11-13", "13/11/2566": "2023-11-13", "2566-11-13": "2023-11-13", "13/11/66": "2023-11-13",
		"令和5/11/13": "2023-11-13", "R5/11/13": "2023-11-13", "平成31年4月30日": "2019-04-30", "11/13/5 R": "2023-11-13", "13/11/66 พ.ศ.": "2023-11-13",
	} {
		c, err := Read("f", []byte("["+date+", 09:05:00] Ruth: hello"), stamp.Any)
		require.NoError(t, err, date)
		require.Equal(t, want, c.Messages[0].Sent.Format("2006-01-02"), date)
	}
}

// TestNames: what stands before ": " is a name or not, by all messages together.
func TestNames(t *testing.T) {
	for _, tc := range []struct {
		lines, accounts string
		system          []int
		warning         string
	}{
		{"Screen 27\": hello|Kim: hi", `Screen 27", Kim`, nil, ""},
		{"ד\"ר כהן: הוא אמר \"כן\"|Kim: hi", `ד"ר כהן, Kim`, nil, ""},
		{"דנה שינתה את הנושא ל\"מסיבה: עוגה\"|דנה: hi", "דנה", []int{1}, ""},
		{"Jo changed the subject to \"Party: a\"|Jo changed the subject to \"Party: b\"|Jo: hi", "Jo", []int{1, 2}, ""},
		{"Jo created “Club: x”|Jo: hi", "Jo", []int{1}, ""},
		{"Jo hat „Fest: x“ erstellt|Jo: hi", "Jo", []int{1}, ""},
		{"花子が「会: 三」を作成しました|花子: hi", "花子", []int{1}, ""},
		{"«Ли» Вера: x|“Bo”: y", "«Ли» Вера, “Bo”", nil, ""},
		{"Jo \"the cat: x|Jo \"the cat: y", `Jo "the cat`, nil, ""},
		{"Ann:hi|Ann: hi", "Ann", nil, "no space follows the name's colon, read as a name: line 1"},
		{"Ann: hi|see https://example.org", "Ann", []int{2}, ""},
		{"Club: Ann: hi|Club: Bo: hi|Club: Ann: so: what", "Club: Ann, Club: Bo", nil, `"Club: Ann" is read as one name`},
		{"Ann: note: buy|Ann: ps: bye", "Ann", nil, `"Ann" may stand for several contacts`},
		{"Ann: Bo: are you there|Ann: Bo: well|Bo: yes", "Ann, Bo", nil, `"Ann" may stand for several contacts`},
		{"Jose\u0301: hi|José: hi|Bo: x", "Jose\u0301, Bo", nil, ""},
		{"Ann: one: two|Bo: three", "Ann, Bo", nil, ""},
		{"All of this is a sentence of the app. It says: nothing|Ann: hi", "Ann", []int{1}, ""},
	} {
		text := ""
		for line := range strings.SplitSeq(tc.lines, "|") {
			text += "26/03/2017, 19:01 - " + line + "\n"
		}
		c := read(t, text)
		require.Equal(t, tc.accounts, strings.Join(c.Accounts, ", "), text)
		require.Equal(t, fmt.Sprint(tc.system), fmt.Sprint(c.SystemLines), text)
		require.Contains(t, strings.Join(c.Warnings, "\n")+"\n", tc.warning, text)
		require.Equal(t, tc.warning == "", len(c.Warnings) == 0, "%s: %q", text, c.Warnings)
	}
}

// TestNearHeaders: what looks like a header and is none is told, with number and shape.
func TestNearHeaders(t *testing.T) {
	const begin = "26/03/2017, 19:01 - Ruth: hello\n"
	for line, shape := range map[string]string{
		"31/02/2017, 19:01 - Sam: x": "99/99/9999, 99:99 - ", "26/03/2017, 1:01 quux - Sam: x": "99/99/9999, 9:99 xxxx - ",
		"14 Nov, 21:42 - Sam: x": "99 xxx, 99:99 - ", "[26/03/2017, 19:01:28] Sam: x": "[99/99/9999, 99:99:99]", "26/03/2017 25:01:01: Sam: x": "99/99/9999 99:99:99: ",
		"12.13.14, 19:61 - Sam: x": "99.99.99, 99:99 - ",
	} {
		c := read(t, begin+line)
		require.Len(t, c.Messages, 1)
		require.Len(t, c.Warnings, 1, line)
		require.Contains(t, c.Warnings[0], fmt.Sprintf("looks like a header (%q", shape))
		require.True(t, strings.HasSuffix(c.Warnings[0], "line 2"), c.Warnings[0])
	}
	for _, line := range []string{"19:30 - dinner: soup", "- 10 eggs", "2017 - a year: good", "12/3 of it - no", "[9:05] ring", "1. one - two: three"} {
		require.Empty(t, read(t, begin+line).Warnings, line)
	}
	_, err := Read("f", []byte("Dear all\nNov 13, 9:41 PM - Ann: x\n"), stamp.Any)
	require.ErrorContains(t, err, `no message found (2 lines read); line 2 begins like a date that is not read, "Nov 13, 9:41 PM"; doormat reads`)
}

// TestNotices: which of an iPhone's lines that begin with U+200E are the app's.
func TestNotices(t *testing.T) {
	for _, tc := range []struct {
		lines, accounts string
		system          []int
	}{
		{"Mill: ^Messages and calls are end-to-end encrypted.|Mill: ^You created this group|Ann: hi|Bo: ^Bo left|Cy: hi|Mill: ^Sam was added", "Ann, Cy", []int{1, 2, 4, 6}},
		{"Ann: hi|Mill: ^Bo left|Bo: hi|Cy: x|Mill: ^Ann added Cy", "Ann, Bo, Cy", []int{2, 5}},
		{"Ann: hi|Sam: ^שלום|Bo: hi", "Ann, Sam, Bo", nil},
		{"Ann: hi|Sam: ^Bo.vcf|Cy: hi", "Ann, Sam, Cy", nil},
		{"Jorun: ^Messages and calls are end-to-end encrypted.|Imke: hi|Jorun: ^Missed voice call", "Imke, Jorun", []int{1}},
		{"Jorun: ^Messages and calls are end-to-end encrypted.|Jorun: ^Jorun is a contact|Imke: hi|Jorun: yes", "Imke, Jorun", []int{1, 2}},
		{"Jorun: ^Messages and calls are end-to-end encrypted.|Imke: hi|Imke: you?", "Imke", []int{1}},
		{"Mill: ^Messages and calls are end-to-end encrypted.|Ann: hi|Bo: hi|Mill: ^POLL:\n^OPTION: x", "Ann, Bo, Mill", []int{1}},
		{"^Ann made the group|Ann: hi|Bo: hi", "Ann, Bo", []int{1}},
		{"Mill: ^Messages and calls are end-to-end encrypted.", "Mill", nil},
		{"Jorun: Messages and calls are end-to-end encrypted.|Imke: hi|Jorun: yes", "Imke, Jorun", []int{1}},
		{"Sam: ^שלום|Ann: hi", "Sam, Ann", nil},
		{"Sam: ^שלום|Ann: hi|Bo: hi", "Sam, Ann, Bo", nil},
		{"Mill: ^Skabt|Ann: hi|Bo: hi|Mill: ^Ann fjernede Bo|Mill: ^Bo er her", "Ann, Bo", []int{1, 4, 5}},
		{"Jorun: hi|Imke: hi|Jorun: they are end-to-end encrypted", "Jorun, Imke", nil},
	} {
		text := ""
		for i, line := range strings.Split(strings.ReplaceAll(tc.lines, "^", "\u200e"), "|") {
			text += fmt.Sprintf("[26/03/2017, 19:%02d:00] %s\n", max(i, 1), line)
		}
		c := read(t, text)
		require.Equal(t, tc.accounts, strings.Join(c.Accounts, ", "), text)
		if strings.Contains(tc.lines, "POLL") {
			continue
		}
		require.Equal(t, fmt.Sprint(tc.system), fmt.Sprint(c.SystemLines), text)
	}
}
