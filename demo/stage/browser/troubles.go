//go:build browser

package browser

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// Troubles returns what the page has complained of so far and forgets it: the test
// that asks has seen it.
func (p *Page) Troubles() []string {
	time.Sleep(50 * time.Millisecond) // some come from another process, after what caused them
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.troubles
	p.troubles = nil
	return all
}

// Requests are the addresses that the page, and its frames, have asked for so far, in that order.
// What a worker asks for is not among them.
func (p *Page) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.requests)
}

// complain fails the test for the complaints that it has not taken.
func (p *Page) complain() {
	for _, trouble := range p.Troubles() {
		p.t.Errorf("browser: the page complains: %s", trouble)
	}
}

// hear keeps the complaints among the events of the tab. Breaches of the policy are
// in the browser's log.
func (p *Page) hear(event any) {
	text := ""
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		p.mu.Lock()
		p.requests = append(p.requests, e.Request.URL)
		p.mu.Unlock()
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			text = strings.TrimSpace(fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text,
				e.Entry.URL))
		}
	case *runtime.EventExceptionThrown:
		text = "exception: " + e.ExceptionDetails.Text
		if o := e.ExceptionDetails.Exception; o != nil {
			text += " " + show(o)
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError ||
			e.Type == runtime.ConsoleAPICalledTypeAssert {
			text = "console:"
			for _, arg := range e.Args {
				text += " " + show(arg)
			}
		}
	}
	if text == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.troubles = append(p.troubles, text)
}

// show is the description of an object, and of any other value its JSON.
func show(o *runtime.RemoteObject) string {
	if o.Description != "" {
		return o.Description
	}
	return string(o.Value)
}
