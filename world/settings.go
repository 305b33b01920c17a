package world

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Settings are the values of the parameters of a run; [Parameters] declares each with its default
// and its bounds.
type Settings struct {
	Threshold     int    // t: trustees needed to open a message
	Trustees      int    // n
	Jurisdictions string // where trustees sit, such as "A:2,B:2,C:1"; the provider sits in A
	Target        string // account
	At            int    // the moment of the attack, after this many messages
	Retention     int    // messages a device keeps, 0 for all
	Mailbox       string // MailboxAll or MailboxDelivered
	Refresh       int    // after how many messages shares are renewed each time, 0 for never
	Rotate        int    // after how many messages the key is replaced each time, 0 for never
	Resend        string // ResendAsked or ResendAtOnce
	Compare       string // CompareStory, CompareNone or CompareAll
	Lock          string // LockOff or LockOn
	Own           Own    // of parameters that the design itself has
}

// Whether a device's store is sealed under the passcode of its user.
const (
	LockOff = "off" // a thief finds a phone as its user left it: open
	LockOn  = "on"  // it is found locked
)

// What a device does with a message for a contact whose key has changed although their
// users had compared safety numbers.
const (
	ResendAsked  = "asked"   // it waits until its user has compared again, as with Signal
	ResendAtOnce = "at-once" // it sends, and tells its user of the change, as with WhatsApp
)

// What the provider's mailbox keeps.
const (
	MailboxAll       = "all"       // every message for ever
	MailboxDelivered = "delivered" // a message is erased when it has been delivered
)

// Who compares safety numbers.
const (
	CompareStory = "story" // whom the conversation says; in an imported chat, nobody
	CompareNone  = "none"  // nobody
	CompareAll   = "all"   // any two who write to each other, and again when a phone was set up anew
)

// MaxTrustees bounds n.
const MaxTrustees = 100

// Check reports the first setting that makes no sense for a conversation.
func (s Settings) Check(c *Conversation) error {
	switch {
	case s.Threshold < 1 || s.Trustees < s.Threshold || s.Trustees > MaxTrustees:
		return fmt.Errorf("threshold %d of %d trustees: want 1 ≤ threshold ≤ trustees ≤ %d",
			s.Threshold, s.Trustees, MaxTrustees)
	case !slices.Contains(c.Accounts, s.Target):
		return fmt.Errorf("target %q: want one of %s", s.Target, strings.Join(c.Accounts, ", "))
	case s.At < 1 || s.At > len(c.Messages):
		return fmt.Errorf("at %d: want a message number from 1 to %d", s.At, len(c.Messages))
	case s.Retention < 0:
		return fmt.Errorf("retention %d: want all or a number of messages", s.Retention)
	case s.Refresh < 0 || s.Rotate < 0:
		return errors.New("refresh and rotate count messages: want 0 (never) or more")
	}
	for _, p := range parameters {
		if p.Number() || len(p.Words) == 0 {
			continue
		}
		if err := p.Set(&s, p.Text(s), len(c.Messages)); err != nil {
			return &ValueError{p, p.Text(s), err}
		}
	}
	_, err := s.Seats()
	return err
}

// RoundRobin spreads n trustees over the jurisdictions A, B and C.
func RoundRobin(n int) string {
	var parts []string
	for i, name := range []string{"A", "B", "C"} {
		if k := (n + 2 - i) / 3; k > 0 {
			parts = append(parts, name+":"+strconv.Itoa(k))
		}
	}
	return strings.Join(parts, ",")
}

// Seats lists the jurisdiction of each trustee, in the order written: "A:2,B:1" puts 1 and
// 2 in A, 3 in B.
func (s Settings) Seats() ([]string, error) {
	var seats []string
	seen := map[string]bool{}
	for part := range strings.SplitSeq(s.Jurisdictions, ",") {
		name, count, ok := strings.Cut(part, ":")
		k, err := strconv.Atoi(count)
		if !ok || err != nil || name == "" || k < 0 || k > MaxTrustees || seen[name] {
			return nil, fmt.Errorf("jurisdictions %q: want a list such as A:2,B:2,C:1",
				s.Jurisdictions)
		}
		seen[name] = true
		seats = append(seats, slices.Repeat([]string{name}, k)...)
	}
	if len(seats) != s.Trustees {
		return nil, fmt.Errorf("jurisdictions %q place %d trustees, there are %d", s.Jurisdictions,
			len(seats), s.Trustees)
	}
	return seats, nil
}

// Trustee names trustee i, from 1.
func Trustee(i int) string { return TrusteeName + ":" + strconv.Itoa(i) }
