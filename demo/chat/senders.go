package chat

import (
	"cmp"
	"fmt"
	"strings"
)

// senders turns telegrams into messages.
type senders struct {
	*reader
	names  map[string]string // by from_id
	zone   []int             // lines whose time has no zone
	noName []int             // lines whose sender has no name
	twins  []string          // names that were made different
}

// add turns m into a message, a count or a LeftOut.
func (s *senders) add(m *telegram, line int) error {
	switch {
	case m == nil:
		s.leaveOut(line, "not in the form of a message")
		return nil
	case m.Type == "service":
		s.chat.SystemLines = append(s.chat.SystemLines, line)
		return nil
	case m.Type == "unsupported":
		s.leaveOut(line, "Telegram could not export it")
		return nil
	case m.Type != "message":
		s.leaveOut(line, fmt.Sprintf("of the type %q, which is not known", clip(m.Type)))
		return nil
	}
	text, attachment, why := m.content()
	sent, zoned, ok := m.time()
	if !ok {
		why = "no date that can be read"
	}
	if why != "" {
		s.leaveOut(line, why)
		return nil
	}
	if !zoned {
		s.zone = append(s.zone, line)
	}
	from := s.sender(m, line)
	if err := s.noteAuthor(from, line); err != nil {
		return err
	}
	s.chat.Messages = append(s.chat.Messages,
		Message{From: from, Sent: s.clamp(line, sent), Text: text, Attachment: attachment,
			File: m.file(), Line: line})
	return nil
}

// sender returns the account's name. Two accounts of one name are told apart by
// their ids, and an account without a name goes by its id.
func (s *senders) sender(m *telegram, line int) string {
	id := clip(strings.Trim(string(m.FromID), `"`))
	name := ""
	if m.From != nil {
		name = clip(*m.From)
	}
	if id == "null" {
		id = ""
	}
	return s.named(name, id, line)
}

// named returns the account's name, given what the export says.
func (s *senders) named(name, id string, line int) string {
	if name == "" {
		s.noName = append(s.noName, line)
		name = cmp.Or(id, "(no name)")
	}
	if id == "" {
		return name
	}
	if known, ok := s.names[id]; ok {
		return known
	}
	if s.taken(name) {
		for name += " (" + id + ")"; s.taken(name); {
			name += "'"
		}
		s.twins = append(s.twins, name)
	}
	s.names[id] = name
	return name
}

func (s *senders) taken(name string) bool { return s.people[name] }

func (s *senders) warnOfGuesses() {
	if len(s.zone) > 0 {
		s.warn("no date_unixtime, so the time of the exporting computer is read as UTC: " +
			listLines(s.zone))
	}
	if len(s.noName) > 0 {
		s.warn("the sender has no name and goes by an id: " + listLines(s.noName))
	}
	if len(s.twins) > 0 {
		s.warn(fmt.Sprintf("accounts that share a name with another are called %q",
			s.twins[:min(5, len(s.twins))]))
	}
}
