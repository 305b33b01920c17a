package chat

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A post is one member of a list of messages in JSON, whoever wrote it.
type post struct {
	from, id string // the sender's name and what tells two of one name apart
	sent     time.Time
	text     string
	kind     string // "photo" and the like; "" for a text
	file     string // path beside the export
	system   bool   // the app wrote it
	why      string // it is left out
	line     int
}

// A form is a JSON document whose member messages is the chat. Beside it, about is
// called for the other members that name the chat.
type form struct {
	read  func(raw []byte) post
	about func(key string, raw []byte) (name string)
}

var jsonForms = map[string]form{
	Discord:   {readDiscord, aboutDiscord},
	Messenger: {readMessenger, aboutMessenger},
	Element:   {readElement, aboutElement},
}

// readPosts reads a document in one of jsonForms.
func (r *reader) readPosts(data []byte, format string) (*Chat, error) {
	r.chat.Format = format
	if r.explicit {
		r.warn("the date order is not used: JSON has dates in one way")
	}
	var posts []post
	f := jsonForms[format]
	a := &account{r: r, data: data}
	a.member = func(key string) error {
		if key == "messages" {
			return a.list('[', func() error {
				raw, line, err := a.value()
				if err != nil {
					return err
				}
				p := f.read(raw)
				p.line = line
				posts = append(posts, p)
				return a.another()
			})
		}
		raw, _, err := a.value()
		if err != nil {
			return err
		}
		r.chat.Name = cmp.Or(r.chat.Name, clip(f.about(key, raw)))
		return nil
	}
	if err := a.walk(); err != nil {
		return nil, err
	}
	if format == Messenger && len(posts) > 1 && posts[0].sent.After(posts[len(posts)-1].sent) {
		slices.Reverse(posts) // the newest stands first
	}
	s := &senders{reader: r, names: map[string]string{}}
	for i := range posts {
		if err := s.addPost(&posts[i]); err != nil {
			return nil, err
		}
	}
	s.warnOfGuesses()
	r.warnOfClock()
	return r.done()
}

// value reads the value that follows, whatever it is.
func (a *account) value() (raw []byte, line int, err error) {
	line = a.here()
	begin := a.offset
	if err := a.skip(); err != nil {
		return nil, line, err
	}
	return a.data[begin:a.dec.InputOffset()], line, nil
}

// addPost turns p into a message, a line of the app or a LeftOut.
func (s *senders) addPost(p *post) error {
	if p.system {
		s.chat.SystemLines = append(s.chat.SystemLines, p.line)
		return nil
	}
	text := strings.TrimRight(p.text, "\n")
	if p.kind != "" {
		text = strings.TrimSpace("<" + p.kind + ">\n" + text)
	}
	switch {
	case p.why != "":
	case p.sent.Year() < 1970 || p.sent.Year() > 9999 || p.sent.Unix() == 0:
		p.why = "no date that can be read"
	case text == "":
		p.why = "neither text nor a known kind of media"
	case len(text) > MaxText:
		p.why = fmt.Sprintf("%d bytes of text, the limit is %d", len(text), MaxText)
	}
	if p.why != "" {
		s.leaveOut(p.line, p.why)
		return nil
	}
	from := s.named(clip(p.from), clip(p.id), p.line)
	if err := s.noteAuthor(from, p.line); err != nil {
		return err
	}
	s.chat.Messages = append(s.chat.Messages,
		Message{From: from, Sent: s.clamp(p.line, p.sent), Text: text, Attachment: p.kind != "",
			File: p.file, Line: p.line})
	return nil
}

// malformed is the post for a member that is no message.
var malformed = post{why: "not in the form of a message"}

// readDiscord reads a message as DiscordChatExporter writes it (JsonMessageWriter.cs).
func readDiscord(raw []byte) post {
	var m struct {
		Type      string `json:"type"`
		Timestamp string `json:"timestamp"`
		Content   string `json:"content"`
		Author    struct {
			ID       string `json:"id"`
			Name     string `json:"name"`
			Nickname string `json:"nickname"`
		} `json:"author"`
		Attachments []struct {
			URL string `json:"url"`
		} `json:"attachments"`
		Stickers []json.RawMessage `json:"stickers"`
		Embeds   []json.RawMessage `json:"embeds"`
	}
	if json.Unmarshal(raw, &m) != nil {
		return malformed
	}
	sent, _ := time.Parse(time.RFC3339Nano, m.Timestamp)
	p := post{from: cmp.Or(m.Author.Nickname, m.Author.Name), id: m.Author.ID, sent: sent.UTC(),
		text: m.Content}
	switch {
	case !slices.Contains([]string{"Default", "Reply", "ChatInputCommand", "ContextMenuCommand",
		"20", "23", ""}, m.Type):
		p.system = true
	case len(m.Attachments) > 0:
		p.kind = "file"
		if url := m.Attachments[0].URL; !strings.Contains(url, "://") {
			p.file = relative(url)
		}
	case len(m.Stickers) > 0:
		p.kind = "sticker"
	case len(m.Embeds) > 0 && m.Content == "":
		p.kind = "embed"
	}
	return p
}

func aboutDiscord(key string, raw []byte) string {
	var channel struct {
		Name string `json:"name"`
	}
	if key != "channel" || json.Unmarshal(raw, &channel) != nil {
		return ""
	}
	return channel.Name
}

