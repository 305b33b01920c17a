package world

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// A Parameter is a setting of a run, declared once: flags, forms, headers of attacks,
// expectations, JSON, CSV, sweeps and documents are loops over [Parameters]. A new one is a
// field of [Settings], a line there, and its use. One that a single design has is declared in
// that design's [Info] by [OwnWord] or [OwnNumber], and needs neither.
type Parameter struct {
	Name   string   // of the flag, the key in JSON, the column in CSV, the setting in a header
	Doc    string   // for --help; what stands between backquotes names the value
	Short  string   // in expressions of headers, expectations and addresses of pages; "" if that is Name
	Label  string   // beside a field of a form
	Means  string   // for a report: what the value says
	Usual  string   // the default as one writes it, "" if it depends on the conversation or on other settings
	Words  []string // the words that a text may be, or that a number may be written as
	Zero   string   // of a number: the word for 0, "" if the least is 1
	Word   bool     // JSON and tables say Zero, not 0
	Every  bool     // a number of messages after which something is done again
	Phrase string   // in a line about a run: "retention %s"; "" where the line says it in its own words
	Hint   string   // what else one may do about a number that is too large
	Sweep  bool     // attacks can be swept over it
	Whose  bool     // the value belongs to a conversation, so that no attack can fix it
	number func(*Settings) *int
	text   func(*Settings) *string
	most   func(s Settings, messages int) int       // of a number; nil for no bound of its own
	named  func(messages int) int                   // of a number: what its one word stands for
	usual  func(s Settings, c *Conversation) string // the default where Usual is ""
	fixed  func(text string, s Settings) (string,
		error) // reads a text in a header; nil where it is taken as is
	own   bool // of one design, see [Info]
	order int  // in which values are computed, see [ByDependence]
}

// ParameterNamed finds a parameter.
func ParameterNamed(name string) (Parameter, bool) {
	i := slices.IndexFunc(parameters, func(p Parameter) bool { return p.Name == name })
	if i < 0 {
		return Parameter{}, false
	}
	return parameters[i], true
}

// Number tells whether values are numbers.
func (p Parameter) Number() bool { return p.number != nil || p.own && len(p.Words) == 0 }

// Key is the name in expectations and addresses.
func (p Parameter) Key() string {
	if p.Short != "" {
		return p.Short
	}
	return p.Name
}

// Most is the largest number that makes sense beside other settings, for a conversation of
// so many messages.
func (p Parameter) Most(s Settings, messages int) int {
	if p.most == nil {
		return 1<<31 - 1
	}
	return p.most(s, messages)
}

// Value is the value as results state it: a number, or a text.
func (p Parameter) Value(s Settings) any {
	if !p.Number() {
		return p.readText(s)
	}
	n := p.readNumber(s)
	switch {
	case p.Word && n == 0:
		return p.Zero
	case p.Word:
		return strconv.Itoa(n)
	}
	return n
}

// Plain is the value as expectations compare it: a number, 0 for its word, or a text.
func (p Parameter) Plain(s Settings) any {
	if !p.Number() {
		return p.readText(s)
	}
	return p.readNumber(s)
}

// Text is the value as one writes it.
func (p Parameter) Text(s Settings) string { return fmt.Sprint(p.Value(s)) }

// Say puts a value into words: "every 10 messages".
func (p Parameter) Say(text string) string {
	switch {
	case p.Every && (text == "0" || text == p.Zero):
		return p.Zero
	case p.Every:
		return "every " + text + " messages"
	}
	return text
}

// Choices are the words that a value may be.
func (p Parameter) Choices() []string {
	if p.Zero != "" {
		return append(slices.Clone(p.Words), p.Zero)
	}
	return slices.Clone(p.Words)
}

// Set reads a value as somebody wrote it. The error says what is wanted.
func (p Parameter) Set(s *Settings, text string, messages int) error {
	switch {
	case !p.Number() && len(p.Words) > 0 && !slices.Contains(p.Words, text):
		return fmt.Errorf("want %s%s", p.wanted(*s, messages), DidYouMean(text, p.Words))
	case !p.Number():
		p.writeText(s, text)
		return nil
	case p.Zero != "" && (text == p.Zero || text == "0" && !p.Word):
		p.writeNumber(s, 0)
		return nil
	case p.named != nil && text == p.Words[0]:
		p.writeNumber(s, p.named(messages))
		return nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil || n < 1 || strconv.Itoa(n) != text:
		return fmt.Errorf("want %s", p.wanted(*s, messages))
	case n > p.Most(*s, messages):
		return fmt.Errorf("want %s%s", p.wanted(*s, messages), p.Hint)
	}
	p.writeNumber(s, n)
	return nil
}

