package stage

import (
	"net/http"
	"os"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRightToLeft: on no page does a name in Hebrew carry off the number beside it.
func TestRightToLeft(t *testing.T) {
	_, at := shared(t)
	export, err := os.ReadFile("../chat/testdata/android-he.txt")
	require.NoError(t, err)
	chat := "chat=" + send(t, at, string(export))
	_, page := get(t, at+"/replay/quorum-theft?"+chat)
	require.Contains(t, page, "attack after message 2 of 4 at <bdi>דנה כהן</bdi>")
	bare := regexp.MustCompile(`(?:^|[^>\x{2068}א-ת( ])[ (]*[א-ת]`) // begins in the middle of a text
	code := regexp.MustCompile(`(?s)<(code|pre|script|svg|title|option|bdi)\b.*?</(?:code|pre|script|svg|title|option|bdi)>|<[^>]*>`)
	for _, path := range []string{"/?", "/overview?", "/replay/quorum-theft?", "/wall/device-theft?beat=3&", "/replay/quorum-theft/claim/threshold/1?", "/moments/quorum-theft?"} {
		status, page := get(t, at+path+chat)
		require.Equal(t, http.StatusOK, status, path)
		require.NotRegexp(t, bare, code.ReplaceAllString(page, ">"), path)
	}
}
