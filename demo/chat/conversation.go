package chat

import (
	"fmt"
	"slices"
	"strings"

	"doormat/world"
)

// silent is the listener that a chat with a single author gets.
const silent = "(silent)"

// Conversation turns c into a ground truth. Until groups exist, each message
// goes to every other author. Somebody who writes alone gets one account to
// write to, called "(silent)". The target is the first author, unless target
// names another. Nobody in an export compares safety numbers, so there are no
// events. Messages of one author share one list of recipients: do not alter it.
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
	others := map[string][]string{}
	for i, a := range accounts {
		others[a] = slices.Concat(accounts[:i], accounts[i+1:])
	}
	conv := &world.Conversation{Title: title, Accounts: accounts, Target: target}
	for _, m := range c.Messages {
		conv.Messages = append(conv.Messages, world.Message{From: m.From, To: others[m.From], Sent: m.Sent, Text: m.Text})
	}
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
