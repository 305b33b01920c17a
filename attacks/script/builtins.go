package script

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"

	"doormat/attacks/language"
	"doormat/attacks/technique"
	"doormat/world"
)

// What a script sees of the world is one value, adv. Its methods are calls
// through the port; package language declares them, and docs/builtins.md lists them.

// newAdv asks the port who the adversary is and builds adv. It tells the design's
// id as well.
func newAdv(port technique.Port) (adv starlark.Value, design string, err error) {
	info, err := port.Call(technique.Call{Method: "info"})
	if err != nil {
		return nil, "", err
	}
	fields, ok := info.(map[string]any)
	if !ok {
		return nil, "", fmt.Errorf("port: info is %T", info)
	}
	design, _ = fields["design"].(string)
	d := toDict(fields)
	d["compares"] = pairs(fields["compares"])
	for _, name := range technique.Calls() {
		d[name] = method(port, name)
	}
	loop, _ := language.Adversary.Method(language.Packets)
	d[language.Packets] = builtin(loop, func(c call) (starlark.Value, error) {
		var until int
		if err := c.unpack(&until); err != nil {
			return nil, err
		}
		return &packets{thread: c.thread, port: port, until: until}, nil
	})
	return object{"adv", starlarkstruct.FromStringDict(starlark.String("adv"), d)}, design, nil
}

// pairs makes tuples of lists of two, so that (x, y) in adv.compares is what it reads as.
func pairs(v any) starlark.Value {
	lists, _ := v.([]any)
	tuples := make([]starlark.Value, len(lists))
	for i, l := range lists {
		if items, ok := toStarlark(l).(*starlark.List); ok {
			tuples[i] = starlark.Tuple{items.Index(0), items.Index(1)}
		}
	}
	return starlark.NewList(tuples)
}

// object is what scripts see of adv, of a packet and of a view. Who asks it for a
// name that it lacks is told which one is near, or what it has.
type object struct {
	name string
	*starlarkstruct.Struct
}

// Attr implements [starlark.HasAttrs].
func (o object) Attr(name string) (starlark.Value, error) {
	v, err := o.Struct.Attr(name)
	if err == nil && v != nil {
		return v, nil
	}
	return nil, lacking{o, name}
}

// lacking says that an object has no such name. Scripts that ask with hasattr, or give getattr a
// default, do so often and read no error, so the text is made when somebody reads it.
type lacking struct {
	object
	attr string
}

func (e lacking) Error() string {
	if near := world.DidYouMean(e.attr, e.AttrNames()); near != "" {
		return fmt.Sprintf("%s has no .%s%s", e.name, e.attr, near)
	}
	return fmt.Sprintf("%s has no .%s: it has %s", e.name, e.attr,
		strings.Join(e.AttrNames(), ", "))
}

// call is one call of a function that package language declares.
type call struct {
	function *language.Function
	thread   *starlark.Thread
	args     starlark.Tuple
	kwargs   []starlark.Tuple
}

// builtin makes a declared function of what it does.
func builtin(f *language.Function, do func(call) (starlark.Value, error)) *starlark.Builtin {
	return starlark.NewBuiltin(f.Name, func(t *starlark.Thread, _ *starlark.Builtin,
		args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return do(call{f, t, args, kwargs})
	})
}

// unpack reads the arguments into variables, one for each declared parameter in its order.
func (c call) unpack(into ...any) error {
	f := c.function
	if len(into) != len(f.Parameters) {
		return fmt.Errorf("%s: %d variables for %d declared parameters", f.Name, len(into),
			len(f.Parameters))
	}
	if most := f.CountPositional(); len(c.args) > most {
		return fmt.Errorf("%s: %d arguments by position, want at most %d and the others by name",
			f.Name, len(c.args), most)
	}
	pairs := make([]any, 0, 2*len(into))
	for i := range f.Parameters {
		name := f.Parameters[i].Name
		if f.Parameters[i].Default != "" {
			name += "?"
		}
		pairs = append(pairs, name, into[i])
	}
	if err := c.checkNames(); err != nil {
		return err
	}
	return starlark.UnpackArgs(f.Name, c.args, c.kwargs, pairs...)
}

// checkNames tells at once of every argument that the function does not take, and of every one
// that it lacks.
func (c call) checkNames() error {
	f, given := c.function, map[string]bool{}
	var unknown, missing []string
	for _, kv := range c.kwargs {
		name, _ := starlark.AsString(kv[0])
		given[name] = true
		if _, known := f.Named(name); !known {
			unknown = append(unknown, name)
		}
	}
	for i, p := range f.Parameters {
		if i >= len(c.args) && p.Default == "" && !p.Many && !given[p.Name] {
			missing = append(missing, p.Name)
		}
	}
	switch {
	case len(unknown) > 0:
		return fmt.Errorf("%s: unexpected argument %s: it takes %s%s", f.Name, strings.Join(unknown, ", "),
			strings.Join(f.Names(), ", "), world.DidYouMean(unknown[0], f.Names()))
	case len(missing) > 0:
		return fmt.Errorf("%s: missing argument for %s", f.Name, strings.Join(missing, ", "))
	}
	return nil
}

