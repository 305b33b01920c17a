package chat

import (
	"strings"

	"doormat/demo/chat/phrases"
	"doormat/demo/chat/spelling"
)

// attachment looks at the first line of a text: does it stand for a file, and which
// does it name? It does if a language's words say so, if it is of a shape that only
// the app writes, if U+200E stands before the line (iPhones), or if it begins with the
// name of a file in the archive.
func (r *reader) attachment(e *entry) (name string, is bool) {
	line, more, _ := strings.Cut(e.text, "\n")
	line = phrases.CutEdit(line)
	if name, is = phrases.File(line); is {
		return name, true
	}
	whole := strings.TrimSpace(spelling.Clean(line))
	if name, is = r.inArchive(whole); is {
		return name, true
	}
	if r.layout == dash {
		return "", whole == "null" && more == "" ||
			phrases.Placeholder(whole) && strings.TrimSpace(more) == ""
	}
	told := noticeOf(&entry{text: e.text}, &Message{From: e.name}) == ownNamed
	return "", e.marked && strings.HasPrefix(e.text, "\u200e") && !told
}

// inArchive reports whether a line is the name of a file in the archive, or begins with
// one that a remark in parentheses follows.
func (r *reader) inArchive(line string) (name string, is bool) {
	const longest = 300
	if len(line) > longest || strings.Contains(line, "://") {
		return "", false
	}
	for end := len(line); end > 0; end = strings.LastIndex(line[:end], " (") {
		if name = strings.TrimSpace(line[:end]); phrases.EndsLikeFile(name) && r.holds(name) {
			return name, true
		}
	}
	return "", false
}
