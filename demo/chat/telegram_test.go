package chat

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"doormat/demo/chat/stamp"
)

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	require.NoError(t, err)
	return data
}

// counts is a summary without what tells of lines.
func counts(c *Chat) Summary {
	s := c.Summary()
	s.SystemLines, s.Warnings = nil, nil
	return s
}

// TestTelegramFile reads an invented export of one chat: eleven members, of
// which 8 are messages, 1 is the app's and 2 are left out.
func TestTelegramFile(t *testing.T) {
	c, err := Read("result.json", testdata(t, "telegram.json"), stamp.Any)
	require.NoError(t, err)
	usable(t, c)
	require.Equal(t, Summary{Format: Telegram, Messages: 8, Accounts: []string{"Magda", "Ivo", "user3", "Magda (user4)"}, Attachments: 3, System: 1,
		LeftOut: []LeftOut{{Line: 27, Why: "Telegram could not export it"}, {Line: 29, Why: "neither text nor a known kind of media"},
			{24, "stickers/sticker.webp", "not in this file: read a zip of both"}},
	}, counts(c))
	require.Equal(t, Message{From: "Magda", Sent: at(2023, 4, 1, 7, 1, 0), Text: "who took the hose", Line: 7}, c.Messages[0])
	var texts []string
	for _, m := range c.Messages[1:] {
		texts = append(texts, fmt.Sprintf("%d %s: %s", m.Line, m.From, m.Text))
	}
	require.Equal(t, []string{
		"8 Ivo: not me, see https://example.org/hose, really",
		"22 user3: I did",
		"23 Magda: <photo>\nthe hose\n\tin better days",
		"24 Ivo: <sticker>",
		"25 Magda (user4): bell \a and backslash \\x07",
		"26 Ivo: no unix time",
		"28 Ivo: <poll>\nHose or can?",
	}, texts)
	require.Equal(t, at(2023, 4, 1, 9, 7, 0), c.Messages[6].Sent)
	require.Equal(t, []string{
		"result.json: no date_unixtime, so the time of the exporting computer is read as UTC: line 26",
		"result.json: the sender has no name and goes by an id: line 22",
		`result.json: accounts that share a name with another are called ["Magda (user4)"]`,
		"result.json: dated before the message above, kept in the file's order with the time above: line 28",
	}, c.Warnings)
}

// TestTelegramAccount: the chat with the most messages, not the most members.
func TestTelegramAccount(t *testing.T) {
	c, err := Read("result.json", testdata(t, "telegram-account.json"), stamp.DMY)
	require.NoError(t, err)
	usable(t, c)
	const why, end = "another chat has more messages than its ", ", or stands first: export it by itself to read it"
	require.Equal(t, Summary{Format: Telegram, Messages: 2, Accounts: []string{"Magda", "Jo"}, Attachments: 1, System: 1, LeftOut: []LeftOut{
		{8, "chat Ivo", why + "1" + end}, {16, "chat without a name", why + "0" + end}, {22, "chat without a name", why + "0" + end},
		{3, "personal_information", "is no chat"}, {4, "contacts", "is no chat"},
		{13, "voice.ogg", "not in this file: read a zip of both"},
	}}, counts(c))
	require.Equal(t, Message{From: "Magda", Sent: at(2023, 4, 1, 7, 1, 0), Text: "<voice message>", Attachment: true, File: "voice.ogg", Line: 13}, c.Messages[0])
	require.Equal(t, []string{
		"result.json: the date order is not used: Telegram writes dates in one way",
		`result.json: 4 chats; read the one with the most messages, "Lift" (2)`,
	}, c.Warnings)
}

// TestTelegramTie: of equally long chats the first is read.
func TestTelegramTie(t *testing.T) {
	const chat = `{"messages":[{"type":"message","date_unixtime":"1","from":"%s","text":"x"}]}`
	c, err := Read("r", fmt.Appendf(nil, `{"chats":{"list":[`+chat+","+chat+`]},"left_chats":{"list":[`+chat+`]}}`, "A", "B", "C"), stamp.Any)
	require.NoError(t, err)
	require.Equal(t, []string{"A"}, c.Accounts)
	require.Len(t, c.LeftOut, 2)
}

