package chat

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/demo/chat/stamp"
)

func at(y int, m time.Month, d, hour, min, sec int) time.Time {
	return time.Date(y, m, d, hour, min, sec, 0, time.UTC)
}

// read reads an inline export.
func read(t *testing.T, text string) *Chat {
	t.Helper()
	c, err := Read("f.txt", []byte(text), stamp.Any)
	require.NoError(t, err)
	return c
}

// TestFiles reads invented exports of twelve phones. What is left out of them is in
// the table that TestTable holds.
func TestFiles(t *testing.T) {
	tests := []struct {
		file     string
		want     Summary
		first    Message // the first message, and the time of the last one
		last     time.Time
		warnings int
	}{
		{"android-dmy.txt", Summary{Format: Android, Messages: 6, Accounts: []string{"Bea", "Olu", "+44 7700 900123"}, Attachments: 2, System: 4},
			Message{From: "Bea", Sent: at(2017, 3, 26, 19, 4, 0), Text: "Right, who left the gate open", Line: 4}, at(2017, 3, 27, 8, 40, 0), 0},
		{"android-mdy-12h.txt", Summary{Format: Android, Messages: 5, Accounts: []string{"Wendell", "Priya"}, Attachments: 1},
			Message{From: "Wendell", Sent: at(2017, 3, 4, 21, 59, 0), Text: "ok who is bringing chairs", Line: 1}, at(2017, 3, 13, 12, 16, 0), 0},
		{"android-es.txt", Summary{Format: Android, Messages: 3, Accounts: []string{"Nuria", "Iker"}, Attachments: 2, System: 1},
			Message{From: "Nuria", Sent: at(2017, 3, 28, 21, 30, 0), Text: "¿Cenamos?", Line: 2}, at(2017, 3, 29, 0, 3, 0), 0},
		{"android-fr.txt", Summary{Format: Android, Messages: 3, Accounts: []string{"Odile", "Bastien"}, Attachments: 2},
			Message{From: "Odile", Sent: at(2017, 5, 15, 18, 6, 0), Text: "<Médias omis>", Attachment: true, Line: 1}, at(2017, 5, 15, 18, 10, 0), 0},
		{"android-pt.txt", Summary{Format: Android, Messages: 3, Accounts: []string{"Tia Lurdes", "Caio"}, Attachments: 2},
			Message{From: "Tia Lurdes", Sent: at(2017, 6, 25, 14, 3, 0), Text: "<Mídia oculta>", Attachment: true, Line: 1}, at(2017, 6, 25, 14, 7, 0), 0},
		{"android-ymd.txt", Summary{Format: Android, Messages: 3, Accounts: []string{"Gail", "Tom"}},
			Message{From: "Gail", Sent: at(2017, 12, 20, 17, 46, 0), Text: "the furnace is making the noise again", Line: 1}, at(2017, 12, 21, 0, 10, 0), 0},
		{"ios-de.txt", Summary{Format: IOS, Messages: 6, Accounts: []string{"Frau Thoma", "Kai 3. OG"}, Attachments: 3, System: 2},
			Message{From: "Frau Thoma", Sent: at(2017, 3, 26, 19, 3, 2), Text: "Wessen Schlitten steht da seit Januar?", Line: 3}, at(2017, 3, 27, 7, 16, 0), 1},
		{"ios-en-12h.txt", Summary{Format: IOS, Messages: 3, Accounts: []string{"Dot", "~ Len"}, Attachments: 1},
			Message{From: "Dot", Sent: at(2017, 3, 11, 7, 5, 41), Text: "morning, did the goat come back", Line: 1}, at(2017, 3, 31, 0, 0, 0), 0},
		{"ios-it.txt", Summary{Format: IOS, Messages: 3, Accounts: []string{"Nonna", "Pino"}, Attachments: 2},
			Message{From: "Nonna", Sent: at(2017, 3, 26, 21, 40, 0), Text: "immagine omessa", Attachment: true, Line: 1}, at(2017, 3, 26, 21, 42, 0), 0},
		{"android-ru.txt", Summary{Format: Android, Messages: 3, Accounts: []string{"Вера", "Лёва"}, Attachments: 2, System: 1},
			Message{From: "Вера", Sent: at(2024, 3, 22, 14, 36, 0), Text: "Где кот?", Line: 2}, at(2024, 3, 22, 14, 41, 0), 0},
		{"android-tr.txt", Summary{Format: Android, Messages: 3, Accounts: []string{"Defne", "Emre"}, Attachments: 2},
			Message{From: "Defne", Sent: at(2020, 4, 7, 13, 45, 0), Text: "Çay hazır", Line: 1}, at(2020, 4, 7, 13, 50, 0), 1},
		{"ios-fi.txt", Summary{Format: IOS, Messages: 2, Accounts: []string{"Aino", "Veikko"}},
			Message{From: "Aino", Sent: at(2022, 3, 12, 14, 8, 18), Text: "Sauna on lämmin", Line: 1}, at(2022, 3, 12, 14, 9, 2), 1},
	}
	files, err := filepath.Glob("testdata/*.*")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	tested := map[string]bool{"telegram.json": true, "telegram-account.json": true, "telegram-media.zip": true, "android-nl.zip": true}
	for _, tc := range tests {
		tested[tc.file] = true
	}
	for _, k := range kinds {
		tested[k.file] = true
	}
	for _, file := range files {
		require.True(t, tested[filepath.Base(file)], "%s: a file without a test", file)
	}
	for _, tc := range tests {
		t.Run(tc.file, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", tc.file))
			require.NoError(t, err)
			c, err := Read(tc.file, data, stamp.Any)
			require.NoError(t, err)
			require.Len(t, c.SystemLines, tc.want.System)
			tc.want.LeftOut, tc.want.SystemLines, tc.want.Warnings = c.LeftOut, c.SystemLines, c.Warnings
			require.Equal(t, tc.want, c.Summary())
			require.Equal(t, tc.first, c.Messages[0])
			require.Equal(t, tc.last, c.Messages[len(c.Messages)-1].Sent)
			require.Len(t, c.Warnings, tc.warnings, "%q", c.Warnings)
		})
	}
}

