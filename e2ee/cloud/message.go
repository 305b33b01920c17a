package cloud

import (
	"errors"
	"fmt"

	"doormat/e2ee/wire"
	"doormat/world"
)

// What goes through a channel begins with one of these.
const (
	loginTag   = 'L' // client to server: account, password or "", how much history
	welcomeTag = 'W' // server to client: the channel stands
	messageTag = 'S' // both ways: a Content
	historyTag = 'H' // provider to device: a Content of the past
	noticeTag  = 'N' // provider to device: text for the user
	createTag  = 'g' // device to provider: group and members, if the group is new
	membersTag = 'G' // both ways: group and its members from now on
	askTag     = 'K' // provider to key store: number, message ids
	keysTag    = 'k' // key store to provider: number, message ids, data keys
)

// Content is a message as its author, the provider and its readers see it.
type Content struct {
	Meta  world.Meta
	Body  []byte
	Files []world.Attachment
}

// Encode gives the bytes that channels carry and that the provider stores under its key.
func (c *Content) Encode() []byte {
	return world.Pack(messageTag, c.Meta.Encode(), c.Body, world.PackFiles(c.Files))
}

// ParseContent decodes [Content.Encode] and refuses what is beyond the limits of package e2ee,
// so that a chat that fits one design fits the other.
func ParseContent(data []byte) (*Content, error) {
	f, err := world.Unpack(data, messageTag, 3)
	if err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	c := &Content{Body: f[1]}
	if c.Meta, err = world.ParseMeta(f[0]); err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	if c.Files, err = world.UnpackFiles(f[2]); err != nil {
		return nil, fmt.Errorf("content: %w", err)
	}
	return c, c.checkFiles()
}

func (c *Content) checkFiles() error {
	if len(c.Files) > wire.MaxFiles {
		return fmt.Errorf("%d files, want at most %d", len(c.Files), wire.MaxFiles)
	}
	all := 0
	for _, f := range c.Files {
		all += len(f.Data)
		if len(f.Data) > wire.MaxFileSize || all > wire.MaxAllFiles {
			return fmt.Errorf("the file %q is too large: at most %d MiB, and %d MiB in all",
				f.Name, wire.MaxFileSize>>20, wire.MaxAllFiles>>20)
		}
	}
	return nil
}

func (c *Content) fact() world.Fact {
	return world.Fact{Kind: wire.Contents, Ref: c.Meta.ID, Data: c.Encode()}
}

// kept states the message as the history of a device does.
func (c *Content) kept() []world.Fact {
	facts := []world.Fact{{Kind: wire.KeptMessage, Ref: c.Meta.ID,
		Data: world.Pack(messageTag, c.Meta.Encode(), c.Body)}}
	for i, f := range c.Files {
		facts = append(facts,
			world.Fact{Kind: wire.KeptFile, Ref: world.FileRef(c.Meta.ID, i), Data: f.Data})
	}
	return facts
}

// login is the first thing that a client says.
type login struct {
	account  string
	password []byte // "" from a device that has logged in before
	history  int64  // how many old messages the device wants: 0 for all, -1 for none
}

func (l login) encode() []byte {
	return world.Pack(loginTag, []byte(l.account), l.password, world.Int(l.history))
}

func parseLogin(data []byte) (l login, err error) {
	f, err := world.Unpack(data, loginTag, 3)
	if err != nil {
		return l, fmt.Errorf("login: %w", err)
	}
	l.account, l.password = string(f[0]), f[1]
	if l.history, err = world.ParseInt(f[2]); err != nil || l.history < -1 {
		return l, fmt.Errorf("login: it asks for %x old messages", f[2])
	}
	return l, nil
}

// roster is who is in a group. New groups are created by whoever speaks of them first.
type roster struct {
	group   string
	members []string // sorted
}

func (r roster) encode(tag byte) []byte {
	return world.Pack(tag, []byte(r.group), world.Strings(r.members))
}

func parseRoster(data []byte, tag byte) (r roster, err error) {
	f, err := world.Unpack(data, tag, 2)
	if err != nil {
		return r, fmt.Errorf("members: %w", err)
	}
	r.group = string(f[0])
	if r.members, err = world.ParseStrings(f[1]); err != nil {
		return r, fmt.Errorf("members: %w", err)
	}
	if !wire.SortedSet(r.members) {
		return r, errors.New("members: not a sorted set")
	}
	if r.group == "" {
		return r, errors.New("members: of no group")
	}
	return r, nil
}

func (r roster) fact() world.Fact {
	return world.Fact{Kind: wire.GroupView, Ref: r.group, Data: r.encode(membersTag)}
}
