package chat

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"doormat/demo/chat/phrases"
	"doormat/demo/chat/spelling"
)

// imessageHeader is how imessage-exporter begins a message in its text files, on a line
// of its own: "May 17, 2022  5:29:42 PM (Read by them after 2 minutes)". The sender's name
// follows on the next line. Behind the date of an announcement stands what happened.
var imessageHeader = regexp.MustCompile(
	`^((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{2}, \d{4} {1,2}` +
		`\d{1,2}:\d{2}:\d{2} [AP]M)(?: \((?:Read|Edited|Delivered)[^)]*\))?( .+)?$`)

// isIMessage reports whether the first line with something on it is such a header.
func isIMessage(text string) bool {
	first, _, _ := strings.Cut(strings.TrimLeft(text, "\n"), "\n")
	return imessageHeader.MatchString(strings.TrimRight(first, "\r "))
}

// readIMessage reads the text of one chat. Replies stand twice in it: indented under what
// they answer, which is left away, and in their place.
func (r *reader) readIMessage(text string) (*Chat, error) {
	r.chat.Format = IMessage
	if r.explicit {
		r.warn("the date order is not used: imessage-exporter writes dates in one way")
	}
	var open *paragraph
	n, indented := 0, false
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\n")
		m := imessageHeader.FindStringSubmatch(line)
		switch {
		case m != nil:
			if err := r.addIMessage(open); err != nil {
				return nil, err
			}
			open, indented = nil, false
			if m[2] != "" {
				r.chat.SystemLines = append(r.chat.SystemLines, n)
			} else {
				open = &paragraph{line: n, date: m[1]}
			}
		case open == nil:
			if strings.TrimSpace(line) != "" {
				r.leaveOut(n, "stands between the messages")
			}
		case imessageHeader.MatchString(strings.TrimLeft(line, " ")):
			indented = true
		case indented && strings.HasPrefix(line, "    "):
		case open.from == "" && len(open.body) == 0:
			open.from = spelling.Name(line)
			open.body = []string{}
			if open.from == "" {
				open.from = "(no name)"
			}
		default:
			indented = false
			open.body = append(open.body, line)
		}
	}
	if err := r.addIMessage(open); err != nil {
		return nil, err
	}
	r.warn("imessage-exporter writes times without a zone; they are read as UTC")
	r.warnOfClock()
	return r.done()
}

func (r *reader) addIMessage(p *paragraph) error {
	if p == nil {
		return nil
	}
	sent, err := time.Parse("Jan 02, 2006 3:04:05 PM", strings.Join(strings.Fields(p.date), " "))
	if err != nil || p.from == "" || utf8.RuneCountInString(p.from) > MaxName {
		r.leaveOut(p.line, "no date, or no sender of at most 100 characters below it")
		return nil
	}
	m := Message{From: p.from, Line: p.line}
	var lines []string
	for _, line := range p.body {
		if line == "Tapbacks:" || line == "Reactions:" {
			break
		}
		if line == "This message responded to an earlier message." {
			continue
		}
		if isIMessageFile(line) {
			m.Attachment = true
			if m.File == "" && !strings.HasPrefix(line, "/") && !strings.HasPrefix(line, "~") {
				m.File = relative(line)
			}
		}
		lines = append(lines, line)
	}
	m.Text = strings.Trim(strings.Join(lines, "\n"), "\n")
	return r.addPlain(m, sent)
}

// isIMessageFile reports whether a line is the path of a file, as it stands in the
// message's place.
func isIMessageFile(line string) bool {
	return line == "Attachment missing!" ||
		phrases.EndsLikeFile(line[strings.LastIndex(line, "/")+1:]) &&
			(strings.Contains(line, "/Library/Messages/Attachments/") ||
				strings.HasPrefix(line, "attachments/"))
}
