// Package library holds the attacks that come with doormat, one Starlark script
// each: header, steps, what is expected of every design and why, and what really
// happened once. A script's file is named after its id. What several scripts share
// they load from helpers.
//
// The package is data, so that whoever reads a result can read, change and add attacks
// without reading the program. demo loads it; package attacks says what a script may do.
//
// TestExpectations in package demo holds every script to what it expects, under many
// settings, TestInvariants there to what must hold for every attack.
package library

import "embed"

// Files are the scripts, in the root of the file system, named <id>.star, and what
// any script may load, under helpers.
//
//go:embed *.star helpers/*.star
var Files embed.FS
