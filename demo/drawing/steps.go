package drawing

import (
	"encoding/hex"
	"fmt"
	"html/template"
	"strings"

	"doormat/attacks/deduce"
	"doormat/demo/plain"
	"doormat/demo/replay"
)

// How many bytes of a proof's facts are shown.
const (
	firstBytes  = 32
	mostBytes   = 4 << 10  // of one fact
	budgetBytes = 64 << 10 // of all facts of a proof
	saltBytes   = 8        // where texts are not shown
)

// Steps lists a proof, step by step: what it is, the capability that it was taken with
// or the rule that gave it, the steps that it rests on, and its bytes, up to 4096 of
// each and 65,536 in all. Where texts is false, no step shows more than the 8 bytes
// with which it begins, since a text may be among those that follow.
func Steps(proof deduce.Proof, texts bool) template.HTML {
	if !sound(proof) {
		return ""
	}
	left := budgetBytes
	t := stepTable{Texts: texts}
	for i, s := range proof {
		row := stepRow{Number: i + 1, Kind: plain.Short(string(s.Fact.Kind), longName),
			Ref: plain.Short(s.Fact.Ref, longName),
			How: plain.Short(s.Rule, longName), Bytes: len(s.Fact.Data)}
		if s.Rule == "" {
			row.From = plain.Short(s.Origin, longName)
		}
		var on []string
		for _, p := range s.Parents {
			on = append(on, fmt.Sprint(p+1))
		}
		row.On = plain.Short(strings.Join(on, ", "), 3*longName)
		most := firstBytes
		if !texts {
			most = saltBytes
		}
		row.First = inHex(s.Fact.Data, most)
		if size := min(len(s.Fact.Data), mostBytes); texts && size > firstBytes && size <= left {
			row.All, left = inHex(s.Fact.Data, mostBytes), left-size
		}
		if text, ok := replay.Said(s.Fact); ok && texts {
			row.Said = plain.Short(text, longText)
		}
		t.Rows = append(t.Rows, row)
	}
	return render("steps", t)
}

// stepTable and stepRow are what the template fills in.
type stepTable struct {
	Texts bool
	Rows  []stepRow
}

type stepRow struct {
	Number     int
	Kind, Ref  string
	How, From  string // the rule, or the capability; both "" for what the adversary made
	On         string
	Bytes      int
	First, All string // hex
	Said       string // the text of a plaintext
}

// inHex writes the first bytes, eight in a group, and … for what is left out.
func inHex(data []byte, most int) string {
	var b strings.Builder
	for i := 0; i < min(len(data), most); i += 8 {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(hex.EncodeToString(data[i:min(i+8, len(data), most)]))
	}
	if len(data) > most {
		b.WriteString(" …")
	}
	return b.String()
}
