//go:build browser

package browser

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
)

var printedPage = regexp.MustCompile(`/Type\s*/Page\b`)

// Printed prints a page of HTML on the paper that its style asks for, or on the browser's own,
// and counts the sheets.
func Printed(t testing.TB, page string) int {
	t.Helper()
	chromium := Need(t)
	dir := t.TempDir()
	from, to := filepath.Join(dir, "page.html"), filepath.Join(dir, "page.pdf")
	if err := os.WriteFile(from, []byte(page), 0o600); err != nil {
		t.Fatalf("browser: %v", err)
	}
	out, err := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu",
		"--user-data-dir="+dir, "--print-to-pdf="+to, "file://"+from).CombinedOutput()
	if err != nil {
		t.Fatalf("browser: print: %v: %s", err, out)
	}
	pdf, err := os.ReadFile(to)
	if err != nil {
		t.Fatalf("browser: print: %v", err)
	}
	return len(printedPage.FindAll(pdf, -1))
}
