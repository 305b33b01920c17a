package chat

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"doormat/demo/chat/archive"
	"doormat/demo/chat/stamp"
)

// headers counts the header lines of a file in the plainest way.
func headers(data []byte) (n int) {
	text := strings.TrimPrefix(strings.ReplaceAll(string(data), "\x00", ""), "\ufeff")
	if text = strings.ReplaceAll(text, "\r\n", "\n"); !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n")
	}
	first := layout(0)
	for _, line := range strings.Split(text, "\n") {
		if h, _, ok := splitHeader(line); ok && (first == 0 || h.layout == first) {
			first = h.layout
			n++
		}
	}
	return n
}

// FuzzRead: no input panics, each header line ends up in exactly one count, and
// what was read is usable.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.txt")
	require.NoError(f, err)
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(data, "")
	}
	f.Add([]byte("x\n1/2/17, 1:01 - A: \u200e<attached: x>\n2/13/17, 1:01 - B:\n13/2/17, 1:01 - C left"), "")
	f.Add([]byte("31/02/2023, 09:05 - A: one\n04/11/2023, 09:06 - B: two"), "")
	f.Add([]byte("\u200ex\r[26/03/2017 21:41:10] A:"), "")
	f.Add([]byte("[1/2/17 1.01.01 p. m.] A: \u200ehi\r\n[1/2/17 1:01] B: x\r\n"), "mdy")
	f.Fuzz(func(t *testing.T, data []byte, order string) {
		c, err := Read("f", data, stamp.Order(order))
		if err != nil {
			refused(t, c, err)
			return
		}
		usable(t, c)
		if isZip(data) || c.Format != Android && c.Format != IOS {
			return // FuzzZip and FuzzTelegram count those
		}
		dropped, named := 0, 0
		for _, l := range c.LeftOut {
			require.Positive(t, l.Line)
			if l.Item == "" && l.Why != "stands before the first message" && !strings.HasPrefix(l.Why, "looks like a header") {
				dropped++
			}
		}
		require.Equal(t, headers(data), len(c.Messages)+c.System+dropped)
		for i, m := range c.Messages {
			require.True(t, i == 0 || m.Line > c.Messages[i-1].Line)
			if m.File != "" {
				named++
			}
		}
		require.Equal(t, named, filesLeftOut(c))
	})
}

// filesLeftOut counts the messages whose file is left out.
func filesLeftOut(c *Chat) (n int) {
	for _, l := range c.LeftOut {
		if l.Line > 0 && l.Why == "not in this file: read a zip of both" {
			n++
		}
	}
	return n
}

func refused(t *testing.T, c *Chat, err error) {
	t.Helper()
	require.Nil(t, c)
	require.True(t, strings.HasPrefix(err.Error(), "chat: "), "%v", err)
}

// usable checks what holds of each chat that was read.
func usable(t *testing.T, c *Chat) {
	t.Helper()
	attachments, bytes, wrote := 0, 0, map[string]bool{}
	for _, m := range c.Messages {
		require.Positive(t, m.Line)
		wrote[m.From] = true
		if m.Attachment {
			attachments++
		}
		require.True(t, m.Attachment || m.File == "")
		require.True(t, m.Data == nil || m.File != "" && len(m.Data) > 0)
		bytes += len(m.Data)
	}
	require.Equal(t, c.Attachments, attachments)
	require.LessOrEqual(t, bytes, archive.MaxAll)
	require.Len(t, c.Accounts, len(wrote))
	for _, l := range c.LeftOut {
		require.NotEmpty(t, l.Why)
		require.True(t, l.Line > 0 || l.Item != "", "%v", l)
	}
	conv, err := c.Conversation("f", "")
	require.NoError(t, err)
	require.NoError(t, conv.Check())
	require.Len(t, conv.Messages, len(c.Messages))
}

