//go:build !unix

package atomicfile

import "os"

// alive reports whether a process of that number runs. Where that cannot be told,
// it does.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	_ = p.Release()
	return true
}
