package summary

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo/demotest"
)

// Two columns of one design, of which one keeps mail, say what kept mail is worth, also
// where one of them was made ahead. A column of which there is one form says where to look.
func TestKeptMail(t *testing.T) {
	both := demotest.Result(2, "Ann")
	for i, mail := range []string{"all", "delivered"} {
		both.Designs[i].Design, both.Designs[i].Name = "d", "Ann"
		both.Designs[i].Parameters = map[string]string{"mailbox": mail, "compare": "none"}
	}
	require.Contains(t, keptMail(both), "with Ann, 0 of 5 attacks open more where it is kept.")
	for i := range both.Cells {
		c := &both.Cells[i]
		switch {
		case c.Design == "d1":
		case c.Attack == "part":
			c.Content = attacks.Content{}
		case c.Attack == "served":
			c.Lawful.Served = 3
		}
	}
	both.Cells[0].Metadata.Recovered = 1 // of the attack that opens nothing
	const worth = "with Ann, 1 of 5 attacks opens more where it is kept (part), 1 other tells more of who wrote to whom, and 1 order is served in full only there."
	require.Contains(t, keptMail(both), worth)

	one := *both
	one.Designs = both.Designs[1:]
	require.Equal(t, "Kept mail: Ann erases on delivery. What that is worth: --designs all.", keptMail(&one))
	one.Ahead = both
	require.Contains(t, keptMail(&one), worth)
	one.Ahead = demotest.Result(2, "Ann") // other designs
	require.Contains(t, keptMail(&one), "--designs all")

	one.Designs[0].Parameters = nil // what a column does not fix, the settings say
	require.Contains(t, keptMail(&one), "keeps all")

	// One column of a design has both forms, another has not: the first is told, whichever
	// comes first. A design without is told beside.
	mixed := *both
	mixed.Designs = append([]attacks.DesignRow{{ID: "d0", Design: "d", Name: "Bob", Parameters: map[string]string{"mailbox": "all"}}}, both.Designs...)
	mixed.Designs = append(mixed.Designs, attacks.DesignRow{ID: "e", Design: "e", Name: "Eve"})
	both.Designs[1].Parameters = map[string]string{"mailbox": "delivered", "compare": "none"}
	mixed.Designs[2] = both.Designs[1]
	require.Contains(t, keptMail(&mixed), worth)
	require.Contains(t, keptMail(&mixed), "Kept mail: Eve keeps all.")
	require.NotContains(t, keptMail(&mixed), "Bob")
	require.Empty(t, keptMail(&attacks.Result{}))
}
