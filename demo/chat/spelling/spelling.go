// Package spelling compares texts that programs wrote in different ways. The same name comes
// with marks of direction or without them, with spaces of any width, and with é as one character
// or as two: what looks alike must be one person, and one file, and what acts on a terminal must
// not pass for a letter.
//
// TestZipNames in package chat finds files whose names were spelled in other ways.
package spelling

import (
	_ "embed"
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

// Clean drops marks and control characters, which would let two names look
// alike or speak to a terminal, and makes every space an ordinary one.
func Clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case IsMark(r):
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

// Fold returns a form of a file's name that is the same however a program wrote it:
// macOS takes é apart (Unicode's form NFD), others leave it whole (NFC). Unlike NFD,
// it sorts all marks that follow a letter, so that a few names that differ to Unicode
// do not here, and it drops marks of direction, which WhatsApp puts around names.
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
