package summary

import (
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
)

func TestFixedBy(t *testing.T) {
	fixes := func(id, mailbox string) attacks.DesignRow {
		return attacks.DesignRow{ID: id, Parameters: map[string]string{"mailbox": mailbox}}
	}
	for _, c := range []struct {
		columns []attacks.DesignRow
		text    string
		all     bool
	}{
		{nil, "", false},
		{[]attacks.DesignRow{{ID: "a"}}, "", false},
		{[]attacks.DesignRow{fixes("a", "all"), {ID: "b"}}, "all in a", false},
		{[]attacks.DesignRow{fixes("a", "all"), fixes("b", "delivered")}, "all in a, delivered in b", true},
	} {
		text, all := FixedBy(c.columns, "mailbox")
		require.Equal(t, c.text, text)
		require.Equal(t, c.all, all)
	}
}
