package demo

import (
	"context"
	"fmt"
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
	attackstest.Invariants(t, lab(t, "", func(*Options) {}))
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

// TestExpectations runs the matrix under settings that change what is true:
// committees of one and of many, shares and keys that change, phones and mailboxes that forget, thefts at both
// ends of the conversation, other targets, other people's chats. The default, 3 of 5, is
// the one of TestInvariants.
func TestExpectations(t *testing.T) {
	type variant struct {
		name, file string
		change     func(*Options)
	}
	variants := []variant{
		{"retention 5", "", func(o *Options) { o.Retention = "5" }},
		{"mailbox delivered", "", func(o *Options) { o.Mailbox = "delivered" }},
		{"refresh 10", "", func(o *Options) { o.Refresh = 10 }},
		{"rotate 20", "", func(o *Options) { o.Rotate = 20 }},
		{"refresh 7, rotate 10", "", func(o *Options) { o.Refresh, o.Rotate, o.At = 7, 10, "29" }},
		{"rotate 15, one trustee of five is enough", "", func(o *Options) { o.Rotate, o.Threshold, o.Mailbox = 15, 1, "delivered" }},
		{"first message", "", func(o *Options) { o.At = "1" }},
		{"last message", "", func(o *Options) { o.At = "60" }},
		{"one who reinstalled", "", func(o *Options) { o.Target, o.At, o.Retention = "Ruth", "45", "3" }},
		{"two people", "testdata/two.txt", func(*Options) {}},
		{"four people", "testdata/four.txt", func(o *Options) { o.Threshold, o.Trustees = 2, 3 }},
		{"one message", "testdata/one.txt", func(*Options) {}},
		{"one message, one trustee", "testdata/one.txt", func(o *Options) { o.Threshold, o.Trustees = 1, 1 }},
	}
	for _, tn := range [][2]int{{1, 1}, {1, 3}, {2, 3}, {4, 7}, {5, 5}, {13, 25}} {
		variants = append(variants, variant{fmt.Sprintf("%d of %d", tn[0], tn[1]), "", func(o *Options) {
			o.Threshold, o.Trustees = tn[0], tn[1]
		}})
	}
	for _, v := range variants {
		t.Run(v.name, func(t *testing.T) {
			if testing.Short() && v.file == "" {
				t.Skip("runs without -short")
			}
			res, err := lab(t, v.file, v.change).Run(context.Background())
			require.NoError(t, err)
			for i := range res.Cells {
				c := &res.Cells[i]
				require.Empty(t, c.Error, "%s on %s", c.Attack, c.Design)
				require.True(t, c.Expected, "%s on %s: %s", c.Attack, c.Design, c.Trace.Surprise)
				require.Zero(t, c.FalseClaims, "%s on %s", c.Attack, c.Design)
			}
		})
	}
}
