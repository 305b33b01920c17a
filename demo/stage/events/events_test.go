package events

import (
	"bufio"
	"context"
	"io"
	"iter"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/attacks"
	"doormat/demo/demotest"
	"doormat/demo/stage/jobs"
	"doormat/demo/stage/loopback"
)

// ask for a stream, as a page that got the event with that id last.
func connect(ctx context.Context, last string) *http.Request {
	r := httptest.NewRequest("GET", "/events", nil).WithContext(ctx)
	if last != "" {
		r.Header.Set("Last-Event-ID", last)
	}
	return r
}

func cellNews(p jobs.Progress) (string, any) {
	if p.Cell != nil {
		return "cell", p.Cell.At
	}
	return "typed", p.Done
}

// names lists the events of a stream as "name data".
func names(stream string) (list []string) {
	for block := range strings.SplitSeq(strings.TrimSuffix(stream, "\n\n"), "\n\n") {
		lines := strings.Split(block, "\n")
		if len(lines) == 3 {
			list = append(list, strings.TrimPrefix(lines[1], "event: ")+" "+strings.TrimPrefix(lines[2], "data: "))
		} else {
			list = append(list, block)
		}
	}
	return list
}

// TestStream follows a job, breaks off, and goes on where it was.
func TestStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := jobs.New(t.Context())
		h := NewHub()
		j := s.Start("key", 1, func(_ context.Context, report func(jobs.Progress)) (any, error) {
			for i := range 4 {
				time.Sleep(time.Second)
				report(jobs.Progress{What: "typed", Done: i})
				report(jobs.Progress{What: "cells", Cell: &attacks.Cell{At: i + 1}})
			}
			return nil, nil
		})
		ctx, leave := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer leave()
		w := httptest.NewRecorder()
		h.Watch(w, connect(ctx, ""), j, cellNews)
		boot := `boot "` + h.boot + `"`
		require.Equal(t, []string{boot, "typed 0", "cell 1", "typed 1", "cell 2"}, names(w.Body.String()))
		require.Equal(t, "text/event-stream", w.Header().Get("Content-Type"))
		require.True(t, strings.HasSuffix(w.Body.String(), "id: "+h.boot+"-1.2\nevent: cell\ndata: 2\n\n"))

		w = httptest.NewRecorder()
		h.Watch(w, connect(t.Context(), h.boot+"-1.2"), j, cellNews)
		require.Equal(t, []string{boot, "typed 1", "typed 2", "cell 3", "typed 3", "cell 4", `end ""`}, names(w.Body.String()))
		w = httptest.NewRecorder()
		h.Watch(w, connect(t.Context(), ""), j, cellNews)
		require.Equal(t, []string{boot, "typed 3", "cell 1", "cell 2", "cell 3", "cell 4", `end ""`}, names(w.Body.String()), "late")
		for _, odd := range []string{"-2.2", "-1.-1", "-1.x", "-", "-1.99999999999999999999"} { // another job's, or nobody's
			w = httptest.NewRecorder()
			h.Watch(w, connect(t.Context(), h.boot+odd), j, cellNews)
			require.Len(t, names(w.Body.String()), 7, odd)
		}
		for _, foreign := range []string{"1", "-1.2", "ABC-1.2", h.boot + "x-1", h.boot + "-" + strings.Repeat("1", 64)} {
			w = httptest.NewRecorder()
			h.Watch(w, connect(t.Context(), foreign), j, cellNews)
			require.Equal(t, []string{`restarted "` + h.boot + `"`}, names(w.Body.String()), foreign)
		}
		w = httptest.NewRecorder()
		r := connect(t.Context(), "")
		r.Method = "HEAD"
		h.Watch(w, r, j, cellNews)
		require.Empty(t, w.Body.String())
	})
}

func waiting(ctx context.Context, _ string) iter.Seq[Event] {
	return func(func(Event) bool) { <-ctx.Done() }
}