// TestTelegramMembers feeds one member beside a good one and shows where it went.
func TestTelegramMembers(t *testing.T) {
	const base = `"type":"message","date_unixtime":"1680332460","from":"A","from_id":"user1"`
	tests := []struct{ name, member, from, text, left string }{
		{"text", base + `,"text":"x"`, "A", "x", ""},
		{"list", base + `,"text":["x",{"type":"bold","text":"y"},""]`, "A", "xy", ""},
		{"empty list, photo", base + `,"text":[],"photo":"p.jpg"`, "A", "<photo>", ""},
		{"old number as id", `"type":"message","date":"2017-01-02T03:04:05","from":"A","from_id":123,"text":"x"`, "A", "x", ""},
		{"number as time", `"type":"message","date_unixtime":1680332460,"from":"A","text":"x"`, "A", "x", ""},
		{"nobody", `"type":"message","date_unixtime":"1","from":null,"text":"x"`, "(no name)", "x", ""},
		{"name of marks", `"type":"message","date_unixtime":"1","from":"\u200e\x1B","from_id":"user9","text":"x"`, "user9", "x", ""},
		{"long name", `"type":"message","date_unixtime":"1","from":"` + strings.Repeat("é", 5000) + `","text":"x"`, strings.Repeat("é", 99) + "…", "x", ""},
		{"video note", base + `,"file":"v.mp4","media_type":"video_message","text":""`, "A", "<video message>", ""},
		{"document", base + `,"file":"v.pdf","mime_type":"application/pdf","text":"read"`, "A", "<file>\nread", ""},
		{"contact", base + `,"contact_information":{"first_name":"B"},"text":""`, "A", "<contact>", ""},
		{"place", base + `,"location_information":{"latitude":1},"text":""`, "A", "<location>", ""},
		{"game", base + `,"game_title":"Chess","text":""`, "A", "<game>", ""},
		{"invoice", base + `,"invoice_information":"{}","text":""`, "A", "<invoice>", ""},
		{"poll with marked question", base + `,"poll":{"question":["a",{"type":"bold","text":"b"}]},"text":""`, "A", "<poll>\nab", ""},
		{"surrogate", base + `,"text":"\ud800"`, "A", "\ufffd", ""},
		{"empty", base + `,"text":""`, "", "", "neither text nor a known kind of media"},
		{"number as text", base + `,"text":5`, "", "", "its text is neither a string nor"},
		{"number in list", base + `,"text":["a",5]`, "", "", "its text is neither a string nor"},
		{"no text in object", base + `,"text":[{"type":"bold"}]`, "", "", "its text is neither a string nor"},
		{"no date", `"type":"message","from":"A","text":"x"`, "", "", "no date that can be read"},
		{"bad date", `"type":"message","date":"yesterday","from":"A","text":"x"`, "", "", "no date that can be read"},
		{"before 1970", `"type":"message","date_unixtime":"-1","from":"A","text":"x"`, "", "", "no date that can be read"},
		{"far future", `"type":"message","date_unixtime":"9223372036854775807","from":"A","text":"x"`, "", "", "no date that can be read"},
		{"unknown type", `"type":"greeting"`, "", "", `of the type "greeting", which is not known`},
		{"number as name", `"type":"message","from":7`, "", "", "not in the form of a message"},
		{"long text", base + `,"text":"` + strings.Repeat("x", MaxText+1) + `"`, "", "", "262145 bytes of text, the limit is 262144"},
		{"much marked text", base + `,"text":["` + strings.Repeat(`","`, 6*MaxText) + `"]`, "", "", "bytes of marked text"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Read("r", []byte(`{"messages":[{"type":"message","date_unixtime":"1","from":"Z","text":"z"},`+"\n{"+tc.member+`}]}`), stamp.Any)
			require.NoError(t, err)
			usable(t, c)
			if tc.left != "" {
				require.Len(t, c.LeftOut, 1)
				require.Equal(t, 2, c.LeftOut[0].Line)
				require.Contains(t, c.LeftOut[0].Why, tc.left)
				return
			}
			require.Len(t, c.LeftOut, filesLeftOut(c))
			require.Len(t, c.Messages, 2)
			require.Equal(t, tc.from, c.Messages[1].From)
			require.Equal(t, tc.text, c.Messages[1].Text)
			require.Equal(t, strings.HasPrefix(tc.text, "<"), c.Messages[1].Attachment)
		})
	}
}

