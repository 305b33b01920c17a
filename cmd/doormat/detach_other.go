//go:build !unix

package main

import "os/exec"

// detach has nothing to do where programs do not share Ctrl-C as on Unix.
func detach(*exec.Cmd) {}
