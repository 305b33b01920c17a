package chat

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// signalHeader is how signal-export (sigexport) begins a message in its chat.md:
// "[2023-11-04 09:05:11] Name: text", in older versions "[2023-11-04, 09:05] Name: text".
var signalHeader = regexp.MustCompile(`^\[(\d{4}-\d{2}-\d{2}),? (\d{2}:\d{2}(?::\d{2})?)\] (.*)`)

// In its texts are links to files, reactions, and stickers.
var (
	signalFile     = regexp.MustCompile(`!?\[([^\]]*)\]\((\.{1,2}/[^)]*)\)`)
	signalReaction = regexp.MustCompile(`^\(- .+: .+ -\)$`)
	signalSticker  = regexp.MustCompile(`^\(\( .* \)\)$`)
)

// isSignal tells signal-export's Markdown from an iPhone's text, which may have the same
// headers: it has none of WhatsApp's marks, and links, reactions or line ends of Markdown.
func isSignal(text string) bool {
	if strings.Contains(text, "\u200e") {
		return false
	}
	headers, short, ends, signs := 0, 0, 0, 0
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if headers == 0 && strings.HasPrefix(line, "[") &&
			!signalHeader.MatchString(line[:min(len(line), maxStamp)]) {
			return false
		}
		if m := signalHeader.FindStringSubmatch(line); m != nil {
			headers++
			if len(m[2]) == len("09:05") {
				short++
			}
		}
		if headers == 0 {
			continue
		}
		if strings.HasSuffix(line, "  ") {
			ends++
		}
		if signalReaction.MatchString(strings.TrimSpace(line)) || signalFile.MatchString(line) {
			signs++
		}
	}
	return headers > 0 && (short == headers || ends*2 > headers || signs > 0)
}

// readSignal reads chat.md. Quotes of the messages above ("> "), and reactions to a
// message, are no part of its text. The times are those of the exporting computer.
func (r *reader) readSignal(text string) (*Chat, error) {
	r.chat.Format = Signal
	if r.explicit {
		r.warn("the date order is not used: signal-export writes dates in one way")
	}
	var open *paragraph
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\n")
		m := signalHeader.FindStringSubmatch(line)
		if m == nil {
			if open != nil {
				open.body = append(open.body, line)
			} else if strings.TrimSpace(line) != "" {
				r.leaveOut(n, "stands before the first message")
			}
			continue
		}
		if err := r.addSignal(open); err != nil {
			return nil, err
		}
		open = &paragraph{line: n, date: m[1] + " " + m[2]}
		open.from, open.body = splitFirst(m[3])
	}
	if err := r.addSignal(open); err != nil {
		return nil, err
	}
	r.warn("signal-export writes times without a zone; they are read as UTC")
	r.warnOfClock()
	return r.done()
}

// A paragraph is a message in a text, before it is read.
type paragraph struct {
	line       int
	date, from string
	body       []string
}

// splitFirst splits "Name: text", the rest of a header.
func splitFirst(rest string) (name string, body []string) {
	name, text, _ := splitName(rest)
	return name, []string{text}
}

func (r *reader) addSignal(p *paragraph) error {
	if p == nil {
		return nil
	}
	sent, err := time.Parse("2006-01-02 15:04:05", p.date)
	if err != nil {
		sent, err = time.Parse("2006-01-02 15:04", p.date)
	}
	switch {
	case err != nil:
		r.leaveOut(p.line, "no date that can be read")
		return nil
	case p.from == "" || p.from == "No-Sender":
		r.chat.SystemLines = append(r.chat.SystemLines, p.line)
		return nil
	}
	m := Message{From: p.from, Line: p.line}
	var lines []string
	for _, line := range p.body {
		if f := signalFile.FindStringSubmatch(line); f != nil {
			m.Attachment = true
			if name, err := url.PathUnescape(f[2]); err == nil && m.File == "" {
				m.File = relative(name)
			}
			line = signalFile.ReplaceAllString(line, "<$1>")
		}
		trimmed := strings.TrimSpace(line)
		m.Attachment = m.Attachment || signalSticker.MatchString(trimmed)
		if !strings.HasPrefix(line, "> ") && line != ">" && !signalReaction.MatchString(trimmed) {
			lines = append(lines, strings.TrimRight(line, " "))
		}
	}
	m.Text = strings.TrimSpace(strings.Join(lines, "\n"))
	return r.addPlain(m, sent)
}

// addPlain adds a message that needs no more than the usual checks.
func (r *reader) addPlain(m Message, sent time.Time) error {
	if len(m.Text) > MaxText {
		r.leaveOut(m.Line, fmt.Sprintf("%d bytes of text, the limit is %d", len(m.Text), MaxText))
		return nil
	}
	if err := r.noteAuthor(m.From, m.Line); err != nil {
		return err
	}
	m.Sent = r.clamp(m.Line, sent)
	r.chat.Messages = append(r.chat.Messages, m)
	return nil
}
