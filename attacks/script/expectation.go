package script

import (
	"cmp"
	"fmt"
	"slices"

	"doormat/attacks/language"
	"doormat/attacks/technique"
	"doormat/world"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// outcomeValue is an [technique.Outcome] as a script builds it.
type outcomeValue struct {
	starlark.NoneType
	technique.Outcome
}

func (outcomeValue) Type() string { return "outcome" }

// opens(target = "all", others = ("none", "some"), files = "some", calls = "none",
// metadata = "all", noticed = True, why = "...") states an outcome: of the texts a level, or one
// for before and one for after the attack; of attachments, calls and metadata a level.
func opens(c call) (starlark.Value, error) {
	var o technique.Outcome
	var target, others, disclosed starlark.Value
	var files, calls, metadata string
	err := c.unpack(&target, &others, &o.Why, &o.Forged, &o.Noticed, &o.Served, &files, &calls,
		&metadata, &disclosed)
	o.Files, o.Metadata = technique.Level(files), technique.Level(metadata)
	o.Calls = cmp.Or(technique.Level(calls), technique.None) // a call leaves nothing to find
	if err != nil {
		return nil, err
	}
	switch told := disclosed.(type) {
	case nil, starlark.NoneType:
	case starlark.Bool:
		o.Disclosed = new(bool)
		*o.Disclosed = bool(told)
	default:
		return nil, fmt.Errorf("opens: disclosed: %s: want True or False", disclosed)
	}
	if o.TargetBefore, o.TargetAfter, err = levels(target); err != nil {
		return nil, fmt.Errorf("opens: target: %w", err)
	}
	if o.OthersBefore, o.OthersAfter, err = levels(others); err != nil {
		return nil, fmt.Errorf("opens: others: %w", err)
	}
	stateFiles(&o)
	return outcomeValue{Outcome: o}, o.Check()
}

// stateFiles states of attachments what follows from the texts: who reads no message has
// no file's key. Anything else is the author's to state.
func stateFiles(o *technique.Outcome) {
	texts := []technique.Level{o.TargetBefore, o.TargetAfter, o.OthersBefore, o.OthersAfter}
	if o.Files == "" && !slices.ContainsFunc(texts, func(l technique.Level) bool {
		return l != technique.None
	}) {
		o.Files = technique.None
	}
}

func levels(v starlark.Value) (before, after technique.Level, err error) {
	if text, ok := starlark.AsString(v); ok {
		return technique.Level(text), technique.Level(text), nil
	}
	pair, ok := v.(starlark.Tuple)
	if !ok || len(pair) != 2 {
		return "", "", fmt.Errorf("%s: want a level or a pair (before, after)", v)
	}
	b, okB := starlark.AsString(pair[0])
	a, okA := starlark.AsString(pair[1])
	if !okB || !okA {
		return "", "", fmt.Errorf("%s: want strings", v)
	}
	return technique.Level(b), technique.Level(a), nil
}

// not_applicable(why) says that the design has nothing that the attack could take.
func notApplicable(c call) (starlark.Value, error) {
	o := technique.Outcome{NotApplicable: true}
	if err := c.unpack(&o.Why); err != nil {
		return nil, err
	}
	return outcomeValue{Outcome: o}, o.Check()
}

// viewValue shows a view to an expectation, as [language.View] declares it.
func viewValue(shown technique.View) starlark.Value {
	v := view{shown}
	messages := make([]starlark.Value, len(v.Messages))
	for i, m := range v.Messages {
		messages[i] = record(map[string]any{"number": m.Number, "sender": m.From, "to": m.To,
			"group": m.Group, "files": m.Files, "sent": m.Sent, "day": m.Day})
	}
	calls := make([]starlark.Value, len(v.Calls))
	for i, c := range v.Calls {
		calls[i] = record(map[string]any{"number": i + 1, "sender": c.From, "to": c.To,
			"speakers": c.Speakers, "after": c.After, "sent": c.Begun, "day": c.Day})
	}
	events := make([]starlark.Value, len(v.Events))
	for i, e := range v.Events {
		events[i] = record(map[string]any{"number": i + 1, "after": e.After, "kind": e.Kind,
			"account": e.Account, "peer": e.With, "group": e.Group, "by": e.By, "told": e.Told})
	}
	groups := make([]starlark.Value, len(v.Groups))
	for i, g := range v.Groups {
		groups[i] = record(map[string]any{"name": g.Name, "members": g.Members})
	}
	fields := map[string]any{"end": v.End, "partner": v.Partner, "accounts": v.Accounts,
		"since": v.Since, "until": v.Until}
	for _, p := range world.Parameters() {
		fields[p.Key()] = p.Plain(v.Settings)
	}
	for name, value := range v.Settings.Own.All() { // another design lacks them: getattr(v, name, default)
		fields[name] = value
	}
	d := toDict(fields)
	d["groups"] = starlark.NewList(groups)
	d["messages"] = starlark.NewList(messages)
	d["calls"] = starlark.NewList(calls)
	d["events"] = starlark.NewList(events)
	does := map[string]func(call) (starlark.Value, error){"events_after": eventsAfter(v.Events, events),
		"level": levelOf, "levels": v.levels, "files": v.files, "heard": v.heard, "live": v.live,
		"seats": v.seats}
	for i := range language.ViewMethods {
		f := &language.ViewMethods[i]
		d[f.Name] = builtin(f, does[f.Name])
	}
	return object{"view", starlarkstruct.FromStringDict(starlark.String("view"), d)}
}

// eventsAfter(number) gives the events between a message and the next.
func eventsAfter(rows []technique.EventRow, values []starlark.Value) func(call) (starlark.Value, error) {
	after := map[int][]starlark.Value{}
	for i, e := range rows {
		after[e.After] = append(after[e.After], values[i])
	}
	return func(c call) (starlark.Value, error) {
		var number int
		if err := c.unpack(&number); err != nil {
			return nil, err
		}
		return starlark.NewList(slices.Clone(after[number])), nil
	}
}

func levelOf(c call) (starlark.Value, error) {
	var opened, total int
	if err := c.unpack(&opened, &total); err != nil {
		return nil, err
	}
	return starlark.String(technique.LevelOf(opened, total)), nil
}

func toDict(fields map[string]any) starlark.StringDict {
	d := starlark.StringDict{}
	for name, v := range fields {
		d[name] = toStarlark(v)
	}
	return d
}

func record(fields map[string]any) starlark.Value {
	return starlarkstruct.FromStringDict(starlarkstruct.Default, toDict(fields))
}
