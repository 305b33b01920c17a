package script

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
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
	return cmp.Or(ownerOf(err), itemsOf(err))
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
	known := slices.Sorted(maps.Keys(starlark.Universe))
	for _, f := range language.Functions() {
		known = append(known, f.Name)
	}
	return strings.TrimPrefix(world.DidYouMean(name, known), "; ")
}

var (
	unknownAttribute = regexp.MustCompile(`(list|dict|string|bytes|set) has no \.\w+ field or method$`)
	outOfRange       = regexp.MustCompile(`index (-?\d+) out of range \[-\d+:(\d+)\]$`)
)

// itemsOf says what a value of the language has of what a script asked it for.
func itemsOf(err error) string {
	if found := unknownAttribute.FindStringSubmatch(err.Error()); found != nil {
		of := map[string]starlark.HasAttrs{"list": new(starlark.List), "dict": new(starlark.Dict),
			"string": starlark.String(""), "bytes": starlark.Bytes(""), "set": new(starlark.Set)}
		return fmt.Sprintf("a %s has %s", found[1], strings.Join(of[found[1]].AttrNames(), ", "))
	}
	if found := outOfRange.FindStringSubmatch(err.Error()); found != nil {
		last, _ := strconv.Atoi(found[2])
		return fmt.Sprintf("the items count from 0 to %d; len(x) says how many there are", last)
	}
	return ""
}
