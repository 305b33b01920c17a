// Package phrases knows what WhatsApp writes by itself into an export, in the languages of phones:
// in the place of a photo, recording or file that was left out, or beside the name of one that
// was not; that a chat is encrypted, or a message deleted. The words were collected from exports
// that people posted; they differ by language, phone and year. Where one is missing, the shape of
// the line often shows it, so that a language that is not here does not turn photos into texts.
//
// TestAttachments and TestNotices in package chat read such lines.
package phrases

import (
	"strings"

	"doormat/demo/chat/spelling"
)

// File reports whether a line stands for a file, by words and shapes, and which file it names,
// "" if none. On an iPhone the words may follow a caption or a document's name, with a mark
// between them.
func File(line string) (name string, is bool) {
	last := line
	if i := strings.LastIndexFunc(strings.TrimRightFunc(line, spelling.IsMark),
		spelling.IsMark); i >= 0 {
		last = line[i:]
	}
	whole := strings.TrimSpace(spelling.Clean(line))
	for _, text := range []string{strings.TrimSpace(spelling.Clean(last)), whole} {
		if omitted[strings.ToLower(text)] {
			return "", true
		}
		for _, end := range attachedAfter {
			if i := len(text) - len(end) - 1; i > 0 && strings.EqualFold(text[i:], " "+end) {
				return strings.TrimSpace(text[:i]), true
			}
		}
	}
	if name, remark, found := strings.Cut(whole, " ("); waName.MatchString(name) && (!found ||
		strings.HasSuffix(remark, ")")) {
		return name, true
	}
	return tagged(line, whole)
}

// tagged finds "<attached: name>": as the whole line, or behind a mark.
func tagged(line, whole string) (name string, is bool) {
	if m := taggedFile.FindStringSubmatch(whole); m != nil && m[0] == whole && isTag(m) {
		return strings.TrimSpace(m[2]), true
	}
	word, _, found := strings.Cut(strings.TrimPrefix(whole, "<"), ":")
	if found && attachedBefore[strings.ToLower(strings.TrimSpace(word))] && strings.HasPrefix(whole,
		"<") && strings.HasSuffix(whole, ">") {
		return "", true
	}
	at := strings.IndexFunc(line, spelling.IsMark)
	if at < 0 {
		return "", false
	}
	for _, m := range taggedFile.FindAllStringSubmatch(spelling.Clean(line[at:]), -1) {
		if isTag(m) {
			return strings.TrimSpace(m[2]), true
		}
	}
	return "", false
}

// isTag reports whether a match of taggedFile is of a known word, or names something
// that ends like a file's name.
func isTag(m []string) bool {
	return attachedBefore[strings.ToLower(strings.TrimSpace(m[1]))] ||
		fileEnd.MatchString(strings.TrimSpace(m[2]))
}

// Placeholder reports whether a whole text has the shape of "<Media omitted>", in any language.
func Placeholder(text string) bool { return allTagged.MatchString(text) }

// CutEdit takes the mark of an edit off the end of a line.
func CutEdit(line string) string { return lastTag.ReplaceAllString(line, "$1") }

// EndsLikeFile reports whether a text ends as the name of a file does.
func EndsLikeFile(text string) bool { return fileEnd.MatchString(text) }

// Encrypted reports whether a line says that the chat is encrypted, as the first of a chat does.
func Encrypted(line string) bool { return encrypted.MatchString(line) }

// Deleted reports whether a line stands for a deleted message.
func Deleted(line string) bool {
	return deleted[strings.ToLower(strings.Trim(spelling.Clean(line), " ."))]
}