// A media is a file that Messenger names.
type media struct {
	URI string `json:"uri"`
}

// readMessenger reads a message of Facebook's or Instagram's message_1.json, or of the
// download of end-to-end encrypted chats, whose names are written in another way.
func readMessenger(raw []byte) post {
	var m struct {
		Sender    string          `json:"sender_name"`
		Time      int64           `json:"timestamp_ms"`
		Content   string          `json:"content"`
		Type      string          `json:"type"`
		Unsent    bool            `json:"is_unsent"`
		Photos    []media         `json:"photos"`
		Videos    []media         `json:"videos"`
		Audio     []media         `json:"audio_files"`
		GIFs      []media         `json:"gifs"`
		Files     []media         `json:"files"`
		Sticker   *media          `json:"sticker"`
		Share     json.RawMessage `json:"share"`
		Call      json.RawMessage `json:"call_duration"`
		Sender2   string          `json:"senderName"`
		Time2     int64           `json:"timestamp"`
		Text      string          `json:"text"`
		Media     []media         `json:"media"`
		IsUnsent2 bool            `json:"isUnsent"`
	}
	if json.Unmarshal(raw, &m) != nil {
		return malformed
	}
	p := post{
		from: utf8Again(cmp.Or(m.Sender, m.Sender2)), text: utf8Again(cmp.Or(m.Content, m.Text)),
		sent: time.UnixMilli(cmp.Or(m.Time, m.Time2)).UTC(),
	}
	switch {
	case m.Unsent || m.IsUnsent2:
		p.why = "taken back by its sender"
	case m.Type == "Subscribe" || m.Type == "Unsubscribe":
		p.system = true
	case m.Call != nil:
		p.kind = "call"
	case m.Sticker != nil:
		p.kind, p.file = "sticker", "" // of the export's, not of the chat's folder
	case m.Share != nil && p.text == "":
		p.kind = "link"
	}
	for _, list := range []struct {
		kind string
		of   []media
	}{{"photo", m.Photos}, {"video", m.Videos}, {"audio", m.Audio}, {"GIF", m.GIFs},
		{"file", m.Files}, {"media", m.Media}} {
		if len(list.of) > 0 && p.why == "" {
			p.kind, p.file = list.kind, beneath(list.of[0].URI)
		}
	}
	return p
}

func aboutMessenger(key string, raw []byte) (name string) {
	if key == "title" || key == "threadName" {
		_ = json.Unmarshal(raw, &name) // whatever else it is, it is no name
	}
	return utf8Again(name)
}

// utf8Again turns Facebook's text into what was typed: it writes each byte of UTF-8 as
// if it were a character, so that é is Ã©.
func utf8Again(text string) string {
	raw := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 0xFF {
			return text
		}
		raw = append(raw, byte(r))
	}
	if !utf8.Valid(raw) {
		return text
	}
	return string(raw)
}

// beneath returns the end of a path that begins at the top of the whole export: the
// chat's file lies in the folder that has the media's.
func beneath(uri string) string {
	dir, base := path.Split(relative(uri))
	if dir = path.Base(dir); dir == "." || dir == "/" {
		return base
	}
	return dir + "/" + base
}

// relative cleans a path such as "./media/a.jpg".
func relative(name string) string {
	if name == "" {
		return ""
	}
	return path.Clean(strings.ReplaceAll(name, `\`, "/"))
}

// readElement reads an event of a Matrix room as Element exports it (JSONExport.ts).
// People go by their addresses, since the export has no other names.
func readElement(raw []byte) post {
	var m struct {
		Type    string      `json:"type"`
		Sender  string      `json:"sender"`
		Time    json.Number `json:"origin_server_ts"`
		Content struct {
			Type    string `json:"msgtype"`
			Body    string `json:"body"`
			Relates struct {
				Type string `json:"rel_type"`
			} `json:"m.relates_to"`
		} `json:"content"`
	}
	if json.Unmarshal(raw, &m) != nil {
		return malformed
	}
	ms, _ := strconv.ParseInt(m.Time.String(), 10, 64)
	p := post{from: m.Sender, sent: time.UnixMilli(ms).UTC(), text: m.Content.Body}
	switch {
	case m.Type == "m.room.encrypted":
		p.why = "Element could not decrypt it"
	case m.Type == "m.sticker":
		p.kind = "sticker"
	case strings.HasSuffix(m.Type, "poll.start"):
		p.kind = "poll"
	case m.Type != "m.room.message":
		p.system = true
	case m.Content.Relates.Type == "m.replace":
		p.why = "changes a message that stands above it"
	case m.Content.Type == "":
		p.why = "deleted"
	default:
		kind := strings.TrimPrefix(m.Content.Type, "m.")
		if slices.Contains([]string{"image", "video", "audio", "file", "location"}, kind) {
			p.kind = kind
		}
	}
	return p
}

func aboutElement(key string, raw []byte) (name string) {
	if key == "room_name" {
		_ = json.Unmarshal(raw, &name) // whatever else it is, it is no name
	}
	return name
}

// isEmpty reports whether raw is an empty JSON value.
func isEmpty(raw []byte) bool {
	return slices.Contains([]string{"", "null", `""`, "[]", "{}", "false", "0"},
		string(bytes.TrimSpace(raw)))
}
