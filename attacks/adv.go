package attacks

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// What a script sees of the world is one value, adv. Its methods are calls
// through the port; docs/scripts.md lists them.

// methods are the calls that scripts may make, see (*adversary).Call.
var methods = []string{
	"take", "tap", "hold", "advance", "rest", "order", "send", "apply", "saturate", "facts", "read", "claim",
}

// newAdv asks the port who the adversary is and builds adv.
func newAdv(thread *starlark.Thread, port Port) (starlark.Value, error) {
	info, err := port.Call(Call{Method: "info"})
	if err != nil {
		return nil, err
	}
	fields, ok := info.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("port: info is %T", info)
	}
	d := toDict(fields)
	for _, name := range methods {
		d[name] = method(port, name)
	}
	d["packets"] = starlark.NewBuiltin("packets", func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var until int
		if err := starlark.UnpackArgs("packets", args, kwargs, "until", &until); err != nil {
			return nil, err
		}
		return &packets{thread: t, port: port, until: until}, nil
	})
	return starlarkstruct.FromStringDict(starlark.String("adv"), d), nil
}

// method forwards a call as it stands.
func method(port Port, name string) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		call := Call{Line: int(t.CallFrame(1).Pos.Line), Method: name, Named: map[string]any{}}
		for _, a := range args {
			v, err := fromStarlark(a)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			call.Args = append(call.Args, v)
		}
		for _, kv := range kwargs {
			key, _ := starlark.AsString(kv[0])
			v, err := fromStarlark(kv[1])
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

// packets is what adv.packets(until) returns: the run advances, and each packet
// that touches a held principal is yielded. A packet that the script does not
// answer goes on to the honest program.
type packets struct {
	starlark.NoneType
	thread *starlark.Thread
	port   Port
	until  int
}

func (p *packets) Type() string               { return "packets" }
func (p *packets) Iterate() starlark.Iterator { return p }
func (p *packets) Done()                      { p.call("release", nil) }

func (p *packets) call(name string, args []any) any {
	out, err := p.port.Call(Call{Line: int(p.thread.CallFrame(0).Pos.Line), Method: name, Args: args})
	if err != nil {
		p.thread.Cancel(err.Error())
		return nil
	}
	return out
}

func (p *packets) Next(v *starlark.Value) bool {
	fields, ok := p.call("next", []any{p.until}).(map[string]any)
	if !ok {
		return false
	}
	d := toDict(fields)
	for _, name := range []string{"deliver", "drop", "replace"} {
		d[name] = method(p.port, name)
	}
	*v = starlarkstruct.FromStringDict(starlark.String("packet"), d)
	return true
}

// toStarlark and fromStarlark carry the few types that cross the port.
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

func fromStarlark(v starlark.Value) (any, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Bool:
		return bool(v), nil
	case starlark.Int:
		i, ok := v.Int64()
		if !ok || i > 1<<53 || i < -1<<53 {
			return nil, fmt.Errorf("%s is too large a number", v)
		}
		return int(i), nil
	case starlark.String:
		return string(v), nil
	case starlark.Bytes:
		return []byte(v), nil
	case starlark.Sequence:
		var out []any
		it := v.Iterate()
		defer it.Done()
		for item := starlark.Value(nil); it.Next(&item); {
			x, err := fromStarlark(item)
			if err != nil {
				return nil, err
			}
			out = append(out, x)
		}
		return out, nil
	}
	return nil, fmt.Errorf("a %s cannot cross to the adversary: give fact ids, strings, numbers or bytes", v.Type())
}
