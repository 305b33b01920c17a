package chat

import (
	"fmt"
	"strings"

	"doormat/demo/chat/stamp"
)

// readWhatsApp reads WhatsApp's text with "\n" line ends.
func (r *reader) readWhatsApp(text string) (*Chat, error) {
	entries, err := r.split(text)
	if err != nil {
		return nil, err
	}
	if !r.explicit {
		var warning string
		stamps := make([]stamp.Stamp, len(entries))
		for i := range entries {
			stamps[i] = entries[i].when
		}
		r.order, warning = stamp.Choose(stamps)
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
			entries = append(entries, entry{line: n, when: h.when, marked: h.marked,
				opens: len(entries) == 0})
		case len(entries) > 0 && ok:
			r.near = append(r.near, nearHeader{n, stamp.Shape(line[:len(line)-len(h.rest)])})
		case len(entries) > 0 && shape != "":
			r.near = append(r.near, nearHeader{n, shape})
		case len(entries) == 0 && strings.TrimSpace(line) != "":
			odd.see(n, line)
			r.leaveOut(n, notYet(shape))
		}
		if len(r.chat.LeftOut) > MaxPreamble {
			break
		}
		at = end + 1
	}
	if len(entries) == 0 {
		return nil, fmt.Errorf("chat: %s: %w", r.name,
			notChat{fmt.Errorf("no message found (%d lines read)%s; %s%s", len(r.chat.LeftOut),
				odd.hint(), unreadFormat(text), forms)})
	}
	entries[len(entries)-1].rest = text[begin:]
	r.chat.Format = r.layout.format()
	return entries, nil
}

// notYet says why a line above the first message is left out; shape is that of a line that
// is nearly a header, otherwise "".
func notYet(shape string) string {
	if shape == "" {
		return "stands before the first message"
	}
	return fmt.Sprintf("looks like a header (%q, where 9 is a digit and x a letter), and there is no "+
		"such date or time", shape)
}
