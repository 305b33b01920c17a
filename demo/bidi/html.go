package bidi

import (
	"html"
	"regexp"
	"strings"
)

// spoken are the attributes that people read or hear.
var spoken = regexp.MustCompile(` (?:title|aria-label|alt)="[^"]*"`)

// HTML isolates names in a page or a part of one: by <bdi> in its text, by FSI and PDI
// where an element holds only text, in pictures (SVG knows no <bdi>) and in attributes
// that people read. It leaves scripts, styles, code and what somebody edits alone.
func HTML(page string) string {
	if !has(page) {
		return page
	}
	var b strings.Builder
	var open []string // elements in which texts are treated otherwise
	for len(page) > 0 {
		at := strings.IndexByte(page, '<')
		if at < 0 {
			at = len(page)
		}
		text(&b, page[:at], open)
		page = page[at:]
		if page == "" {
			break
		}
		end := tagEnd(page)
		tag := page[:end]
		b.WriteString(attributes(tag))
		page = page[end:]
		name, closing := tagName(tag)
		switch {
		case !special[name] || strings.HasSuffix(tag, "/>"):
		case closing:
			if n := len(open); n > 0 && open[n-1] == name {
				open = open[:n-1]
			}
		case raw[name]:
			till := strings.Index(page, "</"+name)
			if till < 0 {
				till = len(page)
			}
			b.WriteString(page[:till])
			page = page[till:]
			open = append(open, name)
		default:
			open = append(open, name)
		}
	}
	return b.String()
}

var (
	raw     = set("script", "style", "textarea")
	left    = set("code", "pre", "kbd", "bdi", "script", "style", "textarea")
	marked  = set("title", "option", "svg")
	special = set("script", "style", "textarea", "code", "pre", "kbd", "bdi", "title",
		"option", "svg")
)

func set(words ...string) map[string]bool {
	m := map[string]bool{}
	for _, w := range words {
		m[w] = true
	}
	return m
}

// text writes what stands between two tags. What its entities stand for is looked at,
// so that &#34; within a name does not end it.
func text(b *strings.Builder, escaped string, open []string) {
	begin, end := "<bdi>", "</bdi>"
	for _, name := range open {
		if left[name] {
			b.WriteString(escaped)
			return
		}
		if marked[name] {
			begin, end = FSI, PDI
		}
	}
	plain := html.UnescapeString(escaped)
	if !has(plain) {
		b.WriteString(escaped)
		return
	}
	isolate(b, plain, begin, end, html.EscapeString)
}

// attributes isolates names in the attributes of a tag.
func attributes(tag string) string {
	if !has(tag) {
		return tag
	}
	return spoken.ReplaceAllStringFunc(tag, func(attribute string) string {
		if !has(attribute) {
			return attribute
		}
		var b strings.Builder
		at := strings.IndexByte(attribute, '"') + 1
		isolate(&b, html.UnescapeString(attribute[at:len(attribute)-1]), FSI, PDI,
			html.EscapeString)
		return attribute[:at] + b.String() + `"`
	})
}

// tagEnd returns where the tag, comment or declaration ends with which page begins. A
// > in an attribute's quotation marks does not end it.
func tagEnd(page string) int {
	if strings.HasPrefix(page, "<!--") {
		if end := strings.Index(page, "-->"); end >= 0 {
			return end + 3
		}
		return len(page)
	}
	quote := byte(0)
	for i := 1; i < len(page); i++ {
		switch c := page[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return len(page)
}

// tagName returns the element that a tag opens or closes.
func tagName(tag string) (name string, closing bool) {
	name, closing = strings.CutPrefix(strings.Trim(tag, "<>"), "/")
	if i := strings.IndexAny(name, " \t\r\n/"); i >= 0 {
		name = name[:i]
	}
	return strings.ToLower(name), closing
}
