// Package data writes results for programs: JSON (RFC 8259), the document that every
// other renderer starts from, and CSV (RFC 4180), for tables and plots. Both are inert:
// what comes from other people's files speaks to no terminal and is no formula to a
// spreadsheet.
//
// [Digest] is the hash by which two runs are the same.
//
// TestInert tries names that are formulas, TestJSONRoundTrips and TestCSV read back what
// was written.
package data

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"doormat/attacks"
	"doormat/demo/plain"
)

// JSON encodes the document v, indented, with a line end. Characters that could
// speak to a terminal are escaped, which JSON allows in strings.
func JSON(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	for _, r := range b.String() {
		if r > 0x7e && plain.Hidden(r) {
			fmt.Fprintf(&out, `\u%04x`, r)
			continue
		}
		out.WriteRune(r)
	}
	return out.Bytes(), nil
}

// Digest is the SHA-256, in hex, of the document of a result without the lines that say how
// many seconds each cell took: the only ones in which equal runs differ. Whoever trusts no
// program has it from two others:
//
//	doormat matrix --format json … | sed '/^ *"seconds": /d' | sha256sum
func Digest(r *attacks.Result) (string, error) {
	document, err := JSON(r)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for line := range bytes.Lines(document) {
		if !bytes.HasPrefix(bytes.TrimLeft(line, " "), []byte(`"seconds": `)) {
			sum.Write(line)
		}
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}
