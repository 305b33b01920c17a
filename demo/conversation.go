package demo

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"doormat/demo/chat"
	"doormat/demo/chat/stamp"
	"doormat/demo/story"
	"doormat/world"
)

// OpenChat reads an exported chat from a file.
func OpenChat(file, dateOrder string) (*chat.Chat, error) {
	order, err := stamp.ParseOrder(dateOrder)
	if err != nil {
		return nil, Usagef("--date-order %q: want dmy, mdy or ymd", dateOrder)
	}
	data, err := ReadFile(file, chat.MaxBytes)
	if err != nil {
		return nil, err
	}
	return chat.Read(filepath.Base(file), data, order)
}

// OpenConversation returns the conversation in a file, or the built-in one if
// file is "", and what its reader warns of.
func OpenConversation(file, dateOrder string) (*world.Conversation, []string, error) {
	return Options{Conversation: file, DateOrder: dateOrder}.Open()
}

// Open returns the conversation that the options name, and what its reader warns of.
func (o Options) Open() (*world.Conversation, []string, error) {
	told, known := story.Named(o.Story)
	switch {
	case !known:
		return nil, nil, unknown("story", o.Story, StoryIDs())
	case o.Conversation == "":
		return told.Conversation(), nil, nil
	case o.Story != "":
		return nil, nil, Usagef("--conversation and --story: give one of them")
	}
	c, err := o.OpenChat()
	if err != nil {
		return nil, nil, err
	}
	conv, err := c.Conversation(cmp.Or(o.Called, filepath.Base(o.Conversation)), "")
	if err != nil {
		return nil, nil, err
	}
	return conv, c.Warnings, nil
}

// StoryIDs lists the built-in conversations.
func StoryIDs() (ids []string) {
	for _, s := range story.All() {
		ids = append(ids, s.ID)
	}
	return ids
}

// Tale is the story that the options name, nil if they name an exported chat. What its people
// wrote is invented and may be shown.
func (o Options) Tale() *story.Story {
	told, _ := story.Named(o.Story)
	if o.Conversation != "" {
		return nil
	}
	return told
}

// OpenChat reads the exported chat that the options name, and takes as many of its last
// messages as they say.
func (o Options) OpenChat() (*chat.Chat, error) {
	c, err := OpenChat(o.Conversation, o.DateOrder)
	if err == nil && o.Last > 0 {
		c.KeepLast(o.Last)
	}
	return c, err
}

// ReadFile reads a file of at most limit bytes, whatever it is: a pipe or a device
// has no size to look at first.
func ReadFile(file string, limit int) ([]byte, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, int64(limit)+1))
	if err != nil {
		return nil, err
	}
	if len(data) > limit {
		return nil, fmt.Errorf("%s: more than %d bytes", file, limit)
	}
	return data, nil
}
