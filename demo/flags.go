package demo

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"doormat/world"
)

// Flags are the options that differ from [Defaults], as flags for a POSIX shell, ""
// if none do. Whoever pastes them after a verb gets these options again.
func (o Options) Flags() string {
	d := Defaults()
	var flags []string
	add := func(name, value, usual string) {
		if value == usual {
			return
		}
		sep := " "
		if strings.HasPrefix(value, "-") {
			sep = "=" // else it would be read as a flag
		}
		flags = append(flags, "--"+name+sep+Quote(value))
	}
	add("conversation", o.Conversation, d.Conversation)
	add("story", o.Story, d.Story)
	add("date-order", o.DateOrder, d.DateOrder)
	add("last", fmt.Sprint(o.Last), fmt.Sprint(d.Last))
	for _, p := range world.Parameters() {
		add(p.Name, o.Value(p), p.Usual)
	}
	for _, p := range OwnParameters(Designs()) {
		if text, given := o.Given[p.Name]; given {
			add("set", p.Name+"="+text, "")
		}
	}
	add("seed", fmt.Sprint(o.Seed), fmt.Sprint(d.Seed))
	add("draw", o.Draw, "")
	add("designs", strings.Join(o.Designs, ","), "")
	add("attacks", strings.Join(o.Attacks, ","), "")
	return strings.Join(flags, " ")
}

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
