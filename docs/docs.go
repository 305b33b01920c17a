// Package docs holds what `doormat docs` writes and the program itself reads: the
// results of the default run, made ahead. So documents, and whatever shows the default
// run, need not wait for it. TestDocs in demo/pages fails when they are stale.
package docs

import _ "embed" // for Results and Lines

// Results is the document of `doormat matrix --designs all --format json`, for the default
// settings, without seconds.
//
//go:embed results.json
var Results []byte

// Lines are the lines of program that each arrangement adds to end-to-end encryption, by its
// id: the program itself, without its source tree, could not count them.
//
//go:embed lines.json
var Lines []byte
