//go:build browser

package browser

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Press presses keys, one after the other, on what has the focus. A key has the name
// that a page sees in KeyboardEvent.key (W3C UI Events): "ArrowRight", "Enter", "?",
// " ". Modifiers go before it: "Shift+Tab".
func (p *Page) Press(keys ...string) {
	p.t.Helper()
	for _, name := range keys {
		key, modifiers, err := parseKey(name)
		if err != nil {
			p.t.Fatal(err)
		}
		p.do("press "+name, chromedp.KeyEvent(string(key), chromedp.KeyModifiers(modifiers...)))
	}
}

// parseKey returns the character that chromedp has for a key.
func parseKey(name string) (rune, []chromedp.Modifier, error) {
	known := map[string]chromedp.Modifier{
		"Shift": chromedp.ModifierShift, "Control": chromedp.ModifierCtrl,
		"Alt": chromedp.ModifierAlt, "Meta": chromedp.ModifierMeta,
	}
	var modifiers []chromedp.Modifier
	rest := name
	for {
		before, after, _ := strings.Cut(rest, "+")
		m, ok := known[before]
		if !ok || after == "" {
			break
		}
		modifiers, rest = append(modifiers, m), after
	}
	if r, size := utf8.DecodeRuneInString(rest); size > 0 && size == len(rest) &&
		kb.Keys[r] != nil {
		return r, modifiers, nil
	}
	// the main key comes before that of the number pad
	for _, r := range slices.Sorted(maps.Keys(kb.Keys)) {
		if kb.Keys[r].Key == rest {
			return r, modifiers, nil
		}
	}
	return 0, nil, fmt.Errorf("browser: no key is called %q; use the names of KeyboardEvent.key",
		name)
}
