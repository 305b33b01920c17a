package chat

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

// fold returns a form of a file's name that is the same however a program wrote it:
// macOS takes é apart (Unicode's form NFD), others leave it whole (NFC). Unlike NFD,
// it sorts all marks that follow a letter, so that a few names that differ to Unicode
// do not here, and it drops marks of direction, which WhatsApp puts around names.
func fold(name string) string {
	if strings.IndexFunc(name, func(r rune) bool { return r >= 0x80 }) < 0 {
		return name
	}
	var all, marks []rune
	flush := func() {
		slices.Sort(marks)
		all, marks = append(all, marks...), marks[:0]
	}
	for _, r := range decompose(clean(name)) {
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

// The characters of the bytes 0x80 to 0xFF in the code pages of DOS that Windows still
// uses for names in archives: of the United States and of Western Europe.
const (
	codePage437 = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0"
	codePage850 = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0"
)

// decode reads bytes in a code page.
func decode(name, page string) string {
	upper := []rune(page)
	out := make([]rune, 0, len(name))
	for i := range len(name) {
		if name[i] < 0x80 {
			out = append(out, rune(name[i]))
		} else {
			out = append(out, upper[name[i]-0x80])
		}
	}
	return string(out)
}
