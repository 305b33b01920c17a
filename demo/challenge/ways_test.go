package challenge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Goals have no way around them that we know of: what looks like one misses a condition.
func TestWaysAround(t *testing.T) {
	const claim = `    for found in adv.saturate("plaintext"):
        adv.claim(found)
`
	for id, way := range map[string]struct{ needs, body, why string }{
		// The phone is copied again and again, though it was put back.
		"healing-keys": {`"device:target.store"`, `    for moment in range(adv.at, adv.end + 1):
        adv.advance(moment)
        adv.take("device:target.store")
`, "the phone is copied once"},
		// The same, behind so many calls that a trace does not tell them apart.
		"healing-keys, hidden": {`"device:target.store"`, `    adv.advance(adv.at)
    for i in range(6000):
        adv.facts("plaintext")
        adv.facts("attachment")
    for moment in range(adv.at, adv.end + 1):
        adv.advance(moment)
        adv.take("device:target.store")
`, "the phone is copied once"},
		// Nobody evades: one order yields its messages to somebody else, another the rest.
		"underneath": {`"court.order", "provider.order", "trustee:1..3.order"`, `    adv.advance(adv.end)
    adv.order(accounts = [adv.target], loot = False)
    for since, until in [(10, 11), (22, 23), (28, 33), (56, 58), (63, 64), (68, 69)]:
        adv.order(accounts = [adv.target], since = since, until = until)
`, "there is one order"},
	} {
		id, _, _ = strings.Cut(id, ",")
		c := named(t, id)
		src := fmt.Sprintf(head, way.needs, "", c.Design, c.Design) + "def run(adv):\n" + way.body + claim
		v := grader(t).Check(t.Context(), Answer{c, ada, "x.star", []byte(src)})
		require.False(t, v.Solved, id)
		require.Contains(t, v.Why(), way.why, id)
	}
}
