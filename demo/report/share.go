package report

import (
	"doormat/attacks"
	"doormat/demo/plain"
)

// What other renderers say in the same words as the terminal.

// Meaning says in a few lines what a result shows, in numbers from its cells.
func Meaning(r *attacks.Result) []string { return cleaned(meaning(r)) }

// Caveats stand under every table.
func Caveats() []string { return append([]string{}, caveats...) }

// SettingsLine stands over a result: whatever changes what is measured.
func SettingsLine(r *attacks.Result) string { return plain.Clean(settingsLine(r)) }

// Surprise tells how a cell differs from what its attack expects, "" if it does not.
func Surprise(c *attacks.Cell) string {
	if !surprising(c) {
		return ""
	}
	return plain.Clean(surprise(c))
}

// DisclosedTo names the first who were told of an access later, by design, "" if nobody
// was: then nobody's having been warned is not all there is to say.
func DisclosedTo(c *attacks.Cell) string { return told(c, 2) }

// Escape makes text from outside harmless in Markdown, within a line that it does
// not begin.
func Escape(text string) string { return escape(text) }
