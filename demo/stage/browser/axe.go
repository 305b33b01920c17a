//go:build browser

package browser

import (
	"errors"
	"os"

	"github.com/chromedp/chromedp"
)

// audit runs the rules for WCAG 2.2 A and AA and axe's own good practice. A line for
// each element that breaks a rule, with what would mend it.
const audit = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}).then(r => {
	if (r.passes.length === 0) throw new Error("axe found nothing to check");
	return r.violations.flatMap(v => v.nodes.map(n =>
		v.impact + ": " + v.id + ": " + n.target.join(" ") + ": " + n.failureSummary.replace(/\s+/g, " ")));
})`

// Axe lists what axe-core finds wrong with the page as it is now, one line for each
// element; none if it finds nothing. It sees a part of what matters to people who use
// a screen reader, a keyboard or large text, never the whole. It skips the test when
// DOORMAT_AXE is not set.
//
// It is evaluated by the debugger, where the page's Content-Security-Policy does not
// hold: a script element would be blocked.
func (p *Page) Axe() []string {
	p.t.Helper()
	file := os.Getenv("DOORMAT_AXE")
	if file == "" {
		missing(p.t, errors.New("browser: DOORMAT_AXE is not set to the axe.min.js of axe-core"))
	}
	source, err := os.ReadFile(file)
	if err != nil {
		p.t.Fatalf("browser: DOORMAT_AXE: %v", err)
	}
	p.do("load axe", chromedp.Evaluate[chromedp.Void](string(source)))
	return Value[[]string](p, audit)
}
