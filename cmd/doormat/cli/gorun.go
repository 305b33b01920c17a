package cli

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// ours are the commands that texts for students tell them to type.
var ours = regexp.MustCompile(`\bdoormat ((?:attack|challenge|design) (?:show|run|list|check|start|new)\b)`)

// Typed is text in which commands stand as they work here: go run leaves no program behind that is
// called doormat. A text that says what the word is short for keeps it.
func Typed(text string) string {
	program, err := os.Executable()
	if err != nil || !byGoRun(program, os.TempDir()) ||
		strings.Contains(text, "doormat is short for") {
		return text
	}
	return ours.ReplaceAllString(text, "go run ./cmd/doormat $1")
}

// byGoRun tells whether a program lies where go run puts one, below the folder for temporary files.
func byGoRun(program, temp string) bool {
	dir := filepath.Dir(program)
	return strings.HasPrefix(dir, filepath.Clean(temp)+string(filepath.Separator)) &&
		strings.Contains(dir, "go-build") && filepath.Base(dir) == "exe"
}
