package text

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/technique"
	"doormat/attacks/trace"
	"doormat/demo/demotest"
	"doormat/demo/markdown"
)

// A cell that counts what orders yielded says whose the recovery is, where that could
// be taken for something else, and the legend explains the words that it uses.
func TestOrdersInACell(t *testing.T) {
	opened := func(n int) attacks.Content {
		return attacks.Content{Target: attacks.Exposure{Recovered: n, Total: 28, Before: n, BeforeTotal: 28}}
	}
	told := []attacks.Disclosure{{By: "user:Ann", What: "w", AfterMessage: 72, AfterHours: 2165}, {By: "monitor", What: "m"}}
	for _, test := range []struct {
		cell         attacks.Cell
		says, silent []string
	}{
		{attacks.Cell{Content: opened(13), Lawful: attacks.Lawful{Asked: 13, Served: 13}},
			[]string{"✓ served 13/13", "the agency's", "signed, at once", "nothing beyond"}, []string{"agency served:", "by no order"}},
		{attacks.Cell{Content: opened(13), Lawful: attacks.Lawful{Asked: 4, Served: 4, Beyond: 9, DelayHours: 7}},
			[]string{"✓ served 4/4 beyond 9", "9 beyond the scope", "the last 7 hours after"}, []string{"agency served:"}},
		{attacks.Cell{Content: opened(13), Lawful: attacks.Lawful{Asked: 13, Served: 13}, ForOthers: true},
			[]string{"✓ agency served 13/13", "agency served:", "the adversary's, who is not the agency"}, nil},
		{attacks.Cell{Content: opened(28), Lawful: attacks.Lawful{Asked: 13}, ByNoOrder: 28},
			[]string{"served 0/13", "by no order 28", "by no order: ", "28 of it came by no order"}, []string{"✓ served"}},
		{attacks.Cell{Content: opened(28), ByNoOrder: 28}, nil, []string{"by no order", "served:", "disclosed:"}},
		{attacks.Cell{Lawful: attacks.Lawful{Asked: 4}, Disclosed: told},
			[]string{"served 0/4", "disclosed to Ann, monitor", "disclosed: who is told", "by nobody at the time", "90 days later"},
			[]string{"the agency's,"}},
		{attacks.Cell{}, []string{"by nobody"}, []string{"at the time", "Disclosed", "people:", "delivered"}},
		{attacks.Cell{People: attacks.People{Read: 5, Unnamed: 4, Privileged: 2},
			Trace: trace.Trace{Protected: []string{"a doctor", "a judge"}}},
			[]string{"people 5, unnamed 4", "people: those whose", "5 wrote what", "2 of them the law protects: a doctor and a judge"}, nil},
		{attacks.Cell{People: attacks.People{Read: 1}}, []string{"people 1, unnamed 0"}, []string{"the law protects"}},
		{attacks.Cell{Delivered: attacks.Delivered{Messages: 71, Total: 72}}, []string{"delivered 71/72", "delivered: messages"}, nil},
		{attacks.Cell{Delivered: attacks.Delivered{Messages: 72, Total: 72}}, nil, []string{"elivered"}},
		{attacks.Cell{Parties: 1, Principals: 4}, []string{"×1", "1 break-in needed (4, those of a country one by one)"}, nil},
	} {
		c := test.cell
		c.Attack, c.Design, c.Applicable, c.Expected = "part", "d1", true, true
		r := demotest.Result(1, "Ann")
		r.Cells = []attacks.Cell{c}
		r.Attacks = r.Attacks[1:2]
		text := Matrix(r, 100) + markdown.Result(r) + Run{Result: r, Header: technique.Header{ID: "part"}}.Text(100)
		text = strings.Join(strings.Fields(text), " ")
		for _, want := range test.says {
			require.Contains(t, text, want)
		}
		for _, no := range test.silent {
			require.NotContains(t, text, no)
		}
	}
}
