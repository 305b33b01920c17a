package chat

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"doormat/demo/chat/spelling"
)

// A candidate is what stands before ": " in at least one message. Whether it is a name
// shows in all of them together: a line of the app that holds ": " comes once.
type candidate struct {
	first   string // the first text
	count   int
	differs bool           // another text is not first
	open    bool           // some text does not end the quotation that the name begins
	parts   map[string]int // what stands before a second ": ", and how often
	bare    int            // texts without one
}

// findNames decides what of each entry is its author's name:
//
//   - A quotation mark that is opened in the name and closed in the text makes a line of
//     the app, as in `Jo changed the subject to "Party: bring cake"`. One that stays open
//     is part of a name, such as `ד"ר כהן`.
//   - Without a space after the colon, as in "Jorun:Hi", it is a name where the phone puts
//     one before each line, or where somebody of that name writes elsewhere.
//   - A name that is followed by a second name in each of its messages, as contacts that
//     are called "Work: Imke" and "Work: Jorun" are, ends behind that.
func (r *reader) findNames(entries []entry) {
	seen := map[string]*candidate{}
	spelt := spellings{}
	for i := range entries {
		e := &entries[i]
		e.name, e.text, e.spaced = splitName(e.rest)
		e.name = spelt.first(e.name)
		if e.name != "" && e.spaced {
			seen[e.name] = seen[e.name].with(e.name, e.text)
		}
	}
	var tight []int
	for i := range entries {
		e := &entries[i]
		known := seen[e.name]
		switch {
		case e.name == "":
		case !e.spaced && (known != nil || r.layout != dash && named(e.name)):
			tight = append(tight, e.line)
		case !e.spaced, isNotice(e.name, known):
			e.name = ""
		}
	}
	if len(tight) > 0 {
		r.warn("no space follows the name's colon, read as a name: " + listLines(tight))
	}
	r.splitContacts(entries, seen)
}

// spellings are the names of a file by their folded form: an é that is one character in
// some lines and two in others makes no second person.
type spellings map[string]string

// first returns the spelling of a name that came first.
func (s spellings) first(name string) string {
	folded := spelling.Fold(name)
	if known, ok := s[folded]; ok {
		return known
	}
	s[folded] = name
	return name
}

// with returns c after one more text.
func (c *candidate) with(name, text string) *candidate {
	first, _, _ := strings.Cut(text, "\n")
	if c == nil {
		c = &candidate{first: text}
	}
	c.count++
	c.differs = c.differs || text != c.first
	c.open = c.open || !closesQuote(name, first)
	part, _, found := strings.Cut(first, ": ")
	part = spelling.Name(part)
	if !found || !named(part) || len(c.parts) > MaxAccounts {
		c.bare++
		return c
	}
	if c.parts == nil {
		c.parts = map[string]int{}
	}
	c.parts[part]++
	return c
}

// named reports whether text may be a contact's name: short, and no sentence or link.
func named(text string) bool {
	const longest = 40
	return text != "" && utf8.RuneCountInString(text) <= longest &&
		!strings.ContainsAny(text, "?!<>|") &&
		!strings.Contains(text, ". ") && !strings.HasSuffix(text, "http") &&
		!strings.HasSuffix(text, "https") &&
		strings.IndexFunc(text, unicode.IsLetter) >= 0
}

// isNotice reports whether name and what stands behind it are a line of the app.
func isNotice(name string, c *candidate) bool {
	const sentence = 40
	if strings.Contains(name, ". ") && utf8.RuneCountInString(name) > sentence {
		return c.count == 1 || !c.differs
	}
	mark, opens := openQuote(name)
	if mark == 0 || c.open {
		return false
	}
	return opens || c.count == 1
}

// closers are the marks that may end a quotation, by the one that begins it.
var closers = map[rune]string{
	'"': `"`, '“': "”", '„': "“”", '«': "»", '»': "«", '‹': "›", '「': "」", '『': "』",
	'《': "》", '‘': "’",
}

// openQuote returns the quotation mark that name opens and does not close, 0 if there
// is none. opens is false where a letter or digit stands before it, as in ד"ר and 27".
func openQuote(name string) (mark rune, opens bool) {
	before := ' '
	for _, r := range name {
		switch {
		case mark != 0 && strings.ContainsRune(closers[mark], r):
			mark = 0
		case mark == 0 && closers[r] != "":
			mark = r
			opens = r != '"' || !unicode.IsLetter(before) && !unicode.IsDigit(before)
		}
		before = r
	}
	return mark, opens
}

// closesQuote reports whether the first line of the text ends the quotation that name
// begins.
func closesQuote(name, first string) bool {
	mark, opens := openQuote(name)
	if mark == '"' && !opens {
		return strings.HasSuffix(strings.TrimSpace(spelling.Clean(first)), `"`) &&
			strings.Count(first, `"`)%2 == 1
	}
	return mark != 0 && strings.ContainsAny(first, closers[mark])
}

// splitContacts looks for names that stand for several contacts, each followed by
// ": " and a rest that is a name too.
func (r *reader) splitContacts(entries []entry, seen map[string]*candidate) {
	whole := map[string]bool{}
	for name, c := range seen {
		whole[name] = c.bare == 0 && c.severalContacts(seen)
	}
	var split, doubt linesByName
	for i := range entries {
		e := &entries[i]
		if !e.spaced || e.name == "" {
			continue
		}
		first, _, _ := strings.Cut(e.text, "\n")
		part, _, found := strings.Cut(first, ": ")
		if !found {
			continue
		}
		second := spelling.Name(part)
		c := seen[e.name]
		if whole[e.name] {
			e.name, e.text = e.name+": "+second, e.text[len(part)+2:]
			split.add(e.name, e.line)
		} else if n := c.parts[second]; n > 2 && n > c.count/4 ||
			c.bare == 0 && c.count > 1 && n > 0 {
			doubt.add(e.name, e.line)
		}
	}
	split.warn(r, "%q is read as one name, since a second part follows the first in all its "+
		"messages: %s")
	doubt.warn(r, "%q may stand for several contacts, since a second name follows it, and is "+
		"read as one: %s")
}

// severalContacts reports whether what follows the name in each of its messages are
// names: capital letters show it in a few, their repetition in many. People who write
// elsewhere in the chat are spoken to, as in "Ann: Bo: are you there?".
func (c *candidate) severalContacts(seen map[string]*candidate) bool {
	if c.count < 2 || !c.differs || len(c.parts) > max(2, c.count/2) {
		return false
	}
	for part := range c.parts {
		first, _ := utf8.DecodeRuneInString(part)
		if seen[part] != nil || unicode.IsLower(first) && c.count < 4 {
			return false
		}
	}
	return true
}

// linesByName are names and the lines in which they stand.
type linesByName struct {
	names []string
	lines map[string][]int
}

func (t *linesByName) add(name string, line int) {
	if t.lines == nil {
		t.lines = map[string][]int{}
	}
	if t.lines[name] == nil {
		t.names = append(t.names, name)
	}
	t.lines[name] = append(t.lines[name], line)
}

// warn tells of the first few names in a sentence that takes a name and its lines.
func (t *linesByName) warn(r *reader, sentence string) {
	const few = 10
	for i, name := range t.names {
		if i == few {
			r.warn(fmt.Sprintf("and so on for %d more names", len(t.names)-few))
			return
		}
		r.warn(fmt.Sprintf(sentence, name, listLines(t.lines[name])))
	}
}
