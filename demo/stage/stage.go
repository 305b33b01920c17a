// Package stage is a local web page that shows attacks step by step to people in a
// room, from the same replays as the terminal and the report.
//
// The state of a page is in its URL and every page is a plain GET; what a URL asks for
// is computed once ([store]) and shown to whoever asks. Query reads and writes the
// URL's query, hub streams progress, guard keeps other pages in the browser out.
package stage
