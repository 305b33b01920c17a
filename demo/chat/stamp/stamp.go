// Package stamp reads dates and times as phones write them in an exported chat. WhatsApp's text
// has no specification: a phone writes in its own language and habits, with day, month and year
// in any of three orders or the month's name, digits of its own script, a clock of 12 or of 24
// hours, halves of the day in words, and the calendar of its owner, which need not be the
// Gregorian one. The words are those of Unicode's CLDR, in locales.txt.
//
// One date does not tell its order: 03/04/2017 is in March or in April. So [Parse] keeps the
// numbers as they stand, and [Choose] finds the order that fits all dates of a file; then
// [Stamp.Time] says when it was. TestCalendars and TestDateOrder in package chat show both.
package stamp

import (
	_ "embed"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"doormat/demo/chat/spelling"
)

// A Stamp is a date and time as written. Which number is the day is not known
// until the whole file has been seen, see [Choose], unless a month's name says it.
type Stamp struct {
	field    [3]int // of the date, in the order of the file; year, month, day if fixed
	digits   [3]int // how many digits each field has
	fixed    bool
	clock    time.Duration
	seconds  bool   // the clock shows them
	calendar string // that the year shows, if it is not the Gregorian one and nothing says so
}

// words are those that may stand in a date and time, by their normal form.
var words = readWords(localeTable)

//go:embed locales.txt
var localeTable string

type wordKind int

const (
	half wordKind = iota + 1
	month
	era
	link
)

// A word is what a word of locales.txt means.
type word struct {
	kind  wordKind
	half  byte // 'a', 'p' or 'n'
	value int  // of a month or an era
}

func readWords(table string) map[string]word {
	kinds := map[string]wordKind{"half": half, "month": month, "era": era, "link": link}
	all := map[string]word{}
	for line := range strings.Lines(table) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := strings.Fields(line)
		w := word{kind: kinds[f[0]], half: f[1][0]}
		w.value, _ = strconv.Atoi(f[1])
		for _, text := range f[2:] {
			all[text] = w
		}
	}
	return all
}

// eraLetters are the Japanese eras as an iPhone abbreviates them in Latin letters.
var eraLetters = map[string]int{"R": 2018, "H": 1988, "S": 1925}

// normal is the form in which words are looked up: "p. m." is pm.
func normal(text string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" .,'’\u200b\u061c", r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// In these, text is cleaned and its digits are 0 to 9. What stands between date and
// time and around them has no digit, and parseWords looks at it.
const (
	numericRE = `(?P<a>\d{1,4})(?P<s1>[/.-]) ?(?P<b>\d{1,2})(?P<s2>[/.-]) ?(?P<c>\d{1,4})\.?`
	hanRE     = `(?P<a>\d{1,4}) ?[年년] ?(?P<b>\d{1,2}) ?[月월] ?(?P<c>\d{1,2}) ?[日일]`
	dayRE     = `(?P<c>\d{1,2})(?P<m>[^\d:]+?)(?P<a>\d{4}|\d{2})\.?`
	monthRE   = `(?P<m>\pL[^\d:]*?)(?P<c>\d{1,2}),? +(?P<a>\d{4})`
	yearRE    = `(?P<a>\d{4})(?P<m>[^\d:]+?)(?P<c>\d{1,2})\.?`
	timeRE    = `(?P<h>\d{1,2})(?:[:.]| ?h ?|[時时시点] ?)(?P<n>\d{2})(?:[:.](?P<s>\d{2})|[分분](?: ?(?P<s3>\d{2})[秒초])?)?`
)

// stampREs match a cleaned date and time: "26/03/2017, 19:01", "21:41, 4 November 2019",
// "3/26/17, 7:01:28 p. m.", "2017. 3. 26. 19.01", "令和5年11月4日 19時01分".
//
// To compile them takes as long as all else that the program does to start, and few runs read dates.
var stampREs = sync.OnceValue(compileStamps)

func compileStamps() (all []*regexp.Regexp) {
	for _, date := range []string{numericRE, hanRE, dayRE, monthRE, yearRE} {
		between := `(?P<w1>[^\d]+)`
		if date == monthRE {
			between = `(?P<w1>,? ?)` // what else stands before a month's name is found with it
		}
		all = append(all,
			regexp.MustCompile(`^(?P<w0>[^\d]*?)`+date+`(?P<w1>[^\d]+)`+timeRE+`(?P<w2>[^\d]*)$`),
			regexp.MustCompile(`^(?P<w0>[^\d]*?)`+timeRE+between+date+`(?P<w2>[^\d]*)$`))
	}
	return all
}

// Parse reads a date and time. It is not ok if they cannot be.
func Parse(text string) (s Stamp, ok bool) {
	text = latinDigits(spelling.Clean(text))
	if !plausible(text) {
		return Stamp{}, false
	}
	for _, re := range stampREs() {
		m := re.FindStringSubmatch(text)
		if m == nil {
			continue
		}
		part := func(name string) string {
			if i := re.SubexpIndex(name); i >= 0 {
				return m[i]
			}
			return ""
		}
		if s, ok = readStamp(part); ok {
			return s, true
		}
	}
	return Stamp{}, false
}

// plausible counts digits, which is cheaper than to try each form.
func plausible(text string) bool {
	n := 0
	for i := range len(text) {
		if text[i] >= '0' && text[i] <= '9' {
			n++
		}
	}
	return n >= 6 && n <= 14
}

// readStamp puts the parts of a match together.
func readStamp(part func(string) string) (s Stamp, ok bool) {
	if part("s1") != part("s2") {
		return s, false
	}
	for i, name := range []string{"a", "b", "c"} {
		s.field[i], s.digits[i] = number(part(name)), len(part(name))
	}
	var day byte
	for _, name := range []string{"w0", "w1", "w2"} {
		if !s.parseWords(part(name), name == "w0", &day) {
			return s, false
		}
	}
	if name := part("m"); name != "" {
		w, known := monthNamed(name, &day)
		if !known {
			return s, false
		}
		s.field[1], s.digits[1] = w, 2
	}
	s.fixed = part("m") != "" || part("s1") == ""
	s.seconds = part("s") != "" || part("s3") != ""
	s.clock, ok = clock(number(part("h")), number(part("n")), number(part("s")+part("s3")), day)
	if ok {
		s.guessCalendar()
	}
	return s, ok && fitsAny(s)
}

// parseWords reads what stands before, between or after date and time: commas of
// several scripts, the half of the day, an era, and words that mean nothing here.
func (s *Stamp) parseWords(text string, first bool, day *byte) bool {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(",،、・()'’", r) {
			return ' '
		}
		return r
	}, text)
	if text = strings.TrimSpace(text); text == "" || text == "." {
		return true
	}
	if w, known := words[normal(text)]; known {
		return s.note(w, first, day)
	}
	for _, t := range strings.Fields(text) {
		w, known := words[normal(t)]
		if value := eraLetters[t]; value != 0 && !(known && w.kind == half) {
			w, known = word{kind: era, value: value}, true
		}
		if !known || !s.note(w, first, day) {
			return false
		}
	}
	return true
}

