package world

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNearest(t *testing.T) {
	known := []string{"device-theft", "quorum-theft", "wiretap", "Dr Okoye"}
	for id, want := range map[string]string{
		"device-thief": "device-theft", "quorum": "quorum-theft", "wire": "wiretap", "okoye": "Dr Okoye",
		"WIRETAP": "wiretap", "zebra": "", "": "", "q": "",
	} {
		require.Equal(t, want, Nearest(id, known), id)
	}
	require.Equal(t, 3, edits("kitten", "sitting"))
	require.Equal(t, 2, edits("né", ""))
	require.Equal(t, `; did you mean "wiretap"?`, DidYouMean("wiretab", known))
	require.Empty(t, DidYouMean("zebra", known))
}
