package chat

import (
	"bytes"
	"cmp"
	"fmt"
	"strings"
	"time"
)

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
	c, err := readFile(name, data, order, func(string) bool { return false })
	if err == nil {
		c.attach(beside)
	}
	return c, err
}

// readFile reads what is not packed.
func readFile(name string, data []byte, order DateOrder, holds func(name string) bool) (*Chat, error) {
	data, zeros, err := checkText(data)
	if err != nil {
		return nil, fmt.Errorf("chat: %s: %w", name, notChat{err})
	}
	r := &reader{
		name: name, order: order, explicit: order != AnyOrder, holds: holds,
		people: map[string]bool{}, calendar: map[string][]int{},
		chat: &Chat{Accounts: []string{}, SystemLines: []int{}, Messages: []Message{}, LeftOut: []LeftOut{}, Warnings: []string{}},
	}
	if len(zeros) > 0 {
		r.warn("zero bytes, which no text has, are dropped: " + listLines(zeros))
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
	return r.readText(text)
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
	r.findNames(entries)
	for i := range entries {
		if err := r.add(&entries[i]); err != nil {
			return nil, err
		}
	}
	r.dropNotices()
	r.warnOfHeaders()
	r.warnOfClock()
	return r.done()
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
			"no message found; %d lines of the app itself, %d left out; %s", r.chat.System, len(r.chat.LeftOut), forms)})
	}
	return r.chat, nil
}

// An entry is a header line and the lines under it.
type entry struct {
	line   int
	stamp  stamp
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
	order    DateOrder
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

// A nearHeader is a line that stays in the text above although it looks like a header.
type nearHeader struct {
	line  int
	shape string
}

// split cuts the file at its header lines. The first one decides on the layout; a
// header of another, and a line that is nearly one, is text and told.
func (r *reader) split(text string) ([]entry, error) {
	var entries []entry
	begin := 0       // of the open entry's rest
	odd := oddLine{} // what the error shows
	for at, n := 0, 1; at < len(text); n++ {
		end := len(text)
		if i := strings.IndexByte(text[at:], '\n'); i >= 0 {
			end = at + i
		}
		line := text[at:end]
		h, shape, ok := splitHeader(line)
		switch {
		case ok && (r.layout == 0 || r.layout == h.layout):
			if len(entries) > 0 {
				entries[len(entries)-1].rest = text[begin:at]
			}
			r.layout, begin = h.layout, end-len(h.rest)
			entries = append(entries, entry{line: n, stamp: h.stamp, marked: h.marked, opens: len(entries) == 0})
		case len(entries) > 0 && ok:
			r.near = append(r.near, nearHeader{n, shapeOf(line[:len(line)-len(h.rest)])})
		case len(entries) > 0 && shape != "":
			r.near = append(r.near, nearHeader{n, shape})
		case len(entries) == 0 && strings.TrimSpace(line) != "":
			odd.see(n, line)
			r.leaveOut(n, "stands before the first message")
		}
		if len(r.chat.LeftOut) > MaxPreamble {
			break
		}
		at = end + 1
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("chat: %s: %w", r.name,
			notChat{fmt.Errorf("no message found (%d lines read)%s; %s%s", len(r.chat.LeftOut), odd.hint(), stranger(text), forms)})
	}
	entries[len(entries)-1].rest = text[begin:]
	r.chat.Format = r.layout.format()
	return entries, nil
}

// add turns an entry into a message, a line of the app or a LeftOut.
func (r *reader) add(e *entry) error {
	sent, ok := e.stamp.time(r.order)
	if !ok && r.explicit {
		return fmt.Errorf("chat: %s:%d: the date does not fit %s: try another --date-order, or none to have it found",
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
	m.Text = strings.TrimRight(strings.TrimLeftFunc(e.text, isMark), "\n")
	if len(m.Text) > MaxText {
		r.leaveOut(e.line, fmt.Sprintf("%d bytes of text, the limit is %d", len(m.Text), MaxText))
		return nil
	}
	if err := r.meet(e.name, e.line); err != nil {
		return err
	}
	if calendar := e.stamp.calendar; calendar != "" || e.stamp.late(r.order) {
		calendar = cmp.Or(calendar, buddhist)
		r.calendar[calendar] = append(r.calendar[calendar], e.line)
	}
	m.Sent = r.clamp(e.line, sent)
	r.chat.Messages = append(r.chat.Messages, m)
	r.notices = append(r.notices, noticeOf(e, &m))
	return nil
}

// meet notes who wrote.
func (r *reader) meet(name string, line int) error {
	if !r.people[name] && len(r.chat.Accounts) == MaxAccounts {
		return fmt.Errorf("chat: %s:%d: %w", r.name, line, errCrowd)
	}
	if !r.people[name] {
		r.chat.Accounts = append(r.chat.Accounts, name)
	}
	r.people[name] = true
	return nil
}

var errCrowd = fmt.Errorf("more than %d people write in this chat, which is the limit: export it for a shorter time", MaxAccounts)

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
