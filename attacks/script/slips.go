package script

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.starlark.net/syntax"

	"doormat/attacks/language"
	"doormat/world"
)

// A slip is a mistake of whoever writes, in any language: a colon that is missing, a line that
// begins in the wrong column, a name that is written without what it belongs to. The parser tells
// of it in the words of its grammar, and often on the line below.
type slip struct {
	says string // a pattern in what it says
	hint string // {above} is the number of the last line with code above, {line} that of the error
}

var slips = []slip{
	{`got newline, want ':'`, "line {above} ends without ':'"},
	{`want indent$`, "below line {above}, which ends with ':', comes a line that is indented further, by four " +
		"spaces; pass does nothing"},
	{`got indent, want|unindent does not match|got outdent, want`, "line {line} begins in another column than the " +
		"one above: the lines of a block are indented alike, with spaces only"},
	{`got '=', want ':'`, "= gives a name its value: write == to compare"},
	{`unexpected newline in string`, "line {line} lacks the quotation mark that ends the string"},
	{`unexpected input character '[“”„‘’«»]'`, `write straight quotation marks: "`},
	{`got (identifier|def|for|if|return|newline|end of file), want '[,)\]}]'`,
		"is a bracket still open on line {above}?"},
}

// slipOf says what slip an error of the parser or of the resolver is, "" if none is known.
func slipOf(err error, at syntax.Position, lines []string) string {
	for _, s := range slips {
		if !regexp.MustCompile(s.says).MatchString(err.Error()) {
			continue
		}
		above := min(int(at.Line)-1, len(lines))
		for above > 1 && strings.TrimSpace(code(lines[above-1])) == "" {
			above--
		}
		return strings.NewReplacer("{above}", fmt.Sprint(above), "{line}", fmt.Sprint(at.Line)).Replace(s.hint)
	}
	return ownerOf(err)
}

var unknownName = regexp.MustCompile(`undefined: (\w+)`)

// ownerOf says to what a name belongs that was written alone.
func ownerOf(err error) string {
	found := unknownName.FindStringSubmatch(err.Error())
	if found == nil {
		return ""
	}
	name := found[1]
	switch {
	case slices.Contains(language.Adversary.Names(), name):
		return fmt.Sprintf("did you mean adv.%s?", name)
	case slices.Contains(language.Packet.Names(), name):
		return fmt.Sprintf("a packet has it: p.%s, inside for p in adv.packets(adv.end)", name)
	case slices.ContainsFunc(world.SharedPrincipals(), func(p world.Principal) bool { return p.Name == name }):
		return `capabilities are texts: write them in quotation marks, as "provider.store"`
	}
	return ""
}
