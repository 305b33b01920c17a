package chat

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"doormat/demo/chat/spelling"
	"doormat/demo/chat/stamp"
)

// Read reads an export, in whichever form its first bytes show: the file's name
// only serves errors, which read "chat: name: …" or "chat: name:line: …". An
// order other than stamp.Any must fit every date of a WhatsApp export. Read keeps
// no reference to data. Its work is linear in len(data), or for an archive in
// the text unpacked.
func Read(name string, data []byte, order stamp.Order) (*Chat, error) {
	if _, err := stamp.ParseOrder(string(order)); err != nil {
		return nil, fmt.Errorf("chat: %w", err)
	}
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("chat: %s: %d bytes, the limit is %d: export the chat without "+
			"media, or for a shorter time",
			name, len(data), MaxBytes)
	}
	if isZip(data) {
		return readZip(name, data, order)
	}
	c, err := readFile(name, data, order, func(string) bool { return false })
	if err == nil {
		c.attach(beside)
	}
	return c, err
}

// readFile reads what is not packed.
func readFile(name string, data []byte, order stamp.Order,
	holds func(name string) bool) (*Chat, error) {
	data, told, err := checkText(data)
	if err != nil {
		return nil, fmt.Errorf("chat: %s: %w", name, notChat{err})
	}
	r := &reader{
		name: name, order: order, explicit: order != stamp.Any, holds: holds,
		people: map[string]bool{}, calendar: map[string][]int{},
		chat: &Chat{Accounts: []string{}, SystemLines: []int{}, Messages: []Message{},
			LeftOut: []LeftOut{}, Warnings: []string{}},
	}
	for _, warning := range told {
		r.warn(warning)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if isJSON(data) {
		if format := jsonForm(data); format != Telegram {
			return r.readPosts(data, format)
		}
		return r.readTelegram(data)
	}
	if err := checkList(data); err != nil {
		return nil, fmt.Errorf("chat: %s: %w", name, notChat{err})
	}
	text := strings.ReplaceAll(string(data), "\r\n", "\n")
	if !strings.Contains(text, "\n") {
		text = strings.ReplaceAll(text, "\r", "\n") // line ends of old Macs
	}
	switch {
	case isSignal(text):
		return r.readSignal(text)
	case isIMessage(text):
		return r.readIMessage(text)
	}
	return r.readWhatsApp(text)
}

// done returns the chat, unless it is empty.
func (r *reader) done() (*Chat, error) {
	r.chat.System = len(r.chat.SystemLines)
	for _, m := range r.chat.Messages {
		if m.Attachment {
			r.chat.Attachments++
		}
	}
	if len(r.chat.Messages) == 0 {
		return nil, fmt.Errorf("chat: %s: %w", r.name, notChat{fmt.Errorf(
			"no message found; %d lines of the app itself, %d left out; %s", r.chat.System,
			len(r.chat.LeftOut), forms)})
	}
	return r.chat, nil
}

// An entry is a header line and the lines under it.
type entry struct {
	line   int
	when   stamp.Stamp
	rest   string // what follows the header, up to the next one
	marked bool   // see header
	opens  bool   // the chat

	name   string // "" for a line of the app
	text   string
	spaced bool // a space follows the name's colon
}

// A reader builds a Chat.
type reader struct {
	name     string
	order    stamp.Order
	explicit bool // order was asked for
	chat     *Chat
	layout   layout
	holds    func(name string) bool // whether the archive has a file of that name
	notices  []notice               // beside each message of an iPhone
	people   map[string]bool        // by name: whether it wrote something
	before   time.Time              // of the message above
	late     []int                  // lines whose time lay before that
	future   []int                  // lines whose time has not come yet
	calendar map[string][]int       // lines whose year shows that it is of another one
	near     []nearHeader
}

// add turns an entry into a message, a line of the app or a LeftOut.
func (r *reader) add(e *entry) error {
	sent, ok := e.when.Time(r.order)
	if !ok && r.explicit {
		return fmt.Errorf("chat: %s:%d: the date does not fit %s: try another --date-order, or "+
			"none to have it found",
			r.name, e.line, r.order)
	} else if !ok {
		r.leaveOut(e.line, fmt.Sprintf("its date does not fit %s", r.order))
		return nil
	}
	if e.name == "" {
		r.chat.SystemLines = append(r.chat.SystemLines, e.line)
		return nil
	}
	m := Message{From: e.name, Line: e.line}
	m.File, m.Attachment = r.attachment(e)
	m.Text = strings.TrimRight(strings.TrimLeftFunc(e.text, spelling.IsMark), "\n")
	if len(m.Text) > MaxText {
		r.leaveOut(e.line, fmt.Sprintf("%d bytes of text, the limit is %d", len(m.Text), MaxText))
		return nil
	}
	if err := r.noteAuthor(e.name, e.line); err != nil {
		return err
	}
	if calendar := e.when.Calendar(r.order); calendar != "" {
		r.calendar[calendar] = append(r.calendar[calendar], e.line)
	}
	m.Sent = r.clamp(e.line, sent)
	r.chat.Messages = append(r.chat.Messages, m)
	r.notices = append(r.notices, noticeOf(e, &m))
	return nil
}

// noteAuthor notes who wrote.
func (r *reader) noteAuthor(name string, line int) error {
	if !r.people[name] && len(r.chat.Accounts) == MaxAccounts {
		return fmt.Errorf("chat: %s:%d: %w", r.name, line, errCrowd)
	}
	if !r.people[name] {
		r.chat.Accounts = append(r.chat.Accounts, name)
	}
	r.people[name] = true
	return nil
}

var errCrowd = fmt.Errorf("more than %d people write in this chat, which is the limit: export it "+
	"for a shorter time", MaxAccounts)

// clamp keeps times from going back. A time to come is told; one day is allowed, since
// WhatsApp writes no zone.
func (r *reader) clamp(line int, sent time.Time) time.Time {
	if sent.After(time.Now().Add(24 * time.Hour)) {
		r.future = append(r.future, line)
	}
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
