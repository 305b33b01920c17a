package stage

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"doormat/demo/chat"
	"doormat/demo/chat/stamp"
	"doormat/demo/demotest"
	"doormat/demo/stage/chats"
	"doormat/demo/stage/jobs"
	"doormat/demo/stage/loopback"
)

const twoLines = "26/03/2017, 19:01 - Ruth: hello\n26/03/2017, 19:02 - Jo: hi\n"

// tray is a place for chats, and what an upload to it was answered.
type tray struct {
	*uploads
	results *jobs.Store
	t       *testing.T
}

func newTray(t *testing.T) tray {
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	results := jobs.New(ctx)
	return tray{newUploads(results), results, t}
}

func (y tray) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/chat/forget" {
		y.forget(w, r)
		return
	}
	y.upload(w, r, func(status int, err error) { http.Error(w, err.Error(), status) })
}

func (y tray) post(target, contentType string, body io.Reader) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", target, body)
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	y.ServeHTTP(w, r)
	require.Empty(y.t, y.reading)
	return w
}

// form packs fields, each "name" or "name@file" and its value, in this order.
func form(fields ...[2]string) (contentType string, body *bytes.Buffer) {
	body = &bytes.Buffer{}
	m := multipart.NewWriter(body)
	for _, f := range fields {
		var w io.Writer
		if name, file, ok := strings.Cut(f[0], "@"); ok {
			w, _ = m.CreateFormFile(name, file)
		} else {
			w, _ = m.CreateFormField(f[0])
		}
		_, _ = io.WriteString(w, f[1])
	}
	_ = m.Close()
	return m.FormDataContentType(), body
}

// TestExports takes every export of the readers' own tests, as a form and bare.
func TestExports(t *testing.T) {
	files, err := filepath.Glob("../chat/testdata/*.*")
	require.NoError(t, err)
	require.Greater(t, len(files), 10)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		read, err := chat.Read(filepath.Base(file), data, stamp.Any)
		require.NoError(t, err)
		y := newTray(t)
		kind, body := form([2]string{"file@" + filepath.Base(file), string(data)}, [2]string{"page", "/overview?t=2&at=99&step=3"})
		for _, w := range []*httptest.ResponseRecorder{y.post("/chat", kind, body),
			y.post("/chat?page=/overview?t%3D2&name="+filepath.Base(file), "application/octet-stream", bytes.NewReader(data))} {
			require.Equal(t, 303, w.Code, w.Body.String())
			to, err := url.Parse(w.Header().Get("Location"))
			require.NoError(t, err)
			require.Equal(t, "/overview", to.Path)
			c, err := parse(to.Query())
			require.NoError(t, err)
			require.Equal(t, "2", c.Given["threshold"])
			require.Empty(t, c.Given["at"])
			k, err := y.Get(c.Chat)
			require.NoError(t, err)
			want := read.Summary()
			want.Warnings = k.Warnings // which speak of the page's fields
			require.Equal(t, want, k.Summary)
			require.Len(t, k.Warnings, len(read.Warnings))
			require.NotContains(t, fmt.Sprint(k.Warnings), "--", "the page has no flags")
			require.Len(t, k.Conversation.Messages, len(read.Messages))
			require.Equal(t, filepath.Base(file), k.Conversation.Title)
		}
	}
}

// TestUploadFields reads the fields in any order.
func TestUploadFields(t *testing.T) {
	y := newTray(t)
	for _, order := range []string{"dmy", "mdy"} {
		kind, body := form([2]string{"date-order", order}, [2]string{"target", "Jo"}, [2]string{"file@" + `C:\chats\a"b` + "\u202e.txt", strings.ReplaceAll(twoLines, "26/03", "02/03")})
		w := y.post("/chat", kind, body)
		require.Equal(t, 303, w.Code, w.Body.String())
		to, err := url.Parse(w.Header().Get("Location"))
		require.NoError(t, err)
		require.Equal(t, "Jo", to.Query().Get("target"))
		k, err := y.Get(to.Query().Get("chat"))
		require.NoError(t, err)
		require.Equal(t, "Jo", k.Conversation.Target)
		require.Equal(t, `a"b.txt`, k.Conversation.Title)
		require.Equal(t, map[string]string{"dmy": "March", "mdy": "February"}[order], k.Conversation.Messages[0].Sent.Month().String())
	}
}

