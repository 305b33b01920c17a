package chat

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"doormat/demo/chat/spelling"
)

// A telegram is what is read of a member of a chat's messages.
type telegram struct {
	Type string          `json:"type"`
	Unix json.RawMessage `json:"date_unixtime"` // seconds, in a string
	// 2006-01-02T15:04:05 in the zone of the exporting computer
	Date      string          `json:"date"`
	From      *string         `json:"from"`    // null for a deleted account
	FromID    json.RawMessage `json:"from_id"` // "user123", or 123 in old exports
	Text      json.RawMessage `json:"text"`    // see flatten
	MediaType string          `json:"media_type"`
	Photo     json.RawMessage `json:"photo"`
	File      json.RawMessage `json:"file"`
	Contact   json.RawMessage `json:"contact_information"`
	Location  json.RawMessage `json:"location_information"`
	Game      json.RawMessage `json:"game_title"`
	Invoice   json.RawMessage `json:"invoice_information"`
	VCard     json.RawMessage `json:"contact_vcard"`
	Place     json.RawMessage `json:"place_name"` // of a venue, with or without a location
	Poll      *struct {
		Question json.RawMessage `json:"question"`
	} `json:"poll"`
	Todo *struct {
		Title json.RawMessage `json:"title"`
	} `json:"todo_list"`
	raw []byte // the whole member
}

// time returns when m was sent; zoned is false if no zone is known.
func (m *telegram) time() (sent time.Time, zoned, ok bool) {
	seconds, err := strconv.ParseInt(strings.Trim(string(m.Unix), `"`), 10, 64)
	if err == nil {
		sent, zoned = time.Unix(seconds, 0).UTC(), true
	} else if sent, err = time.Parse("2006-01-02T15:04:05", m.Date); err != nil {
		return time.Time{}, false, false
	}
	return sent, zoned, sent.Year() >= 1970 && sent.Year() <= 9999
}

// content returns the text, with a word in angle brackets before it if m holds
// something else too, or why m is left out.
func (m *telegram) content() (text string, attachment bool, why string) {
	if len(m.Text) > 16*MaxText { // far beyond what marks and escapes add
		return "", false, fmt.Sprintf("%d bytes of marked text, the limit is %d",
			len(m.Text), 16*MaxText)
	}
	text, ok := flatten(m.Text)
	kind := m.media()
	title := json.RawMessage(nil)
	switch {
	case m.Poll != nil:
		kind, title = "poll", m.Poll.Question
	case m.Todo != nil:
		kind, title = "todo list", m.Todo.Title
	case m.Place != nil:
		kind, title = "venue", m.Place
	case kind == "" && text == "" && ok:
		kind = m.newer()
	}
	if title != nil {
		head, known := flatten(title)
		text, ok = strings.TrimSpace(head+"\n"+text), ok && known
	}
	switch {
	case !ok:
		return "", false, "its text is neither a string nor a list of strings and objects"
	case kind == "" && text == "":
		return "", false, "neither text nor a known kind of media"
	case kind != "":
		text = strings.TrimSpace("<" + kind + ">\n" + text)
	}
	if len(text) > MaxText {
		return "", false, fmt.Sprintf("%d bytes of text, the limit is %d", len(text), MaxText)
	}
	return text, kind != "", ""
}

var mediaTypes = []string{"sticker", "video_message", "voice_message", "animation",
	"video_file", "audio_file"}

// media names what m holds beside text: a photo, a file of one of mediaTypes or
// another, or one of the things that are no files.
func (m *telegram) media() string {
	switch {
	case slices.Contains(mediaTypes, m.MediaType):
		return strings.ReplaceAll(m.MediaType, "_", " ")
	case m.Photo != nil:
		return "photo"
	case m.File != nil || m.MediaType != "":
		return "file"
	case m.Contact != nil || m.VCard != nil:
		return "contact"
	case m.Location != nil:
		return "location"
	case m.Game != nil:
		return "game"
	case m.Invoice != nil:
		return "invoice"
	}
	return ""
}

// envelope are the members of a message that say nothing of what it holds.
var envelope = []string{
	"id", "type", "date", "date_unixtime", "edited", "edited_unixtime", "from", "from_id", "author",
	"forwarded_from", "forwarded_from_id", "forwarded_date", "forwarded_date_unixtime",
	"saved_from",
	"via_bot", "reply_to_message_id", "reply_to_peer_id", "reactions", "text", "text_entities",
	"inline_bot_buttons", "signature", "width", "height", "topic_id",
}

// newer names what a message holds that this program does not know, after the first
// member that is no part of the envelope: Telegram adds kinds every year.
func (m *telegram) newer() string {
	var members map[string]json.RawMessage
	if json.Unmarshal(m.raw, &members) != nil {
		return ""
	}
	for _, key := range slices.Sorted(maps.Keys(members)) {
		name := clip(strings.ReplaceAll(strings.TrimSuffix(key, "_information"), "_", " "))
		if !slices.Contains(envelope, key) && !isEmpty(members[key]) && name != "" &&
			!strings.ContainsAny(name, "<>") {
			return name
		}
	}
	return ""
}

// file returns the path of m's file, beside result.json, "" if Telegram did not
// export it: then a note in parentheses stands there.
func (m *telegram) file() (name string) {
	raw := m.Photo
	if raw == nil {
		raw = m.File
	}
	if raw == nil {
		raw = m.VCard
	}
	if json.Unmarshal(raw, &name) != nil || strings.HasPrefix(name, "(") {
		return ""
	}
	return name
}

// flatten returns the text in a string, or in a list of strings and of objects
// such as {"type": "bold", "text": "now"}. No text at all is an empty one.
func flatten(raw json.RawMessage) (text string, ok bool) {
	if len(raw) == 0 || string(raw) == "null" || json.Unmarshal(raw, &text) == nil {
		return text, true
	}
	var parts []json.RawMessage
	if json.Unmarshal(raw, &parts) != nil {
		return "", false
	}
	var all strings.Builder
	for _, part := range parts {
		var marked struct {
			Text *string `json:"text"`
		}
		if json.Unmarshal(part, &text) != nil {
			if json.Unmarshal(part, &marked) != nil || marked.Text == nil {
				return "", false
			}
			text = *marked.Text
		}
		all.WriteString(text)
	}
	return all.String(), true
}

// clip cleans a name and cuts it to MaxName characters.
func clip(name string) string {
	if len(name) > 8*MaxName {
		name = strings.ToValidUTF8(name[:8*MaxName], "")
	}
	name = spelling.Name(name)
	if runes := []rune(name); len(runes) > MaxName {
		return string(runes[:MaxName-1]) + "…"
	}
	return name
}
