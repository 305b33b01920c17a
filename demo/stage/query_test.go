package stage

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/story"
	"doormat/world"
)

const someChat = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// TestQuery reads queries and writes them again in the one form that is used as a key.
func TestQuery(t *testing.T) {
	for _, c := range []struct{ in, out string }{
		{"", ""},
		{"t=3&n=5&jurisdictions=A%3A2%2CB%3A2%2CC%3A1&refresh=0&rotate=0&retention=all&mailbox=all&at=half&target=&seed=1&chat=", ""},
		{"t=2&n=5&at=36&step=4&design=e2ee", "at=36&t=2"},
		{"n=4&jurisdictions=A%3A4", "jurisdictions=A%3A4&n=4"},
		{"n=25&t=25&refresh=1&rotate=7&retention=3&mailbox=delivered&target=In%C3%A8s&seed=9007199254740991&chat=" + someChat,
			"chat=" + someChat + "&mailbox=delivered&n=25&refresh=1&retention=3&rotate=7&seed=9007199254740991&t=25&target=In%C3%A8s"},
	} {
		q, err := url.ParseQuery(c.in)
		require.NoError(t, err)
		got, err := parse(q)
		require.NoError(t, err, c.in)
		require.Equal(t, c.out, got.encode().Encode())
	}
}

// TestBadQuery says what is wrong in the words of the page.
func TestBadQuery(t *testing.T) {
	long := strings.Repeat("x", maxText+1)
	for in, want := range map[string]string{
		"t=6":                    "trustees needed (t): 6: want a number from 1 to 5, or more trustees",
		"n=2":                    "trustees needed (t): 3: want a number from 1 to 2, or more trustees",
		"n=26":                   `trustees in all (n): "26": want a number from 1 to 25: the stage computes while people watch`,
		"t=0":                    "want a number from 1 to 25",
		"t=+3":                   "want a number", // a space
		"t=03":                   "want a number",
		"t=-1":                   "want a number",
		"t=٣":                    "want a number",
		"t=18446744073709551617": "want a number",
		"t=2&t=3":                "t= comes 2 times",
		"threshold=2":            "threshold: in an address it is called t",
		"trustees=4":             "trustees: in an address it is called n",
		"refresh=1000001":        "new shares",
		"rotate=x":               `new key every: "x"`,
		"retention=0":            "phones keep",
		"at=0":                   "attack after message",
		"at=later":               "want half or a number",
		"mailbox=none":           "want all or delivered",
		"jurisdictions=A5":       "want a list such as A:2,B:2,C:1",
		"jurisdictions=A:2,B:2":  "place 4 trustees, there are 5",
		"jurisdictions=A:x":      "want a list",
		"jurisdictions=" + long:  "want a text of at most",
		"target=" + long:         "want a text of at most",
		"target=a%00b":           "want a text of at most",
		"target=%ff":             "want a text of at most",
		"seed=9007199254740992":  "want a number below 2^53",
		"chat=../../etc/passwd":  "want an id that an upload gave",
		"chat=abc":               "want an id",
	} {
		q, err := url.ParseQuery(in)
		require.NoError(t, err)
		_, err = parse(q)
		require.ErrorContains(t, err, want, in)
		require.ErrorAs(t, err, new(*demo.UsageError))
		require.NotContains(t, err.Error(), "--", "the page has no flags")
		require.Less(t, len(err.Error()), 600)
	}
}

// TestChoiceLab makes a lab of a choice, and says what the conversation does not have.
func TestChoiceLab(t *testing.T) {
	kit, err := demo.Default()
	require.NoError(t, err)
	conv := story.Conversation()
	c := defaults()
	c.Set("threshold", "2")
	c.Set("at", "72")
	l, err := c.lab(kit, conv)
	require.NoError(t, err)
	require.Equal(t, 2, l.Settings.Threshold)
	require.Equal(t, 72, l.Settings.At)
	c.Set("at", "73")
	_, err = c.lab(kit, conv)
	require.EqualError(t, err, "moment of the attack: message 73: this conversation has 72")
	c.Set("at", "half")
	c.Set("target", "Nobody")
	_, err = c.lab(kit, conv)
	require.ErrorContains(t, err, `no account "Nobody"`)
	require.ErrorAs(t, err, new(*demo.UsageError))
}

// FuzzQuery holds that what parse takes, encode writes in one way only.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"", "t=2&n=5&at=36&step=4", "jurisdictions=A:1,B:2,C:2", "j=B:5", "t=6", "target=%ff", "retention=all&at=half", "chat=" + someChat, "seed=0", "n=1&t=1&j=A:1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		c, err := parse(q)
		if err != nil {
			require.ErrorAs(t, err, new(*demo.UsageError))
			return
		}
		text := c.encode().Encode()
		q, err = url.ParseQuery(text)
		require.NoError(t, err)
		again, err := parse(q)
		require.NoError(t, err, text)
		require.Equal(t, c, again)
		require.Equal(t, text, again.encode().Encode())
		var s world.Settings
		for _, p := range world.ByDependence() {
			if text := c.Value(p); text != "" {
				require.NoError(t, p.Set(&s, text, maxCount), p.Name)
			}
		}
		require.LessOrEqual(t, s.Trustees, maxTrustees)
	})
}
