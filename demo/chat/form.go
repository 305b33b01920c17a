package chat

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// forms ends the error that no message was found: it says what is read.
const forms = "doormat reads WhatsApp's export (.zip, or its UTF-8 text with lines like " +
	`"26/03/2017, 19:01 - Name: text" or "[26/03/2017, 19:01:28] Name: text"), ` +
	"Telegram Desktop's result.json, " +
	"Messenger's message_1.json, the JSON of DiscordChatExporter and of Element, signal-export's " +
	"chat.md and imessage-exporter's text; " +
	"anything else can be written as lines of WhatsApp's first form"

// isZip reports whether data begins as an archive does, an empty one included.
func isZip(data []byte) bool {
	return bytes.HasPrefix(data, []byte("PK\x03\x04")) ||
		bytes.HasPrefix(data, []byte("PK\x05\x06"))
}

const jsonSpace = " \t\r\n"

// isJSON reports whether data begins as a JSON object with a member does.
func isJSON(data []byte) bool {
	data, found := bytes.CutPrefix(bytes.TrimLeft(data, jsonSpace), []byte("{"))
	return found && bytes.HasPrefix(bytes.TrimLeft(data, jsonSpace), []byte(`"`))
}

// notChat marks the errors of a file that is no export at all, or one that
// cannot be told from something else. In an archive such a file is left out.
type notChat struct{ error }

// magics are the beginnings of files that people take for exports, and what they are.
var magics = []struct{ begin, what string }{
	{"%PDF", "a PDF document"},
	{"7z\xbc\xaf\x27\x1c", "a 7z archive: unpack it"},
	{"Rar!", "a RAR archive: unpack it"},
	{"\x1f\x8b", "a gzip archive: unpack it"},
	{"BZh", "a bzip2 archive: unpack it"},
	{"\xfd7zXZ", "an xz archive: unpack it"},
	{"SQLite format 3\x00", "a database, such as phones and backups hold, and no export"},
	{"\xd0\xcf\x11\xe0", "an Office document"},
	{"\xff\xd8\xff", "a picture"},
	{"\x89PNG", "a picture"},
	{"GIF8", "a picture"},
	{"OggS", "a recording"},
	{"ID3", "a recording"},
	{"bplist00", "a property list"},
	{`{\rtf`, "a text with its layout (RTF): save it as plain text"},
	{"<!DOCTYPE", "a web page: export the chat as JSON or text instead"},
	{"<!doctype", "a web page: export the chat as JSON or text instead"},
	{"<html", "a web page: export the chat as JSON or text instead"},
	{"<?xml", "XML, such as backups of text messages are"},
}

// checkText checks that data is UTF-8 text. What strays in one is mended and told, since a text
// of a million characters is no less a chat for it: zero bytes, halves of characters, and an end
// in the middle of one.
func checkText(data []byte) (text []byte, told []string, err error) {
	head := bytes.TrimLeft(bytes.TrimPrefix(data, []byte("\ufeff")), jsonSpace)
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.begin)) {
			return nil, nil, fmt.Errorf("%s; %s", m.what, forms)
		}
	}
	switch {
	case isZip(data):
		return nil, nil, errors.New("an archive in an archive: unpack it and read the export in it")
	case bytes.HasPrefix(data, []byte("\xff\xfe")) || bytes.HasPrefix(data, []byte("\xfe\xff")):
		return nil, nil, errors.New("UTF-16 text: save it as UTF-8")
	case len(data) > 262 && string(data[257:262]) == "ustar":
		return nil, nil, fmt.Errorf("a tar archive: unpack it; %s", forms)
	}
	zeros := bytes.Count(data, []byte{0})
	if zeros > 0 {
		if bytes.Count(data[:min(len(data), 1000)], []byte{0})*3 > min(len(data), 1000) &&
			looksUTF16(data) {
			return nil, nil, errors.New("UTF-16 text: save it as UTF-8")
		}
		if zeros > 1+len(data)/1000 || !utf8.Valid(data) || len(head) == 0 || head[0] < ' ' ||
			head[0] == 0x7f {
			return nil, nil, fmt.Errorf("binary data and no text (a zero byte at offset %d), as "+
				"in a backup, which is no export; %s", bytes.IndexByte(data, 0), forms)
		}
		var lines []int
		data, lines = dropZeros(data)
		told = append(told, "zero bytes, which no text has, are dropped: "+listLines(lines))
	}
	data, lines := joinHalves(data)
	if len(lines) > 0 {
		told = append(told, "characters were written in two halves (surrogates), which are joined, or "+
			"shown as \ufffd where one is missing: "+listLines(lines))
	}
	if whole := wholeCharacters(data); len(whole) < len(data) {
		data, told = whole, append(told, "the file ends in the middle of a character: what came "+
			"after that is missing")
	}
	return data, told, checkUTF8(data)
}

// joinHalves mends characters beyond U+FFFF that a program wrote as two of three bytes each, as
// some do that keep text in UTF-16 (CESU-8, Unicode Technical Report 26). lines says where.
func joinHalves(data []byte) (text []byte, lines []int) {
	if !bytes.Contains(data, []byte{0xed}) {
		return data, nil
	}
	for line, i := 1, 0; i < len(data); {
		if data[i] == '\n' {
			line++
		}
		first, ok := half(data[i:])
		if !ok {
			text = append(text, data[i])
			i++
			continue
		}
		i, lines = i+3, append(lines, line)
		if second, ok := half(data[i:]); ok && utf16.DecodeRune(first, second) != utf8.RuneError {
			i, first = i+3, utf16.DecodeRune(first, second)
		}
		text = utf8.AppendRune(text, first) // half a character becomes U+FFFD
	}
	return text, lines
}

