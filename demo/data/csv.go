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

// A column is what CSV shows of a cell under a name.
type column struct {
	name string
	of   func(c *attacks.Cell) any
}

var cellColumns = slices.Concat([]column{
	{"attack", func(c *attacks.Cell) any { return c.Attack }},
	{"design", func(c *attacks.Cell) any { return c.Design }},
	{"applicable", func(c *attacks.Cell) any { return c.Applicable }},
	{"at", func(c *attacks.Cell) any { return c.At }},
	{"parties", func(c *attacks.Cell) any { return c.Parties }},
	{"principals", func(c *attacks.Cell) any { return c.Principals }},
	{"target_recovered", func(c *attacks.Cell) any { return c.Content.Target.Recovered }},
	{"target_total", func(c *attacks.Cell) any { return c.Content.Target.Total }},
	{"target_before", func(c *attacks.Cell) any { return c.Content.Target.Before }},
	{"target_before_total", func(c *attacks.Cell) any { return c.Content.Target.BeforeTotal }},
	{"target_after", func(c *attacks.Cell) any { return c.Content.Target.After }},
	{"target_after_total", func(c *attacks.Cell) any { return c.Content.Target.AfterTotal }},
	{"others_recovered", func(c *attacks.Cell) any { return c.Content.Others.Recovered }},
	{"others_total", func(c *attacks.Cell) any { return c.Content.Others.Total }},
	{"others_before", func(c *attacks.Cell) any { return c.Content.Others.Before }},
	{"others_before_total", func(c *attacks.Cell) any { return c.Content.Others.BeforeTotal }},
	{"others_after", func(c *attacks.Cell) any { return c.Content.Others.After }},
	{"others_after_total", func(c *attacks.Cell) any { return c.Content.Others.AfterTotal }},
}, partColumns(), []column{
	{"people_read", func(c *attacks.Cell) any { return c.People.Read }},
	{"people_unnamed", func(c *attacks.Cell) any { return c.People.Unnamed }},
	{"people_privileged", func(c *attacks.Cell) any { return c.People.Privileged }},
	{"delivered", func(c *attacks.Cell) any { return c.Delivered.Messages }},
	{"delivered_total", func(c *attacks.Cell) any { return c.Delivered.Total }},
	{"forged", func(c *attacks.Cell) any { return c.Forged }},
	{"false_claims", func(c *attacks.Cell) any { return c.FalseClaims }},
	{"smuggled", func(c *attacks.Cell) any { return c.Smuggled }},
	{"noticed", func(c *attacks.Cell) any { return len(c.Noticed) }},
	{"disclosed", func(c *attacks.Cell) any { return len(c.Disclosed) }},
	{"asked", func(c *attacks.Cell) any { return c.Lawful.Asked }},
	{"served", func(c *attacks.Cell) any { return c.Lawful.Served }},
	{"served_metadata", func(c *attacks.Cell) any { return c.Lawful.Metadata.Recovered }},
	{"beyond", func(c *attacks.Cell) any { return c.Lawful.Beyond }},
	{"expected", func(c *attacks.Cell) any { return c.Expected }},
	{"missing", func(c *attacks.Cell) any { return c.Missing }},
	{"error", func(c *attacks.Cell) any { return c.Error }},
	{"why", func(c *attacks.Cell) any { return c.Why }},
})

// partColumns are what is counted besides messages.
func partColumns() (list []column) {
	for _, p := range attacks.Parts() {
		list = append(list,
			column{p.Name + "_recovered",
				func(c *attacks.Cell) any { return p.Count(c).Recovered }},
			column{p.Name + "_total", func(c *attacks.Cell) any { return p.Count(c).Total }})
	}
	return list
}

// CellColumns are the columns in which CSV shows a cell, and then its parameters. Names keep
// their meaning; read columns by name, since there may be more one day. The time
// that a cell took is left out, so that equal runs give equal files.
var CellColumns = slices.Concat(names(cellColumns), parameterColumns())

func names(columns []column) (list []string) {
	for _, c := range columns {
		list = append(list, c.name)
	}
	return list
}

// parameterColumns are the settings of a cell, those that only its design has in one column; the
// moment has a column of its own, since an attack may begin at another.
func parameterColumns() (names []string) {
	for _, p := range world.Parameters() {
		if p.Name != "at" {
			names = append(names, p.Name)
		}
	}
	return append(names, "set", "seed")
}

// cellRecord is the line of a cell. Its settings are those that it ran under, which the
// attack or the column may have fixed.
func cellRecord(c *attacks.Cell, seed uint64) []string {
	var fields []any
	for _, column := range cellColumns {
		fields = append(fields, column.of(c))
	}
	for _, p := range world.Parameters() {
		if p.Name != "at" {
			fields = append(fields, p.Value(c.Trace.Settings))
		}
	}
	set := strings.Join(summary.OwnSettings(c.Trace.Settings), "; ")
	return record(append(fields, set, seed)...)
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

// Table writes records of fields as CSV, cleaned and inert as all others; the first is the header.
func Table(records [][]any) string {
	var out [][]string
	for _, fields := range records {
		out = append(out, record(fields...))
	}
	return lines(out)
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
		records = append(records, slices.Concat([]string{s.Over, row.Value},
			cellRecord(row.Cell, s.Results[0].Seed), []string{opened}))
	}
	return lines(records)
}
