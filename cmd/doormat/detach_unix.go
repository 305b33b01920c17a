//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// detach keeps Ctrl-C from a program that is started: the browser stays when the stage
// ends.
func detach(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
