package world

import (
	"fmt"
	"strings"
)

// Repeated lists the earlier messages whose words stand in message k, the latest first: the one
// that it forwards, the one that this forwards, and so on.
func (c *Conversation) Repeated(k int) (list []int) {
	for k = c.Messages[k-1].Forwards; k > 0; k = c.Messages[k-1].Forwards {
		list = append(list, k)
	}
	return list
}

// Forwarded counts the messages that somebody forwarded, and those of them that are not in opened
// and whose words are: in a forward, which is another message, in another chat.
func (c *Conversation) Forwarded(opened map[int]bool) (read, of int) {
	forwarded, words := map[int]bool{}, map[int]bool{}
	for i := range c.Messages {
		for _, earlier := range c.Repeated(i + 1) {
			forwarded[earlier] = true
			words[earlier] = words[earlier] || opened[i+1]
		}
	}
	for k := range forwarded {
		if words[k] && !opened[k] {
			read++
		}
	}
	return read, len(forwarded)
}

// checkForward reports whether message i+1 forwards what its author can forward, and repeats it.
func (c *Conversation) checkForward(i int) error {
	m := &c.Messages[i]
	switch k := m.Forwards; {
	case k == 0:
		return nil
	case k < 0 || k > i:
		return fmt.Errorf("it forwards message %d: want an earlier one", k)
	case !c.Messages[k-1].Concerns(m.From):
		return fmt.Errorf("it forwards message %d, which %q neither wrote nor was sent", k, m.From)
	case !strings.HasSuffix(m.Text, c.Messages[k-1].Text):
		return fmt.Errorf("it forwards message %d: want its text at the end of this one's", k)
	}
	return nil
}
