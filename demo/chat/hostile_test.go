package chat

import (
	"bytes"
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/chat/stamp"
)

func TestDateOrder(t *testing.T) {
	tests := []struct {
		name     string
		dates    []string
		order    stamp.Order
		want     string // of the last date, or the error
		warnings int
	}{
		{"dmy is the only one", []string{"1/2/2017", "26/3/2017"}, stamp.Any, "2017-03-26", 0},
		{"mdy is the only one", []string{"1/2/2017", "3/26/2017"}, stamp.Any, "2017-03-26", 0},
		{"ymd is the only one", []string{"2017/1/2", "2017/3/26"}, stamp.Any, "2017-03-26", 0},
		{"two digits", []string{"1.2.17", "26.03.17"}, stamp.Any, "2017-03-26", 0},
		{"spaces and a last stop", []string{"2017. 1. 2.", "2017. 3. 26."}, stamp.Any, "2017-03-26", 0},
		{"dmy and mdy both fit", []string{"1/2/2017", "2/3/2017"}, stamp.Any, "2017-03-02", 1},
		{"both fit, mdy asked for", []string{"1/2/2017", "2/3/2017"}, stamp.MDY, "2017-02-03", 0},
		{"two digits in front, asked for", []string{"17-01-02", "17-03-26"}, stamp.YMD, "2017-03-26", 0},
		{"none fits all: the most", []string{"1/13/2017", "26/3/2017", "3/26/2017"}, stamp.Any, "2017-03-26", 1},
		{"none fits all: dmy on a tie", []string{"3/26/2017", "26/3/2017"}, stamp.Any, "2017-03-26", 1},
		{"asked for, does not fit", []string{"1/2/2017", "3/26/2017"}, stamp.DMY, "chat: f.txt:2: the date does not fit dmy: try another --date-order, or none to have it found", 0},
		{"asked for, not four digits in front", []string{"1/2/2017"}, stamp.YMD, "chat: f.txt:1: the date does not fit ymd", 0},
		{"one line cannot turn two digits round", []string{"99/01/05", "26/03/17"}, stamp.Any, "2017-03-26", 1},
		{"leap day", []string{"29/2/2016"}, stamp.Any, "2016-02-29", 0},
		{"year 1969", []string{"1/2/2017", "1/2/1969"}, stamp.Any, "2017-02-01", 2},
		{"no such order", []string{"1/2/2017"}, "ydm", `chat: unknown date order "ydm": want dmy, mdy or ymd`, 0},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			var file strings.Builder
			for _, d := range tc.dates {
				fmt.Fprintf(&file, "%s, 19:01 - Ruth: hello\n", d)
			}
			c, err := Read("f.txt", []byte(file.String()), tc.order)
			if err != nil {
				require.ErrorContains(t, err, tc.want)
				return
			}
			require.Equal(t, tc.want, c.Messages[len(c.Messages)-1].Sent.Format("2006-01-02"))
			require.Len(t, c.Warnings, tc.warnings, "%q", c.Warnings)
		})
	}
}

func TestClockTimes(t *testing.T) {
	for clock, want := range map[string]string{
		"19:01": "19:01:00", "9:01": "09:01:00", "19:01:28": "19:01:28", "19.01": "19:01:00", "00:00": "00:00:00",
		"7:01 PM": "19:01:00", "7:01pm": "19:01:00", "7:01\u202fp.m.": "19:01:00", "7:01 p.\u00a0m.": "19:01:00",
		"12:00 AM": "00:00:00", "12:00 PM": "12:00:00", "0:30 pm": "12:30:00", "7:01:28 AM": "07:01:28",
		"13:01 PM": "13:01:00", "23:59 AM": "23:59:00", "9 h 05": "09:05:00", "下午1:05": "13:05:00", "1:20 μ.μ.": "13:20:00", "٩:٠٥ ص": "09:05:00",
		"晚上11:00": "23:00:00", "凌晨12:10": "00:10:00", "9:05 de la noche": "21:05:00", "1:05 de la noche": "01:05:00", "du. 1:20": "13:20:00",
	} {
		c := read(t, "26/03/2017, "+clock+" - Ruth: hello")
		require.Equal(t, want, c.Messages[0].Sent.Format("15:04:05"), clock)
	}
	for _, clock := range []string{"24:00", "19:60", "19:01:60", "19", "19:1", "7:01 XM", "7:01 PMM", "7:01 AM PM", "-1:00"} {
		_, err := Read("f.txt", []byte("26/03/2017, "+clock+" - Ruth: hello"), stamp.Any)
		require.ErrorContains(t, err, "no message found", clock)
	}
}

