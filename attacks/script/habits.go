package script

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// Starlark reads like Python and lacks much of it. Where a script fails to parse
// or names what does not exist, the parser's own words ("got identifier, want
// newline") help nobody who writes Python, so explain adds what to write instead.

// habit is something that is right in Python and not in Starlark.
type habit struct {
	form *regexp.Regexp // found in the line of the error
	hint string
}

// habits are looked through in order; the first that fits explains the error.
var habits = []habit{
	{regexp.MustCompile(`^\s*(import|from)\b`),
		"Starlark has no import: adv is all that there is, and load(\"helpers/middle.star\", " +
			"\"NAME\") reads a shared file"},
	{regexp.MustCompile(`(^|[^\w"'])[fF][rR]?["']`),
		"Starlark has no f-strings: write \"%s\" % x or \"{}\".format(x)"},
	{regexp.MustCompile(`^\s*(try|except|finally|raise)\b`),
		"Starlark has no exceptions: an error ends the script; adv.attempt gives [] where " +
			"adv.apply would fail, and fail(\"...\") stops"},
	{regexp.MustCompile(`^\s*class\b`),
		"Starlark has no classes: use functions, dictionaries and struct(a = 1)"},
	{regexp.MustCompile(`^\s*with\b`), "Starlark has no with: there are no files to open"},
	{regexp.MustCompile(`^\s*(async|await)\b|\byield\b`),
		"Starlark has no coroutines: return a list"},
	{regexp.MustCompile(`^\s*assert\b`), "Starlark has no assert: write  if not ...: fail(\"...\")"},
	{regexp.MustCompile(`^\s*(global|nonlocal)\b`),
		"Starlark has no global: return values, or change a list or dictionary that a function " +
			"is given"},
	{regexp.MustCompile(`^\s*del\b`), "Starlark has no del: use list.pop or dict.pop"},
	{regexp.MustCompile(`\bis\b`), "Starlark has no is: write == or !="},
	{regexp.MustCompile(`\*\*\s*[\w(]`), "Starlark has no power operator: multiply, or shift " +
		"with 1 << n"},
	{regexp.MustCompile(`:=`), "Starlark has no := inside expressions: assign on a line of its own"},
	{regexp.MustCompile(`->|^\s*\w+\s*:\s*\w+(\[.*\])?\s*=`),
		"Starlark has no type annotations: leave them out"},
	{regexp.MustCompile(`^\s*@`), "Starlark has no decorators: call the function"},
	{regexp.MustCompile(`\{[^:{}]+(,[^:{}]+)+\}`),
		"Starlark has no set literals: write set([a, b])"},
	{regexp.MustCompile(`\b\w+\s*<=?\s*\w+\s*<=?\s*\w+`),
		"Starlark does not chain comparisons: write a < b and b < c"},
}

// missing are names that Python has built in and Starlark has not.
var missingNames = map[string]string{
	"open":       "scripts have no files: what a script may see comes from adv",
	"input":      "scripts read nothing from outside",
	"sum":        "Starlark has no sum: add in a loop",
	"map":        "Starlark has no map: write [f(x) for x in list]",
	"filter":     "Starlark has no filter: write [x for x in list if f(x)]",
	"isinstance": "Starlark has no isinstance: compare type(x) with a string such as \"list\"",
	"round":      "Starlark has no round: use // on integers",
	"pow":        "Starlark has no pow: multiply in a loop",
	"format":     "write \"%s\" % x or \"{}\".format(x)",
	"bytearray":  "write b\"...\" or bytes([1, 2])",
	"object":     "Starlark has no classes: use struct(a = 1)",
	"super":      "Starlark has no classes: use functions and struct(a = 1)",
	"Exception":  "Starlark has no exceptions: fail(\"...\") stops the script",
	"os":         "scripts have no operating system, and nothing to import",
	"sys":        "scripts have no operating system, and nothing to import",
	"time":       "scripts have no clock: adv.at, adv.end and p.moment tell the time in messages",
	"random":     "scripts have no randomness of their own: making rules draw it",
}

// explain adds a hint to an error of the parser or the resolver.
func explain(err error, source string) error {
	var parse syntax.Error
	if errors.As(err, &parse) {
		lines := strings.Split(source, "\n")
		if n := int(parse.Pos.Line); n >= 1 && n <= len(lines) {
			for _, h := range habits {
				if h.form.MatchString(code(lines[n-1])) {
					return fmt.Errorf("%w (%s)", err, h.hint)
				}
			}
		}
	}
	var list resolve.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		first := list[0]
		name := strings.TrimPrefix(first.Msg, "undefined: ")
		if hint := missingNames[name]; hint != "" {
			return fmt.Errorf("%w (%s)", first, hint)
		}
		return first
	}
	return err
}

// code is a line without its comment, as far as that can be told from one line.
func code(line string) string {
	if i := strings.IndexByte(line, '#'); i >= 0 && strings.Count(line[:i], `"`)%2 == 0 {
		return line[:i]
	}
	return line
}
