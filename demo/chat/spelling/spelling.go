// Package spelling compares texts that programs wrote in different ways. The same name comes
// with marks of direction or without them, with spaces of any width, and with é as one character
// or as two: what looks alike must be one person, and one file, and what acts on a terminal must
// not pass for a letter.
//
// TestZipNames in package chat finds files whose names were spelled in other ways.
package spelling

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

//go:embed decompositions.txt
var decompositionTable string

// decompositions are the canonical decompositions of characters, such as é into e and
// U+0301.
var decompositions = sync.OnceValue(func() map[rune]string {
	all := map[rune]string{}
	for line := range strings.Lines(decompositionTable) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var text []rune
		for _, f := range strings.Fields(line) {
			r, _ := strconv.ParseUint(f, 16, 32)
			text = append(text, rune(r))
		}
		all[text[0]] = string(text[1:])
	}
	return all
})

// Clean drops marks, characters without width and control characters, which would let two
// names look alike or speak to a terminal, and makes every space an ordinary one.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case IsMark(r), hasNoWidth(r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, text)
}

// IsMark reports whether r is an invisible mark of text direction, or U+FEFF.
func IsMark(r rune) bool {
	return r == '\u200e' || r == '\u200f' || r == '\u061c' || r == '\ufeff' ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// hasNoWidth reports whether r shows nothing and joins nothing: a soft hyphen, a space or joiner
// of no width. Those that make one sign of several, as in flags and in Persian, are none of these.
func hasNoWidth(r rune) bool {
	return r == '\u00ad' || r == '\u034f' || r == '\u180e' || r == '\u200b' ||
		r >= '\u2060' && r <= '\u2064'
}

// blanks are characters that Unicode counts as letters or signs, and fonts show as nothing.
const blanks = "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"

// Name is somebody's name, clean. Where nothing in it is to be seen, as in one that is a filler
// of Hangul, its characters are named, such as "(U+3164)": two such people are still two. It is
// "" if there are only marks, spaces and control characters.
func Name(text string) string {
	name := strings.TrimSpace(Clean(text))
	if strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsSpace(r) && !unicode.In(r, unicode.M, unicode.Cf) &&
			!strings.ContainsRune(blanks, r)
	}) {
		return name
	}
	var points []string
	for _, r := range text {
		if !IsMark(r) && !unicode.IsSpace(r) && !unicode.IsControl(r) {
			points = append(points, fmt.Sprintf("%U", r))
		}
	}
	if len(points) == 0 {
		return ""
	}
	return "(" + strings.Join(points, " ") + ")"
}

// Fold returns a form of a file's name that is the same however a program wrote it:
// macOS takes é apart (Unicode's form NFD), others leave it whole (NFC). Unlike NFD,
// it sorts all marks that follow a letter, so that a few names that differ to Unicode
// do not here, and it drops marks of direction, which WhatsApp puts around names, and those
// that choose between a coloured and a plain picture (U+FE0F and U+FE0E).
func Fold(name string) string {
	if strings.IndexFunc(name, func(r rune) bool { return r >= 0x80 }) < 0 {
		return name
	}
	var all, marks []rune
	flush := func() {
		slices.Sort(marks)
		all, marks = append(all, marks...), marks[:0]
	}
	for _, r := range decompose(Clean(name)) {
		if r == '\ufe0e' || r == '\ufe0f' {
			continue
		}
		if unicode.Is(unicode.Mn, r) {
			marks = append(marks, r)
			continue
		}
		flush()
		all = append(all, r)
	}
	flush()
	return string(all)
}

// decompose takes characters apart. Hangul syllables follow a rule (Unicode, 3.12).
func decompose(text string) string {
	const first, last, vowels, finals = 0xAC00, 0xD7A3, 21, 28
	var b strings.Builder
	for _, r := range text {
		if r >= first && r <= last {
			s := r - first
			b.WriteRune(0x1100 + s/(vowels*finals))
			b.WriteRune(0x1161 + s%(vowels*finals)/finals)
			if s%finals > 0 {
				b.WriteRune(0x11A7 + s%finals)
			}
		} else if parts, ok := decompositions()[r]; ok {
			b.WriteString(parts)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
