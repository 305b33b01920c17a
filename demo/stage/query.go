package stage

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"doormat/attacks"
	"doormat/demo"
	"doormat/world"
)

// Bounds of what a query may say.
const (
	maxTrustees = 25 // of the 100 of the command line
	maxCount    = 1_000_000
	maxText     = 400 // bytes
	maxSeed     = 1<<53 - 1
)

// A choice is the part of a URL's query that says what is run; the rest says what is
// shown of it. Conversation, DateOrder, Designs and Attacks of the options are not used.
type choice struct {
	demo.Options
	Chat string // id of an uploaded chat, "" for the built-in one
}

// defaults is what a query says that says nothing.
func defaults() choice { return choice{Options: demo.Defaults()} }

// A control is one key of the query.
type control struct {
	key, name string
	get       func() string
	set       func(text string) bool
	want      string
}

// controls are those of c. Each has one way of writing a value, the one that get gives.
func (c *choice) controls() []control {
	return []control{
		whole("t", "trustees needed (t)", &c.Threshold, 1, maxTrustees, tooMany),
		whole("n", "trustees in all (n)", &c.Trustees, 1, maxTrustees, tooMany),
		matching("j", "where trustees sit", &c.Jurisdictions, placement, "a list such as A:2,B:2,C:1"),
		whole("refresh", "new shares", &c.Refresh, 0, maxCount, " (messages; 0 for never)"),
		whole("rotate", "new committee key", &c.Rotate, 0, maxCount, " (messages; 0 for never)"),
		matching("retention", "messages a phone keeps", &c.Retention, countOr("all"), "all or a number from 1 to 1000000"),
		matching("mailbox", "the provider's mailbox", &c.Mailbox, mailbox, "all or delivered"),
		matching("resend", "sending under a changed key", &c.Resend, resend, "asked or at-once"),
		matching("at", "moment of the attack", &c.At, countOr("half"), "half or the number of a message"),
		matching("target", "target", &c.Target, printable, "the name of somebody in the conversation"),
		{"seed", "seed", func() string { return strconv.FormatUint(c.Seed, 10) }, func(text string) (ok bool) {
			c.Seed, ok = natural(text, maxSeed)
			return ok
		}, "a number below 2^53"},
		matching("chat", "chat", &c.Chat, chatID.MatchString, "an id that an upload gave"),
	}
}

const tooMany = ": the stage computes while people watch; the command line takes up to 100"

var chatID = regexp.MustCompile(`^[A-Z2-7]{26}$`) // crypto/rand.Text: 128 bits and a little

// whole is a control for a number from least to most.
func whole(key, name string, into *int, least, most int, hint string) control {
	return control{key, name, func() string { return strconv.Itoa(*into) }, func(text string) bool {
		n, ok := natural(text, uint64(most))
		if ok = ok && int(n) >= least; ok {
			*into = int(n)
		}
		return ok
	}, "a number from " + strconv.Itoa(least) + " to " + strconv.Itoa(most) + hint}
}

// matching is a control for text that fits.
func matching(key, name string, into *string, fits func(string) bool, want string) control {
	return control{key, name, func() string { return *into }, func(text string) bool {
		if !fits(text) {
			return false
		}
		*into = text
		return true
	}, want}
}

// natural reads digits, written as Go writes the number.
func natural(text string, most uint64) (uint64, bool) {
	n, err := strconv.ParseUint(text, 10, 64)
	return n, err == nil && n <= most && strconv.FormatUint(n, 10) == text
}

func countOr(word string) func(string) bool {
	return func(text string) bool {
		n, ok := natural(text, maxCount)
		return text == word || ok && n > 0
	}
}

func mailbox(text string) bool { return text == world.MailboxAll || text == world.MailboxDelivered }

func resend(text string) bool { return text == world.ResendAsked || text == world.ResendAtOnce }

func placement(text string) bool { return printable(text) && strings.Contains(text, ":") }

func printable(text string) bool {
	return len(text) <= maxText && utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// parse reads the query of a URL. Keys that are no controls are the page's own, and an
// empty value is that of a field nobody filled in. Errors are of type *demo.UsageError.
func parse(q url.Values) (choice, error) {
	c := defaults()
	for _, k := range c.controls() {
		switch values := q[k.key]; {
		case len(values) > 1:
			return c, demo.Usagef("%s: %s= comes %d times, want it once", k.name, k.key, len(values))
		case len(values) == 0 || values[0] == "":
		case !k.set(values[0]):
			return c, demo.Usagef("%s: %.40q: want %s", k.name, values[0], k.want)
		}
	}
	return c, c.settle()
}

// settle checks what depends on more than one control, and drops what says no more
// than the default.
func (c *choice) settle() error {
	if c.Threshold > c.Trustees {
		return demo.Usagef("trustees needed (t): %d of %d: choose 1 to %d, or more trustees in all (n)", c.Threshold, c.Trustees, c.Trustees)
	}
	even := world.RoundRobin(c.Trustees)
	if c.Jurisdictions == even {
		c.Jurisdictions = ""
	}
	s := world.Settings{Trustees: c.Trustees, Jurisdictions: c.Jurisdictions}
	if s.Jurisdictions == "" {
		s.Jurisdictions = even
	}
	if _, err := s.Placement(); err != nil {
		return demo.Usagef("where trustees sit: %v", err)
	}
	return nil
}

// encode is the query that says c and nothing that is default; parse gives c again.
func (c choice) encode() url.Values {
	q := url.Values{}
	d := defaults()
	plain := d.controls()
	for i, k := range c.controls() {
		if text := k.get(); text != plain[i].get() {
			q.Set(k.key, text)
		}
	}
	return q
}

// lab brings the choice together with a kit and the conversation that it names.
func (c choice) lab(kit demo.Kit, conv *world.Conversation) (*attacks.Lab, error) {
	if k, err := strconv.Atoi(c.At); err == nil && k > len(conv.Messages) {
		return nil, demo.Usagef("moment of the attack: message %d: this conversation has %d", k, len(conv.Messages))
	}
	return c.Lab(kit, conv)
}
