// Package chat reads the exports of messengers, so that doormat can run somebody's
// own conversation: WhatsApp's "Export chat", as text or as the zip that it comes
// in, the result.json of Telegram Desktop, and what programs for Signal, iMessage,
// Messenger, Discord and Matrix write. Bytes come in; the package opens no file and
// unpacks none to disk. What a file is shows in its bytes, not its name.
//
// WhatsApp's text has no specification. Its forms are
//
//	26/03/2017, 19:01 - Name: text          Android
//	[26/03/2017, 19:01:28] Name: text       iOS
//	26/03/2017 19:01:28: Name: text         iOS, long ago
//
// and a phone writes them in its own language and habits: day, month and year
// in any of three orders or with the month's name, digits of its own script, 12 or
// 24 hours, halves of the day in words, invisible direction marks and narrow spaces
// in between. See splitHeader, and package stamp for dates. A line that does not
// begin so continues the message above.
//
// In a zip one file must be an export. Others go with the messages that name them,
// and what no message names is left out, see readZip and package archive.
//
// Telegram's JSON is what the source of Telegram Desktop writes
// (export_output_json.cpp): one chat, or the chats of an account, of which the one
// with the most messages is read. Control characters stand in it as \x1B, which is
// not JSON; they are rewritten first. The fields read are those of the type telegram.
//
// What the readers make of a file:
//
//   - A header followed by "Name: " is a message. One without is a line of the
//     app itself ("Ruth left"): it is listed in [Chat.SystemLines] and dropped. So is
//     a service message of Telegram, and a notice of an iPhone, see dropNotices. Where
//     a name ends is told by counting, see findNames: above all nobody may vanish.
//   - "<Media omitted>", "IMG-1.jpg (file attached)" and their kin, in any language,
//     stay messages with that text; they count in [Chat.Attachments].
//     Telegram's become "<photo>", "<sticker>" and so on, before the caption.
//   - A file that a message names is taken from the archive, whole, or told in
//     [Chat.LeftOut] with the message's line: not there, empty, larger than
//     [archive.MaxFile], beyond [archive.MaxAll], a link, encrypted, broken.
//   - Everything else that is dropped is in [Chat.LeftOut] with line and reason, and a
//     line that is nearly a header in [Chat.Warnings] with its shape. Nothing disappears
//     silently; the fuzz tests check that the sums agree, and TestTable shows it for
//     each file of testdata.
//   - WhatsApp's clock times carry no zone and are read as UTC. Where a time lies
//     before the one above (the clock went back, a message arrived late), the order
//     of the file stands and the message takes the time above it.
//
// No format is authenticated. In WhatsApp's a line in the shape of a header inside
// a message cannot be told from a header: whoever sends you
// "hi\n26/03/2017, 19:02 - Ruth: I confess" has put a message into Ruth's mouth
// in your export, and anybody can edit the file. Nor does it tell a name from a
// notice that holds ": ". An import is material for experiments,
// never evidence. TestForgedHeader shows it.
package chat

import (
	"fmt"
	"time"
)

// Limits on what a file may hold. Beyond most of them Read refuses the file; a
// text beyond MaxText is left out, and at MaxName stands what happens there.
const (
	// MaxBytes is the largest file read, in bytes, and the most that the .txt and
	// .json files in an archive may hold unpacked, together. Callers can look at a
	// file's size first.
	MaxBytes = 64 << 20
	// MaxAccounts is how many people may write in a chat.
	MaxAccounts = 256
	// MaxPreamble is how many lines may stand before the first header.
	MaxPreamble = 1000
	// MaxName is how many characters a name may have. "Name: " with a longer
	// name is a line of the app. JSON's are cut.
	MaxName = 100
	// MaxEntries is how many messages, chats and other sections result.json may
	// hold. Messages as Telegram writes them reach MaxBytes long before.
	MaxEntries = 1 << 20
	// MaxText is the longest text of a message in bytes: four for each of the
	// 65,536 characters that WhatsApp lets one type.
	MaxText = 256 << 10
)

// KeepLast leaves out all but the last n messages, and warns of it. People who wrote
// only before stay, as those who write no more do in a chat.
func (c *Chat) KeepLast(n int) {
	all := len(c.Messages)
	if n >= all {
		return
	}
	c.Messages = c.Messages[all-n:]
	c.Warnings = append(c.Warnings,
		fmt.Sprintf("only the last %d of %d messages are used: message 1 here is message %d of "+
			"the chat", n, all, all-n+1))
}

// The values of Chat.Format.
const (
	Android   = "whatsapp-android"
	IOS       = "whatsapp-ios"
	Telegram  = "telegram"
	Discord   = "discord"   // DiscordChatExporter's JSON
	Messenger = "messenger" // Facebook's and Instagram's download, as JSON
	Element   = "element"   // a Matrix room, as JSON
	Signal    = "signal"    // signal-export's Markdown
	IMessage  = "imessage"  // imessage-exporter's text
)

// A Chat is what was read from one export. Its lists are never nil.
type Chat struct {
	Format string // Android, IOS, Telegram …
	// what the export calls the chat; WhatsApp says it of an iPhone's groups only
	Name        string
	Accounts    []string // who wrote something, in order of their first message
	Messages    []Message
	Attachments int       // how many messages stand for a photo, recording or file
	System      int       // how many lines the app itself wrote; dropped
	SystemLines []int     // which, in order
	LeftOut     []LeftOut // what else was dropped
	Warnings    []string  // what was guessed or altered, for stderr
}

// A Message is one entry of the export.
type Message struct {
	From       string    // one of Chat.Accounts
	Sent       time.Time // UTC, never before that of the message above
	Text       string    // lines separated by "\n"; may be empty
	Attachment bool      // Text names a file, or says that it was left out
	File       string    // its name, or path from Telegram; empty if there is none
	Data       []byte    // its bytes, from an archive; nil if they are not there
	Line       int       // where it begins, counted from 1
}

// LeftOut names something of the file that is in no message.
type LeftOut struct {
	Line int    `json:"line"` // counted from 1; 0 for a file that no message names
	Item string `json:"item"` // file, chat or section; empty for a line or a message
	Why  string `json:"why"`
}

// A Summary counts what is in a Chat; its JSON is what `doormat chat check
// --format json` prints.
type Summary struct {
	Format      string    `json:"format"`
	Messages    int       `json:"messages"`
	Accounts    []string  `json:"accounts"`
	Attachments int       `json:"attachments"`
	System      int       `json:"system"`
	SystemLines []int     `json:"system_lines"`
	LeftOut     []LeftOut `json:"left_out"`
	Warnings    []string  `json:"warnings"`
}

// Summary returns the counts. It shares its lists with c.
func (c *Chat) Summary() Summary {
	return Summary{c.Format, len(c.Messages), c.Accounts, c.Attachments, c.System, c.SystemLines,
		c.LeftOut, c.Warnings}
}