// TestMisfitIsLeftOut: where no order fits all, nothing vanishes unseen.
func TestMisfitIsLeftOut(t *testing.T) {
	c := read(t, "26/03/2017, 19:01 - Ruth: a\n3/27/2017, 19:02 - Sam: b\nc\n28/03/2017, 19:03 - Ruth: d")
	require.Len(t, c.Messages, 2)
	require.Equal(t, "a", c.Messages[0].Text)
	require.Equal(t, []LeftOut{{Line: 2, Why: "its date does not fit dmy"}}, c.LeftOut)
	require.Equal(t, []string{"f.txt: no date order fits all 3 dates; read as dmy, which fits 2"}, c.Warnings)
}

func TestTimeNeverDecreases(t *testing.T) {
	c := read(t, "26/03/2017, 19:01 - Ruth: a\n26/03/2017, 18:00 - Sam: b\n26/03/2017, 18:30 - Sam: c\n26/03/2017, 19:02 - Sam: d\n"+
		strings.Repeat("25/03/2017, 18:30 - Sam: c\n", 6))
	require.Len(t, c.Messages, 10)
	var clocks []string
	for _, m := range c.Messages[:5] {
		clocks = append(clocks, m.Text+m.Sent.Format(" 15:04"))
	}
	require.Equal(t, []string{"a 19:01", "b 19:01", "c 19:01", "d 19:02", "c 19:02"}, clocks)
	require.Equal(t, []string{"f.txt: dated before the message above, kept in the file's order with the time above: lines 2, 3, 5, 6, 7 and 3 more"}, c.Warnings)
}

func TestPreamble(t *testing.T) {
	c := read(t, "Chat history\n\nis below\n26/03/2017, 19:01 - Ruth: hello")
	require.Equal(t, []LeftOut{{Line: 1, Why: "stands before the first message"}, {Line: 3, Why: "stands before the first message"}}, c.LeftOut)
	require.Equal(t, 4, c.Messages[0].Line)
}

func TestRefused(t *testing.T) {
	const header = "26/03/2017, 19:01 - "
	var crowd strings.Builder
	for i := range MaxAccounts + 1 {
		fmt.Fprintf(&crowd, header+"user %d: hello\n", i)
	}
	tests := []struct{ name, file, want string }{
		{"empty", "", `chat: f.txt: no message found (0 lines read); doormat reads WhatsApp's export (.zip, or its UTF-8 text with lines like "26/03/2017, 19:01 - Name: text" or "[26/03/2017, 19:01:28] Name: text"), Telegram Desktop's result.json, Messenger's`},
		{"only a BOM", "\ufeff", "chat: f.txt: no message found"},
		{"prose", "Dear Ruth,\nhello\n", "chat: f.txt: no message found (2 lines read)"},
		{"only the app", header + "Ruth left\n", "chat: f.txt: no message found; 1 lines of the app itself, 0 left out; doormat reads"},
		{"UTF-16 little endian", "\xff\xfe2\x006\x00", "chat: f.txt: UTF-16 text: save it as UTF-8"},
		{"UTF-16 big endian", "\xfe\xff\x002\x006", "chat: f.txt: UTF-16 text: save it as UTF-8"},
		{"UTF-16 without a mark", "2\x006\x00", "chat: f.txt: UTF-16 text"},
		{"zip", "PK\x03\x04\x00", "chat: f.txt: broken archive"},
		{"Latin-1", header + "Ruth: x\n" + header + "Ren\xe9: x", "chat: f.txt: line 2 is not UTF-8"},
		{"long preamble", strings.Repeat("x\n", MaxPreamble+1) + header + "Ruth: x", "chat: f.txt: no message found (1001 lines read)"},
		{"crowd", crowd.String(), "chat: f.txt:257: more than 256 people write in this chat"},
		{"too large", strings.Repeat(header+"Ruth: x\n", 1+MaxBytes/28), "the limit is 67108864: export the chat without media"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Read("f.txt", []byte(tc.file), stamp.Any)
			require.ErrorContains(t, err, tc.want)
			require.Nil(t, c)
		})
	}
}

func TestLongLines(t *testing.T) {
	const header = "26/03/2017, 19:01 - "
	c := read(t, header+"Ruth: "+strings.Repeat("x", MaxText)+"\n"+header+"Ruth: "+strings.Repeat("x", MaxText+1)+"\n"+header+"Ruth: y")
	require.Len(t, c.Messages, 2)
	require.Len(t, c.Messages[0].Text, MaxText)
	require.Equal(t, []LeftOut{{Line: 2, Why: "262145 bytes of text, the limit is 262144"}}, c.LeftOut)
}

