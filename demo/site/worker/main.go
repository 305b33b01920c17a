//go:build js

// Command worker is doormat in a browser: the program of the Web Worker that the folder of
// `doormat site` starts (demo/site/assets/worker.js). It gives pages, and takes scripts and
// chats, by messages; package tab does all that can be done without a browser.
//
// TestSite in demo/site asks it in Chromium.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"strings"
	"syscall/js"
	"time"

	"doormat/attacks/lint"
	"doormat/demo"
	"doormat/demo/site/tab"
	"doormat/demo/stage/jobs"
)

// memory is what the program tries to stay below, in bytes: a tab may not get more than 4 GB.
const memory = 1536 << 20

// A request is what a page asks for: one of the fields says what.
type request struct {
	ID      int    `json:"id"`
	Page    string `json:"page"` // an address
	Method  string `json:"method"`
	Columns string `json:"columns"`
	Script  string `json:"script"` // the text of an attack, to be taken
	Check   bool   `json:"check"`  // tell what is wrong with it
	Source  string `json:"source"` // the id of an attack whose script is wanted
}

// A reply goes to the page that asked, or tells it how far a run is.
type reply struct {
	ID       int            `json:"id"`
	Ready    bool           `json:"ready"`
	Done     int            `json:"done"`
	Total    int            `json:"total"`
	What     string         `json:"what"` // of a run under way
	Answer   *tab.Answer    `json:"answer"`
	Own      *tab.Own       `json:"own"`
	Findings []lint.Finding `json:"findings"`
	Printed  string         `json:"printed"`
	Text     string         `json:"text"`
	Error    string         `json:"error"`
}

func main() {
	debug.SetMemoryLimit(memory)
	debug.SetGCPercent(400) // one thread does all, and a run holds far less than the limit
	kit, err := demo.Default()
	if err != nil {
		panic(err) // the library is compiled in
	}
	var last time.Time
	t := tab.New(kit, func(p jobs.Progress) {
		if now := time.Now(); now.Sub(last) > 50*time.Millisecond { // what eyes can follow
			last = now
			post(reply{Done: p.Done, Total: p.Total, What: p.What})
		}
	})
	asked := make(chan func())
	js.Global().Set("ask", js.FuncOf(func(_ js.Value, args []js.Value) any {
		var q request
		err := json.Unmarshal([]byte(args[0].String()), &q)
		body := make([]byte, args[1].Get("length").Int())
		js.CopyBytesToGo(body, args[1])
		go func() {
			asked <- func() {
				a := reply{}
				if err == nil {
					a = serve(t, q, body)
				} else {
					a.Error = err.Error()
				}
				a.ID = q.ID
				post(a)
			}
		}()
		return nil
	}))
	post(reply{Ready: true})
	for f := range asked {
		f()
	}
}

// serve does what a page asks for. A failure in the program itself ends that request only.
func serve(t *tab.Tab, q request, body []byte) (a reply) {
	defer func() {
		if v := recover(); v != nil {
			a.Error = fmt.Sprintf("the program failed, which is a mistake in doormat: %v", v)
		}
	}()
	ctx := context.Background()
	var err error
	switch {
	case q.Script != "":
		own := t.Own(ctx, q.Script, func(line string) { post(reply{Printed: line}) })
		a.Own = &own
	case q.Check:
		a.Findings, err = t.Check(ctx, strings.Split(q.Columns, ","))
	case q.Source != "":
		a.Text, err = t.Source(q.Source)
	default:
		var page tab.Answer
		page, err = t.Answer(ctx, tab.Request{Columns: q.Columns, Method: q.Method, Address: q.Page,
			Body: body})
		a.Answer = &page
	}
	if err != nil {
		a.Error = err.Error()
	}
	return a
}

func post(a reply) {
	text, err := json.Marshal(a)
	if err != nil {
		panic(err) // our own types
	}
	js.Global().Call("postMessage", string(text))
}