func TestCleanJSON(t *testing.T) {
	for raw, want := range map[string]string{
		`"a"`: `"a"`, `"\x1B"`: `"\u001B"`, `"\\x1B"`: `"\\x1B"`, `"\\\x00"`: `"\\\u0000"`, `"\x41"`: `"\x41"`, `"\x1`: `"\x1`, `\x`: `\x`, `\`: `\`, `\x1B\`: `\u001B\`,
	} {
		require.Equal(t, want, string(cleanJSON([]byte(raw))), raw)
	}
}

func TestTelegramRefused(t *testing.T) {
	const m = `{"type":"message","date_unixtime":"1","from":"A","text":"x"}`
	tests := []struct{ name, file, want string }{
		{"no chat", `{"stickers": 1}`, "chat: r: JSON, but no chat in it; doormat reads WhatsApp's export"},
		{"no message", `{"messages": []}`, "chat: r: no message found"},
		{"cut off", `{"messages": [` + "\n" + m + ",\n{\"type\":", "chat: r:3: the file ends in the middle"},
		{"cut between members", `{"messages": [` + "\n" + m, "chat: r:2: the file ends in the middle"},
		{"no JSON", `{"messages": [` + "\n" + m + ",\n{'type'}]}", "chat: r:3: not JSON, in what begins here: invalid character"},
		{"letters as control characters", `{"messages": [` + m + ",\n{\"text\":\"\\x41\"}]}", "chat: r:2: not JSON"},
		{"something after", `{"messages": [` + m + "]}\n{}", "chat: r:2: JSON lines, a document in each; doormat reads"},
		{"messages is no list", `{"messages": "` + "\x7f" + `"}`, `chat: r:1: want [, found "\x7f"`},
		{"chats is no object", `{"chats": []}`, `chat: r:1: want {, found "["`},
		{"deep", `{"x": ` + strings.Repeat("[", 1<<20), "chat: r:1: not JSON, in what begins here: invalid character '[' exceeded max depth"},
		{"zero byte", `{"x": "` + "\x00", "chat: r:1: the file ends in the middle"},
		{"many things", `{"messages": [` + strings.Repeat("{},", MaxEntries) + m + "]}", "chat: r:1: more than 1048576 messages"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			c, err := Read("r", []byte(tc.file), stamp.Any)
			refused(t, c, err)
			require.ErrorContains(t, err, tc.want)
		})
	}
	var crowd strings.Builder
	for i := range MaxAccounts + 1 {
		fmt.Fprintf(&crowd, "{\"type\":\"message\",\"date_unixtime\":\"1\",\"from\":\"A\",\"from_id\":\"user%d\",\"text\":\"x\"},\n", i)
	}
	_, err := Read("r", []byte(`{"messages": [`+crowd.String()+m+"]}"), stamp.Any)
	require.ErrorContains(t, err, ":257: more than 256 people write in this chat")
}

// TestTelegramCounts writes accounts of several chats and compares the counts.
func TestTelegramCounts(t *testing.T) {
	kinds := []string{
		`{"type":"message","date_unixtime":"5","from":"A","from_id":"user1","text":"x"}`,
		`{"type":"message","date_unixtime":"6","from":"B","from_id":"user2","photo":"p","text":""}`,
		`{"type":"service","text":""}`, `{"type":"unsupported"}`, `7`,
	}
	rapid.Check(t, func(t *rapid.T) {
		chats := rapid.SliceOfN(rapid.SliceOf(rapid.IntRange(0, len(kinds)-1)), 1, 4).Draw(t, "chats")
		var list []string
		var best [5]int
		for _, members := range chats {
			var n [5]int
			var texts []string
			for _, k := range members {
				n[k]++
				texts = append(texts, kinds[k])
			}
			if n[0]+n[1] > best[0]+best[1] || len(list) == 0 {
				best = n
			}
			list = append(list, `{"messages":[`+strings.Join(texts, ",\n")+`]}`)
		}
		c, err := Read("r", []byte(`{"chats":{"list":[`+strings.Join(list, ",")+`]}}`), stamp.Any)
		if best[0]+best[1] == 0 {
			require.ErrorContains(t, err, "no message found")
			return
		}
		require.NoError(t, err)
		require.Equal(t, best, [5]int{len(c.Messages) - c.Attachments, c.Attachments, c.System, best[3], len(c.LeftOut) - filesLeftOut(c) - len(chats) + 1 - best[3]})
	})
}

// FuzzTelegram: no input panics, what was read is usable, and with one list of
// messages each member is in exactly one count.
func FuzzTelegram(f *testing.F) {
	f.Add(testdata(f, "telegram.json"))
	f.Add(testdata(f, "telegram-account.json"))
	f.Add([]byte(`{"id":1,"messages":[{"type":"message","date":"2017-01-02T03:04:05","from":null,"text":[{"text":"\x1b"}]}],"x":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if !isJSON(data) {
			return
		}
		c, err := Read("f", data, stamp.Any)
		if err != nil {
			refused(t, c, err)
			return
		}
		usable(t, c)
		sections := 0
		for _, l := range c.LeftOut {
			if l.Item != "" || l.Why == "is no chat" {
				sections++
			}
		}
		var file struct{ Messages []json.RawMessage }
		text := string(data)
		if json.Unmarshal(data, &file) == nil && strings.Count(strings.ToLower(text), "messages") == 1 && !strings.Contains(text, `\`) {
			require.Equal(t, len(file.Messages), len(c.Messages)+c.System+len(c.LeftOut)-sections)
		}
	})
}

// TestTelegramLarge reads 8 MiB, or 60 with -all, in one value that must be cleaned.
func TestTelegramLarge(t *testing.T) {
	if testing.Short() {
		t.Skip("large")
	}
	size := 2 << 20
	if *all {
		size = 15 << 20
	}
	file := `{"messages":[{"type":"message","date_unixtime":"1","from":"A","text":"x"}],"x":["` + strings.Repeat(`\x1B`, size) + `"]}`
	c, err := Read("r", []byte(file), stamp.Any)
	require.NoError(t, err)
	require.Len(t, c.Messages, 1)
}
