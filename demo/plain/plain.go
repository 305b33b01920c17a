// Package plain makes text fit to be shown. Names and messages come from other people's
// files and scripts: they may hold characters that speak to a terminal or turn the direction
// of writing, and they may be of any length. Every renderer sends them through [Clean] or
// [Short], and package bidi isolates what is left from right to left.
//
// What is shown is measured in columns of a typewriter, since a letter of Japanese is as
// wide as two of English, and an accent takes up no room.
//
// TestClean, TestShort and TestWrap show what becomes of such texts.
package plain

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean makes text from outside safe for a terminal and for one line: control
// characters, marks that turn the direction of writing and bytes that are not
// UTF-8 are shown as Go would write them.
func Clean(text string) string {
	if strings.IndexFunc(text, Hidden) < 0 && utf8.ValidString(text) {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		if r == utf8.RuneError && text[i] != 0xEF {
			fmt.Fprintf(&b, `\x%02x`, text[i])
		} else if Hidden(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Hidden reports whether a character acts instead of being seen.
func Hidden(r rune) bool {
	return unicode.IsControl(r) || r >= '\u2028' && r <= '\u202e' ||
		r >= '\u2066' && r <= '\u2069' ||
		r == '\u200e' || r == '\u200f' || r == '\u061c' || r == '\ufeff'
}

// Lines cleans each line of a text.
func Lines(text string) string {
	list := strings.Split(text, "\n")
	for i, l := range list {
		list[i] = Clean(l)
	}
	return strings.Join(list, "\n")
}

// Short cleans a text and cuts it to so many columns, with a sign that it did.
func Short(text string, columns int) string {
	if len(text) > 8*columns { // before work is spent on it
		text = strings.ToValidUTF8(text[:8*columns], "") + "…"
	}
	text = Clean(text)
	cut, used := 0, 0 // where the sign has room, and how many columns are full
	for i, r := range text {
		if used < columns {
			cut = i
		}
		if used += width(r); used > columns {
			return text[:cut] + "…"
		}
	}
	return text
}

// Wrap breaks text at spaces into lines of at most so many columns, and a word that is longer
// than a line behind a sign in it, as in trustee:1.store, or else anywhere. Of more lines than
// most, if that is not 0, the first are left, with a sign that there are more. "" gives one line.
func Wrap(text string, columns, most int) []string {
	columns = max(columns, 1)
	lines, used := []string{""}, 0 // the columns of the last line
	for _, word := range strings.Fields(text) {
		if most > 0 && len(lines) > most {
			break
		}
		if used > 0 && used+1+Width(word) > columns {
			lines, used = append(lines, ""), 0
		}
		for at := breakAt(word, columns); at < len(word); at = breakAt(word, columns) {
			lines[len(lines)-1], word = word[:at], word[at:]
			lines = append(lines, "")
		}
		if used > 0 {
			word = " " + word
		}
		lines[len(lines)-1] += word
		used = Width(lines[len(lines)-1])
	}
	if most > 0 && len(lines) > most {
		lines = lines[:most]
		last := &lines[most-1]
		if Width(*last)+2 <= columns {
			*last += " …"
		} else {
			*last = Short(*last+"…", columns)
		}
	}
	return lines
}

// breakAt is how much of a word fits on a line: all of it or, of one that is longer, up to the
// last sign in the second half of the line, if there is one.
func breakAt(word string, columns int) int {
	if Width(word) <= columns {
		return len(word)
	}
	at, sign, used := 0, 0, 0
	for at < len(word) {
		r, size := utf8.DecodeRuneInString(word[at:])
		if used += width(r); used > columns && at > 0 {
			break
		}
		at += size
		if strings.ContainsRune(":.-", r) && used > columns/2 && used < columns {
			sign = at
		}
	}
	if sign > 0 {
		return sign
	}
	return at
}

// Width is how many columns a text takes up.
func Width(text string) (columns int) {
	for _, r := range text {
		columns += width(r)
	}
	return columns
}

// width is how many columns a character takes up (Unicode Standard Annex #11, roughly).
func width(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul),
		r >= 0x3000 && r <= 0x303e, r >= 0xfe30 && r <= 0xfe6f, // their punctuation
		r >= 0xff01 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff:
		return 2
	}
	return 1
}

// Prose joins the lines of a text: in Go and Starlark they end where the editor did.
func Prose(text string) string { return strings.Join(strings.Fields(text), " ") }

// Sentence writes a reason with a capital and a full stop.
func Sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" {
		return ""
	}
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + strings.TrimRight(text[size:], ".") + "."
}

// FirstSentence cuts prose after its first full stop.
func FirstSentence(text string) string {
	text = Prose(text)
	if i := strings.Index(text, ". "); i >= 0 {
		return text[:i+1]
	}
	return text
}

// Number writes a number with commas.
func Number(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
