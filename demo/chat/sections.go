package chat

import (
	"encoding/json"
	"errors"
)

// section reads one member of the outermost object: those of a single chat, the
// two lists of chats of an account, or something that is no chat.
func (a *account) section(key string) error {
	switch key {
	case "messages", "name", "type", "id":
		if a.root < 0 {
			a.root = len(a.talks)
			a.talks = append(a.talks, telegramChat{line: 1})
		}
		return a.chat(a.root, key)
	case "about":
		return a.skip()
	case "chats", "left_chats":
		return a.object(func(key string) error {
			if key != "list" {
				return a.skip()
			}
			return a.list('[', a.listed)
		})
	}
	a.out = append(a.out, LeftOut{Line: a.here(), Item: clip(key), Why: "is no chat"})
	if err := a.another(); err != nil {
		return err
	}
	return a.skip()
}

// listed reads one chat of an account.
func (a *account) listed() error {
	if err := a.another(); err != nil {
		return err
	}
	at := len(a.talks)
	a.talks = append(a.talks, telegramChat{line: a.here()})
	return a.object(func(key string) error { return a.chat(at, key) })
}

// chat reads a member of a chat.
func (a *account) chat(at int, key string) error {
	switch key {
	case "messages":
		return a.list('[', func() error { return a.message(at) })
	case "name":
		var name *string
		err := a.dec.Decode(&name)
		if name != nil {
			a.talks[at].name = clip(*name)
		}
		return onlySyntax(err)
	}
	return a.skip()
}

// message reads a member of a chat's messages.
func (a *account) message(at int) error {
	if err := a.another(); err != nil {
		return err
	}
	line := a.here()
	begin := a.offset
	m := new(telegram)
	if err := a.dec.Decode(m); onlySyntax(err) != nil {
		return err
	} else if err != nil {
		return a.look(at, nil, line)
	}
	m.raw = a.data[begin:a.dec.InputOffset()]
	if m.Type == "message" {
		a.talks[at].written++
	}
	return a.look(at, m, line)
}

// skip reads a value and forgets it.
func (a *account) skip() error {
	var skipped struct{}
	return onlySyntax(a.dec.Decode(&skipped))
}

// onlySyntax drops the error of a value that is valid JSON of another type.
func onlySyntax(err error) error {
	if errors.As(err, new(*json.UnmarshalTypeError)) {
		return nil
	}
	return err
}
