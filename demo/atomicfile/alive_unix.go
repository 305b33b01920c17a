//go:build unix

package atomicfile

import (
	"errors"
	"syscall"
)

// alive reports whether a process of that number runs, whoever owns it.
func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
