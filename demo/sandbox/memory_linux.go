//go:build !race

package sandbox

import (
	"fmt"
	"os"
	"syscall"
)

// limitMemory has the kernel refuse memory beyond n bytes. Private writable mappings
// count (RLIMIT_DATA, setrlimit(2)), which is where Go's heap and stacks are. The whole
// address space is limited to n bytes more than it has now as well (RLIMIT_AS): Go first
// reserves addresses and then makes them writable, and a recent kernel takes that second
// step for a replacement that needs no more than was there before.
func limitMemory(n uint64) error {
	err := syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: n, Max: n})
	if err != nil {
		return err
	}
	statm, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return err
	}
	var pages uint64 // of the address space, first of the numbers there (proc(5))
	if _, err = fmt.Sscan(string(statm), &pages); err != nil {
		return fmt.Errorf("read /proc/self/statm: %w", err)
	}
	n += pages * uint64(os.Getpagesize())
	return syscall.Setrlimit(syscall.RLIMIT_AS, &syscall.Rlimit{Cur: n, Max: n})
}