// TestTable holds the table of docs/chats.md: what is fed, what is read, and what is
// left out with its reason.
func TestTable(t *testing.T) {
	files, err := filepath.Glob("testdata/*.*")
	require.NoError(t, err)
	rows := "| file | format | messages | accounts | attachments | with bytes | system | left out |\n" +
		"| --- | --- | --- | --- | --- | --- | --- | --- |\n"
	for _, file := range files {
		c, err := Read(file, testdata(t, filepath.Base(file)), stamp.Any)
		require.NoError(t, err)
		usable(t, c)
		conv, err := c.Conversation(file, "")
		require.NoError(t, err)
		var left []string
		for _, l := range c.LeftOut {
			where := l.Item
			if l.Line > 0 {
				where = strings.TrimSpace(fmt.Sprintf("line %d %s", l.Line, l.Item))
			}
			left = append(left, where+": "+l.Why)
		}
		rows += fmt.Sprintf("| `%s` | %s | %d | %d | %d | %d | %d | %s |\n", filepath.Base(file), c.Format, len(c.Messages),
			len(c.Accounts), c.Attachments, conv.Attachments(), c.System, cmp.Or(strings.Join(left, "<br>"), "nothing"))
	}
	doc, err := os.ReadFile("../../docs/chats.md")
	require.NoError(t, err)
	require.Contains(t, string(doc), rows, "docs/chats.md: want this table:\n%s", rows)
}

