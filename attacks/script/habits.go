package script

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// Starlark reads like Python and lacks much of it. Where a script fails, the interpreter's own
// words ("got identifier, want newline") help nobody who writes Python, so explain adds what to
// write instead. docs/builtins.md is made of the same list.

// A Habit is something that is right in Python and not in Starlark.
type Habit struct {
	Python string // what Python takes
	Here   string // what to write instead, which runs; "" if there is nothing
	Hint   string // what an error adds
	line   string // of an error of the parser: a pattern in its line; "" if says tells
	says   string // a pattern in what the error says
}

// Habits are what explain knows. The first that fits explains an error.
func Habits() []Habit { return habits }

var habits = []Habit{
	{Python: "import math", Here: `load("helpers/groups.star", "believes")`,
		line: `^\s*(import|from)\b`,
		Hint: "Starlark has no import: adv is all that there is, and load(\"helpers/middle.star\", \"NAME\") " +
			"reads a shared file"},
	{Python: `x = f"{1} of 2"`, Here: `x = "%d of 2" % 1`, line: `(^|[^\w"'])[fF][rR]?["']`,
		Hint: "Starlark has no f-strings: write \"%s\" % x or \"{}\".format(x)"},
	{Python: "try:\n    x = 1\nexcept: pass", line: `^\s*(try|except|finally|raise)\b`,
		Hint: "Starlark has no exceptions: an error ends the script; adv.attempt gives [] where " +
			"adv.apply would fail, and fail(\"...\") stops"},
	{Python: "class A: pass", Here: "x = struct(a = 1)", line: `^\s*class\b`,
		Hint: "Starlark has no classes: use functions, dictionaries and struct(a = 1)"},
	{Python: "with open('x') as f: pass", line: `^\s*with\b`,
		Hint: "Starlark has no with: there are no files to open"},
	{Python: "def g():\n    yield 1", Here: "def g():\n    return [1]",
		line: `^\s*(async|await)\b|\byield\b`,
		Hint: "Starlark has no coroutines: return a list"},
	{Python: "assert 1 == 1", Here: "if 1 != 1: fail(\"why\")", line: `^\s*assert\b`,
		Hint: "Starlark has no assert: write  if not ...: fail(\"...\")"},
	{Python: "def g():\n    global x", Here: "def g():\n    return 1\nx = g()",
		line: `^\s*(global|nonlocal)\b`,
		Hint: "Starlark has no global: return values, or change a list or dictionary that a function is given"},
	{Python: "x = {1: 2}\ndel x[1]", Here: "x = {1: 2}\nx.pop(1)", line: `^\s*del\b`,
		Hint: "Starlark has no del: use list.pop or dict.pop"},
	{Python: "x = 1 is None", Here: "x = 1 == None", line: `\bis\b`,
		Hint: "Starlark has no is: write == or !="},
	{Python: "match 1:\n    case 1: pass", Here: "if 1 == 1: pass", line: `^\s*match\b.*:\s*$`,
		Hint: "Starlark has no match: write if, elif and else"},
	{Python: "for x in [1]: pass\nelse: pass", line: `^\s*else\b`,
		Hint: "else goes with if alone here, and not with for, while or try"},
	{Python: "x, *y = [1, 2, 3]", Here: "z = [1, 2, 3]\nx, y = z[0], z[1:]",
		line: `^\s*[\w, ]*\*\s*\w+[\w, ]*=[^=]`,
		Hint: "Starlark has no starred names on the left: take x[0] and x[1:]"},
	{Python: "x = [*[1], 2]", Here: "x = [1] + [2]", line: `[\[({,]\s*\*{1,2}\s*[\w\[{(].*[\])}]`,
		Hint: "Starlark spreads in calls only: join lists with +, dictionaries with |"},
	{Python: "x = 2 ** 3", Here: "x = 1 << 3", line: `\*\*\s*[\w(]`,
		Hint: "Starlark has no power operator: multiply, or shift with 1 << n"},
	{Python: "if (y := 1): pass", Here: "y = 1\nif y: pass", line: `:=`,
		Hint: "Starlark has no := inside expressions: assign on a line of its own"},
	{Python: "def g(x: int) -> int: return x", Here: "def g(x): return x",
		line: `->|^\s*\w+\s*:\s*\w+(\[.*\])?\s*(=|$)|^\s*def\s+\w+\([^)]*\w+\s*:`,
		Hint: "Starlark has no type annotations: leave them out"},
	{Python: "@memo\ndef g(): pass", line: `^\s*@`,
		Hint: "Starlark has no decorators: call the function"},
	{Python: "x = any(i > 1 for i in [1, 2])", Here: "x = any([i > 1 for i in [1, 2]])",
		line: `\([^\[]*\bfor\b.*\bin\b.*\)`,
		Hint: "Starlark has no generators: write a list, [... for x in list]"},
	{Python: "x = {1, 2}", Here: "x = set([1, 2])", line: `\{[^:{}]+(,[^:{}]+)+\}`,
		Hint: "Starlark has no set literals: write set([a, b])"},
	{Python: "x = 1 < 2 < 3", Here: "x = 1 < 2 and 2 < 3", says: `does not associate with`,
		Hint: "Starlark does not chain comparisons: write a < b and b < c"},
	{Python: "x = y = 1", Here: "x, y = 1, 1", line: `^\s*\w+\s*=\s*\w+\s*=[^=]`,
		Hint: "Starlark assigns one value at a time: write x, y = 1, 1"},
	{Python: "x = 1_000", Here: "x = 1000", line: `\b\d+_\d`,
		Hint: "Starlark writes numbers without _"},
	{Python: `x = "a" "b"`, Here: `x = "a" + "b"`, line: `["']\s+["']`,
		Hint: "Starlark does not join neighbouring strings: write +"},
	{Python: `print "x"`, Here: `print("x")`, line: `^\s*print\s+\S`,
		Hint: "print is a function: print(x)"},
	{Python: "x = 1 && 2", Here: "x = 1 and 2", line: `&&|\|\||!\s*\w`,
		Hint: "as in Python: write and, or, not"},
	{Python: "def g():\n    i = 0\n    i++", Here: "def g():\n    i = 0\n    i += 1", line: `\+\+|--`,
		Hint: "as in Python: write x += 1 for x++, and x -= 1 for x--"},

	{Python: `print(1, end = "")`, Here: `print(1, 2, sep = "")`,
		says: `print: unexpected keyword argument`,
		Hint: "print takes sep alone, and each call is a line"},
	{Python: `x = [c for c in "abc"]`, Here: `x = [c for c in "abc".elems()]`,
		says: `string value is not iterable`,
		Hint: "Starlark does not loop over a string: write text.elems()"},
	{Python: "x = [0] * 3\nx[7 / 2] = 1", Here: "x = [0] * 4\nx[7 // 2] = 1",
		says: `got float, want int`,
		Hint: "/ gives a fraction: write 7 // 2 for a whole number"},
	{Python: "adv.advance(adv.end / 2)", says: `a float cannot cross`,
		Hint: "/ gives a fraction: write adv.end // 2"},
	{Python: "x = \"a\" + str(1) + 1", Here: `x = "a" + str(1)`,
		says: `unknown binary op: (string \+|\w+ \+ string)`,
		Hint: "only strings are added to strings: write str(x), or \"%s\" % x"},
	{Python: "def f(n): return f(n)\nf(1)", Here: "todo = [1]\nwhile todo: todo.pop()",
		says: `called recursively`,
		Hint: "Starlark has no recursion: use while, and a list of what is left to do"},
	{Python: "n = 1\ndef f():\n    n += 1\nf()", Here: "n = [1]\ndef f():\n    n[0] += 1\nf()",
		says: `local variable \w+ referenced before assignment`,
		Hint: "what a function assigns is its own: give the value as an argument and return the new one"},
	{Python: "x = 1\nx += 1", Here: "def f():\n    x = 1\n    x += 1",
		says: `cannot reassign global`,
		Hint: "outside functions a name gets one value: take another name, or work in a function"},
	{Python: "x = [2, 1]\nx.sort()", Here: "x = sorted([2, 1])", says: `list has no \.sort`,
		Hint: "write sorted(list)"},
	{Python: "x = [2, 1]\nx.reverse()", Here: "x = reversed([2, 1])", says: `list has no \.reverse`,
		Hint: "write reversed(list)"},
	{Python: "x = [1]\nx.push(2)", Here: "x = [1]\nx.append(2)", says: `list has no \.(push|add)`,
		Hint: "write list.append(x)"},
	{Python: "x = [1].copy()", Here: "x = list([1])", says: `list has no \.copy`,
		Hint: "write list(x)"},
	{Python: "x = {1: 2}.copy()", Here: "x = dict({1: 2})", says: `dict has no \.copy`,
		Hint: "write dict(x)"},
	{Python: `x = ["a"].join(",")`, Here: `x = ",".join(["a"])`, says: `list has no \.join`,
		Hint: "write \", \".join(list)"},
	{Python: `x = "a".encode()`, Here: `x = bytes("a")`, says: `string has no \.encode`,
		Hint: "write bytes(text)"},
	{Python: `x = b"a".decode()`, Here: `x = str(b"a")`, says: `bytes has no \.decode`,
		Hint: "write str(data)"},
	{Python: `x = b"a".hex()`, Here: `x = ["%x" % i for i in b"a".elems()]`,
		says: `bytes has no \.hex`,
		Hint: "write \"%x\" % i for each i of data.elems()"},
	{Python: "x = struct(a = 1)\nx.a = 2", Here: "x = {\"a\": 1}\nx[\"a\"] = 2",
		says: `can't assign to \.\w+ field`,
		Hint: "attributes cannot be changed: use a dictionary, or make a new struct"},
	{Python: "found = []\ndef run(adv): found.append(1)",
		Here: "def run(adv):\n    found = []\n    found.append(1)",
		says: `cannot .* frozen `, Hint: "what stands outside run and expectations does not change once the " +
			"script is loaded: make it inside"},
	{Python: "x = sum([1])",
		Here: "def add(list):\n    x = 0\n    for i in list: x += i\n    return x",
		says: undefined("sum"),
		Hint: "Starlark has no sum: add in a loop"},
	{Python: "x = map(str, [1])", Here: "x = [str(i) for i in [1]]", says: undefined("map"),
		Hint: "Starlark has no map: write [f(x) for x in list]"},
	{Python: "x = filter(bool, [1])", Here: "x = [i for i in [1] if i]", says: undefined("filter"),
		Hint: "Starlark has no filter: write [x for x in list if f(x)]"},
	{Python: "x = isinstance(1, int)", Here: `x = type(1) == "int"`, says: undefined("isinstance"),
		Hint: "Starlark has no isinstance: compare type(x) with a string such as \"list\""},
	{Python: "x = round(1.5)", Here: "x = int(1.5)", says: undefined("round"),
		Hint: "Starlark has no round: use // on integers, or int(x)"},
	{Python: "x = pow(2, 3)", Here: "x = 1 << 3", says: undefined("pow"),
		Hint: "Starlark has no pow: multiply in a loop"},
	{Python: `x = format(1)`, Here: `x = "%s" % 1`, says: undefined("format"),
		Hint: "write \"%s\" % x or \"{}\".format(x)"},
	{Python: "x = hex(12)", Here: `x = "%x" % 12`, says: undefined("hex|bin|oct"),
		Hint: "write \"%x\" % n, or \"%o\" % n"},
	{Python: "x = divmod(7, 2)", Here: "x = (7 // 2, 7 % 2)", says: undefined("divmod"),
		Hint: "write a // b and a % b"},
	{Python: "x = next(iter([1]))", Here: "x = [1][0]", says: undefined("iter|next"),
		Hint: "Starlark has no iterators in the hand: take list[0]"},
	{Python: "x = bytearray([1])", Here: "x = bytes([1])", says: undefined("bytearray"),
		Hint: "write b\"...\" or bytes([1, 2])"},
	{Python: "x = frozenset([1])", Here: "x = set([1])", says: undefined("frozenset"),
		Hint: "write set(list)"},
	{Python: "x = object()", Here: "x = struct(a = 1)", says: undefined("object|super"),
		Hint: "Starlark has no classes: use functions and struct(a = 1)"},
	{Python: "x = Exception()", says: undefined("[A-Z][A-Za-z]*(Error|Exception)|Exception"),
		Hint: "Starlark has no exceptions: fail(\"...\") stops the script"},
	{Python: "x = true", Here: "x = True", says: undefined("true|false|null|none"),
		Hint: "write True, False or None"},
	{Python: "x = open('x')", says: undefined("open"),
		Hint: "scripts have no files: what a script may see comes from adv"},
	{Python: "x = input()", says: undefined("input"), Hint: "scripts read nothing from outside"},
	{Python: `if __name__ == "__main__": pass`, says: undefined("__name__"),
		Hint: "a script is not started by itself: doormat calls run(adv)"},
	{Python: "x = os.environ", says: undefined("os|sys|json|math|re"),
		Hint: "scripts have no modules, and nothing to import"},
	{Python: "x = time.time()", says: undefined("time|datetime"),
		Hint: "scripts have no clock: adv.at, adv.end and p.moment tell the time in messages"},
	{Python: "x = random.random()", says: undefined("random|secrets"),
		Hint: "scripts have no randomness of their own: making rules draw it"},
}

