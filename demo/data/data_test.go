package data

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo/demotest"
	"doormat/demo/plain"
	"doormat/demo/summary"
)

func TestJSONRoundTrips(t *testing.T) {
	r := demotest.Result(1, "a\u009b\u202e\x7f<&>é")
	doc, err := JSON(r)
	require.NoError(t, err)
	require.Contains(t, string(doc), `a\u009b\u202e\u007f<&>é`)
	var back attacks.Result
	require.NoError(t, json.Unmarshal(doc, &back))
	require.Equal(t, r.Conversation, back.Conversation)
}

// TestInert: a name from a chat or a script is no formula to a spreadsheet.
func TestInert(t *testing.T) {
	for text, want := range map[string]string{
		`=HYPERLINK("http://x","y")`: `'=HYPERLINK("http://x","y")`, "=1+1": "'=1+1", "+44 7700 900123": "'+44 7700 900123", "-Jo": "'-Jo", "@Jo": "'@Jo",
		" =1": "' =1", "＝1": "'＝1", "\t=1": `\t=1`, "-1.5": "-1.5", "+4": "+4", "Jo=1": "Jo=1", "": "", "~ Jo": "~ Jo",
	} {
		require.Equal(t, []string{want}, record(text), text)
	}
	require.Contains(t, CSV(demotest.Result(1, "=cmd|' /C calc'!A0")), ",'=cmd|' /C calc'!A0,")
}

func TestSweepDocuments(t *testing.T) {
	s := &summary.Sweep{Over: "at"}
	for at := range 3 {
		c := attacks.Cell{Attack: "a", Design: "d", Applicable: true, At: at + 1, Why: demotest.Evil}
		if at > 0 {
			c.Trace.Opened = []int{1, 2, 3}[:at+1]
		}
		s.Values = append(s.Values, fmt.Sprint(at+1))
		s.Results = append(s.Results, &attacks.Result{Attacks: []attacks.AttackRow{{ID: "a"}}, Cells: []attacks.Cell{c}})
	}
	data, err := JSON(Sweep(s))
	require.NoError(t, err)
	require.NotContains(t, string(data), "null,\n      \"opened")
	var doc struct {
		Rows []struct {
			Value, Design string
			At            int
			Opened        []int
		}
	}
	require.NoError(t, json.Unmarshal(data, &doc))
	require.Len(t, doc.Rows, 3)
	require.Equal(t, []int{}, doc.Rows[0].Opened)
	require.Equal(t, []int{1, 2, 3}, doc.Rows[2].Opened)
	require.Equal(t, 3, doc.Rows[2].At)

	records, err := csv.NewReader(strings.NewReader(SweepCSV(s))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, SweepColumns, records[0])
	require.Len(t, records, 4)
	last := records[3]
	require.Equal(t, []string{"at", "3", "a", "d", "true", "3"}, last[:6])
	require.Equal(t, "1 2 3", last[len(last)-1])
	require.Equal(t, plain.Clean(demotest.Evil), last[slices.Index(SweepColumns, "why")])
	require.Equal(t, "all", last[slices.Index(SweepColumns, "retention")])
}

func TestCSV(t *testing.T) {
	r := demotest.Result(2, demotest.Evil)
	records, err := csv.NewReader(strings.NewReader(CSV(r))).ReadAll()
	require.NoError(t, err)
	require.Len(t, records, 1+len(r.Cells))
	require.Equal(t, CellColumns, records[0])
	for _, rec := range records {
		for _, field := range rec {
			require.Equal(t, plain.Clean(field), field)
		}
	}
}
