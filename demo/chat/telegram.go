package chat

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
)

// A telegramChat is one chat of an account.
type telegramChat struct {
	name    string
	line    int
	written int // how many members of messages have the type "message"
}

// readTelegram reads result.json of Telegram Desktop: the export of one chat, or
// of an account, where the chat with the most messages is read, the first of
// those with equally many. It goes over the file twice: to find that chat, then
// to read it.
func (r *reader) readTelegram(data []byte) (*Chat, error) {
	data = cleanJSON(data)
	data, bare := quoteIDs(data)
	if len(bare) > 0 {
		r.warn("Telegram Desktop wrote the document_id of a custom emoji without quotation " +
			"marks (" + listLines(bare) +
			"): read all the same; a newer Telegram exports it well")
	}
	r.chat.Format = Telegram
	if r.explicit {
		r.warn("the date order is not used: Telegram writes dates in one way")
	}
	survey := &account{r: r, data: data, look: func(int, *telegram, int) error { return nil }}
	if err := survey.walk(); err != nil {
		return nil, err
	}
	if len(survey.talks) == 0 {
		return nil, fmt.Errorf("chat: %s: %w", r.name,
			notChat{fmt.Errorf("JSON, but no chat in it; %s", forms)})
	}
	best := r.pick(survey.talks)
	r.chat.Name = survey.talks[best].name
	r.chat.LeftOut = append(r.chat.LeftOut, survey.out...)
	t := &senders{reader: r, names: map[string]string{}}
	reading := &account{r: r, data: data, look: func(talk int, m *telegram, line int) error {
		if talk != best {
			return nil
		}
		return t.add(m, line)
	}}
	if err := reading.walk(); err != nil {
		return nil, err
	}
	t.warnOfGuesses()
	r.warnOfClock()
	return r.done()
}

// pick returns the chat to read, and leaves out the others by name.
func (r *reader) pick(talks []telegramChat) (best int) {
	for i, t := range talks {
		if t.written > talks[best].written {
			best = i
		}
	}
	for i, t := range talks {
		if i != best {
			r.chat.LeftOut = append(r.chat.LeftOut, LeftOut{Line: t.line, Item: "chat " +
				cmp.Or(t.name, "without a name"),
				Why: fmt.Sprintf("another chat has more messages than its %d, or stands first: "+
					"export it by itself to read it", t.written)})
		}
	}
	if len(talks) > 1 {
		r.warn(fmt.Sprintf("%d chats; read the one with the most messages, %q (%d)", len(talks),
			talks[best].name, talks[best].written))
	}
	return best
}

// cleanJSON writes \x1B as \u001B: Telegram Desktop writes control characters
// in a way that JSON does not know. Lines stay where they are. It returns data
// itself if there is nothing to do, else a copy at most half as long again.
func cleanJSON(data []byte) []byte {
	n := bytes.Count(data, []byte(`\x`))
	if n == 0 {
		return data
	}
	out := make([]byte, 0, len(data)+2*n)
	for i := 0; i < len(data); i++ {
		switch {
		case data[i] != '\\' || i+1 == len(data):
			out = append(out, data[i])
		case i+3 < len(data) && data[i+1] == 'x' && (data[i+2] == '0' || data[i+2] == '1'):
			out = append(out, `\u00`...)
			i++
		default: // both, so that the second of two backslashes begins nothing
			out = append(out, data[i], data[i+1])
			i++
		}
	}
	return out
}

// bareID is what Telegram Desktop 4.1 wrote for a custom emoji: a file's name without
// quotation marks, which is not JSON.
var bareID = regexp.MustCompile(`("document_id": *)([^\s"\[\]{},\d-][^"\[\]{},\r\n]*)`)

// quoteIDs puts quotation marks around such names, and returns the lines they are on.
// It returns data itself if there are none.
func quoteIDs(data []byte) (out []byte, lines []int) {
	found := bareID.FindAllSubmatchIndex(data, -1)
	done, line := 0, 1
	for _, m := range found {
		line += bytes.Count(data[done:m[4]], []byte("\n"))
		out = append(append(out, data[done:m[4]]...), '"')
		done = m[4]
		if name := bytes.TrimRight(data[m[4]:m[5]], " \t"); string(name) == "null" {
			out = out[:len(out)-1]
		} else {
			out = append(append(out, bytes.ReplaceAll(name, []byte(`\`), []byte(`\\`))...), '"')
			done += len(name)
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		return data, nil
	}
	return append(out, data[done:]...), lines
}

// An account walks over an export without holding more than one message.
type account struct {
	r    *reader
	data []byte
	// at each member of the outermost object; section if nil
	member func(key string) error
	// at each member of a chat's messages; m is nil if it has no known form
	look   func(talk int, m *telegram, line int) error
	talks  []telegramChat
	root   int       // index of the chat that the whole file is, or -1
	out    []LeftOut // what is in no chat
	dec    *json.Decoder
	things int // messages, chats and sections so far
	offset int // of the line below
	line   int
	ended  int // where the outermost object does
}

func (a *account) walk() error {
	a.dec, a.line, a.root = json.NewDecoder(bytes.NewReader(a.data)), 1, -1
	if a.member == nil {
		a.member = a.section
	}
	err := a.object(a.member)
	if err == nil {
		a.ended = int(a.dec.InputOffset())
		if _, end := a.dec.Token(); end != io.EOF {
			err = notChat{follows(a.data, a.data[a.ended:])}
		}
	}
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		err = notChat{errors.New("the file ends in the middle: export the chat again")}
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		err = notChat{fmt.Errorf("not JSON, in what begins here: %w", err)}
	}
	if err != nil && !errors.Is(err, errCrowd) { // which has its place
		return fmt.Errorf("chat: %s:%d: %w", a.r.name, a.here(), err)
	}
	return err
}

// here returns the line on which the next value begins.
func (a *account) here() int {
	at := int(a.dec.InputOffset())
	for at < len(a.data) && bytes.IndexByte([]byte(" \t\r\n,:"), a.data[at]) >= 0 {
		at++
	}
	a.line += bytes.Count(a.data[a.offset:max(at, a.offset)], []byte("\n"))
	a.offset = max(at, a.offset)
	return a.line
}

// object calls member for each key of the object that follows; member must
// read the value.
func (a *account) object(member func(key string) error) error {
	return a.list('{', func() error {
		key, err := a.dec.Token()
		if err != nil {
			return err
		}
		name, ok := key.(string)
		if !ok {
			return notChat{errors.New("a name without quotation marks")}
		}
		return member(name)
	})
}

// list calls item for each of what the list or object that follows holds.
func (a *account) list(open json.Delim, item func() error) error {
	begin, err := a.dec.Token()
	if err != nil {
		return err
	}
	if begin != open {
		return notChat{fmt.Errorf("want %v, found %.40q; %s", open, fmt.Sprint(begin), forms)}
	}
	for a.dec.More() {
		if err := item(); err != nil {
			return err
		}
	}
	_, err = a.dec.Token()
	return err
}

// another counts one more thing that may end up in a list.
func (a *account) another() error {
	if a.things++; a.things > MaxEntries {
		return fmt.Errorf("more than %d messages, chats and sections: export one chat, or for a "+
			"shorter time", MaxEntries)
	}
	return nil
}
