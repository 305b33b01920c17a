//go:build browser

package browser

import (
	"context"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// Cost is what a page has cost its main thread so far, by Chromium's names: TaskDuration and others
// in seconds of the processor, which depend little on what else the machine does, and numbers such
// as LayoutCount (https://chromedevtools.github.io/devtools-protocol/tot/Performance).
func (p *Page) Cost() map[string]float64 {
	p.t.Helper()
	timed := performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}
	cost := map[string]float64{}
	p.do("cost", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, performance.Enable, timed); err != nil {
			return err
		}
		r, err := cdp.Call(ctx, t, performance.GetMetrics, cdp.Empty{})
		for _, m := range r.Metrics {
			cost[m.Name] = m.Value
		}
		return err
	}))
	return cost
}