// TestBadUpload says what is wrong and keeps nothing.
func TestBadUpload(t *testing.T) {
	file := func(text string) [2]string { return [2]string{"file@a.txt", text} }
	bomb := packed(t, "_chat.txt", bytes.Repeat([]byte{'x'}, 8<<20))
	many := strings.Repeat("26/03/2017, 19:01 - Ruth: x\n", chats.MaxDeliveries+1)
	for name, c := range map[string]struct {
		fields []([2]string)
		want   string
	}{
		"no file":        {nil, "no file"},
		"nothing chosen": {[][2]string{{"file@", ""}}, "no file, or an empty one"},
		"no export":      {[][2]string{file("Dear Ruth")}, "chat: a.txt: no message"},
		"binary":         {[][2]string{file("\x7fELF\x00")}, "a zero byte at offset 4"},
		"broken archive": {[][2]string{file("PK\x03\x04rest")}, "broken archive"},
		"zip bomb":       {[][2]string{file(string(bomb))}, "this may be a zip bomb"},
		"order":          {[][2]string{file(twoLines), {"date-order", "ddd"}}, `order of dates "ddd"`},
		"wrong order":    {[][2]string{file(twoLines), {"date-order", "mdy"}}, "try another order of dates"},
		"target":         {[][2]string{file(twoLines), {"target", "Nobody"}}, `no account "Nobody"`},
		"two files":      {[][2]string{file(twoLines), file(twoLines)}, "two files"},
		"long field":     {[][2]string{file(twoLines), {"page", strings.Repeat("/x", maxField)}}, "a field of more than"},
		"many fields":    {slicesOf(maxParts+1, [2]string{"x", "y"}), "more than 8 fields"},
		"many messages":  {[][2]string{file(many)}, "the stage takes chats of up to 20000"},
	} {
		t.Run(name, func(t *testing.T) {
			y := newTray(t)
			kind, body := form(c.fields...)
			w := y.post("/chat", kind, body)
			require.Equal(t, 400, w.Code)
			require.Contains(t, w.Body.String(), c.want)
			require.Zero(t, y.Len())
		})
	}
	y := newTray(t)
	kind, body := form(file(twoLines))
	for _, cut := range []int{0, 10, body.Len() - 20} {
		w := y.post("/chat", kind, bytes.NewReader(body.Bytes()[:cut]))
		require.Equal(t, 400, w.Code)
	}
	require.Equal(t, 400, y.post("/chat", "multipart/form-data", body).Code, "no boundary")
	require.Equal(t, 400, y.post("/chat", "text/plain", strings.NewReader("")).Code)
	require.Zero(t, y.Len())
}

func slicesOf(n int, f [2]string) (list [][2]string) {
	for range n {
		list = append(list, f)
	}
	return list
}

func packed(t *testing.T, name string, data []byte) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, 9) })
	w, err := z.Create(name)
	require.NoError(t, err)
	_, err = w.Write(data)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return b.Bytes()
}

// zeros is a body that has no end, and counts what was read of it.
type zeros struct{ n int64 }

func (z *zeros) Read(b []byte) (int, error) {
	clear(b)
	z.n += int64(len(b))
	return len(b), nil
}

// TestHugeUpload streams more than is taken. The memory for it is bounded, no file is
// written, and the reading ends.
func TestHugeUpload(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	y := newTray(t)
	head := "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\n"
	for name, part := range map[string]string{"bare": "", "form": head, "endless header": "--b\r\nX: "} {
		kind := "application/zip"
		if part != "" {
			kind = "multipart/form-data; boundary=b"
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		body := &zeros{}
		w := y.post("/chat", kind, io.MultiReader(strings.NewReader(part), body))
		runtime.ReadMemStats(&after)
		require.Contains(t, []int{400, 413}, w.Code, name)
		if name != "endless header" {
			require.Equal(t, 413, w.Code, name)
			require.Contains(t, w.Body.String(), "the limit is 64 MB")
		}
		require.LessOrEqual(t, body.n, int64(maxUpload+(1<<20)), name)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(6*chat.MaxBytes), name)
	}
	r := httptest.NewRequest("POST", "/chat", &zeros{})
	r.ContentLength = maxUpload + 1
	w := httptest.NewRecorder()
	y.ServeHTTP(w, r)
	require.Equal(t, 413, w.Code)
	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	require.Empty(t, left)
	require.Zero(t, y.Len())
}

