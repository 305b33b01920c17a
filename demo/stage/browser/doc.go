// Package browser drives a real Chromium through tests of the pages that doormat
// serves and writes. Only tests import it, which TestImports in world holds.
//
//	p := browser.Open(t, browser.Look{Width: 1280, Height: 800, Dark: true})
//	p.Visit(server.URL)
//	p.Press("ArrowRight")
//	p.Wait(`document.querySelector("h2").textContent.includes("Step 2")`)
//	require.Empty(t, p.Axe())
//
// A step that fails ends the test. What the page complains of fails it too, at the
// end: errors on the console, uncaught exceptions, resources that did not load, and
// breaches of its Content-Security-Policy. A test that provokes a complaint takes it
// with Troubles. The browser resolves no name but localhost, so a page that needs the
// network is found out.
//
// Start the server before Open: the browser is then closed first, and with it the
// event streams that would keep the server from closing.
//
// Chromium is $DOORMAT_CHROMIUM, or chromium, chromium-browser or google-chrome on
// the path. $DOORMAT_AXE is the file axe.min.js of the package axe-core, which finds
// breaches of the Web Content Accessibility Guidelines (WCAG 2.2). The tests are built and
// run with -tags browser only, so that nobody else compiles the client of the protocol, and
// skip where something is missing; with DOORMAT_BROWSER=required they fail then. Protocol:
// https://chromedevtools.github.io/devtools-protocol/.
package browser
