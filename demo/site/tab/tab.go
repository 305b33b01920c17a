// Package tab answers the pages of the stage within one browser tab: what a server does for the
// stage in a room, a [Tab] does for one visitor, in the visitor's own browser. It is the stage's
// own handler that answers ([stage.Stage.InTab]); here is what a folder of files needs besides:
// addresses that are fragments ([Tab.Answer]), other columns, and attacks that the visitor
// writes ([Tab.Own]). It knows nothing of JavaScript, so tests ask it without a browser;
// demo/site/worker brings the two together.
//
// TestAnswer asks for pages and follows their links, TestOwn writes attacks with mistakes.
package tab

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"

	"doormat/attacks/technique"
	"doormat/demo"
	"doormat/demo/stage"
	"doormat/demo/stage/jobs"
)

// A Tab is the stage of one visitor. It is not for concurrent use.
type Tab struct {
	kit    demo.Kit
	own    technique.Technique     // what the visitor wrote, nil if nothing
	stages map[string]*stage.Stage // by their columns
	report func(jobs.Progress)
}

// New makes a tab with the library's attacks. Report hears how far runs are.
func New(kit demo.Kit, report func(jobs.Progress)) *Tab {
	return &Tab{kit: kit, stages: map[string]*stage.Stage{}, report: report}
}

// A Request asks for a page. Columns are ids with commas between them, "" for those of the
// story; the address is a path of the stage with its query.
type Request struct {
	Columns, Method, Address string
	Body                     []byte
}

// An Answer is a page, or where to go on.
type Answer struct {
	Status   int    `json:"status"` // of HTTP
	Location string `json:"location"`
	HTML     string `json:"html"`
}

// host is the name under which the stage takes itself to be asked. No packet goes there.
const host = "tab"

// Answer gives a page, whose links are fragments. It takes as long as what the page shows takes
// to be measured. Columns that do not exist are an error of type *demo.UsageError.
func (t *Tab) Answer(ctx context.Context, q Request) (Answer, error) {
	s, err := t.stage(ctx, q.Columns)
	if err != nil {
		return Answer{}, err
	}
	r, err := http.NewRequestWithContext(ctx, q.Method, "http://"+host+q.Address,
		bytes.NewReader(q.Body))
	if err != nil {
		return Answer{}, demo.Usagef("address %.80q: %v", q.Address, err)
	}
	if q.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/forget") {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := &answer{header: http.Header{}}
	s.Handler([]string{host}).ServeHTTP(w, r)
	a := Answer{w.status, w.header.Get("Location"), w.body.String()}
	if strings.HasPrefix(w.header.Get("Content-Type"), "text/html") {
		a.HTML = Fragments(a.HTML, q.Columns)
	}
	return a, nil
}

// stage gives the stage of some columns.
func (t *Tab) stage(ctx context.Context, columns string) (*stage.Stage, error) {
	if s := t.stages[columns]; s != nil {
		return s, nil
	}
	o := demo.Defaults()
	if columns != "" {
		o.Designs = strings.Split(columns, ",")
	}
	kit := t.kit
	if t.own != nil {
		kit.Attacks = slices.DeleteFunc(slices.Clone(kit.Attacks), func(a technique.Technique) bool {
			return a.Header().ID == t.own.Header().ID
		})
		kit.Attacks = append(kit.Attacks, t.own)
	}
	s, err := stage.New(ctx, kit, o)
	if err != nil {
		return nil, err
	}
	s.InTab(t.report)
	t.stages[columns] = s
	return s, nil
}

// Fragments rewrites the addresses of a page of the stage for a folder somewhere: pages are
// fragments after the columns, the stage's files stand beside index.html, and figures are in it.
// In what people wrote there is no quotation mark that is not escaped, so nothing of it changes.
func Fragments(page, columns string) string {
	return strings.NewReplacer(
		`href="/assets/figures.svg#`, `href="#`+Figure,
		`href="/assets/`, `href="`,
		`src="/assets/`, `src="`,
		`href="/`, `href="#`+columns+`/`,
	).Replace(page)
}

// Figure begins the id of each figure in index.html.
const Figure = "figure-"

// answer takes what a handler writes.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(b)
}