// method forwards a call, with args before the script's own.
func method(port technique.Port, name string, args ...any) *starlark.Builtin {
	first := args
	return starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin,
		args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		call := technique.Call{Line: line(t), Method: name, Args: slices.Clone(first),
			Named: map[string]any{}}
		c := crossing{left: maxItems}
		for _, a := range args {
			v, err := c.value(a, 0)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			call.Args = append(call.Args, v)
		}
		for _, kv := range kwargs {
			key, _ := starlark.AsString(kv[0])
			v, err := c.value(kv[1], 0)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", name, key, err)
			}
			call.Named[key] = v
		}
		out, err := port.Call(call)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		return toStarlark(out), nil
	})
}

// line is where in the script a call stands, also if a builtin or a helper made it.
func line(t *starlark.Thread) int {
	for depth := range t.CallStackDepth() {
		if pos := t.CallFrame(depth).Pos; pos.Line > 0 && pos.Filename() == t.Name {
			return int(pos.Line)
		}
	}
	return 0
}

// packets is what adv.packets(until) returns: the run advances, and each packet
// that touches a held principal is yielded. A packet that the script does not
// answer goes on to the honest program.
type packets struct {
	starlark.NoneType
	thread *starlark.Thread
	port   technique.Port
	until  int
}

func (p *packets) Type() string               { return "packets" }
func (p *packets) Iterate() starlark.Iterator { return &loop{packets: p, args: []any{p.until}} }

// loop is one loop over packets.
type loop struct {
	*packets
	args   []any // until when, for the first call of next
	failed bool
}

func (l *loop) call(name string, args []any) any {
	if l.failed {
		return nil
	}
	out, err := l.port.Call(technique.Call{Line: line(l.thread), Method: name, Args: args})
	if err != nil {
		l.failed = true // an iterator cannot return an error
		l.thread.Cancel("packets: " + err.Error())
		return nil
	}
	return out
}

// Done implements [starlark.Iterator].
func (l *loop) Done() { l.call("release", nil) }

// Next implements [starlark.Iterator].
func (l *loop) Next(v *starlark.Value) bool {
	fields, ok := l.call("next", l.args).(map[string]any)
	l.args = nil
	if !ok {
		return false
	}
	d := toDict(fields)
	for _, f := range language.Packet.Methods {
		d[f.Name] = method(l.port, f.Name, fields["fact"])
	}
	*v = object{"packet", starlarkstruct.FromStringDict(starlark.String("packet"), d)}
	return true
}

// toStarlark and crossing carry the few types that cross the port.
func toStarlark(v any) starlark.Value {
	switch v := v.(type) {
	case bool:
		return starlark.Bool(v)
	case int:
		return starlark.MakeInt(v)
	case string:
		return starlark.String(v)
	case []byte:
		return starlark.Bytes(v)
	case []int:
		return list(v)
	case []string:
		return list(v)
	case []any:
		return list(v)
	case map[string]any:
		return record(v)
	}
	return starlark.None
}

func list[T any](items []T) starlark.Value {
	values := make([]starlark.Value, len(items))
	for i, item := range items {
		values[i] = toStarlark(item)
	}
	return starlark.NewList(values)
}

// maxItems and maxDepth bound what one call may carry: a list may hold itself.
const (
	maxItems = 8 << 20
	maxDepth = 8
)

var errTooMuch = fmt.Errorf("more than %d values, or lists more than %d deep, cannot cross to the "+
	"adversary", maxItems, maxDepth)

// crossing turns the arguments of one call into Go values.
type crossing struct{ left int }

func (c *crossing) value(v starlark.Value, depth int) (any, error) {
	if c.left--; c.left < 0 || depth > maxDepth {
		return nil, errTooMuch
	}
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Bool:
		return bool(v), nil
	case starlark.Int:
		i, ok := v.Int64()
		if !ok || i > 1<<53 || i < -1<<53 {
			return nil, errors.New("a number of 2^53 or more cannot cross to the adversary")
		}
		return int(i), nil
	case starlark.String:
		return string(v), nil
	case starlark.Bytes:
		return []byte(v), nil
	case starlark.Sequence:
		if v.Len() > c.left { // a range need not be walked through
			return nil, errTooMuch
		}
		var out []any
		it := v.Iterate()
		defer it.Done()
		for item := starlark.Value(nil); it.Next(&item); {
			x, err := c.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			out = append(out, x)
		}
		return out, nil
	}
	return nil, fmt.Errorf("a %s cannot cross to the adversary: give fact ids, strings, whole "+
		"numbers or bytes", v.Type())
}
