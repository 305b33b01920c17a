package demo

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"doormat/world"
)

// Flags are the options that differ from [Defaults], as flags for a POSIX shell, ""
// if none do. Whoever pastes them after a verb gets these options again.
func (o Options) Flags() string {
	d := Defaults()
	var list flagList
	list.add("conversation", o.Conversation, d.Conversation)
	list.add("story", o.Story, d.Story)
	list.add("date-order", o.DateOrder, d.DateOrder)
	list.add("last", fmt.Sprint(o.Last), fmt.Sprint(d.Last))
	for _, p := range world.Parameters() {
		list.add(p.Name, o.Value(p), p.Usual)
	}
	for _, p := range ownOfAll() {
		if text, given := o.Given[p.Name]; given {
			list.add("set", p.Name+"="+text, "")
		}
	}
	list.add("seed", fmt.Sprint(o.Seed), fmt.Sprint(d.Seed))
	list.add("draw", o.Draw, "")
	list.add("designs", strings.Join(o.Designs, ","), "")
	list.add("attacks", strings.Join(o.Attacks, ","), "")
	return list.String()
}

// AllFlags are the settings of a run as flags, also where they are what is usual: another
// version of the program may find something else usual.
func (o Options) AllFlags(s world.Settings) string {
	var list flagList
	if o.Conversation == "" {
		list.add("story", cmp.Or(o.Story, StoryIDs()[0]), "")
	}
	for _, p := range world.Parameters() {
		list.add(p.Name, p.Text(s), "")
	}
	own := s.Own.All()
	for _, name := range slices.Sorted(maps.Keys(own)) {
		list.add("set", name+"="+own[name], "")
	}
	list.add("seed", fmt.Sprint(o.Seed), "")
	return list.String()
}

// A flagList is flags with their values.
type flagList []string

// add leaves out what is usual.
func (l *flagList) add(name, value, usual string) {
	if value == usual {
		return
	}
	sep := " "
	if strings.HasPrefix(value, "-") {
		sep = "=" // else it would be read as a flag
	}
	*l = append(*l, "--"+name+sep+Quote(value))
}

func (l flagList) String() string { return strings.Join(l, " ") }

// Quote writes text as one word for a POSIX shell. Names come from other people's
// files: what cannot be seen is spelled out for printf. Line ends at the very end,
// which no name has, would be lost there.
func Quote(text string) string {
	special := func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) &&
			!strings.ContainsRune("-_.,:/@+", r)
	}
	unseen := func(r rune) bool { return !unicode.IsPrint(r) }
	switch {
	case text != "" && strings.IndexFunc(text, special) < 0:
		return text
	case utf8.ValidString(text) && strings.IndexFunc(text, unseen) < 0:
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	var b strings.Builder
	for i, w := 0, 0; i < len(text); i += w {
		var r rune
		r, w = utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && w == 1 || unseen(r) || strings.ContainsRune("\\'%!", r) ||
			i == 0 && r == '-' {
			for _, c := range []byte(text[i : i+w]) {
				fmt.Fprintf(&b, `\%03o`, c)
			}
			continue
		}
		b.WriteRune(r)
	}
	return `"$(printf '` + b.String() + `')"`
}

// printed begins a word whose bytes are spelled out, which printedEnd ends.
const printed, printedEnd = `"$(printf '`, `')"`

// Words takes a line of words apart that [Quote] wrote, with spaces between them. It is no
// shell: whatever else a shell would understand is an error, and nothing is run.
func Words(line string) (words []string, err error) {
	for line = strings.TrimLeft(line, " "); line != ""; line = strings.TrimLeft(line, " ") {
		var word strings.Builder
		for line != "" && line[0] != ' ' {
			var part string
			if part, line, err = piece(line); err != nil {
				return nil, err
			}
			word.WriteString(part)
		}
		words = append(words, word.String())
	}
	return words, nil
}

// piece reads the first part of a word: between quotes, spelled out, or bare.
func piece(line string) (part, rest string, err error) {
	if rest, spelled := strings.CutPrefix(line, printed); spelled {
		part, rest, closed := strings.Cut(rest, printedEnd)
		if !closed {
			return "", "", fmt.Errorf("%s… has no end", printed)
		}
		part, err := spell(part)
		return part, rest, err
	}
	switch line[0] {
	case '\'':
		part, rest, closed := strings.Cut(line[1:], "'")
		if !closed {
			return "", "", errors.New("a quotation mark has no end")
		}
		return part, rest, nil
	case '\\':
		if strings.HasPrefix(line, `\'`) {
			return "'", line[2:], nil
		}
	}
	end := strings.IndexFunc(line, func(r rune) bool { return strings.ContainsRune(" '\\\"", r) })
	if end < 0 {
		end = len(line)
	}
	// A flag and its value have a sign between them that within a value is quoted.
	if bare := strings.ReplaceAll(line[:end], "=", ""); Quote(bare) != bare {
		return "", "", fmt.Errorf("%s is not written as a flag or a value is", strconv.Quote(line))
	}
	return line[:end], line[end:], nil
}

// spell reads the octal numbers of printf.
func spell(text string) (string, error) {
	var b strings.Builder
	for text != "" {
		if text[0] != '\\' {
			b.WriteByte(text[0])
			text = text[1:]
			continue
		}
		if len(text) < 4 {
			return "", fmt.Errorf("%s: want three digits after a backslash", strconv.Quote(text))
		}
		n, err := strconv.ParseUint(text[1:4], 8, 8)
		if err != nil {
			return "", fmt.Errorf("%s: want three octal digits after a backslash", strconv.Quote(text[:4]))
		}
		b.WriteByte(byte(n))
		text = text[4:]
	}
	return b.String(), nil
}
