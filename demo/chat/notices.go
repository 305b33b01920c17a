package chat

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"doormat/demo/chat/phrases"
	"doormat/demo/chat/spelling"
)

// A notice says how much a message of an iPhone looks like one of the app's own, which
// begin with U+200E and stand under the name of the group, or of the partner:
//
//	[26/03/2017, 19:01:28] Mill Lane: ‎You created this group
type notice int

const (
	spoken   notice = iota // somebody wrote or sent it
	marked                 // begins with U+200E
	ownNamed               // and names its author: "Sam: ‎Sam left"
)

// noticeOf looks at one message. A file, a poll, a place, a link and a deleted message
// begin with U+200E as well, and somebody sent them.
func noticeOf(e *entry, m *Message) notice {
	first, more, _ := strings.Cut(e.text, "\n")
	switch {
	case e.opens && phrases.Encrypted(first):
		return marked // also where an editor took its mark away
	case !strings.HasPrefix(e.text, "\u200e") || m.Attachment || e.marked:
		return spoken
	case strings.Contains(more, "\u200e") || strings.Contains(first, "://"):
		return spoken
	case phrases.Deleted(first):
		return spoken
	case mentions(first, m.From):
		return ownNamed
	}
	return marked
}

// mentions reports whether text names somebody, as a word of its own.
func mentions(text, name string) bool {
	name = strings.TrimSpace(strings.TrimPrefix(name, "~"))
	if len([]rune(name)) < 2 {
		return false
	}
	text = spelling.Clean(text)
	for i := 0; ; {
		at := strings.Index(text[i:], name)
		if at < 0 {
			return false
		}
		i += at
		before := strings.TrimRightFunc(text[:i], unicode.IsLetter)
		after := strings.TrimLeftFunc(text[i+len(name):], unicode.IsLetter)
		if len(before) == i && len(after) == len(text)-i-len(name) {
			return true
		}
		i += len(name)
	}
}

// dropNotices takes an iPhone's notices out of the messages:
//
//   - The first line of the file, if it says that the chat is encrypted, is as long as that,
//     or names somebody; and those beside it of the same time. In a chat of two it stands
//     under the partner's name, in a group under the group's.
//   - Those that name their author.
//   - All of the group's name: that which the first line has, or, if the file begins later,
//     one whose notices name the others. It is never somebody who has written something.
//
// Whoever is left although each of his messages begins like a notice is told.
func (r *reader) dropNotices() {
	if r.chat.Format != IOS {
		return
	}
	subject, group := r.subject()
	opening := subject != ""
	spoke := r.spoke()
	if subject == "" && len(r.chat.Accounts) < 2 || opening && len(r.chat.Accounts) == 1 &&
		!spoke[subject] {
		return // nobody else is there
	}
	drop := make([]bool, len(r.chat.Messages))
	for i, m := range r.chat.Messages {
		atOnce := opening && m.From == subject && m.Sent.Equal(r.chat.Messages[0].Sent)
		n := r.notices[i]
		drop[i] = n == ownNamed || n == marked && (m.From == group || atOnce)
		opening = opening && m.From == subject && drop[i]
	}
	if group != "" {
		r.chat.Name = group
	}
	r.takeOut(drop)
	r.warnOfMarked(spoke)
}

// spoke says who wrote something that is no notice.
func (r *reader) spoke() map[string]bool {
	spoke := map[string]bool{}
	for i, m := range r.chat.Messages {
		spoke[m.From] = spoke[m.From] || r.notices[i] == spoken
	}
	return spoke
}

// subject returns the name under which the first notice stands, and the group's name.
func (r *reader) subject() (subject, group string) {
	spoke, c := r.spoke(), r.chat
	if len(c.Messages) > 0 && r.notices[0] != spoken && r.opens(c.Messages[0]) {
		subject = c.Messages[0].From
	}
	others := len(c.Accounts) - 1
	switch {
	case subject != "" && !spoke[subject] && (others > 1 || !r.answers(subject)):
		return subject, subject
	case subject != "" && !spoke[subject]:
		return subject, "" // a partner whose messages are unlike any that are known
	case subject != "" || others < 2:
		return subject, ""
	}
	for _, name := range c.Accounts {
		if !spoke[name] && r.tellsOfOthers(name) {
			return "", name
		}
	}
	return "", ""
}

// opens reports whether the first message is a notice and no short text of somebody
// who likes to begin with U+200E.
func (r *reader) opens(m Message) bool {
	const short = 40
	first, _, _ := strings.Cut(m.Text, "\n")
	return phrases.Encrypted(first) || utf8.RuneCountInString(first) >= short ||
		mentions(first, m.From) || r.namesOther(m)
}

// answers reports whether a notice under that name comes after somebody else has
// written, and names nobody: then two people are in this chat, and one of them sent it.
func (r *reader) answers(name string) bool {
	begun := false
	for i, m := range r.chat.Messages {
		begun = begun || m.From != name
		if begun && m.From == name && r.notices[i] == marked && !r.namesOther(m) {
			return true
		}
	}
	return false
}

// tellsOfOthers reports whether most messages of that name speak of other accounts.
func (r *reader) tellsOfOthers(name string) bool {
	all, telling := 0, 0
	for i, m := range r.chat.Messages {
		if m.From == name {
			all++
			if r.notices[i] == ownNamed || r.namesOther(m) {
				telling++
			}
		}
	}
	return telling*2 > all
}

// namesOther looks at the beginning of a text only: notices are short.
func (r *reader) namesOther(m Message) bool {
	const most = 400
	first, _, _ := strings.Cut(m.Text[:min(len(m.Text), most)], "\n")
	return slices.ContainsFunc(r.chat.Accounts,
		func(a string) bool { return a != m.From && mentions(first, a) })
}

// takeOut counts messages as lines of the app, and forgets who wrote nothing else.
func (r *reader) takeOut(drop []bool) {
	c := r.chat
	kept, gone, left := c.Messages[:0], map[string][]int{}, map[string]bool{}
	notices := r.notices[:0]
	for i, m := range c.Messages {
		if drop[i] {
			c.SystemLines = append(c.SystemLines, m.Line)
			gone[m.From] = append(gone[m.From], m.Line)
			continue
		}
		kept, notices = append(kept, m), append(notices, r.notices[i])
		left[m.From] = true
	}
	c.Messages, r.notices = kept, notices
	slices.Sort(c.SystemLines)
	authors := c.Accounts
	c.Accounts = []string{}
	for _, m := range c.Messages {
		if left[m.From] {
			c.Accounts, left[m.From] = append(c.Accounts, m.From), false
		}
	}
	for _, name := range authors {
		if !slices.Contains(c.Accounts, name) {
			r.warn(fmt.Sprintf("%q writes nothing but notices of the app (%s): counted as "+
				"system, not as an account",
				name, listLines(gone[name])))
		}
	}
}

// warnOfMarked tells of people whose messages all begin like notices.
func (r *reader) warnOfMarked(spoke map[string]bool) {
	lines := map[string][]int{}
	for i, m := range r.chat.Messages {
		if r.notices[i] != spoken && !spoke[m.From] {
			lines[m.From] = append(lines[m.From], m.Line)
		}
	}
	for _, name := range r.chat.Accounts {
		if l := lines[name]; l != nil {
			r.warn(fmt.Sprintf("%q writes nothing but what begins like a notice of the app (%s): "+
				"counted as messages all the same", name, listLines(l)))
		}
	}
}