// TestTooLargeIsRead sends too large a file over a real connection: the client gets the
// answer, not a reset.
func TestTooLargeIsRead(t *testing.T) {
	server := httptest.NewServer(newTray(t))
	defer server.Close()
	res, err := http.Post(server.URL+"/chat", "text/plain", io.LimitReader(&zeros{}, 3*chat.MaxBytes))
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, 413, res.StatusCode)
	require.Contains(t, string(body), "the file is too large")
}

// TestOnward leads to pages of this server only.
func TestOnward(t *testing.T) {
	const chat = "?chat=" + someChat
	for page, want := range map[string]string{
		"": "/" + chat, "/": "/" + chat, "/overview": "/overview" + chat,
		"/replay/x?t=2&step=4&at=9&target=Jo&chat=" + strings.Repeat("B", 26): "/replay/x" + chat + "&t=2",
		"/replay/x?t=77":       "/replay/x" + chat,
		"//evil.example":       "/" + chat,
		"///evil.example":      "/" + chat,
		`/\evil.example`:       "/" + chat,
		"/%5cevil.example":     "/" + chat,
		"/%2f/evil.example":    "/" + chat,
		"/..//evil.example":    "/" + chat,
		"https://evil.example": "/" + chat,
		"//evil.example/x":     "/x" + chat, // a path of ours
		"javascript:alert(1)":  "/" + chat,
		"replay":               "/" + chat,
		"/a\r\nSet-Cookie: x":  "/" + chat,
		"/a%0d%0aSet-Cookie:x": "/" + chat,
	} {
		require.Equal(t, want, pageAfterUpload(page, someChat, ""), page)
	}
}

// TestForgotten drops chats and what was computed from them: by wish, or because newer
// ones came.
func TestForgotten(t *testing.T) {
	y := newTray(t)
	var ids []string
	for range chats.Max + 1 {
		w := y.post("/chat", "text/plain", strings.NewReader(twoLines))
		to, err := url.Parse(w.Header().Get("Location"))
		require.NoError(t, err)
		id := to.Query().Get("chat")
		require.Regexp(t, chatID, id)
		require.NotContains(t, ids, id)
		ids = append(ids, id)
		_, err = y.results.Start(fmt.Sprintf("replay/x?chat=%s&t=2", id), 1, func(context.Context, func(jobs.Progress)) (any, error) { return id, nil }).Wait(t.Context())
		require.NoError(t, err)
	}
	kept := func() (n int) { // results
		for _, id := range ids {
			if _, done := y.results.Peek("replay/x?chat=" + id + "&t=2"); done {
				n++
			}
		}
		return n
	}
	_, err := y.Get(ids[0])
	require.ErrorContains(t, err, "upload it again")
	require.Equal(t, chats.Max, kept())
	w := y.post("/chat/forget", "application/x-www-form-urlencoded", strings.NewReader("chat="+ids[2]))
	require.Equal(t, 303, w.Code)
	require.Equal(t, "/", w.Header().Get("Location"))
	_, err = y.Get(ids[2])
	require.Error(t, err)
	_, err = y.Get(ids[1])
	require.NoError(t, err)
	require.Equal(t, chats.Max-1, kept())
	y.post("/chat/forget", "application/x-www-form-urlencoded", strings.NewReader("chat="))
	require.Equal(t, chats.Max-1, kept(), "no id names no chat")
}

// TestSlowUpload gives a client a while for the rest of an upload.
func TestSlowUpload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		y, l := newUploads(jobs.New(ctx)), demotest.NewPipes()
		ended := make(chan error, 1)
		go func() {
			ended <- loopback.Serve(ctx, l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				y.upload(w, r, func(status int, err error) { http.Error(w, err.Error(), status) })
			}))
		}()
		start := time.Now()
		res, err := http.ReadResponse(l.Send(t, "POST /chat HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n26/"), nil)
		require.NoError(t, err)
		require.Equal(t, 400, res.StatusCode)
		require.Equal(t, uploadTime, time.Since(start))
		_, err = io.ReadAll(res.Body)
		require.NoError(t, err)
		cancel()
		require.NoError(t, <-ended)
	})
}
