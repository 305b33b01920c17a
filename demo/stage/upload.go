package stage

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"

	"doormat/demo"
	"doormat/demo/chat"
	"doormat/demo/chat/stamp"
	"doormat/demo/stage/chats"
	"doormat/demo/stage/jobs"
)

// Bounds of an upload.
const (
	maxUpload  = 8 * chat.MaxBytes // read and thrown away, so that the browser shows why
	maxField   = 4 << 10
	maxParts   = 8
	maxName    = 120 // characters
	uploadTime = time.Minute
)

// errTooLarge answers 413; every other mistake in an upload 400.
var errTooLarge = errors.New("the file is too large")

// uploads takes chats in, one at a time in memory.
type uploads struct {
	*chats.Store
	reading chan struct{}
}

func newUploads(results *jobs.Store) *uploads {
	return &uploads{chats.New(results), make(chan struct{}, 1)}
}

// An uploadBody is what an upload holds.
type uploadBody struct {
	name   string // of the file
	data   []byte
	fields map[string]string // date-order, target, page
}

// upload takes a chat: a form with the file and fields date-order, target and page
// (where to go on), or the bare file with name and fields in the query. The answer
// leads to the page, with the chat's id in its address, or says by fail what is wrong.
func (c *uploads) upload(w http.ResponseWriter, r *http.Request, fail func(status int, err error)) {
	select {
	case c.reading <- struct{}{}:
		defer func() { <-c.reading }()
	case <-r.Context().Done():
		return
	}
	to := http.NewResponseController(w)
	_ = to.SetReadDeadline(time.Now().Add(uploadTime)) // not every connection has deadlines
	p, err := receive(w, r)
	_ = to.SetReadDeadline(time.Time{})
	var k *chats.Chat
	if err == nil {
		k, err = c.read(p)
	}
	switch {
	case errors.Is(err, errTooLarge):
		w.Header().Set("Connection", "close")
		fail(http.StatusRequestEntityTooLarge, err)
	case err != nil:
		w.Header().Set("Connection", "close") // the rest of the body is not worth waiting for
		fail(http.StatusBadRequest, err)
	default:
		http.Redirect(w, r, pageAfterUpload(p.fields["page"], k.ID, p.fields["target"]),
			http.StatusSeeOther)
	}
}

// read makes a kept chat of an upload.
func (c *uploads) read(p uploadBody) (*chats.Chat, error) {
	order, err := stamp.ParseOrder(p.fields["date-order"])
	if err != nil {
		return nil, demo.Usagef("order of dates %.40q: want dmy, mdy or ymd",
			p.fields["date-order"])
	}
	if len(p.data) == 0 {
		return nil, demo.Usagef("no file, or an empty one: choose the export of a chat")
	}
	read, err := chat.Read(p.name, p.data, order)
	if err != nil {
		return nil, errors.New(inWordsOfPage(err.Error()))
	}
	for i, text := range read.Warnings {
		read.Warnings[i] = inWordsOfPage(text)
	}
	return c.Keep(read, p.name, p.fields["target"])
}

// inWordsOfPage names what the page has in the place of a flag.
func inWordsOfPage(text string) string {
	return strings.ReplaceAll(text,
		"--date-order", "order of dates")
}

// receive reads the body of an upload, into memory only.
func receive(w http.ResponseWriter, r *http.Request) (uploadBody, error) {
	if r.ContentLength > maxUpload {
		return uploadBody{}, tooLarge()
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxUpload)
	p := uploadBody{fields: map[string]string{}}
	form, err := r.MultipartReader()
	switch {
	case errors.Is(err, http.ErrNotMultipart):
		q := r.URL.Query()
		for _, name := range []string{"date-order", "target", "page"} {
			p.fields[name] = q.Get(name)
		}
		p.name = fileName(q.Get("name"))
		p.data, err = content(r.Body)
	case err == nil:
		err = p.unpack(form)
	}
	if errors.Is(err, errTooLarge) {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	if errors.As(err, new(*http.MaxBytesError)) {
		err = tooLarge()
	}
	if err != nil {
		err = fmt.Errorf("stage: upload: %w", err)
	}
	return p, err
}

// unpack reads the parts of a form, in any order.
func (p *uploadBody) unpack(form *multipart.Reader) error {
	for range maxParts + 1 {
		part, err := form.NextPart()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch name := part.FormName(); {
		case name == "file" && p.data == nil:
			p.name = fileName(part.FileName())
			p.data, err = content(part)
		case name == "file":
			err = errors.New("two files: upload one")
		default:
			p.fields[name], err = short(part)
		}
		if err != nil {
			return err
		}
	}
	return fmt.Errorf("more than %d fields", maxParts)
}

// content reads a file of at most chat.MaxBytes.
func content(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, chat.MaxBytes+1))
	if err == nil && len(data) > chat.MaxBytes {
		return nil, tooLarge()
	}
	return data, err
}

func tooLarge() error {
	return fmt.Errorf("%w: the limit is %d MB; export the chat without media, or for a "+
		"shorter time", errTooLarge, chat.MaxBytes>>20)
}

// short reads a field.
func short(r io.Reader) (string, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxField+1))
	if err == nil && len(b) > maxField {
		err = fmt.Errorf("a field of more than %d bytes", maxField)
	}
	return string(b), err
}

// fileName is a name as pages show it: one line, not too long, without folders.
func fileName(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	var out []rune
	for _, r := range strings.ToValidUTF8(name, "?") {
		if unicode.IsPrint(r) && len(out) < maxName {
			out = append(out, r)
		}
	}
	return cmp.Or(string(out), "chat")
}

// pageAfterUpload is the page after an upload: where the form was, if that is a page of this
// server, about the new chat. Of its settings those stay that fit any chat.
func pageAfterUpload(page, id, target string) string {
	to := url.URL{Path: "/"}
	c := defaults()
	if u, err := url.Parse(page); err == nil && local(u.Path) {
		to.Path = u.Path
		if asked, err := parse(u.Query()); err == nil {
			c = asked
		}
	}
	c.Chat = id
	c.Set("target", target)
	c.Set("at", "")
	to.RawQuery = c.encode().Encode()
	return to.String()
}

// local reports whether a path is one on this server and nothing that a browser could
// take for more.
func local(p string) bool {
	return strings.HasPrefix(p, "/") && path.Clean(p) == p && !strings.ContainsFunc(p,
		func(r rune) bool { return r == '\\' || unicode.IsControl(r) })
}

// forget drops the chat that a form names, and leads to the first page.
func (c *uploads) forget(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxField)
	c.Drop(r.PostFormValue("chat"))
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