// undefined is what the resolver says of a name that does not exist.
func undefined(names string) string { return `undefined: (` + names + `)( |$)` }

// explain adds a hint to an error of the parser, the resolver or the interpreter.
func explain(err error, source string) error {
	var list resolve.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		err = list[0]
	}
	line, lines := "", strings.Split(source, "\n")
	var parse syntax.Error
	if errors.As(err, &parse) {
		if n := int(parse.Pos.Line); n >= 1 && n <= len(lines) {
			line = code(lines[n-1])
		}
	}
	for _, h := range habits {
		if h.fits(line, err) {
			return fmt.Errorf("%w (%s)", err, h.Hint)
		}
	}
	if hint := slipOf(err, parse.Pos, lines); hint != "" {
		return fmt.Errorf("%w (%s)", err, hint)
	}
	return err
}

// fits tells whether the habit explains an error; line is where the parser failed, "" if another
// failed.
func (h *Habit) fits(line string, err error) bool {
	if h.line != "" {
		return line != "" && regexp.MustCompile(h.line).MatchString(line)
	}
	return h.says != "" && regexp.MustCompile(h.says).MatchString(err.Error())
}

// code is a line without its comment, as far as that can be told from one line.
func code(line string) string {
	if i := strings.IndexByte(line, '#'); i >= 0 && strings.Count(line[:i], `"`)%2 == 0 {
		return line[:i]
	}
	return line
}
