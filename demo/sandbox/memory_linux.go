//go:build !race

package sandbox

import "syscall"

// limitMemory has the kernel refuse memory beyond n bytes: private writable
// mappings count, which is where Go's heap and stacks are (setrlimit(2),
// RLIMIT_DATA, since Linux 4.7).
func limitMemory(n uint64) error {
	return syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: n, Max: n})
}
