package chat

import (
	"bytes"
	"fmt"
	"strings"
	"time"
)

// forms ends the error that no message was found: it says what is read.
const forms = "want WhatsApp's export (.zip, or its UTF-8 text with lines like " +
	`"26/03/2017, 19:01 - Name: text" or "[26/03/2017, 19:01:28] Name: text") or Telegram Desktop's result.json`

// Read reads an export, in whichever form its first bytes show: the file's name
// only serves errors, which read "chat: name: …" or "chat: name:line: …". An
// order other than AnyOrder must fit every date of a WhatsApp export. Read keeps
// no reference to data. Its work is linear in len(data), or for an archive in
// the text unpacked.
func Read(name string, data []byte, order DateOrder) (*Chat, error) {
	if _, err := ParseDateOrder(string(order)); err != nil {
		return nil, err
	}
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("chat: %s: %d bytes, the limit is %d: export the chat without media, or for a shorter time",
			name, len(data), MaxBytes)
	}
	if isZip(data) {
		return readZip(name, data, order)
	}
	c, err := readFile(name, data, order)
	if err == nil {
		c.attach(beside)
	}
	return c, err
}

// readFile reads what is not packed.
func readFile(name string, data []byte, order DateOrder) (*Chat, error) {
	if err := checkText(data); err != nil {
		return nil, fmt.Errorf("chat: %s: %w", name, notChat{err})
	}
	r := &reader{name: name, order: order, explicit: order != AnyOrder, people: map[string]bool{}}
	r.chat = &Chat{Accounts: []string{}, Messages: []Message{}, LeftOut: []LeftOut{}, Warnings: []string{}}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if isJSON(data) {
		return r.readTelegram(data)
	}
	return r.readText(strings.ReplaceAll(string(data), "\r\n", "\n"))
}

// readText reads WhatsApp's text with "\n" line ends.
func (r *reader) readText(text string) (*Chat, error) {
	entries, err := r.split(text)
	if err != nil {
		return nil, err
	}
	if !r.explicit {
		var warning string
		r.order, warning = choose(entries)
		r.warn(warning)
	}
	for i := range entries {
		if err := r.add(&entries[i]); err != nil {
			return nil, err
		}
	}
	r.dropNotices()
	r.warnOfClock()
	return r.done()
}

// done returns the chat, unless it is empty.
func (r *reader) done() (*Chat, error) {
	if len(r.chat.Messages) == 0 {
		return nil, fmt.Errorf("chat: %s: %w", r.name, notChat{fmt.Errorf(
			"no message found; %d lines of the app itself, %d left out; %s", r.chat.System, len(r.chat.LeftOut), forms)})
	}
	return r.chat, nil
}

// An entry is a header line and the lines under it.
type entry struct {
	line  int
	stamp stamp
	rest  string // what follows the header, up to the next one
}

type reader struct {
	name     string
	order    DateOrder
	explicit bool // order was asked for
	chat     *Chat
	people   map[string]bool // by name: true once it wrote more than notices
	before   time.Time       // of the message above
	late     []int           // lines whose time lay before that
}

// split cuts the file at its header lines. The first one decides between
// Android and iOS; a header of the other form is text.
func (r *reader) split(text string) ([]entry, error) {
	var entries []entry
	begin := 0 // of the open entry's rest
	for at, n := 0, 1; at < len(text); n++ {
		end := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i
		}
		line := text[at:end]
		format, s, rest, ok := splitHeader(line)
		if ok && (r.chat.Format == "" || r.chat.Format == format) {
			if len(entries) > 0 {
				entries[len(entries)-1].rest = text[begin:at]
			}
			r.chat.Format, begin = format, end-len(rest)
			entries = append(entries, entry{line: n, stamp: s})
		} else if len(entries) == 0 && strings.TrimSpace(line) != "" {
			if r.leaveOut(n, "stands before the first message"); len(r.chat.LeftOut) > MaxPreamble {
				break
			}
		}
		at = end + 1
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("chat: %s: %w", r.name,
			notChat{fmt.Errorf("no message found (%d lines read); %s", len(r.chat.LeftOut), forms)})
	}
	entries[len(entries)-1].rest = text[begin:]
	return entries, nil
}

// add turns an entry into a message, a count or a LeftOut.
func (r *reader) add(e *entry) error {
	sent, ok := e.stamp.time(r.order)
	if !ok && r.explicit {
		return fmt.Errorf("chat: %s:%d: the date does not fit %s: try another --date-order, or none to have it found",
			r.name, e.line, r.order)
	} else if !ok {
		r.leaveOut(e.line, fmt.Sprintf("its date does not fit %s", r.order))
		return nil
	}
	from, text, ok := splitName(e.rest)
	if !ok {
		r.chat.System++
		return nil
	}
	m := Message{From: from, Line: e.line}
	m.File, m.Attachment = attachment(text)
	m.Text = strings.TrimRight(strings.TrimLeftFunc(text, isMark), "\n")
	if len(m.Text) > MaxText {
		r.leaveOut(e.line, fmt.Sprintf("%d bytes of text, the limit is %d", len(m.Text), MaxText))
		return nil
	}
	notice := strings.HasPrefix(text, "\u200e") && !m.Attachment
	if err := r.meet(from, !notice, e.line); err != nil {
		return err
	}
	if m.Attachment {
		r.chat.Attachments++
	}
	m.Sent = r.clamp(e.line, sent)
	r.chat.Messages = append(r.chat.Messages, m)
	return nil
}

// meet notes who wrote; speaks is false when the app wrote it in that name.
func (r *reader) meet(name string, speaks bool, line int) error {
	known, met := r.people[name]
	if !met {
		if len(r.chat.Accounts) == MaxAccounts {
			return fmt.Errorf("chat: %s:%d: more than %d people write in this chat: cut the file", r.name, line, MaxAccounts)
		}
		r.chat.Accounts = append(r.chat.Accounts, name)
	}
	r.people[name] = known || speaks
	return nil
}

func (r *reader) clamp(line int, sent time.Time) time.Time {
	if sent.Before(r.before) {
		r.late = append(r.late, line)
		return r.before
	}
	r.before = sent
	return sent
}

func (r *reader) leaveOut(line int, why string) {
	r.chat.LeftOut = append(r.chat.LeftOut, LeftOut{Line: line, Why: why})
}

func (r *reader) warn(warning string) {
	if warning != "" {
		r.chat.Warnings = append(r.chat.Warnings, fmt.Sprintf("%s: %s", r.name, warning))
	}
}
