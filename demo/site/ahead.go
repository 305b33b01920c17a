package site

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"regexp"

	"doormat/demo"
	"doormat/demo/site/tab"
)

// mostPages bounds the story, whose pages name one another.
const mostPages = 200

var (
	nextOf  = regexp.MustCompile(`data-next="([^"]+)"`)
	viewsOf = regexp.MustCompile(`href="#(/(?:overview|order|atlas))"`)
	filesOf = regexp.MustCompile(`(?:href|src)="([a-z]+\.(?:css|js|svg))"`)
)

// Ahead renders the story's pages, each beat of it, and what its first page leads to besides.
// They are the stage's own under the default settings, measured now; the overview is made of the
// results in docs/results.json. A visitor sees them before the program is there, or instead of
// what takes a browser minutes.
func Ahead(ctx context.Context, kit demo.Kit) (map[string]string, error) {
	pages, err := story(ctx, kit, mostPages)
	if err != nil {
		return nil, err
	}
	t := tab.New(kit, nil)
	for _, view := range viewsOf.FindAllStringSubmatch(pages["/"], -1) {
		if pages[view[1]], err = page(ctx, t, view[1]); err != nil {
			return nil, err
		}
	}
	return pages, nil
}

// story renders the pages of the story, each of which names the next one, and at most so many.
func story(ctx context.Context, kit demo.Kit, most int) (map[string]string, error) {
	t := tab.New(kit, nil)
	pages := map[string]string{}
	for address := "/"; address != "" && pages[address] == "" && len(pages) < most; {
		text, err := page(ctx, t, address)
		if err != nil {
			return nil, err
		}
		pages[address] = text
		address = ""
		if next := nextOf.FindStringSubmatch(text); next != nil {
			address = html.UnescapeString(next[1])
		}
	}
	return pages, nil
}

// page renders one page of the stage.
func page(ctx context.Context, t *tab.Tab, address string) (string, error) {
	a, err := t.Answer(ctx, tab.Request{Method: http.MethodGet, Address: address})
	if err == nil && a.Status != http.StatusOK {
		err = fmt.Errorf("status %d", a.Status)
	}
	if err != nil {
		return "", fmt.Errorf("site: page %s: %w", address, err)
	}
	return a.HTML, nil
}

// stageFiles takes over the files that the stage's page names. Its figures are given apart: they
// become part of index.html, where they are found also when nothing can be loaded any more.
func (s Site) stageFiles(ctx context.Context, t *tab.Tab, home string) (figures string, err error) {
	names := []string{"figures.svg"}
	for _, found := range filesOf.FindAllStringSubmatch(home, -1) {
		names = append(names, found[1])
	}
	for _, name := range names {
		text, err := page(ctx, t, "/assets/"+name)
		if err != nil {
			return "", err
		}
		if name == "figures.svg" {
			figures = inPage(text)
		} else {
			s[name] = []byte(text)
		}
	}
	return figures, nil
}

var symbol = regexp.MustCompile(`<symbol id="`)

// inPage makes figures part of a page, under names that nothing else there has.
func inPage(figures string) string {
	return symbol.ReplaceAllString(figures, `<symbol id="`+tab.Figure)
}
