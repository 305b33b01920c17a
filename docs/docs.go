// Package docs holds what `doormat docs` writes and the program itself reads: the results
// of the default run, made ahead. A test of demo/pages finds them out when they are stale.
package docs

import _ "embed" // for Results

// Results is the document of `doormat matrix --designs all --format json`, for the default
// settings, without seconds.
//
//go:embed results.json
var Results []byte
