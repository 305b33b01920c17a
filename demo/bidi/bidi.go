// Package bidi keeps names in right-to-left scripts from carrying off what stands
// beside them. In "phone of עומר: 148 bytes" the number has no direction of its own, and
// by the rules of Unicode (UAX #9, W2 and I1) it goes to the left of the name, as if it
// were a part of it. So each stretch of such a script is isolated: by <bdi> in HTML, and
// by the characters FSI and PDI in text, where they take up no room.
//
// Renderers need not know: their whole output goes through this package. Without a
// character from right to left it comes out as it was, byte for byte.
//
// TestText and TestHTML show what is isolated; FuzzHTML feeds in anything.
package bidi

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// FSI begins a stretch whose direction is that of its first letter, PDI ends it.
const (
	FSI = "\u2068"
	PDI = "\u2069"
)

// scripts are those written from right to left, as far as phones have letters for them.
var scripts = []*unicode.RangeTable{
	unicode.Hebrew, unicode.Arabic, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Samaritan,
	unicode.Mandaic, unicode.Adlam,
}

// turned reports whether r is a letter from right to left.
func turned(r rune) bool {
	return r >= 0x590 && (unicode.IsLetter(r) || unicode.IsMark(r)) && unicode.In(r, scripts...)
}

// has reports whether text has such a letter at all.
func has(text string) bool { return strings.IndexFunc(text, turned) >= 0 }

// Text isolates names in plain text, line by line. It leaves lines alone that show a
// command with flags, which somebody may copy.
func Text(text string) string {
	if !has(text) {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, " --") {
			b.WriteString(line)
		} else {
			isolate(&b, line, FSI, PDI, func(s string) string { return s })
		}
	}
	return b.String()
}

// Markdown isolates names in Markdown, but not in code.
func Markdown(text string) string {
	if !has(text) {
		return text
	}
	var b strings.Builder
	fence := ""
	for line := range strings.Lines(text) {
		begin := strings.TrimLeft(line, " ")
		ticks := begin[:len(begin)-len(strings.TrimLeft(begin, "`"))]
		switch {
		case fence != "":
			if strings.HasPrefix(begin, fence) {
				fence = ""
			}
			b.WriteString(line)
		case len(ticks) >= 3:
			fence = ticks
			b.WriteString(line)
		default:
			for i, part := range strings.Split(line, "`") {
				if i > 0 {
					b.WriteByte('`')
				}
				if i%2 == 1 {
					b.WriteString(part)
				} else {
					isolate(&b, part, FSI, PDI, func(s string) string { return s })
				}
			}
		}
	}
	return b.String()
}

// isolate writes text with marks around each stretch of it, and every part as escape
// has it.
func isolate(b *strings.Builder, text, begin, end string, escape func(string) string) {
	for {
		at, to := rightToLeftRun(text)
		if at < 0 {
			b.WriteString(escape(text))
			return
		}
		b.WriteString(escape(text[:at]))
		b.WriteString(begin + escape(text[at:to]) + end)
		text = text[to:]
	}
}

// rightToLeftRun finds the first name: from a letter of these scripts to the last before a
// letter from left to right or a separator, with the brackets that belong to it. at is
// -1 if there is none.
func rightToLeftRun(text string) (at, to int) {
	if at = strings.IndexFunc(text, turned); at < 0 {
		return -1, -1
	}
	if isolated(text[:at]) { // somebody has done it
		end := strings.Index(text[at:], PDI)
		if end < 0 {
			return -1, -1
		}
		begin, till := rightToLeftRun(text[at+end+len(PDI):])
		if begin < 0 {
			return -1, -1
		}
		return at + end + len(PDI) + begin, at + end + len(PDI) + till
	}
	to = at
	for i, r := range text[at:] {
		if turned(r) {
			to = at + i + utf8.RuneLen(r)
		} else if separates(text[at+i:], r) {
			break
		}
	}
	return brackets(text, at, to)
}

// isolated reports whether text ends inside a stretch that is isolated already.
func isolated(text string) bool {
	return strings.LastIndex(text, FSI) > strings.LastIndex(text, PDI)
}

// separates reports whether r, at the beginning of rest, ends a name.
func separates(rest string, r rune) bool {
	return unicode.IsLetter(r) || unicode.IsControl(r) || strings.HasPrefix(rest, "  ") ||
		strings.ContainsRune(",:;|→←↔·–—“”<>=", r)
}

// brackets takes in a bracket that is opened within the stretch and closed soon after
// it, or closed within and opened right before.
func brackets(text string, at, to int) (int, int) {
	for _, pair := range []string{"()", "[]", "{}"} {
		inside := text[at:to]
		open := strings.Count(inside, pair[:1]) - strings.Count(inside, pair[1:])
		if open == 1 {
			for i, r := range text[to:] {
				if string(r) == pair[1:] {
					to += i + 1
					break
				}
				if separates(text[to+i:], r) {
					break
				}
			}
		}
		if open == -1 && strings.HasSuffix(text[:at], pair[:1]) {
			at--
		}
	}
	return at, to
}
