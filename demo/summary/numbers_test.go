package summary

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo/demotest"
	"doormat/world"
)

func TestMeaning(t *testing.T) {
	text := strings.Join(Meaning(demotest.Result(2, "Ann")), "\n")
	require.Contains(t, text, "20000 of 20000 messages (everything, 2 break-ins)")
	require.Contains(t, text, "10000 of 10000 (part)", "as much as everything, found first")
	require.Contains(t, text, "1 of 2", "part was noticed, everything was not")
	require.Contains(t, text, "Of 2 attacks that opened something somewhere, 2 opened just as much in both designs (part, everything)")
	require.Contains(t, text, "1 order is served in full in both designs, 0 of them on a phone or by its maker (served).")
	require.Empty(t, Meaning(&attacks.Result{}), "nothing to say of nothing")
}

// TestMeaningOf changes one thing in the cells of an attack and looks for the line
// that depends on it.
func TestMeaningOf(t *testing.T) {
	named := func(id string, change func(*attacks.Cell)) func(*attacks.Result) {
		return func(r *attacks.Result) {
			for i := range r.Cells {
				if r.Cells[i].Attack == id {
					change(&r.Cells[i])
				}
			}
		}
	}
	asInsider := func(asked int) func(*attacks.Result) {
		return func(r *attacks.Result) {
			for i := range r.Attacks {
				r.Attacks[i].Family = "insider"
			}
			named("part", func(c *attacks.Cell) { c.Lawful.Asked = asked })(r)
		}
	}
	someOrder := func(got, of, target, others int) func(*attacks.Result) {
		return named("served", func(c *attacks.Cell) {
			c.Lawful = attacks.Lawful{Asked: of, Served: got}
			c.Content.Target.Recovered, c.Content.Others.Recovered = target, others
		})
	}
	for _, c := range []struct {
		change func(*attacks.Result)
		want   string
		not    string
	}{
		{nil, "No row has a vendor", "more where it keeps"},
		{nil, "of what was written after it: ", "Who wrote to whom"},
		{named("part", func(c *attacks.Cell) { c.Needs = []world.Capability{{Principal: "device:1", Surface: "control"}} }), "No row has a vendor", ""},
		{named("part", func(c *attacks.Cell) {
			c.Needs = []world.Capability{{Principal: "device:1", Surface: "control"}, {Principal: "device:2", Surface: "control"}}
		}), "The most that one attack opens: ", "vendor"},
		{named("part", func(c *attacks.Cell) {
			c.Needs = []world.Capability{{Principal: world.Vendor, Surface: "order"}}
		}), "No row has a vendor", ""},
		{named("part", func(c *attacks.Cell) {
			c.Needs = []world.Capability{{Principal: world.Vendor, Surface: "store"}}
		}), "The most that one attack opens: ", "No row has a vendor"},
		{named("everything", func(c *attacks.Cell) {
			c.Needs = []world.Capability{{Principal: "device:1", Surface: "store"}}
		}), "Leaving phones and their makers alone: in both designs, 18000 of 20000 (part, 2 break-ins)", ""},
		{named("part", func(c *attacks.Cell) { c.Content.Target.After, c.Content.Others.After = 0, 0 }), "The most that one attack opens: ", "written after it"},
		{asInsider(18000), "open something in both designs, nobody was warned in 1 of 1 (in both designs). Of 1 attack that opened something somewhere, 1 opened just as much in both designs (everything)", ""},
		{asInsider(17999), "open something in both designs, nobody was warned in 1 of 2 (in both designs). Of 2 attacks that opened something somewhere, 2 opened just as much in both designs (part, everything)", ""},
		{someOrder(20000, 20000, 10000, 10000), "1 order is served in full in both designs, 0 of them on a phone or by its maker (served [for everybody])", "not the target's"},
		{someOrder(12, 12, 2, 10), "by its maker (served [10 of 12 not the target's])", "everybody"},
		{someOrder(11, 12, 2, 9), "0 of 1", "not the target's"},
		{named("served", func(c *attacks.Cell) { c.Lawful.Beyond = 9 }), "by its maker (served [9 beyond])", ""},
		{named("served", func(c *attacks.Cell) {
			if c.Design == "d1" {
				c.Applicable, c.Lawful = false, attacks.Lawful{}
			}
		}), "with Ann, 0 of 0 are served in full, and for 1 more there is nobody to ask", ""},
		{named("served", func(c *attacks.Cell) { c.Applicable, c.Lawful = false, attacks.Lawful{} }), "", "nobody to ask"},
		{named("none", func(c *attacks.Cell) { c.Metadata = attacks.Count{Recovered: 9, Total: 9} }),
			"learns it of 9 of 9 messages, since links are plain here, even where it opens none (none).", ""},
		{named("part", func(c *attacks.Cell) { c.Metadata = attacks.Count{Recovered: 9, Total: 9} }), "learns it of 9 of 9 messages, since links are plain here.", "even where"},
		{func(r *attacks.Result) { r.Cells[0].Metadata = attacks.Count{Recovered: 9, Total: 9} }, "", "Who wrote to whom"},
	} {
		r := demotest.Result(2, "Ann")
		r.Designs[0].Name, r.Designs[1].Name = "Ann", "Bob"
		if c.change != nil {
			c.change(r)
		}
		lines := Meaning(r)
		text := strings.Join(lines, "\n")
		require.Contains(t, text, c.want)
		if c.not != "" {
			require.NotContains(t, text, c.not)
		}
	}
}

// TestSettingsLine holds the header to what changes a result.
func TestSettingsLine(t *testing.T) {
	r := demotest.Result(2, "Ann")
	require.Contains(t, Settings(r, ""), "shares refreshed never, key rotated never")
	r.Settings.Refresh, r.Settings.Rotate = 10, 20
	require.Contains(t, Settings(r, ""), "shares refreshed every 10 messages, key rotated every 20 messages")
	require.Contains(t, Settings(r, "rotate"), "key rotated every x messages")
}