// all is the flag that package demotest has elsewhere; that package reads stories by this one.
var all = flag.Bool("all", false, "read large files whole: 16 MiB in TestLinearWork, 60 in TestTelegramLarge")

// TestLinearWork reads 1 MiB, or 16 with -all, of what would show quadratic work for minutes:
// one line, one text of many lines, many headers, many brackets.
func TestLinearWork(t *testing.T) {
	size := 1 << 20
	if *all {
		size = 16 << 20
	}
	for _, unit := range []string{"x", "x\n", "26/03/2017, 19:01 - Ruth: y\n", "["} {
		file := []byte("26/03/2017, 19:00 - Ruth: first\n26/03/2017, 19:00 - Ruth: ")
		file = append(file, bytes.Repeat([]byte(unit), size/len(unit))...)
		c, err := Read("f.txt", file, stamp.Any)
		require.NoError(t, err)
		require.Equal(t, "first", c.Messages[0].Text)
	}
}

// TestNobodyLooksLikeAnother: names that look alike are one person, and a name of which nothing
// is to be seen is one all the same.
func TestNobodyLooksLikeAnother(t *testing.T) {
	for names, want := range map[string]string{
		"Ruth,Ru\u200bth,\u2060Ruth,R\u00aduth,Ruth\u200e": "Ruth",
		"❤\ufe0f,❤": "❤\ufe0f",
		"\u3164,\u200b,\u2060\u2060,\u2800,\u3164":            "(U+3164), (U+200B), (U+2060 U+2060), (U+2800)",
		"👩\u200d👧,👩👧":                                         "👩\u200d👧, 👩👧",
		"نیمه\u200cشب,.":                                      "نیمه\u200cشب, .",
		"\U0001f3f4\U000e0067\U000e0062\U000e007f,\U0001f3f4": "\U0001f3f4\U000e0067\U000e0062\U000e007f, \U0001f3f4",
	} {
		var file strings.Builder
		list := strings.Split(names, ",")
		for i, name := range list {
			fmt.Fprintf(&file, "26/03/2017, 19:0%d - %s: hello\n", i, name)
		}
		c := read(t, file.String())
		require.Len(t, c.Messages, len(list), names)
		require.Equal(t, want, strings.Join(c.Accounts, ", "))
	}
}

// TestNoSuchDate: who writes above the first date that can be read does not pass for a
// preamble.
func TestNoSuchDate(t *testing.T) {
	for head, shape := range map[string]string{"29/02/2023, 19:01 - ": "99/99/9999, 99:99 - ",
		"26/03/2023, 24:00 - ": "99/99/9999, 99:99 - ", "2023/13/11, 19:01 - ": "9999/99/99, 99:99 - "} {
		c := read(t, "About us\n"+head+"Ruth: a\n26/03/2023, 19:02 - Sam: b")
		require.Equal(t, []LeftOut{{Line: 1, Why: "stands before the first message"},
			{Line: 2, Why: fmt.Sprintf("looks like a header (%q, where 9 is a digit and x a letter), "+
				"and there is no such date or time", shape)}}, c.LeftOut)
	}
}

// TestBrokenCharacters: a text that was cut off, or that a program wrote with halves of
// characters, is read and what was wrong is told.
func TestBrokenCharacters(t *testing.T) {
	for text, want := range map[string]string{
		"grin \xed\xa0\xbd\xed\xb8\x80":            "grin 😀",
		"half \xed\xa0\xbd and \xed\xb8\x80":       "half \ufffd and \ufffd",
		"two \xed\xa0\xbd\xed\xa0\xbd\xed\xb8\x80": "two \ufffd😀",
		"cut \xf0\x9f\x98":                         "cut ",
		"cut \xc3":                                 "cut ",
	} {
		c := read(t, "26/03/2017, 19:01 - Ruth: "+text)
		require.Equal(t, want, c.Messages[0].Text)
		require.Len(t, c.Warnings, 1, "%q", c.Warnings)
	}
	for _, text := range []string{"caf\xe9 au lait", "\x80", "cut \xf0\x9f\x98\nin the middle", "\xc3\xc3", "\xff"} {
		_, err := Read("f.txt", []byte("26/03/2017, 19:01 - Ruth: "+text), stamp.Any)
		require.ErrorContains(t, err, "line 1 is not UTF-8")
	}
}
