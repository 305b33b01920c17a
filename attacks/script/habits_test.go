package script

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestHabits writes what is right in Python and not in Starlark: each error names
// the line and says what to write instead.
func TestHabits(t *testing.T) {
	for _, c := range []struct{ line, hint string }{
		{"import os", "no import"},
		{"from os import path", "no import"},
		{`x = f"{1}"`, "no f-strings"},
		{`print(f'{1}')`, "no f-strings"},
		{"try:\n    pass\nexcept:\n    pass", "no exceptions"},
		{"raise ValueError()", "no exceptions"},
		{"class A:\n    pass", "no classes"},
		{"with open('x') as f:\n    pass", "no with"},
		{"def g():\n    yield 1", "no coroutines"},
		{"assert 1 == 1", "no assert"},
		{"def g():\n    global x", "no global"},
		{"del x", "no del"},
		{"x = 1 is None", "no is"},
		{"x = 2 ** 3", "no power operator"},
		{"if (y := 1):\n    pass", "no := inside"},
		{"def g(x) -> int:\n    pass", "no type annotations"},
		{"x: int = 1", "no type annotations"},
		{"@memo\ndef g():\n    pass", "no decorators"},
		{"x = {1, 2}", "no set literals"},
		{"x = 1 < 2 < 3", "chain comparisons"},
		{"x = open('x')", "no files"},
		{"x = sum([1])", "no sum"},
		{"x = time.time()", "no clock"},
		{"x = isinstance(1, int)", "no isinstance"},
	} {
		_, err := Load("a.star", []byte(c.line+"\n"))
		require.Error(t, err, c.line)
		assert.Contains(t, err.Error(), c.hint, c.line)
		assert.Regexp(t, `^a\.star:\d+:\d+: `, err.Error(), c.line)
	}
	_, err := Load("a.star", []byte("x = 1 +  # f\"\" import class\n"))
	require.Error(t, err)
	assert.NotContains(t, err.Error(), "Starlark has no", "a comment is not a habit")
}

// TestUnknownNames asks adv, a packet and a view for what they lack: the error
// lists what they have.
func TestUnknownNames(t *testing.T) {
	for _, c := range []struct{ body, hint string }{
		{"adv.steal()", "adv has no .steal: it has accounts, advance, apply"},
		{"for p in adv.packets(1):\n    p.forward()", "packet has no .forward: it has data, deliver, drop"},
	} {
		cell := runOne(t, toyLab(t, attack(`"provider.control"`, "", opensAll, "adv.hold(\"provider.control\")\n"+c.body)))
		assert.Contains(t, cell.Error, c.hint)
	}
	cell := runOne(t, toyLab(t, attack(`"provider.store"`, "", "lambda v: v.trustees", "pass")))
	assert.Contains(t, cell.Error, "view has no .trustees: it has accounts, at,")
}
