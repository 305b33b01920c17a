//go:build browser

package browser

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/chromedp/chromedp"
)

// Visit opens a URL and waits until the page has loaded.
func (p *Page) Visit(url string) {
	p.t.Helper()
	p.do("visit "+url, chromedp.Navigate(url))
}

// Click clicks the first element that the CSS selector finds, once it is visible. A page that was
// rendered anew between the look and the click is looked at once more, as a person would.
func (p *Page) Click(selector string) {
	p.t.Helper()
	click := chromedp.Click(chromedp.CSS(selector))
	ctx, stop := context.WithTimeout(p.ctx, stepTimeout)
	defer stop()
	if _, err := chromedp.Run(ctx, click); err == nil || !strings.Contains(err.Error(), "find node with given id") {
		if err != nil {
			p.t.Fatalf("browser: click %s: %v", selector, err)
		}
		return
	}
	p.do("click "+selector, click)
}

// Upload sets the file of an input element of type file.
func (p *Page) Upload(selector, file string) {
	p.t.Helper()
	path, err := filepath.Abs(file)
	if err == nil {
		_, err = os.Stat(path) // the browser would take a file that is not there
	}
	if err != nil {
		p.t.Fatalf("browser: upload to %s: %v", selector, err)
	}
	p.do("upload to "+selector, chromedp.SetUploadFiles(chromedp.CSS(selector), []string{path}))
}

// Text is what a reader sees of the first element that the selector finds, once it
// is visible.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	return run(p, "text of "+selector, chromedp.Text(chromedp.CSS(selector)))
}

// Wait waits until a JavaScript expression is true. It asks from here, again and
// again, so the page may be on its way to another and the condition may throw:
// chromedp.Poll would end with the page.
func (p *Page) Wait(condition string) {
	p.t.Helper()
	p.do("wait until "+condition, chromedp.Func(func(ctx context.Context,
		t *chromedp.Target) error {
		var last error
		for {
			ok, err := chromedp.Evaluate[bool]("!!("+condition+")")(ctx, t)
			switch {
			case ok:
				return nil
			case ctx.Err() != nil:
				return errors.Join(ctx.Err(), last)
			}
			last = err
			time.Sleep(20 * time.Millisecond)
		}
	}))
}

// Shot writes what the viewport shows to a PNG file.
func (p *Page) Shot(file string) {
	p.t.Helper()
	png := run(p, "screenshot", chromedp.CaptureScreenshot())
	if err := os.WriteFile(file, png, 0o644); err != nil {
		p.t.Fatalf("browser: screenshot: %v", err)
	}
}

// FirstPaint is the time from the start of the visit until the first text or picture
// showed (First Contentful Paint, W3C Paint Timing). It is for reports, not for
// assertions: it depends on the machine.
func (p *Page) FirstPaint() time.Duration {
	p.t.Helper()
	const paint = `performance.getEntriesByName("first-contentful-paint")[0]`
	p.Wait(paint)
	return time.Duration(Value[float64](p, paint+".startTime") * float64(time.Millisecond))
}

// Value evaluates a JavaScript expression, and waits for it if it is a promise.
func Value[T any](p *Page, expression string) T {
	p.t.Helper()
	return run(p, "evaluate "+expression, chromedp.Evaluate[T](expression,
		chromedp.EvalAwaitPromise))
}

func (p *Page) do(what string, step chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	run(p, what, step)
}

func run[T any](p *Page, what string, step chromedp.Action[T]) T {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.ctx, stepTimeout)
	defer stop()
	v, err := chromedp.Run(ctx, step)
	if err != nil {
		p.t.Fatalf("browser: %s: %v", what, err)
	}
	return v
}
