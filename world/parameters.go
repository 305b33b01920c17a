package world

import (
	"slices"
	"strconv"
)

// Parameters lists the parameters of every run, in the order in which results show them.
func Parameters() []Parameter { return slices.Clone(parameters) }

// ByDependence lists the same so that none comes before those on which its values depend:
// the threshold is at most the number of trustees, a header may write others in terms of
// both, and a number of places is for a number of trustees.
func ByDependence() []Parameter {
	list := Parameters()
	slices.SortStableFunc(list, func(a, b Parameter) int { return a.order - b.order })
	return list
}

var parameters = []Parameter{
	{
		Name:   "threshold",
		Doc:    "`T` trustees needed to open a message",
		Short:  "t",
		Label:  "trustees needed",
		Hint:   ", or more trustees",
		Means:  "trustees needed to open a message, in escrow designs",
		Usual:  "3",
		Sweep:  true,
		number: func(s *Settings) *int { return &s.Threshold },
		most:   func(s Settings, _ int) int { return s.Trustees },
		order:  -1,
	},
	{
		Name:   "trustees",
		Doc:    "`N` trustees in all",
		Short:  "n",
		Label:  "trustees in all",
		Means:  "trustees in all",
		Usual:  "5",
		number: func(s *Settings) *int { return &s.Trustees },
		order:  -2,
		most:   func(Settings, int) int { return MaxTrustees },
	},
	{
		Name:  "jurisdictions",
		Doc:   "where trustees sit, as `A:2,B:2,C:1` (default: round robin; the provider sits in A)",
		Label: "seated in",
		Means: "where trustees sit; the provider sits in A",
		text:  func(s *Settings) *string { return &s.Jurisdictions },
		usual: func(s Settings, _ *Conversation) string { return RoundRobin(s.Trustees) },
		fixed: seats,
		order: 1,
	},
	{
		Name:  "target",
		Doc:   "`ACCOUNT` that attacks aim at (default: the conversation's own)",
		Label: "target",
		Whose: true,
		Means: "the account that attacks aim at",
		text:  func(s *Settings) *string { return &s.Target },
		usual: func(_ Settings, c *Conversation) string { return c.Target },
	},
	{
		Name:   "at",
		Doc:    "attacks begin after message `M`: half or a number",
		Label:  "attack after message",
		Means:  "attacks begin after this message unless they say otherwise",
		Usual:  "half",
		Words:  []string{"half"},
		Sweep:  true,
		number: func(s *Settings) *int { return &s.At },
		most:   func(_ Settings, messages int) int { return messages },
		named:  func(messages int) int { return (messages + 1) / 2 },
		usual: func(_ Settings, c *Conversation) string {
			messages := len(c.Messages)
			if a := c.Application; a != nil && a.Until > (messages+1)/2 && a.Until <= messages {
				return strconv.Itoa(a.Until) // what a court was asked for has been written
			}
			return "half"
		},
	},
	{
		Name:   "retention",
		Doc:    "messages a device keeps: all or a number `K`",
		Label:  "phones keep",
		Phrase: "retention %s",
		Means:  "messages that a device keeps",
		Usual:  "all",
		Zero:   "all",
		Word:   true,
		Sweep:  true,
		number: func(s *Settings) *int { return &s.Retention },
	},
	{
		Name:   "mailbox",
		Doc:    "what the provider keeps: `all` or delivered (erased on delivery)",
		Label:  "provider keeps",
		Phrase: "mailbox %s",
		Means:  "what the provider keeps: all, or nothing once delivered",
		Usual:  MailboxAll,
		Words:  []string{MailboxAll, MailboxDelivered},
		text:   func(s *Settings) *string { return &s.Mailbox },
	},
	{
		Name:   "refresh",
		Doc:    "new shares every `K` messages, 0 never",
		Label:  "new shares every",
		Every:  true,
		Phrase: "shares refreshed %s",
		Means:  "new shares of the same key",
		Usual:  "0",
		Zero:   "never",
		Sweep:  true,
		number: func(s *Settings) *int { return &s.Refresh },
	},
	{
		Name:   "rotate",
		Doc:    "new committee key every `K` messages, 0 never",
		Label:  "new key every",
		Every:  true,
		Phrase: "key rotated %s",
		Means:  "a new committee key",
		Usual:  "0",
		Zero:   "never",
		Sweep:  true,
		number: func(s *Settings) *int { return &s.Rotate },
	},
	{
		Name: "resend",
		Doc: "to a contact whose compared key has changed: `asked` (once the user has looked) " +
			"or at-once",
		Label:  "changed keys",
		Phrase: "resend %s",
		Means: "to a contact whose key has changed although numbers were compared: once the " +
			"user is asked, or at once",
		Usual: ResendAsked,
		Words: []string{ResendAsked, ResendAtOnce},
		text:  func(s *Settings) *string { return &s.Resend },
	},
	{
		Name: "compare",
		Doc: "who compares safety numbers: `story` (whom the conversation names; in an " +
			"imported chat nobody), none, or all (any two who write to each other)",
		Label:  "who compares safety numbers",
		Phrase: "compare %s",
		Means: "who compares safety numbers: as the story says, nobody, or any two who write to " +
			"each other",
		Usual: CompareStory,
		Words: []string{CompareStory, CompareNone, CompareAll},
		Sweep: true,
		text:  func(s *Settings) *string { return &s.Compare },
	},
	{
		Name: "lock",
		Doc: "how a thief finds a phone: `off` (open) or on (its store is sealed under a " +
			"passcode)",
		Label:  "phones are locked",
		Phrase: "lock %s",
		Means: "whether a phone that is copied was locked, its store sealed under a passcode of " +
			"four digits",
		Usual: LockOff,
		Words: []string{LockOff, LockOn},
		Sweep: true,
		text:  func(s *Settings) *string { return &s.Lock },
	},
}