// note applies the meaning of one word.
func (s *Stamp) note(w word, first bool, day *byte) bool {
	switch w.kind {
	case half:
		if *day != 0 {
			return false
		}
		*day = w.half
	case era:
		year := 2
		if first || s.digits[0] == 4 || s.digits[2] == 0 || s.fixed {
			year = 0
		}
		if w.value < 0 && s.field[year] < 100 {
			s.field[year] += 2500
		}
		if w.value != 0 {
			s.field[year], s.digits[year] = s.field[year]+w.value, 4
		}
	case month:
		return false
	}
	return true
}

// monthNamed finds the month's name among what stands between day and year, or time and
// day. There, a half of the day may stand too.
func monthNamed(text string, day *byte) (number int, ok bool) {
	for _, t := range strings.FieldsFunc(text,
		func(r rune) bool { return strings.ContainsRune(" .,-/", r) }) {
		w, known := words[normal(t)]
		switch {
		case known && w.kind == month && number == 0:
			number = w.value
		case known && w.kind == half && number == 0 && *day == 0 && normal(t) != "de":
			*day = w.half
		case normal(t) == "de" || normal(t) == "del" || known && w.kind == link:
		default:
			return 0, false
		}
	}
	return number, number > 0
}

// clock returns the time of day; day is 'a', 'p', 'n' for a half, or 0 for none. Where
// the hour is above 12 the half adds nothing.
func clock(hour, minute, second int, day byte) (time.Duration, bool) {
	if day != 0 && hour <= 12 {
		hour %= 12
		if day == 'p' || day == 'n' && hour >= 6 {
			hour += 12
		}
	}
	d := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute +
		time.Duration(second)*time.Second
	return d, hour < 24 && minute < 60 && second < 60
}

// number reads at most four digits, or none for 0.
func number(digits string) (n int) {
	for _, d := range digits {
		n = 10*n + int(d-'0')
	}
	return n
}

// latinDigits writes the digits of every script as 0 to 9. Unicode encodes each set
// of decimal digits in order, and Go's tables hold them in ranges that begin at 0.
func latinDigits(text string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 || !unicode.IsDigit(r) {
			return r
		}
		for _, set := range unicode.Nd.R16 {
			if r >= rune(set.Lo) && r <= rune(set.Hi) {
				return '0' + (r-rune(set.Lo))%10
			}
		}
		for _, set := range unicode.Nd.R32 {
			if r >= rune(set.Lo) && r <= rune(set.Hi) {
				return '0' + (r-rune(set.Lo))%10
			}
		}
		return r
	}, text)
}

var nearClock = regexp.MustCompile(`\d{1,2}[:.]\d{2}`)

// nearDate is compiled by the first chat: letters of any script take it most of a millisecond, and most
// commands read no chat.
var nearDate = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\d{1,4} ?[/.年년-] ?\d{1,2}|\d ?\pL{3}|\pL{3,}\.? ?\d`)
})

// Nearly reports whether text, which stands where a date and time would, has both in
// a form that is not read.
func Nearly(text string) bool {
	text = latinDigits(spelling.Clean(text))
	at := nearClock.FindAllStringIndex(text, -1)
	for _, a := range at {
		if nearDate().MatchString(text[:a[0]]) || nearDate().MatchString(text[a[1]:]) {
			return true
		}
	}
	return false
}

// Shape shows the form of a date and time without telling what it says.
func Shape(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsDigit(r):
			return '9'
		case unicode.IsLetter(r) || unicode.IsMark(r):
			return 'x'
		}
		return r
	}, spelling.Clean(text))
}

// Begins reports whether text begins with a digit, or with a word with which dates begin in some
// language: what does not is no date, and need not be looked at closely.
func Begins(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	if unicode.IsDigit(first) {
		return true
	}
	if !unicode.IsLetter(first) {
		return false
	}
	word := spelling.Clean(text)
	end := strings.IndexFunc(word, func(r rune) bool {
		return !unicode.IsLetter(r) &&
			!unicode.IsMark(r)
	})
	if end >= 0 {
		word = word[:end]
	}
	w, known := words[normal(word)]
	return known && w.kind != link || eraLetters[word] != 0
}

// Seconds reports whether the clock shows them.
func (s Stamp) Seconds() bool { return s.seconds }
