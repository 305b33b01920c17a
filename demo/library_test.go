package demo

import (
	"context"
	"flag"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/attacks/attackstest"
)

// TestInvariants holds the whole library to what every reader of a result relies
// on, see package attackstest.
func TestInvariants(t *testing.T) {
	if testing.Short() {
		t.Skip("the invariants run the matrix many times over; they run without -short")
	}
	attackstest.Invariants(t, lab(t, "", func(*Options) {}), *all)
}

// lab is the default lab with other options.
func lab(t *testing.T, file string, change func(*Options)) *attacks.Lab {
	t.Helper()
	kit, err := Default()
	require.NoError(t, err)
	conv, _, err := OpenConversation(file, "")
	require.NoError(t, err)
	o := Defaults()
	change(&o)
	l, err := o.Lab(kit, conv)
	require.NoError(t, err)
	return l
}

var all = flag.Bool("all", false, "run the matrix under all settings, also where that takes half a minute")

// TestExpectations runs the matrix under settings that change what is true:
// committees of one and of many, shares and keys that change, phones and mailboxes
// that forget, thefts at both ends of the conversation, other targets, other
// people's chats. The default, 3 of 5, is the one of TestInvariants.
func TestExpectations(t *testing.T) {
	type variant struct {
		name, file string
		change     func(*Options)
	}
	costly := []string{"mailbox delivered", "compared before", "retention 5", "refresh 10", "rotate 20", "1 of 3, refresh 40, rotate 30, last message", "2 of 3, refresh 15, rotate 12", "4 of 7, one who reinstalled", "held back", "sent at once", "13 of 25, after both groups changed"}
	committee := func(t, n int, change func(*Options)) func(*Options) {
		return func(o *Options) {
			o.Threshold, o.Trustees = t, n
			change(o)
		}
	}
	as := func(*Options) {}
	variants := []variant{
		{"retention 5", "", func(o *Options) { o.Retention = "5" }},
		{"mailbox delivered", "", func(o *Options) { o.Mailbox = "delivered" }},
		{"refresh 10", "", func(o *Options) { o.Refresh = 10 }},
		{"rotate 20", "", func(o *Options) { o.Rotate = 20 }},
		{"2 of 3, refresh 15, rotate 12", "", committee(2, 3, func(o *Options) { o.Refresh, o.Rotate, o.At = 15, 12, "29" })},
		{"1 of 1, first message", "", committee(1, 1, func(o *Options) { o.At = "1" })},
		{"1 of 3, refresh 40, rotate 30, last message", "", committee(1, 3, func(o *Options) { o.Refresh, o.Rotate, o.At = 40, 30, "72" })},
		{"4 of 7, one who reinstalled", "", committee(4, 7, func(o *Options) { o.Target, o.At, o.Retention = "Ruth", "52", "3" })},
		{"held back", "", func(o *Options) { o.Target, o.At, o.Retention, o.Mailbox = "Ines", "56", "2", "delivered" }},
		{"sent at once", "", func(o *Options) { o.Target, o.At, o.Resend = "Jo", "50", "at-once" }},
		{"compared before", "", func(o *Options) { o.Target, o.At = "Jo", "50" }},
		{"13 of 25, after both groups changed", "", committee(13, 25, func(o *Options) { o.Target, o.At = "Jo", "68" })},
		{"two people", "testdata/two.txt", as},
		{"5 of 5, three people and their files", "chat/testdata/android-nl.zip", committee(5, 5, as)},
		{"four people", "testdata/four.txt", committee(2, 3, as)},
		{"one message", "testdata/one.txt", as},
		{"one message, one trustee", "testdata/one.txt", committee(1, 1, as)},
	}
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			if testing.Short() && v.file == "" {
				t.Skip("runs without -short")
			}
			if !*all && slices.Contains(costly, v.name) {
				t.Skip("takes long: runs with -all, as in .ci/run")
			}
			t.Parallel()
			res, err := lab(t, v.file, v.change).Run(context.Background())
			require.NoError(t, err)
			require.Empty(t, surprises(res))
		})
	}
}