// TestHeartbeat writes something now and then, in one line whatever the text.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub()
		ctx, leave := context.WithTimeout(t.Context(), 50*time.Second)
		defer leave()
		w := httptest.NewRecorder()
		h.Stream(w, connect(ctx, ""), func(ctx context.Context, _ string) iter.Seq[Event] {
			return func(yield func(Event) bool) {
				yield(Event{Name: "text", Data: "a\r\nevent: forged\n\n"})
				<-ctx.Done()
			}
		})
		require.Equal(t, []string{`boot "` + h.boot + `"`, `text "a\r\nevent: forged\n\n"`, ": ", ": ", ": "}, names(w.Body.String()))
	})
}

// TestManyStreams refuses one stream too many, and takes it when another has ended.
func TestManyStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub()
		ctx, leave := context.WithCancel(t.Context())
		for range MaxStreams {
			go h.Stream(httptest.NewRecorder(), connect(ctx, ""), waiting)
		}
		synctest.Wait()
		w := httptest.NewRecorder()
		h.Stream(w, connect(t.Context(), ""), waiting)
		require.Equal(t, 503, w.Code)
		leave()
		synctest.Wait()
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		w = httptest.NewRecorder()
		h.Stream(w, connect(short, ""), waiting)
		require.Equal(t, 200, w.Code)
	})
}

// clock notes until when a writer may write.
type clock struct {
	*httptest.ResponseRecorder
	left []time.Duration // at each write
	now  time.Time
}

func (c *clock) SetWriteDeadline(t time.Time) error {
	c.now = t
	return nil
}

func (c *clock) Write(b []byte) (int, error) {
	c.left = append(c.left, time.Until(c.now))
	return c.ResponseRecorder.Write(b)
}

// TestDeaf gives a page that does not read a while for each event, whatever the age of
// its stream, and leaves no deadline to the next request on the connection.
func TestDeaf(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &clock{ResponseRecorder: httptest.NewRecorder()}
		ctx, leave := context.WithTimeout(t.Context(), 5*heartbeat/2)
		defer leave()
		NewHub().Stream(w, connect(ctx, ""), waiting)
		require.Equal(t, []time.Duration{writeTime, writeTime, writeTime}, w.left)
		require.Zero(t, w.now)
	})
}

// TestGone ends a stream when the page leaves or its source fails, over real connections.
func TestGone(t *testing.T) {
	demotest.Logged(t)
	h, ended := NewHub(), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/wait", func(w http.ResponseWriter, r *http.Request) {
		h.Stream(w, r, waiting)
		close(ended)
	})
	mux.HandleFunc("/panic", func(w http.ResponseWriter, r *http.Request) {
		h.Stream(w, r, func(context.Context, string) iter.Seq[Event] { panic("source") })
	})
	server := httptest.NewUnstartedServer(nil)
	server.Config.Handler = loopback.Guard(mux, []string{server.Listener.Addr().String()})
	server.Start()
	defer server.Close()

	res, err := http.Get(server.URL + "/wait")
	require.NoError(t, err)
	line, err := bufio.NewReader(res.Body).ReadString('\n')
	require.NoError(t, err, "events arrive before the stream ends")
	require.Equal(t, "id: "+h.boot+"-\n", line)
	require.NoError(t, res.Body.Close())
	<-ended

	res, err = http.Get(server.URL + "/panic")
	require.NoError(t, err)
	_, err = io.ReadAll(res.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Empty(t, h.slots)
}

// TestStreamsAreFew serves a few dozen pages' events and no more, whatever the events
// are about: each costs memory and a connection for as long as somebody likes.
func TestStreamsAreFew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, refused := NewHub(), 0
		for range 100 {
			w := httptest.NewRecorder()
			go h.Stream(w, connect(t.Context(), ""), waiting)
			synctest.Wait()
			if w.Code == http.StatusServiceUnavailable {
				require.NotEmpty(t, w.Header().Get("Retry-After"))
				refused++
			}
		}
		require.Equal(t, 36, refused)
	})
}
