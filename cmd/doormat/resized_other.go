//go:build !unix

package main

import "context"

// resized does nothing: here a key draws anew.
func resized(context.Context, func()) {}
