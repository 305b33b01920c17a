package data

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"doormat/attacks"
	"doormat/demo/plain"
	"doormat/demo/summary"
	"doormat/world"
)

// CellColumns are the columns in which CSV shows a cell. Names keep
// their meaning; read columns by name, since there may be more one day. The time
// that a cell took is left out, so that equal runs give equal files.
var CellColumns = append([]string{
	"attack", "design", "applicable", "at", "parties",
	"target_recovered", "target_total", "target_before", "target_before_total", "target_after", "target_after_total",
	"others_recovered", "others_total", "others_before", "others_before_total", "others_after", "others_after_total",
	"attachments_recovered", "attachments_total", "metadata_recovered", "metadata_total",
	"forged", "false_claims", "noticed", "asked", "served", "expected", "error", "why",
}, parameterColumns()...)

// parameterColumns are the settings of a cell; the moment has a column of its own, since an
// attack may begin at another.
func parameterColumns() (names []string) {
	for _, p := range world.Parameters() {
		if p.Name != "at" {
			names = append(names, p.Name)
		}
	}
	return append(names, "seed")
}

// cellRecord is the line of a cell. Its settings are those that it ran under, which the
// attack may have fixed.
func cellRecord(c *attacks.Cell, seed uint64) []string {
	t, o, s := c.Content.Target, c.Content.Others, c.Trace.Settings
	fields := []any{c.Attack, c.Design, c.Applicable, c.At, c.Parties,
		t.Recovered, t.Total, t.Before, t.BeforeTotal, t.After, t.AfterTotal,
		o.Recovered, o.Total, o.Before, o.BeforeTotal, o.After, o.AfterTotal,
		c.Attachments.Recovered, c.Attachments.Total, c.Metadata.Recovered, c.Metadata.Total,
		c.Forged, c.FalseClaims, len(c.Noticed), c.Lawful.Asked, c.Lawful.Served, c.Expected, c.Error, c.Why}
	for _, p := range world.Parameters() {
		if p.Name != "at" {
			fields = append(fields, p.Value(s))
		}
	}
	return record(append(fields, seed)...)
}

// record writes fields; texts may come from a script's file or a chat, so they are
// cleaned, and inert where a program for spreadsheets opens the file.
func record(fields ...any) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = inert(plain.Clean(fmt.Sprint(f)))
	}
	return out
}

// inert puts an apostrophe before a text that spreadsheets would take for a formula: one
// that begins with = + - or @, as a name in somebody's address book may, also in
// full width (OWASP, "CSV Injection"). Clean has made a tab harmless. Numbers stay numbers.
func inert(text string) string {
	begin := strings.TrimLeft(text, " \u00a0")
	if begin == "" || !strings.ContainsRune("=+-@＝＋－＠", []rune(begin)[0]) {
		return text
	}
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		return text
	}
	return "'" + text
}

// CSV shows a result as a table with a header and a line for each cell.
func CSV(r *attacks.Result) string {
	records := [][]string{CellColumns}
	for i := range r.Cells {
		records = append(records, cellRecord(&r.Cells[i], r.Seed))
	}
	return lines(records)
}

func lines(records [][]string) string {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	_ = w.WriteAll(records) // a buffer takes everything
	return b.String()
}

// SweepColumns are the columns in which CSV shows a point of a sweep.
var SweepColumns = slices.Concat([]string{"over", "value"}, CellColumns, []string{"opened"})

// SweepCSV shows a sweep as a table with a header and a line for each value and design.
// Its last column lists the numbers of the opened messages, separated by spaces.
func SweepCSV(s *summary.Sweep) string {
	records := [][]string{SweepColumns}
	for _, row := range sweepRows(s) {
		opened := strings.Trim(fmt.Sprint(row.Opened), "[]")
		records = append(records, slices.Concat([]string{s.Over, row.Value}, cellRecord(row.Cell, s.Results[0].Seed), []string{opened}))
	}
	return lines(records)
}
