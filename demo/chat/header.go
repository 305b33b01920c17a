package chat

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// maxStamp is where the search for the end of a header's date and time stops,
// in bytes. The longest ones, full of direction marks, stay below 60.
const maxStamp = 80

// A stamp is a date and time as written. Which number is the day is not known
// until the whole file has been seen, see choose.
type stamp struct {
	field  [3]int // of the date, in the order of the file
	digits [3]int // how many digits each field has
	clock  time.Duration
}

// stampRE matches a cleaned date and time: "26/03/2017, 19:01",
// "3/26/17, 7:01:28 p. m.", "2017. 3. 26. 19.01", "26/03/2017 à 19:01".
var stampRE = regexp.MustCompile(`^(\d{1,4})([/.-]) ?(\d{1,2})([/.-]) ?(\d{1,4})\.?(?:, ?| )` +
	`(?:(?:à|às|at|um|alle|a las|klo|kl\.) )?` +
	`(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?: ?([AaPp])\.? ?[Mm]\.?)?$`)

// splitHeader recognises a header line. rest is what follows it, a suffix of
// line. It is not ok when the date fits none of the orders.
func splitHeader(line string) (format string, s stamp, rest string, ok bool) {
	line = strings.TrimLeftFunc(line, isMark)
	format, end := Android, " - "
	if strings.HasPrefix(line, "[") {
		format, line, end = IOS, line[1:], "]"
	}
	head, _, ok := strings.Cut(line[:min(len(line), maxStamp)], end)
	if !ok {
		return "", stamp{}, "", false
	}
	s, ok = parseStamp(clean(head))
	return format, s, line[len(head)+len(end):], ok
}

func parseStamp(text string) (s stamp, ok bool) {
	m := stampRE.FindStringSubmatch(text)
	if m == nil || m[2] != m[4] {
		return stamp{}, false
	}
	for i, g := range []int{1, 3, 5} {
		s.field[i], s.digits[i] = number(m[g]), len(m[g])
	}
	s.clock, ok = clock(number(m[6]), number(m[7]), number(m[8]), strings.ToLower(m[9]))
	return s, ok && fitsAny(s)
}

// clock returns the time of day; half is "a", "p" or, for 24 hours, "".
func clock(hour, minute, second int, half string) (time.Duration, bool) {
	if half != "" {
		if hour > 12 {
			return 0, false
		}
		hour %= 12
		if half == "p" {
			hour += 12
		}
	}
	d := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second
	return d, hour < 24 && minute < 60 && second < 60
}

// number reads digits that stampRE has matched; at most four, or none for 0.
func number(digits string) (n int) {
	for _, d := range digits {
		n = 10*n + int(d-'0')
	}
	return n
}

// splitName splits "Name: text", where only the first line can hold the name.
// It is not ok for a line of the app. Exports trim the space after an empty
// text, so "Name:" is a name too.
func splitName(rest string) (name, text string, ok bool) {
	first, _, _ := strings.Cut(rest, "\n")
	if i := strings.Index(first, ": "); i >= 0 {
		name, text = first[:i], rest[i+2:]
	} else if bare, found := strings.CutSuffix(first, ":"); found {
		name, text = bare, rest[len(first):]
	}
	if utf8.RuneCountInString(name) > MaxName {
		return "", "", false
	}
	name = strings.TrimSpace(clean(name))
	return name, text, name != "" && quotesPaired(name)
}

func quotesPaired(name string) bool {
	n := 0
	for _, r := range name {
		if strings.ContainsRune(`"“”„«»`, r) {
			n++
		}
	}
	return n%2 == 0
}

// clean drops marks and control characters, which would let two names look
// alike or speak to a terminal, and makes every space an ordinary one.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case isMark(r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, s)
}

// isMark reports whether r is an invisible mark of text direction, or U+FEFF.
func isMark(r rune) bool {
	return r == '\u200e' || r == '\u200f' || r == '\u061c' || r == '\ufeff' ||
		r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}