// TestRoundTrip writes chats as phones do, in every form, and reads them back.
func TestRoundTrip(t *testing.T) {
	layouts := []struct {
		order  stamp.Order
		format string
	}{
		{stamp.DMY, "02/01/2006, 15:04 - "}, {stamp.DMY, "2/1/06, 3:04\u202fpm - "}, {stamp.DMY, "[02.01.06, 15:04:05] "},
		{stamp.MDY, "1/2/06, 3:04 PM - "}, {stamp.MDY, "[1/2/06, 3:04:05\u202fPM] \u200e"}, {stamp.MDY, "1-2-2006 15:04 - "},
		{stamp.YMD, "2006-01-02, 3:04 PM - "}, {stamp.YMD, "[2006/01/02, 15:04:05] "}, {stamp.YMD, "2006. 1. 2. 15:04 - "},
	}
	name := rapid.StringMatching(`[A-Za-zé0-9~+] ?[A-Za-zé🌱]{1,8}`)
	text := rapid.StringMatching(`([a-z :é🌱\[\]-]{0,20}\n){0,2}[a-z]{1,9}`)
	rapid.Check(t, func(t *rapid.T) {
		l := rapid.SampledFrom(layouts).Draw(t, "layout")
		end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "line end")
		sent := at(2017, 3, 1, 0, 0, 0)
		var file strings.Builder
		var want []Message
		line := 1
		for range rapid.IntRange(1, 12).Draw(t, "messages") {
			sent = sent.Add(time.Duration(rapid.IntRange(0, 9000).Draw(t, "minutes")) * time.Minute)
			m := Message{From: name.Draw(t, "name"), Sent: sent, Text: text.Draw(t, "text"), Line: line}
			m.Text = strings.TrimLeft(m.Text, "\n")
			fmt.Fprint(&file, sent.Format(l.format), m.From, ": ", strings.ReplaceAll(m.Text, "\n", end), end)
			line += 1 + strings.Count(m.Text, "\n")
			want = append(want, m)
		}
		c, err := Read("f", []byte(file.String()), l.order)
		require.NoError(t, err)
		require.Equal(t, want, c.Messages)
		require.Zero(t, c.System)
		require.Empty(t, c.LeftOut)
	})
}

// FuzzPosts: the same of the JSON of other messengers. Each member of the list of
// messages is in exactly one count.
func FuzzPosts(f *testing.F) {
	for _, name := range []string{"discord.json", "element.json", "messenger.json"} {
		f.Add(testdata(f, name))
	}
	f.Add([]byte(`{"participants":["A"],"threadName":"A","messages":[{"senderName":"A","text":"x","timestamp":1,"media":[{"uri":"./media/../../a.jpg"}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !isJSON(data) || jsonForm(data) == Telegram {
			return
		}
		c, err := Read("f", data, stamp.Any)
		if err != nil {
			refused(t, c, err)
			return
		}
		usable(t, c)
		var file struct{ Messages []json.RawMessage }
		text := string(data)
		if json.Unmarshal(data, &file) == nil && strings.Count(strings.ToLower(text), "messages") == 1 && !strings.Contains(text, `\`) {
			require.Equal(t, len(file.Messages), len(c.Messages)+c.System+len(c.LeftOut)-filesLeftOut(c))
		}
	})
}

// FuzzPlain: the same of the text files of other messengers, each header of which is in
// exactly one count.
func FuzzPlain(f *testing.F) {
	for _, name := range []string{"signal.md", "signal-seconds.md", "imessage.txt"} {
		f.Add(testdata(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Read("f", data, stamp.Any)
		if err != nil {
			refused(t, c, err)
			return
		}
		usable(t, c)
		if c.Format != Signal && c.Format != IMessage {
			return
		}
		header, found, dropped := signalHeader, 0, 0
		if c.Format == IMessage {
			header = imessageHeader
		}
		text := strings.ReplaceAll(strings.ReplaceAll(string(data), "\x00", ""), "\r\n", "\n")
		if !strings.Contains(text, "\n") {
			text = strings.ReplaceAll(text, "\r", "\n")
		}
		for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
			if header.MatchString(strings.TrimRight(line, "\n")) {
				found++
			}
		}
		for _, l := range c.LeftOut {
			if l.Item == "" && !strings.HasPrefix(l.Why, "stands ") {
				dropped++
			}
		}
		require.Equal(t, found, len(c.Messages)+c.System+dropped)
	})
}