func TestBodies(t *testing.T) {
	const h, i = "26/03/2017, 19:01 - ", "[26/03/2017, 19:01:28] "
	tests := []struct{ name, file, from, text string }{
		{"plain", h + "Ruth: hello\n", "Ruth", "hello"},
		{"no line end", h + "Ruth: hello", "Ruth", "hello"},
		{"many lines, one blank", h + "Ruth: a\n\nb\n  c \n\n", "Ruth", "a\n\nb\n  c "},
		{"CRLF", h + "Ruth: a\r\nb\r\n", "Ruth", "a\nb"},
		{"line ends of old Macs", h + "Ruth: a\rb\r", "Ruth", "a\nb"},
		{"colon in the text", h + "Ruth: ring me: now", "Ruth", "ring me: now"},
		{"empty text", h + "Ruth: ", "Ruth", ""},
		{"empty text, trimmed", h + "Ruth:\nmore", "Ruth", "\nmore"},
		{"BOM", "\ufeff" + h + "Ruth: hello", "Ruth", "hello"},
		{"marks around everything", "\u200e[\u200f26\u200f/03/2017, 19:01:28\u200e] \u202aRuth\u202c: \u200ehello", "Ruth", "hello"},
		{"phone number in marks and spaces", i + "\u202a+44\u00a07700\u00a0900123\u202c: x", "+44 7700 900123", "x"},
		{"escape sequence in a name", i + "Ru\x1b[2Jth: x", "Ru[2Jth", "x"},
		{"dash in name and text", h + "Jo-Ann - work: a - b", "Jo-Ann - work", "a - b"},
		{"quotes that pair", h + `Jo "the cat" Bell: x`, `Jo "the cat" Bell`, "x"},
		{"emoji joined and unjoined", h + "👩\u200d🔬: 👩\u200d🔬", "👩\u200d🔬", "👩\u200d🔬"},
		{"the other form is text", h + "Ruth: see\n[26/03/2017, 19:01:28] Sam: this", "Ruth", "see\n[26/03/2017, 19:01:28] Sam: this"},
		{"no such date is text", h + "Ruth: see\n31/02/2017, 19:01 - Sam: this", "Ruth", "see\n31/02/2017, 19:01 - Sam: this"},
		{"no such hour is text", h + "Ruth: see\n26/03/2017, 24:01 - Sam: this", "Ruth", "see\n26/03/2017, 24:01 - Sam: this"},
		{"mixed separators are text", h + "Ruth: see\n26/03.2017, 19:01 - Sam: this", "Ruth", "see\n26/03.2017, 19:01 - Sam: this"},
		{"four digits of a day are text", h + "Ruth: see\n0026/03/2017, 19:01 - Sam: this", "Ruth", "see\n0026/03/2017, 19:01 - Sam: this"},
		{"four digits of a month are text", h + "Ruth: see\n0003/26/2017, 19:01 - Sam: this", "Ruth", "see\n0003/26/2017, 19:01 - Sam: this"},
		{"three digits of a year are text", h + "Ruth: see\n26/03/201, 19:01 - Sam: this", "Ruth", "see\n26/03/201, 19:01 - Sam: this"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			c := read(t, tc.file)
			require.Len(t, c.Messages, 1)
			require.Equal(t, tc.from, c.Messages[0].From)
			require.Equal(t, tc.text, c.Messages[0].Text)
			require.Empty(t, c.LeftOut)
			require.Zero(t, c.System)
		})
	}
}

func TestSystemLines(t *testing.T) {
	for _, line := range []string{
		"Ruth left", "", `Jo changed the subject to "Party: bring cake"`, "Jo hat den Betreff zu „Fest: Kuchen“ geändert",
		strings.Repeat("long", 26) + ": x", "\u200e: x",
	} {
		c := read(t, "26/03/2017, 19:00 - Ruth: hello\n26/03/2017, 19:01 - "+line+"\nmore of it\n26/03/2017, 19:02 - Ruth: bye")
		require.Equal(t, 1, c.System, "%q", line)
		require.Len(t, c.Messages, 2, "%q", line)
		require.Equal(t, "hello", c.Messages[0].Text, "%q", line)
	}
}

// TestGroupName: an iPhone writes the group's notices under the group's name.
func TestGroupName(t *testing.T) {
	const notice = "[26/03/2017, 19:01:28] Mill Lane: \u200eSam joined\n"
	c := read(t, notice+"[26/03/2017, 19:02:00] Sam: hi\n"+notice)
	require.Equal(t, []string{"Sam"}, c.Accounts)
	require.Equal(t, "Mill Lane", c.Name)
	require.Equal(t, 2, c.System)
	require.Contains(t, strings.Join(c.Warnings, "\n"), `"Mill Lane" writes nothing but notices of the app (lines 1, 3)`)

	c = read(t, notice)
	require.Equal(t, []string{"Mill Lane"}, c.Accounts, "nobody else is there")
	c = read(t, "[26/03/2017, 19:02:00] Ann: hi\n[26/03/2017, 19:02:00] Sam: \u200eimage omitted")
	require.Equal(t, []string{"Ann", "Sam"}, c.Accounts, "an attachment is not a notice")
	c = read(t, "26/03/2017, 19:02 - Ann: hi\n26/03/2017, 19:02 - Sam: \u200eשלום")
	require.Equal(t, []string{"Ann", "Sam"}, c.Accounts, "Android has no such custom")
}

