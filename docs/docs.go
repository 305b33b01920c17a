// Package docs holds what the program itself reads of its documents: the guide for teachers,
// and the results of the default run, made ahead. So documents, and whatever shows the default
// run, need not wait for it. TestDocs in demo/pages fails when they are stale.
package docs

import _ "embed" // for what follows

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

// Teaching is the guide for teachers: what it says beside an attack, a speaker says, too.
//
//go:embed teaching.md
var Teaching string
