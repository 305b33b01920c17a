// Package sheet writes a testimony sheet: one page on paper for whoever has to answer for
// numbers. It says what is claimed, under which settings, by which command of which program, and
// how anybody can measure it again. The package also reads such a sheet back and compares it with
// what was measured anew.
//
// A sheet is a table of facts, a row for each claim (one attack on one arrangement), and
// sentences about what it does not say. It bears two hashes, both SHA-256 (FIPS 180-4). That of
// the result covers every number of the run, printed or not ([data.Digest]); that of the sheet
// covers its file, its own digits read as zeros ([Seal]). Neither is a signature: whoever changes
// a sheet can compute another hash. What counts is that the numbers can be measured again, so
// [Read.Compare] does not stop at hashes.
//
// The words of a cell are package summary's. No text of a conversation stands here; of a chat of
// one's own there is the hash of its file, and how many messages it has.
//
// TestEdits changes each line of a sheet and sees it refused, with and without a new hash;
// TestOnePage counts the pages that a browser prints.
package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"doormat/attacks"
	"doormat/demo"
	"doormat/demo/bidi"
)

// MostRows is how many rows fit on one page: one for each attack, and one for each claim.
const MostRows = 12

// Rows are those of a sheet about so many attacks on so many arrangements.
func Rows(attacks, designs int) int { return attacks * (1 + designs) }

// Formats are those in which a sheet is written.
var Formats = []string{"html", "markdown"}

// A Sheet is a run and what is testified of it.
type Sheet struct {
	Result  *attacks.Result
	Lab     *attacks.Lab // that made it
	Options demo.Options // that somebody asked for, see [Chosen]
	Program string       // version, and what it was built from
	Chat    string       // SHA-256 of the file of an exported chat, in hex; "" for a built-in one
	Pairs   int          // of an attack and an arrangement that the program can measure
}

// Chosen are the options of a lab with every attack and column by name: what is usual may be
// something else in another version.
func Chosen(o demo.Options, lab *attacks.Lab) demo.Options {
	o.Attacks, o.Designs = nil, nil
	for _, t := range lab.Attacks {
		o.Attacks = append(o.Attacks, t.Header().ID)
	}
	for _, d := range lab.Designs {
		o.Designs = append(o.Designs, d.Info().ID)
	}
	return o
}

// Bytes is the sheet in one of the [Formats], sealed.
func (s *Sheet) Bytes(format string) ([]byte, error) {
	p, err := s.page(format)
	if err != nil {
		return nil, err
	}
	if format == "markdown" {
		return []byte(Seal(bidi.Markdown(p.markdown()))), nil
	}
	text, err := p.html()
	return []byte(Seal(bidi.HTML(text))), err
}

// unsealed stands where the hash of a sheet will be.
var unsealed = strings.Repeat("0", hex.EncodedLen(sha256.Size))

// Seal puts the hash of a sheet into it, in place of the zeros behind its label.
func Seal(page string) string {
	before, after, _ := strings.Cut(page, labelSheet)
	return before + labelSheet + strings.Replace(after, unsealed, Hash([]byte(page)), 1)
}

// Hash is SHA-256 in hex.
func Hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
