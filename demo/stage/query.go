package stage

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/story"
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

// parameters are all that a page can set. Every address on it asks for them, so they are gathered
// once.
var parameters = sync.OnceValue(func() []world.Parameter {
	return append(world.ByDependence(), demo.OwnOfAll()...)
})

// controls are those of c. Each has one way of writing a value, the one that get gives.
func (c *choice) controls() []control {
	var list []control
	for _, p := range parameters() {
		list = append(list, c.parameter(p))
	}
	return append(list,
		control{"seed", "seed", func() string { return strconv.FormatUint(c.Seed, 10) },
			func(text string) (ok bool) {
				c.Seed, ok = natural(text, maxSeed)
				return ok
			}, "a number below 2^53"},
		control{"story", "story", func() string { return c.Story }, func(text string) bool {
			_, known := story.Named(text)
			if c.Story = text; text == story.All()[0].ID {
				c.Story = "" // one way of writing it
			}
			return known
		}, strings.Join(demo.StoryIDs(), " or ")},
		control{"chat", "chat", func() string { return c.Chat }, func(text string) bool {
			ok := chatID.MatchString(text)
			if ok {
				c.Chat = text
			}
			return ok
		}, "an id that an upload gave"})
}

// parameter is the control of a parameter. What depends on the conversation, or on other
// settings, is checked later.
func (c *choice) parameter(p world.Parameter) control {
	k := control{key: p.Key(), name: p.Label, get: func() string { return c.Value(p) },
		want: "a text of at most " + strconv.Itoa(maxText) + " bytes"}
	if p.Short != "" {
		k.name += " (" + p.Short + ")"
	}
	most := maxCount
	if p.Name == "trustees" || p.Name == "threshold" {
		most, k.want = maxTrustees, "a number from 1 to "+strconv.Itoa(maxTrustees)+tooMany
	} else if p.Number() || len(p.Words) > 0 {
		k.want = strings.Join(p.Choices(), " or ")
		if p.Number() {
			k.want += " or a number from 1 to " + strconv.Itoa(maxCount)
		}
	}
	k.set = func(text string) bool {
		if text == p.Zero && !p.Word {
			text = "0"
		}
		if n, err := strconv.Atoi(text); p.Number() && err == nil && n > most || !printable(text) {
			return false
		}
		s := world.Settings{Trustees: maxTrustees}
		if err := p.Set(&s, text, maxCount); err != nil {
			return false
		}
		if text == p.Usual {
			text = "" // one way of writing it
		}
		c.Set(p.Name, text)
		return true
	}
	return k
}

const tooMany = ": the stage computes while people watch; the command line takes up to 100"

var chatID = regexp.MustCompile(`^[A-Z2-7]{26}$`) // crypto/rand.Text: 128 bits and a little

// natural reads digits, written as Go writes the number.
func natural(text string, most uint64) (uint64, bool) {
	n, err := strconv.ParseUint(text, 10, 64)
	return n, err == nil && n <= most && strconv.FormatUint(n, 10) == text
}

func printable(text string) bool {
	return len(text) <= maxText && utf8.ValidString(text) && !strings.ContainsFunc(text,
		unicode.IsControl)
}

// parse reads the query of a URL. Keys that are no controls are the page's own, and an
// empty value is that of a field nobody filled in. Errors are of type *demo.UsageError.
func parse(q url.Values) (choice, error) {
	c := defaults()
	for _, p := range parameters() {
		if key := p.Key(); key != p.Name && q.Has(p.Name) {
			return c, demo.Usagef("%s: in an address it is called %s", p.Name, key)
		}
	}
	for _, k := range c.controls() {
		switch values := q[k.key]; {
		case len(values) > 1:
			return c, demo.Usagef("%s: %s= comes %d times, want it once", k.name, k.key,
				len(values))
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
	var s world.Settings
	for _, p := range world.ByDependence() {
		even := world.RoundRobin(s.Trustees)
		if text := c.Given[p.Name]; p.Name == "jurisdictions" && (text == "" || text == even) {
			c.Set(p.Name, "")
			s.Jurisdictions = even
			continue
		}
		text := c.Value(p)
		if err := p.Set(&s, text, maxCount); err != nil {
			return demo.Usagef("%s: %s: %v", c.parameter(p).name, text, err)
		}
	}
	if _, err := s.Seats(); err != nil {
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

// lab brings the choice together with a kit, all of whose designs are shown, and the
// conversation that it names.
func (c choice) lab(kit demo.Kit, conv *world.Conversation) (*attacks.Lab, error) {
	if k, err := strconv.Atoi(c.Given["at"]); err == nil && k > len(conv.Messages) {
		return nil, demo.Usagef("moment of the attack: message %d: this conversation has %d", k,
			len(conv.Messages))
	}
	o := c.Options
	o.Designs = kit.DesignIDs() // else the story's pair would be meant
	return o.Lab(kit, conv)
}

func address(path string, v url.Values) string {
	if text := v.Encode(); text != "" {
		return path + "?" + text
	}
	return path
}
