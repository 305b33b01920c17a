package chat

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"doormat/demo/chat/spelling"
	"doormat/demo/chat/stamp"
)

// maxStamp is where the search for the end of a header's date and time stops,
// in bytes. The longest ones, full of direction marks and words, stay below 110.
const maxStamp = 120

// A layout is a form of header line. The first header of a file decides which one
// it is in; a line in another is text.
type layout int

const (
	dash    layout = iota + 1 // 26/03/2017, 19:01 - Name: text
	bracket                   // [26/03/2017, 19:01:28] Name: text
	colon                     // 26/03/2017 19:01:28: Name: text
)

// format returns the value of Chat.Format for a layout: iPhones wrote no brackets
// before about 2016.
func (l layout) format() string {
	if l == dash {
		return Android
	}
	return IOS
}

// A header is the beginning of a message, as far as one line shows it.
type header struct {
	layout layout
	when   stamp.Stamp
	rest   string // what follows, a suffix of the line
	marked bool   // U+200E stands before the bracket: an iPhone's line for a file
}

// splitHeader recognises a header line. It is not ok when the date fits none of the
// orders; then shape is not "" if the line is so near to a header that somebody should
// look at it: its digits are 9 there and its letters x.
func splitHeader(line string) (h header, shape string, ok bool) {
	plain := strings.TrimLeftFunc(line, spelling.IsMark)
	if head, found := strings.CutPrefix(plain, "["); found {
		end := strings.IndexByte(head[:min(len(head), maxStamp)], ']')
		if end < 0 {
			return h, "", false
		}
		h = header{layout: bracket, rest: head[end+1:], marked: len(plain) < len(line)}
		h.when, ok = stamp.Parse(head[:end])
		if !ok && stamp.Nearly(head[:end]) {
			shape = "[" + stamp.Shape(head[:end]) + "]"
		}
		return h, shape, ok
	}
	begin := plain[:min(len(plain), maxStamp)]
	if !stamp.Begins(begin) {
		return h, "", false
	}
	if at, end := findDash(begin); at >= 0 {
		h = header{layout: dash, rest: plain[end:]}
		if h.when, ok = stamp.Parse(begin[:at]); ok {
			return h, "", true
		}
		if stamp.Nearly(begin[:at]) {
			return header{}, stamp.Shape(begin[:at]) + " - ", false
		}
	}
	return splitColon(plain, begin)
}

// splitColon recognises the header of an old iPhone, which always has seconds.
func splitColon(plain, begin string) (h header, shape string, ok bool) {
	head, _, found := strings.Cut(begin, ": ")
	if !found {
		return h, "", false
	}
	rest := plain[len(head)+2:]
	s, ok := stamp.Parse(head)
	if ok && s.Seconds() {
		return header{layout: colon, when: s, rest: rest}, "", true
	}
	if !ok && strings.Contains(rest, ": ") && strings.Count(head, ":") >= 2 && stamp.Nearly(head) {
		return header{}, stamp.Shape(head) + ": ", false
	}
	return header{}, "", false
}

// findDash returns where the first " - " begins and ends, -1 if there is none. Marks
// and spaces of other widths may stand around it, and longer dashes for it, as editors
// that correct what one types put them.
func findDash(text string) (at, end int) {
	for i := 0; ; i++ {
		next := strings.IndexAny(text[i:], "-–—")
		if next < 0 {
			return -1, -1
		}
		i += next
		_, long := utf8.DecodeRuneInString(text[i:])
		before := strings.TrimRightFunc(text[:i], spelling.IsMark)
		after := strings.TrimLeftFunc(text[i+long:], spelling.IsMark)
		first, n := utf8.DecodeRuneInString(after)
		last, _ := utf8.DecodeLastRuneInString(before)
		if unicode.IsSpace(last) && unicode.IsSpace(first) {
			return strings.LastIndexFunc(before, unicode.IsSpace), len(text) - len(after) + n
		}
	}
}

// splitName splits "Name: text", where only the first line can hold the name.
// Exports trim the space after an empty text, so "Name:" is a name too. spaced is
// false where no space follows the colon. name is "" for a line of the app.
func splitName(rest string) (name, text string, spaced bool) {
	first, _, _ := strings.Cut(rest, "\n")
	if i := strings.Index(first, ": "); i >= 0 {
		name, text, spaced = first[:i], rest[i+2:], true
	} else if bare, found := strings.CutSuffix(first, ":"); found {
		name, text, spaced = bare, rest[len(first):], true
	} else if i := strings.IndexByte(first, ':'); i >= 0 && !strings.HasPrefix(first[i:], "://") {
		name, text = first[:i], rest[i+1:]
	}
	if utf8.RuneCountInString(name) > MaxName {
		return "", "", false
	}
	return spelling.Name(name), text, spaced
}