// half is the surrogate with which data begins, if it does.
func half(data []byte) (r rune, ok bool) {
	if len(data) < 3 || data[0] != 0xed || data[1]&0xe0 != 0xa0 || data[2]&0xc0 != 0x80 {
		return 0, false
	}
	return 0xd000 | rune(data[1]&0x3f)<<6 | rune(data[2]&0x3f), true
}

// wholeCharacters is data without the first bytes of a character at its end.
func wholeCharacters(data []byte) []byte {
	for n := 1; n < utf8.UTFMax && n <= len(data); n++ {
		end := data[len(data)-n:]
		if utf8.RuneStart(end[0]) && !utf8.FullRune(end) && end[0] > 0x7f {
			return data[:len(data)-n]
		}
	}
	return data
}

// checkUTF8 tells text in another encoding from what is no text at all.
func checkUTF8(data []byte) error {
	line, bad := 1, 0
	for i := 0; i < len(data); {
		c, n := utf8.DecodeRune(data[i:])
		if c == utf8.RuneError && n == 1 {
			if bad++; bad == 1 {
				line = 1 + bytes.Count(data[:i], []byte("\n"))
			}
		}
		i += n
	}
	switch {
	case bad > 20 && bad*10 > len(data):
		return fmt.Errorf("binary data and no text, as in an encrypted backup, which is no "+
			"export; %s", forms)
	case bad > 0:
		return fmt.Errorf("line %d is not UTF-8: save the file as UTF-8 text", line)
	}
	return nil
}

// unreadFormats are texts of messengers that are not read, by what their first lines hold.
var unreadFormats = []struct{ sign, what string }{
	{"[LINE]", "a chat of LINE"},
	{"카카오톡 대화", "a chat of KakaoTalk"},
	{"KakaoTalk Chats", "a chat of KakaoTalk"},
	{"Viber", "a chat of Viber"},
	{"Date,User,Message", "a chat of KakaoTalk, as a table"},
}

// unreadFormat names the messenger of a text in which no message was found, "" if unknown.
func unreadFormat(text string) string {
	const most = 400
	for _, s := range unreadFormats {
		if strings.Contains(text[:min(len(text), most)], s.sign) {
			return s.what + ", which is not read; "
		}
	}
	return ""
}

// looksUTF16 reports whether every second byte of the beginning is mostly zero.
func looksUTF16(data []byte) bool {
	var zero [2]int
	head := data[:min(len(data), 1000)]
	for i, b := range head {
		if b == 0 {
			zero[i%2]++
		}
	}
	return max(zero[0], zero[1])*3 > len(head) && min(zero[0], zero[1])*20 <= len(head)
}

// dropZeros takes zero bytes out, and says on which lines they were.
func dropZeros(data []byte) (text []byte, lines []int) {
	line := 1
	text = make([]byte, 0, len(data))
	for _, b := range data {
		switch b {
		case 0:
			lines = append(lines, line)
			continue
		case '\n':
			line++
		}
		text = append(text, b)
	}
	return text, lines
}

// The JSON documents that are read, by the members with which they begin.
func jsonForm(data []byte) (format string) {
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return Telegram
	}
	keys := map[string]bool{}
	for dec.More() {
		key, err := dec.Token()
		name, ok := key.(string)
		if err != nil || !ok || name == "messages" || name == "chats" || name == "left_chats" ||
			len(keys) > 100 {
			break
		}
		keys[name] = true
		var skipped struct{}
		if onlySyntax(dec.Decode(&skipped)) != nil {
			break
		}
	}
	switch {
	case keys["channel"] && (keys["guild"] || keys["dateRange"]):
		return Discord
	case keys["participants"]:
		return Messenger
	case keys["room_name"]:
		return Element
	}
	return Telegram
}

// follows is the error that something stands behind a JSON document.
func follows(data []byte, rest []byte) error {
	if !bytes.HasPrefix(bytes.TrimLeft(rest, jsonSpace), []byte("{")) {
		return errors.New("something follows after the end of the JSON object")
	}
	var first map[string]json.RawMessage
	_ = json.NewDecoder(bytes.NewReader(data)).Decode(&first) // it has been read before
	what := "JSON lines, a document in each"
	switch {
	case first["backupTimeMs"] != nil:
		what = "JSON lines of a plain backup by Signal; signal-export makes a chat.md from " +
			"Signal Desktop, which is read"
	case first["sender"] != nil && first["body"] != nil:
		what = "JSON lines of signal-export's data.json; read the chat.md beside it"
	}
	return fmt.Errorf("%s; %s", what, forms)
}

// checkList returns an error if data is a list in JSON.
func checkList(data []byte) error {
	rest, found := bytes.CutPrefix(bytes.TrimLeft(data, jsonSpace), []byte("["))
	if rest = bytes.TrimLeft(rest, jsonSpace); !found || !bytes.HasPrefix(rest, []byte("{")) {
		return nil
	}
	var first map[string]json.RawMessage
	if err := json.NewDecoder(bytes.NewReader(rest)).Decode(&first); err != nil && err != io.EOF {
		return nil
	}
	what := "a list in JSON"
	if first["ts"] != nil {
		what = "one day of a channel in Slack's JSON, where people have numbers for names"
	}
	return fmt.Errorf("%s; %s", what, forms)
}
