package chat

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"doormat/world"
)

// silent is the listener that a chat with a single author gets.
const silent = "(silent)"

// Conversation turns c into a ground truth. Three authors or more are one group,
// which bears the chat's name, or the title if that is not known, and has all of
// them for members from the start. Two write to each other. Somebody who writes
// alone gets one account to write to, called "(silent)". The target is the first
// author, unless target names another. Nobody in an export compares safety numbers
// or changes a group, so there are no events. Messages of one author share one list
// of recipients: do not alter it.
func (c *Chat) Conversation(title, target string) (*world.Conversation, error) {
	accounts := slices.Clone(c.Accounts)
	if len(accounts) == 0 {
		return nil, fmt.Errorf("chat: nobody writes in this chat")
	}
	if len(accounts) == 1 {
		accounts = append(accounts, silentBeside(accounts[0]))
	}
	if target == "" {
		target = accounts[0]
	}
	if !slices.Contains(accounts, target) {
		return nil, unknownTarget(target, accounts)
	}
	conv := &world.Conversation{Title: title, Accounts: accounts, Target: target}
	group := ""
	if len(accounts) > 2 {
		group = cmp.Or(c.Name, title, "(no name)")
		conv.Groups = []world.Group{{Name: group, Members: slices.Clone(accounts)}}
	}
	others := map[string][]string{}
	for i, a := range accounts {
		others[a] = slices.Concat(accounts[:i], accounts[i+1:])
	}
	for _, m := range c.Messages {
		said := world.Message{From: m.From, To: others[m.From], Group: group, Sent: m.Sent,
			Text: m.Text}
		if m.Data != nil {
			said.Attachments = []world.Attachment{{Name: path.Base(m.File), Data: m.Data}}
		}
		conv.Messages = append(conv.Messages, said)
	}
	conv.Separate()
	return conv, nil
}

// silentBeside returns a name for the listener that is not the author's.
func silentBeside(author string) string {
	if author == silent {
		return "(" + silent + ")"
	}
	return silent
}

func unknownTarget(target string, accounts []string) error {
	const few = 8
	hint := ""
	for _, a := range accounts {
		if strings.Contains(strings.ToLower(a), strings.ToLower(target)) {
			hint = fmt.Sprintf("did you mean %q? ", a)
			break
		}
	}
	names := fmt.Sprintf("%q", accounts[:min(few, len(accounts))])
	if len(accounts) > few {
		names += fmt.Sprintf(" and %d more", len(accounts)-few)
	}
	return fmt.Errorf("chat: no account %q in this chat; %sit has %s", target, hint, names)
}