// SetNumber sets a number, 0 for its word.
func (p Parameter) SetNumber(s *Settings, n int) { p.writeNumber(s, n) }

// wanted says what values there are.
func (p Parameter) wanted(s Settings, messages int) string {
	words := p.Choices()
	if !p.Number() {
		return alternatives(words)
	}
	text := "a number from 1"
	if p.most != nil {
		text += fmt.Sprintf(" to %d", p.Most(s, messages))
	}
	if len(words) > 0 {
		text = strings.Join(words, ", ") + " or " + text
	}
	return text
}

// alternatives lists words: "a, b or c".
func alternatives(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// Override sets a value as the header of an attack fixes it: a text, or an expression over t
// and n.
func (p Parameter) Override(s *Settings, text string) error {
	switch {
	case p.fixed != nil:
		fixed, err := p.fixed(text, *s)
		if err == nil {
			p.writeText(s, fixed)
		}
		return err
	case !p.Number():
		return p.Set(s, text, 0)
	case p.Zero != "" && text == p.Zero:
		p.writeNumber(s, 0)
		return nil
	}
	n, err := Index(text, *s)
	if err == nil {
		p.writeNumber(s, n)
	}
	return err
}

// A ValueError is a value that a parameter cannot have.
type ValueError struct {
	Parameter Parameter
	Text      string
	Err       error // what is wanted
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("%s %q: %v", e.Parameter.Name, e.Text, e.Err)
}

func (e *ValueError) Unwrap() error { return e.Err }

// NewSettings are the settings of a run over a conversation: what is given, by name, and
// what is usual. Of own, the parameters that designs have, only those that are given get a
// value. Errors are of type *ValueError, but for one that concerns several values.
func NewSettings(given map[string]string, c *Conversation, own ...Parameter) (Settings, error) {
	var s Settings
	for _, p := range ByDependence() {
		text := cmp.Or(given[p.Name], p.Usual)
		if given[p.Name] == "" && p.usual != nil {
			text = p.usual(s, c)
		}
		if err := p.Set(&s, text, len(c.Messages)); err != nil {
			return s, &ValueError{p, text, err}
		}
	}
	for _, p := range own {
		if text, ok := given[p.Name]; ok {
			if err := p.Set(&s, text, len(c.Messages)); err != nil {
				return s, &ValueError{p, text, err}
			}
		}
	}
	return s, s.Check(c)
}

// MarshalJSON writes one key a parameter, in their order, and one for each value of a
// parameter that a design has.
func (s Settings) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, p := range parameters {
		value, err := json.Marshal(p.Value(s))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%c%q:%s", "{,"[min(i, 1)], p.Name, value)
	}
	own := s.Own.All()
	for _, name := range slices.Sorted(maps.Keys(own)) {
		fmt.Fprintf(&b, ",%q:%q", name, own[name])
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Settings) UnmarshalJSON(data []byte) error {
	var values map[string]any
	if err := json.Unmarshal(data, &values); err != nil {
		return err
	}
	for name, v := range values {
		if text, ok := v.(string); ok && !slices.ContainsFunc(parameters, func(p Parameter) bool {
			return p.Name == name
		}) {
			s.Own = s.Own.With(name, text)
		}
	}
	for _, p := range parameters {
		switch v := values[p.Name].(type) {
		case string:
			if !p.Number() {
				p.writeText(s, v)
			} else if err := p.Set(s, v, 0); err != nil {
				return fmt.Errorf("settings: %s %q: %w", p.Name, v, err)
			}
		case float64:
			if !p.Number() {
				return fmt.Errorf("settings: %s %v: want a text", p.Name, v)
			}
			p.writeNumber(s, int(v))
		}
	}
	return nil
}

// seats evaluates the counts in "A:t,B:n-t". Places with no seat are left out.
func seats(text string, s Settings) (string, error) {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		name, expr, ok := strings.Cut(part, ":")
		if !ok {
			return "", fmt.Errorf("%q: want a list such as A:t,B:n-t", text)
		}
		k, err := Index(expr, s)
		if err != nil {
			return "", err
		}
		if k > 0 {
			out = append(out, fmt.Sprintf("%s:%d", name, k))
		}
	}
	return strings.Join(out, ","), nil
}
