// Package data writes results for programs: JSON (RFC 8259), the document that every
// other renderer starts from, and CSV (RFC 4180), for tables and plots. Both are inert:
// what comes from other people's files speaks to no terminal and is no formula to a
// spreadsheet.
//
// TestInert tries names that are formulas, TestJSONRoundTrips and TestCSV read back what
// was written.
package data

import (
	"bytes"
	"encoding/json"
	"fmt"

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
