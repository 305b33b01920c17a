package present

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/trace"
	"doormat/demo/replay"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		needs           []string
		sentence, brief string
	}{
		{[]string{"network.tap", "device:target.store"}, "listen to the network; copy what is stored at the target's phone.", "network, target's phone"},
		{[]string{"provider.store", "trustee:1.store", "trustee:2.store", "trustee:4.store"}, "copy what is stored at the provider, trustees 1-2, 4.", "provider, trustees 1-2, 4"},
		{[]string{"jurisdiction:A.control"}, "run its own program at every service in country A.", "country A"},
		{[]string{"court.order", "trustee:1..t.order"}, "get answers, by order, from the court, trustees 1..t.", "court, trustees 1..t"},
		{[]string{"witness:1.control", "witness:2.control", "device:Jo B. Q.store"}, "copy what is stored at Jo B. Q's phone; run its own program at witnesses 1-2.", "witnesses 1-2, Jo B. Q's phone"},
	} {
		require.Equal(t, c.sentence, using(c.needs))
		require.Equal(t, c.brief, briefly(c.needs))
	}
}

func TestNow(t *testing.T) {
	before := &replay.Frame{Used: []string{"a.store"}, Moment: 3}
	require.Equal(t, "–", now(before, &replay.Frame{}))
	require.Equal(t, "+2 open, +1 file, 1 false claim, +1 forged, +b, 4 typed, 7 days, +5 facts", now(before, &replay.Frame{
		Ran: true, New: []int{1, 2}, Files: 1, False: 1, Forged: 1, Used: []string{"a.store", "b.store"}, Moment: 7, Days: 7,
		Gained: []trace.Gain{{Facts: 5}}}))
	require.Equal(t, "20 facts", now(before, &replay.Frame{Ran: true, Moment: 3, Did: []string{"saturate(plaintext): 20 facts"}}))
	require.Equal(t, "read(5)", now(before, &replay.Frame{Ran: true, Moment: 3, Did: []string{"read(5)"}}))
	require.Equal(t, "! Jo's phone, trustees 1-3; 2 forged", noticedBy([]attacks.Evidence{{By: "trustee:1"}, {By: "trustee:3"}, {By: "trustee:2"},
		{By: "trustee:1"}, {By: "device:Jo"}}, 2))
}

func TestWrap(t *testing.T) {
	require.Equal(t, []string{"a bc", "def"}, wrap("a  bc\ndef", 5, 9))
	require.Equal(t, []string{"a bc", "def …"}, wrap("a bc def ghi", 5, 2))
	require.Equal(t, []string{""}, wrap("", 5, 2))
	require.Equal(t, []string{"abcde", "fgh"}, wrap("abcdefgh", 5, 9))
	require.Equal(t, []string{"a-b", "c-d"}, wrap("a-b c-d", 5, 2))
	require.Equal(t, []string{`\x1b[`}, wrap("\x1b[", 9, 1))
	require.Equal(t, "漢…", cut("漢字漢字", 4))
	require.Equal(t, "…", cut("abc", 1))
	require.Equal(t, "ab…", cut("abcd", 3))
}
