package loopback

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/demo"
	"doormat/demo/demotest"
)

// TestListen takes addresses of this machine only.
func TestListen(t *testing.T) {
	for _, addr := range []string{"127.0.0.1:0", "localhost:0", "127.0.0.2:0", "[::1]:0", "[::ffff:127.0.0.1]:0"} {
		l, err := Listen(t.Context(), addr)
		if err != nil && strings.Contains(addr, "::1]") { // a machine without IPv6
			require.ErrorContains(t, err, "cannot assign")
			continue
		}
		require.NoError(t, err, addr)
		require.True(t, l.Addr().(*net.TCPAddr).IP.IsLoopback(), addr)
		require.NoError(t, l.Close())
	}
	for addr, want := range map[string]string{
		"0.0.0.0:8017":           "0.0.0.0 can be reached from other machines: the stage is for this machine only",
		"[::]:8017":              ":: can be reached",
		"[::ffff:192.168.1.7]:0": "can be reached",
		"192.168.1.7:8017":       "192.168.1.7 can be reached",
		"[fe80::1%lo]:8017":      "can be reached",
		":8017":                  "every address of this machine",
		"nowhere.invalid:8017":   `no address for "nowhere.invalid"`,
		"127.0.0.1":              "want an address and a port",
		"127.0.0.1:http":         "want a port",
		"127.0.0.1:65536":        "want a port",
		"127.0.0.1:-1":           "want a port",
		"http://127.0.0.1:8017/": "want an address and a port",
		"":                       "want an address and a port",
		"127.0.0.1:8017:8018":    "want an address and a port",
	} {
		_, err := Listen(t.Context(), addr)
		require.ErrorContains(t, err, want, addr)
		require.ErrorAs(t, err, new(*demo.UsageError), addr)
	}
	l, err := Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	_, err = Listen(t.Context(), l.Addr().String())
	require.ErrorContains(t, err, "--addr 127.0.0.1:0")
	var usage *demo.UsageError
	require.NotErrorAs(t, err, &usage)
}

// TestHosts names the server as browsers on this machine do.
func TestHosts(t *testing.T) {
	hosts := Hosts(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 2), Port: 8017})
	require.Equal(t, []string{"127.0.0.2:8017", "127.0.0.1:8017", "localhost:8017", "[::1]:8017"}, hosts)
	hosts = Hosts(&net.TCPAddr{IP: net.IPv6loopback, Port: 80})
	require.Subset(t, hosts, []string{"[::1]:80", "[::1]", "localhost", "127.0.0.1"})
	require.NotContains(t, Hosts(&net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}), "localhost")
}

// serve runs a server until the function it returns was called, which gives its error.
func serve(t *testing.T, handler http.Handler) (url string, stop func() error) {
	l, err := Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Serve(ctx, l, handler) }()
	return "http://" + l.Addr().String(), func() error {
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(10 * time.Second):
			return fmt.Errorf("the server does not end")
		}
	}
}

// TestServeEnds ends with streams open, with an answer under way, with a client that
// does not finish its request, and with one that does not read.
func TestServeEnds(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/events", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "event: boot\n")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	mux.HandleFunc("/deaf", func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = w.Write(make([]byte, 1<<16))
		}
	})
	short := make(chan struct{})
	mux.HandleFunc("/short", func(w http.ResponseWriter, r *http.Request) {
		close(short)
		<-r.Context().Done()
		_, _ = io.WriteString(w, "done")
	})
	url, stop := serve(t, mux)

	var streams []*bufio.Reader
	for range 10 {
		res, err := http.Get(url + "/events")
		require.NoError(t, err)
		defer res.Body.Close()
		r := bufio.NewReader(res.Body)
		_, err = r.ReadString('\n')
		require.NoError(t, err)
		streams = append(streams, r)
	}
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get(url + "/short")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer res.Body.Close()
		b, _ := io.ReadAll(res.Body)
		answer <- string(b)
	}()
	<-short
	var rude []net.Conn
	for _, request := range []string{"GET / HT", "POST /events HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n", "GET /deaf HTTP/1.1\r\nHost: x\r\n\r\n"} {
		c, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		require.NoError(t, err)
		defer c.Close()
		_, err = io.WriteString(c, request)
		require.NoError(t, err)
		rude = append(rude, c)
	}
	require.NoError(t, stop())
	require.Equal(t, "done", <-answer)
	for _, r := range streams {
		_, err := io.ReadAll(r)
		require.NoError(t, err, "a stream ends, it does not break")
	}
	for _, c := range rude {
		require.NoError(t, c.SetReadDeadline(time.Now().Add(10*time.Second)))
		_, err := io.Copy(io.Discard, c)
		require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the connection is closed")
	}
	_, err := http.Get(url)
	require.Error(t, err)
}

// TestSlowClients gives a client a while for its header, and an answer under way a moment at
// the end.
func TestSlowClients(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		l := demotest.NewPipes()
		var finished atomic.Bool
		ended := make(chan error, 1)
		go func() {
			ended <- Serve(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				<-r.Context().Done()
				time.Sleep(shutdownTime / 2)
				finished.Store(true)
			}))
		}()
		send := func(text string) *bufio.Reader { return l.Send(t, text) }
		start := time.Now()
		_, err := io.ReadAll(send("GET / HTTP/1.1\r\nHo"))
		require.NoError(t, err)
		require.Equal(t, headerTime, time.Since(start))

		send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		synctest.Wait()
		cancel()
		require.NoError(t, <-ended)
		require.True(t, finished.Load())
	})
}

// TestServeLimits refuses a header too long, and tells of a listener that is gone.
func TestServeLimits(t *testing.T) {
	url, stop := serve(t, http.NotFoundHandler())
	r, err := http.NewRequest("GET", url, nil)
	require.NoError(t, err)
	r.Header.Set("Cookie", strings.Repeat("x", 2*headerSize))
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, http.StatusRequestHeaderFieldsTooLarge, res.StatusCode)
	require.NoError(t, stop())

	l, err := Listen(t.Context(), "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	require.Error(t, Serve(t.Context(), l, http.NotFoundHandler()))
}
