package script

import (
	"errors"
	"fmt"
	"slices"

	"go.starlark.net/starlark"

	"doormat/attacks/technique"
)

// view is a view as the functions see it that an expectation calls.
type view struct{ technique.View }

// levels(messages, at = v.at) gives what opens says when exactly these messages
// are read: a pair for the target and a pair for others, each before and after.
func (v view) levels(c call) (starlark.Value, error) {
	var read starlark.Iterable
	at := v.Settings.At
	if err := c.unpack(&read, &at); err != nil {
		return nil, err
	}
	numbers := map[int]bool{}
	for m := range starlark.Elements(read) {
		k, err := v.number(m)
		if err != nil {
			return nil, fmt.Errorf("levels: %w", err)
		}
		numbers[k] = true
	}
	var opened, total [2][2]int // target and others, before and after
	for _, m := range v.Messages {
		who, when := 0, 0
		if m.From != v.Settings.Target && !slices.Contains(m.To, v.Settings.Target) {
			who = 1
		}
		if m.Number > at {
			when = 1
		}
		total[who][when]++
		if numbers[m.Number] {
			opened[who][when]++
		}
	}
	pair := func(i int) starlark.Value {
		return starlark.Tuple{starlark.String(technique.LevelOf(opened[i][0], total[i][0])),
			starlark.String(technique.LevelOf(opened[i][1], total[i][1]))}
	}
	return starlark.Tuple{pair(0), pair(1)}, nil
}

// files(messages) gives what opens says of attachments when exactly those of these
// messages are read.
func (v view) files(c call) (starlark.Value, error) {
	var read starlark.Iterable
	if err := c.unpack(&read); err != nil {
		return nil, err
	}
	opened, total := map[int]bool{}, 0
	for m := range starlark.Elements(read) {
		k, err := v.number(m)
		if err != nil {
			return nil, fmt.Errorf("files: %w", err)
		}
		opened[k] = true
	}
	got := 0
	for _, m := range v.Messages {
		total += m.Files
		if opened[m.Number] {
			got += m.Files
		}
	}
	return starlark.String(technique.LevelOf(got, total)), nil
}

// heard(calls) gives what opens says of calls when exactly these are heard.
func (v view) heard(c call) (starlark.Value, error) {
	var calls starlark.Iterable
	if err := c.unpack(&calls); err != nil {
		return nil, err
	}
	heard := map[int]bool{}
	for one := range starlark.Elements(calls) {
		k, err := v.number(one)
		if err != nil {
			return nil, fmt.Errorf("heard: %w", err)
		}
		heard[k] = true
	}
	return starlark.String(technique.LevelOf(len(heard), len(v.Calls))), nil
}

// live(message, moment) tells whether at a moment others than the readers hold a key under
// which a message, or the key of a call, is sealed: an escrow key, say, which the design may replace and destroy.
func (v view) live(c call) (starlark.Value, error) {
	var m starlark.Value
	var moment int
	if err := c.unpack(&m, &moment); err != nil {
		return nil, err
	}
	k, err := v.number(m)
	if call, ok := m.(starlark.HasAttrs); ok && err == nil {
		if after, _ := call.Attr("after"); after != nil { // as the next message is sealed
			k, err = starlark.AsInt32(after)
			k++
		}
	}
	if err != nil {
		return nil, fmt.Errorf("live: %w", err)
	}
	if k < 1 || k > len(v.Messages) {
		return nil, fmt.Errorf("live: there is no message %d", k)
	}
	row := v.Messages[k-1]
	return starlark.Bool(row.Made <= moment && moment < row.Destroyed), nil
}

// seats(jurisdiction) counts the trustees whom the setting jurisdictions puts there.
func (v view) seats(c call) (starlark.Value, error) {
	var place string
	if err := c.unpack(&place); err != nil {
		return nil, err
	}
	seats, err := v.Settings.Seats()
	if err != nil {
		return nil, fmt.Errorf("seats: %w", err)
	}
	count := 0
	for _, seat := range seats {
		if seat == place {
			count++
		}
	}
	return starlark.MakeInt(count), nil
}

// number reads the number of one of v.messages.
func (v view) number(m starlark.Value) (int, error) {
	record, ok := m.(starlark.HasAttrs)
	if !ok {
		return 0, fmt.Errorf("%s: want one of v.messages", m.Type())
	}
	attr, err := record.Attr("number")
	if err != nil || attr == nil {
		return 0, errors.New("a struct without a number: want one of v.messages")
	}
	return starlark.AsInt32(attr)
}
