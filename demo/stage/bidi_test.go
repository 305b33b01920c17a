package stage

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestRightToLeft: on no page does a name in Hebrew carry off the number beside it.
func TestRightToLeft(t *testing.T) {
	_, at := shared(t)
	export, err := os.ReadFile("../chat/testdata/android-he.txt")
	require.NoError(t, err)
	chat := "chat=" + send(t, at, string(export))
	require.Eventually(t, func() bool {
		_, page := get(t, at+"/?"+chat)
		return strings.Contains(page, "phone of <bdi>עומר (עבודה)</bdi>: ")
	}, time.Minute, 50*time.Millisecond, "the list of packets")
	bare := regexp.MustCompile(`(?:^|[^>\x{2068}א-ת( ])[ (]*[א-ת]`) // begins in the middle of a text
	code := regexp.MustCompile(`(?s)<(code|pre|script|svg|title|option|bdi)\b.*?</(?:code|pre|script|svg|title|option|bdi)>|<[^>]*>`)
	for _, path := range []string{"/?", "/overview?", "/replay/quorum-theft?step=2&", "/replay/device-theft?step=3&", "/replay/quorum-theft/claim/threshold/1?", "/moments/quorum-theft?"} {
		status, page := get(t, at+path+chat)
		require.Equal(t, http.StatusOK, status, path)
		require.NotRegexp(t, bare, code.ReplaceAllString(page, ">"), path)
	}
}