func TestAttachments(t *testing.T) {
	yes := []string{
		"image omitted", "\u200eGIF omitted", "<Media omitted>", "a.pdf (file attached)", "a.pdf (file attached)\ncaption", "\u200e<attached: 1.jpg>",
		"Bild weggelassen", "<Medien ausgeschlossen>", "a.jpg (Datei angehängt)", "<Anhang: 1.jpg>", "imagen omitida", "<adjunto: 1.jpg>",
		"imagem ocultada", "imagem não revelada", "<anexado: 1.jpg>", "image absente", "<pièce jointe : 1.jpg>", "<Media omessi>", "a.jpg (file allegato)",
		"<Без медиафайлов>", "a.jpg (файл добавлен)", "<Medya dahil edilmedi>", "a.jpg (dosya ekli)", "<Media weggelaten>", "a.jpg (bestand bijgevoegd)",
		"a.jpg (file attached) <This message was edited>", "<Media omitted> <Diese Nachricht wurde bearbeitet.>", "<Uteslutna media>", "null",
		"look at this \u200e<attached: 1.jpg> \u200e<This message was edited>", "<liite: a.jpg>", "IMG-20231114-WA0001.jpg (plik załączony)", "<省略媒體檔案>",
		"look at this \u200e<attached: 1.jpg>", "rules.pdf • \u200e3 pages \u200edocument omitted",
	}
	no := []string{"", "omitted", "the image omitted a lot", "(file attached)", "<3 you: really>", "attached: 1.jpg", "caption\nimage omitted",
		"hi <This message was edited>", "<sigh>", "a.jpg (said Bo)", "null and void", "<a: b>", "see <https://example.org/a.jpg>"}
	for _, text := range yes {
		c := read(t, "26/03/2017, 19:01 - Ruth: "+text)
		require.True(t, c.Messages[0].Attachment, "%q", text)
		require.Equal(t, 1, c.Attachments, "%q", text)
		require.Equal(t, strings.TrimPrefix(text, "\u200e"), c.Messages[0].Text)
	}
	for _, text := range no {
		require.False(t, read(t, "26/03/2017, 19:01 - Ruth: "+text).Messages[0].Attachment, "%q", text)
	}
}

// TestNamedFiles: which file a message names.
func TestNamedFiles(t *testing.T) {
	for text, want := range map[string]string{
		"IMG-1.jpg (file attached)": "IMG-1.jpg", "\u200eIMG-1.jpg (Datei angehängt)\nthe spade": "IMG-1.jpg",
		"a b - c (1).PDF (FILE ATTACHED)": "a b - c (1).PDF", "look \u200e<attached: 00000004-PHOTO.jpg>": "00000004-PHOTO.jpg",
		"<pièce jointe : x.jpg>": "x.jpg", "<Anhang: ../../etc/passwd>": "../../etc/passwd", "<bijgevoegd: a:b.jpg>": "a:b.jpg",
		"<attached: >": "", "<Media omitted>": "", "image omitted": "", "hello": "", " (file attached)": "",
	} {
		require.Equal(t, want, read(t, "26/03/2017, 19:01 - Ruth: "+text).Messages[0].File, "%q", text)
	}
}

// TestForgedHeader shows why an import is no evidence: Sam typed two lines.
func TestForgedHeader(t *testing.T) {
	typed := "hi\n26/03/2017, 19:02 - Ruth: I confess"
	c := read(t, "26/03/2017, 19:01 - Sam: "+typed)
	require.Equal(t, "Ruth", c.Messages[1].From)
	require.Equal(t, "I confess", c.Messages[1].Text)
}

func TestSummaryJSON(t *testing.T) {
	c := read(t, "oops\n26/03/2017, 19:01 - Ruth: hello")
	b, err := json.Marshal(c.Summary())
	require.NoError(t, err)
	require.Equal(t, `{"format":"whatsapp-android","messages":1,"accounts":["Ruth"],"attachments":0,"system":0,"system_lines":[],`+
		`"left_out":[{"line":1,"item":"","why":"stands before the first message"}],"warnings":[]}`, string(b))
	b, err = json.Marshal(read(t, "26/03/2017, 19:01 - Ruth: hello").Summary())
	require.NoError(t, err)
	require.Contains(t, string(b), `"left_out":[]`)
}
