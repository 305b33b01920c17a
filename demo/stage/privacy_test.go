package stage

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"doormat/demo/stage/events"
	"doormat/demo/story"
)

// TestRealChatsStayPrivate shows no word of an uploaded chat on any kind of page, and
// nothing of the story's people. Where the story is shown, its words are, which shows
// that the test would see them.
func TestRealChatsStayPrivate(t *testing.T) {
	_, at := shared(t)
	chat := "chat=" + send(t, at, strings.ReplaceAll(lines(8, 3), "message ", "zebra"))
	for path, invented := range map[string]string{
		"/?":                                      "",
		"/wall/quorum-theft?beat=1&":              "",
		"/wall/quorum-theft?beat=3&":              story.Conversation().Messages[0].Text[:12],
		"/replay/quorum-theft?":                   story.Conversation().Messages[0].Text[:12],
		"/replay/narrow-order?":                   story.All()[0].Crime().Name(),
		"/replay/quorum-theft/claim/threshold/1?": story.Conversation().Messages[0].Text[:12],
	} {
		status, page := get(t, at+path+chat)
		require.Equal(t, http.StatusOK, status, path)
		require.NotContains(t, page, "zebra", path)
		require.NotContains(t, page, story.All()[0].Crime().Name(), path)
		if invented != "" {
			status, page = get(t, at+path)
			require.Equal(t, http.StatusOK, status, path)
			require.Contains(t, page, invented, path)
		}
	}
}

// TestOneHubForAll counts the streams of every kind together: who has opened too many
// of one gets none of another.
func TestOneHubForAll(t *testing.T) {
	_, at := open(t)
	for range events.MaxStreams {
		res, err := http.Get(at + "/events")
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, res.StatusCode)
		defer func() { _ = res.Body.Close() }()
	}
	for _, path := range []string{"/events", "/overview", "/wall/quorum-theft", "/replay/quorum-theft", "/moments/quorum-theft", "/closing", "/order", "/atlas"} {
		req, err := http.NewRequest(http.MethodGet, at+path, nil)
		require.NoError(t, err)
		req.Header.Set("Accept", "text/event-stream")
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusServiceUnavailable, res.StatusCode, path)
	}
}
