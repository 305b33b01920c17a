package challenge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// marksOf hands in a script for a challenge, and gives what the verdict says of each condition that
// is not met.
func marksOf(t *testing.T, id, needs, body string) map[string]string {
	t.Helper()
	c := named(t, id)
	src := fmt.Sprintf(head, needs, "", c.Design, c.Design) + "def run(adv):\n" + body
	v := grader(t).Check(t.Context(), Answer{c, ada, "x.star", []byte(src)})
	require.Empty(t, v.Error)
	found := map[string]string{}
	for _, m := range v.Marks {
		require.Equal(t, m.Met, m.Found == "", m.Goal)
		if !m.Met {
			found[m.Goal] = m.Found
		}
	}
	return found
}

const claimAll = "    for found in adv.saturate(\"plaintext\"):\n        adv.claim(found)\n"

// A verdict says of what is in the way how much of it there is, of what, and which: a student looks
// for messages, and not for a number.
func TestFound(t *testing.T) {
	require.Equal(t, map[string]string{
		"privileged == 0": "5 messages, of Ines and Dr Okoye: 11, 23, 57, 64, 69; want 0"},
		marksOf(t, "spare-the-doctor", `"court.order", "provider.order", "trustee:1..3.order"`,
			"    adv.advance(adv.at)\n    adv.order(accounts = [adv.target])\n"+claimAll))
	require.Equal(t, map[string]string{"taken == 4": "3 needs with something to show; nothing came of provider.store; want 4"},
		marksOf(t, "two-shares", `"network.tap", "provider.store", "trustee:1..2.store"`,
			"    adv.tap(\"network.tap\")\n    adv.advance(adv.end)\n    adv.take(\"trustee:1..2.store\")\n"))
	c := *named(t, "stolen-phone")
	c.Messages = []int{33}
	src := strings.Replace(string(handIn(t, &c, ada, "stolen-phone.star").Source), "adv.at", "10", 1)
	v := grader(t).Check(t.Context(), Answer{&c, ada, "x.star", []byte(src)})
	require.Equal(t, "not met: message 33 is read (read: 4-5, 10, not 33); not met: "+
		"the phone is copied after message 36 (after message 10 of 72; want 36)", v.Why())
	require.Equal(t, []int{4, 5, 10}, v.Opened)
}

// Whoever has forged a word is shown it, and on whose phone.
func TestForgedWord(t *testing.T) {
	c := named(t, "forged-word")
	v := grader(t).Check(t.Context(), handIn(t, c, ada, c.ID+".star"))
	require.True(t, v.Solved, v.Why())
	require.Contains(t, v.Text(c, 80), "Nobody wrote what Jo’s phone shows\n  Marco to Jo: “Come alone.”")
}

// Nothing counts as copied at the right moment, or as served, before anybody has taken or ordered
// anything, and no tap is a copy.
func TestNotYet(t *testing.T) {
	require.Equal(t, "not yet: nothing is taken or held",
		marksOf(t, "healing-keys", `"network.tap"`, "    adv.advance(adv.at)\n    adv.tap(\"network.tap\")\n")["moment == 36"])
	require.Equal(t, "not yet: nothing is ordered",
		marksOf(t, "narrow-order", `"court.order"`, "    adv.advance(adv.at)\n")["served == asked"])
}
