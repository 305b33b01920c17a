package sheet

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"doormat/demo"
	"doormat/demo/bidi"
)

// MostBytes is how long a sheet may be; one that this program writes has some ten thousand.
const MostBytes = 1 << 20

// A Read is a sheet that was read back.
type Read struct {
	Format   string
	Program  string   // that wrote it
	Command  []string // its flags
	Settings []string // flags for all settings
	Chat     string   // hash of the file, "" for a built-in conversation
	Sealed   bool     // its hash is that of its bytes
	lines    []string
	claims   []placed
	result   placed // of which Words is the hash
	seal     int    // the line of the sheet's own hash
	hash     string
	places   map[string]int
}

// placed is a claim and its line, counted from 1.
type placed struct {
	Claim
	line int
}

// A LineError is what is wrong with a line of a sheet.
type LineError struct {
	Line int // counted from 1
	Err  error
}

func (e *LineError) Error() string { return fmt.Sprintf("%d: %v", e.Line, e.Err) }
func (e *LineError) Unwrap() error { return e.Err }

// wrong is an error at a line.
func wrong(line int, format string, args ...any) error {
	return &LineError{line, fmt.Errorf(format, args...)}
}

// Parse reads a sheet. What it needs are rows of tables: those of the facts have two cells, those
// of the claims four. It keeps all other lines, for [Read.Compare]. Errors are of type
// *LineError.
func Parse(data []byte) (*Read, error) {
	r := &Read{lines: strings.Split(string(data), "\n"), places: map[string]int{}}
	unix := bytes.ReplaceAll(bytes.TrimPrefix(data, []byte("\ufeff")), []byte("\r\n"), []byte("\n"))
	switch {
	case bytes.HasPrefix(unix, []byte("<!DOCTYPE html>\n")):
		r.Format = "html"
	case bytes.HasPrefix(unix, []byte("# "+title+"\n")):
		r.Format = "markdown"
	default:
		return nil, wrong(1, "this is no sheet that doormat sheet wrote")
	}
	if len(unix) < len(data) {
		return nil, wrong(1, "a program has changed this sheet's line ends, or put a mark (U+FEFF) "+
			"before it, and its hash is of every byte: get it as doormat wrote it")
	}
	facts := map[string]string{}
	for i, line := range r.lines {
		cells := r.cells(line)
		switch len(cells) {
		case 2:
			if r.places[cells[0]] > 0 && slices.Contains(readBack, cells[0]) {
				return nil, wrong(i+1, "a second row named %q, after line %d", cells[0],
					r.places[cells[0]])
			}
			facts[cells[0]], r.places[cells[0]] = cells[1], i+1
		case 4:
			attack, design, _ := strings.Cut(cells[1], " on ")
			if n, err := strconv.Atoi(cells[0]); err == nil {
				r.claims = append(r.claims, placed{Claim{n, attack, design, cells[2], cells[3]},
					i + 1})
			}
		}
	}
	if err := r.take(facts); err != nil {
		return nil, err
	}
	return r, nil
}

// readBack are the facts that a sheet is read for.
var readBack = []string{labelProgram, labelCommand, labelSettings, labelChat, labelResult,
	labelSheet}

// take understands the facts.
func (r *Read) take(facts map[string]string) (err error) {
	last := len(r.lines)
	for _, label := range readBack {
		if r.places[label] == 0 && label != labelChat {
			return wrong(last, "the sheet has no row named %q", label)
		}
	}
	if len(r.claims) == 0 {
		return wrong(last, "the sheet claims nothing")
	}
	r.Program = strings.TrimPrefix(facts[labelProgram], "doormat ")
	command, ok := strings.CutPrefix(facts[labelCommand]+" ", "doormat sheet ")
	if !ok {
		return r.at(labelCommand, errors.New("want doormat sheet, and its flags"))
	}
	if r.Command, err = demo.Words(command); err != nil {
		return r.at(labelCommand, err)
	}
	if r.Settings, err = demo.Words(facts[labelSettings]); err != nil {
		return r.at(labelSettings, err)
	}
	for _, label := range []string{labelChat, labelResult, labelSheet} {
		if _, err := hex.DecodeString(facts[label]); err != nil ||
			len(facts[label]) != len(unsealed) && (label != labelChat || r.places[label] > 0) {
			return r.at(label, fmt.Errorf("want %d hex digits", len(unsealed)))
		}
	}
	r.Chat, r.hash, r.seal = facts[labelChat], facts[labelSheet], r.places[labelSheet]
	r.result = placed{Claim{Words: facts[labelResult]}, r.places[labelResult]}
	blank := slices.Clone(r.lines)
	blank[r.seal-1] = strings.Replace(blank[r.seal-1], r.hash, unsealed, 1)
	r.Sealed = Hash([]byte(strings.Join(blank, "\n"))) == r.hash
	return nil
}

// at is an error about a fact.
func (r *Read) at(label string, err error) error {
	return wrong(r.places[label], "%s: %w", label, err)
}

// InCommand says that an error lies in the command on the sheet.
func (r *Read) InCommand(err error) error { return r.at(labelCommand, err) }

// InSettings says that an error lies in the settings on the sheet.
func (r *Read) InSettings(err error) error { return r.at(labelSettings, err) }

var (
	rowTag  = regexp.MustCompile(`^<tr>(<t[hd][ >].*</t[hd]>)</tr>$`)
	cellTag = regexp.MustCompile(`<t[hd](?: [^>]*)?>(.*?)</t[hd]>`)
	anyTag  = regexp.MustCompile(`<[^>]*>`)
	between = regexp.MustCompile(` \| `)
	entity  = strings.NewReplacer(`\\`, `\`, `\|`, "|", "\\`", "`", `\*`, "*", `\_`, "_", `\[`, "[",
		`\]`, "]", "&lt;", "<", "&gt;", ">", "&amp;", "&")
	isolate = strings.NewReplacer(bidi.FSI, "", bidi.PDI, "")
)

// cells are those of a row of a table, as people read them; none if the line is no row.
func (r *Read) cells(line string) (list []string) {
	if r.Format == "html" {
		row := rowTag.FindStringSubmatch(line)
		if row == nil {
			return nil
		}
		for _, cell := range cellTag.FindAllStringSubmatch(row[1], -1) {
			text := html.UnescapeString(anyTag.ReplaceAllString(cell[1], ""))
			list = append(list, isolate.Replace(text))
		}
		return list
	}
	row, begins := strings.CutPrefix(line, "| ")
	row, ends := strings.CutSuffix(row, " |")
	if !begins || !ends {
		return nil
	}
	for _, cell := range between.Split(row, -1) {
		list = append(list, isolate.Replace(unmark(cell)))
	}
	return list
}

// unmark undoes what package markdown does to a text, or to names as code with words between.
func unmark(text string) string {
	var b strings.Builder
	for text != "" {
		before, code, found := strings.Cut(text, "`")
		if strings.HasSuffix(before, `\`) || !found { // a text, in which it is escaped
			b.WriteString(entity.Replace(text))
			break
		}
		b.WriteString(entity.Replace(before))
		fence := "`"
		for strings.HasPrefix(code, "`") {
			fence, code = fence+"`", code[1:]
		}
		code, text, _ = strings.Cut(code, fence)
		if len(fence) > 1 {
			code = strings.TrimSuffix(strings.TrimPrefix(code, " "), " ")
		}
		b.WriteString(strings.ReplaceAll(code, `\|`, "|"))
	}
	return b.String()
}
