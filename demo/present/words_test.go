package present

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWords(t *testing.T) {
	for _, c := range []struct {
		used []string
		want string
	}{
		{[]string{"network.tap", "device:target.store"}, "taken: network, Jo’s phone"},
		{[]string{"provider.store", "trustee:1.store", "trustee:2.store", "trustee:4.store"}, "taken: provider, trustees 1-2, 4"},
		{[]string{"jurisdiction:A.control"}, "taken: country A"},
		{[]string{"witness:1.control", "witness:2.control", "device:Jo B. Q.store"}, "taken: witnesses 1-2, Jo B. Q’s phone"},
		{nil, ""},
	} {
		require.Equal(t, c.want, taken("attack", "Jo", c.used, 60))
	}
	require.Equal(t, "said yes: court, trustee 1", taken("lawful", "Jo", []string{"court.order", "trustee:1.order"}, 30))
	require.Equal(t, "said yes: 2 of them", taken("lawful", "Jo", []string{"court.order", "trustee:1.order"}, 20))
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
