package sheet

import (
	"errors"
	"fmt"
	"strings"

	"doormat/demo/plain"
	"doormat/demo/summary"
)

// A Report tells whether the claims of a sheet hold.
type Report struct {
	Program, Wrote string // that measured, and that wrote the sheet
	Claims         []Compared
	Hash, Written  string // of the result: as measured, and on the sheet
}

// Compared is a claim beside what was measured.
type Compared struct{ Said, Measured Claim }

// Another reports whether the sheet was written by another version than measured now.
func (r *Report) Another() bool { return r.Program != r.Wrote }

// Holds reports whether the claim holds: its words and its number, or only the number if
// another version wrote it in its own words.
func (r *Report) Holds(c Compared) bool {
	return c.Said.Number == c.Measured.Number && (r.Another() || c.Said.Words == c.Measured.Words)
}

// failed counts the claims that do not hold.
func (r *Report) failed() (n int) {
	for _, c := range r.Claims {
		if !r.Holds(c) {
			n++
		}
	}
	return n
}

// Failed says what does not hold, "" if everything does.
func (r *Report) Failed() string {
	switch n := r.failed(); {
	case n > 0:
		return fmt.Sprintf("%d of %s", n, summary.Count(len(r.Claims), "claim"))
	case r.Hash != r.Written && !r.Another():
		return "the hash of the result"
	}
	return ""
}

// Text says so in lines.
func (r *Report) Text() string {
	var b strings.Builder
	say := func(format string, args ...any) {
		b.WriteString(plain.Clean(fmt.Sprintf(format, args...)) + "\n")
	}
	if r.Another() {
		say("Written by doormat %s, measured by doormat %s: the numbers of the claims are "+
			"compared, and nothing else on the sheet: a page can show others than it is read for. "+
			"What it shows, only the version that wrote it can check.", r.Wrote, r.Program)
	}
	for i, c := range r.Claims {
		head := fmt.Sprintf("%d. %s on %s", i+1, c.Said.Attack, c.Said.Design)
		switch {
		case c.Said.Number == c.Measured.Number && c.Said.Words == c.Measured.Words:
			say("%s: holds: %s", head, c.Said.Number)
			continue
		case r.Holds(c):
			say("%s: its number holds, its words are others", head)
		default:
			say("%s: differs", head)
		}
		say("   the sheet says: %s. %s", c.Said.Number, c.Said.Words)
		say("   measured:       %s. %s", c.Measured.Number, c.Measured.Words)
	}
	switch {
	case r.Hash == r.Written && r.failed() > 0:
		say("The hash of the result is the same: the sheet was changed after it was written, and " +
			"not what is measured.")
	case r.Hash == r.Written:
		say("The hash of the result is the same: so is every number of the run, printed or not.")
	case r.Another():
		say("The hash of the result is another, as it is with every other version that counts or " +
			"says more.")
	default:
		say("The hash of the result differs: the sheet says %s, measured %s.", r.Written, r.Hash)
	}
	return b.String()
}

// Compare sets a sheet beside what its command measures now. The error, of type *LineError,
// says that the sheet was edited, whatever its own hash says, and where.
func (r *Read) Compare(again *Sheet) (*Report, error) {
	text, err := again.Bytes(r.Format)
	if err != nil {
		return nil, err
	}
	now, err := Parse(text)
	if err != nil {
		return nil, fmt.Errorf("sheet: this program cannot read its own sheet: %w", err)
	}
	for _, same := range []func(*Read, *Read) error{(*Read).unsealed, (*Read).sameClaims,
		(*Read).sameRest} {
		if err := same(r, now); err != nil {
			return nil, err
		}
	}
	report := &Report{Program: again.Program, Wrote: r.Program, Hash: now.result.Words,
		Written: r.result.Words}
	for i, c := range r.claims {
		report.Claims = append(report.Claims, Compared{c.Claim, now.claims[i].Claim})
	}
	return report, nil
}

var errEdited = errors.New("the sheet was edited after it was written: its hash is not that of " +
	"its content")

// unsealed looks for what was edited in a sheet whose hash is not its own: the first line that
// its command does not give, or the hash.
func (r *Read) unsealed(now *Read) error {
	if r.Sealed {
		return nil
	}
	if r.Program != now.Program {
		return wrong(r.seal, "%w", errEdited)
	}
	for i, line := range r.lines {
		if i+1 != r.seal && (i >= len(now.lines) || line != now.lines[i]) {
			return wrong(i+1, "%w; this line is not what its command gives", errEdited)
		}
	}
	return wrong(r.seal, "%w; no other line differs from what its command gives", errEdited)
}

// sameClaims wants the claims that the command makes, each in its place.
func (r *Read) sameClaims(now *Read) error {
	for i, c := range r.claims {
		if i >= len(now.claims) || c.Attack != now.claims[i].Attack ||
			c.Design != now.claims[i].Design {
			return wrong(c.line, "the sheet was edited: its command makes no claim about %s on %s "+
				"here", plain.Clean(c.Attack), plain.Clean(c.Design))
		}
	}
	if len(now.claims) > len(r.claims) {
		c := now.claims[len(r.claims)]
		return wrong(r.claims[len(r.claims)-1].line, "the sheet was edited: after this its command "+
			"makes a claim about %s on %s", c.Attack, c.Design)
	}
	return nil
}

// sameRest wants every line to be what this program writes, but for what was measured. Of
// another version's lines nothing can be said.
func (r *Read) sameRest(now *Read) error {
	if r.Program != now.Program {
		return nil
	}
	for i, line := range r.lines {
		if i >= len(now.lines) || line != now.lines[i] && !r.measured(i+1, now) {
			return wrong(i+1, "the sheet was edited, and given a new hash: this line is not what "+
				"its command gives")
		}
	}
	if len(now.lines) > len(r.lines) {
		return wrong(len(r.lines), "the sheet was edited: it ends before its command's does")
	}
	return nil
}

// measured reports whether a line differs in what was measured only.
func (r *Read) measured(line int, now *Read) bool {
	said, is := r.lines[line-1], now.lines[line-1]
	switch line {
	case r.seal:
		return strings.Replace(said, r.hash, now.hash, 1) == is
	case r.result.line:
		return strings.Replace(said, r.result.Words, now.result.Words, 1) == is
	}
	for i, c := range r.claims {
		if c.line == line {
			other := now.claims[i]
			return c.Number != other.Number || c.Words != other.Words
		}
	}
	return false
}
