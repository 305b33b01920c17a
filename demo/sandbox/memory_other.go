//go:build !linux || race

package sandbox

import (
	"fmt"
	"os"
	"runtime"
	"time"
)

// The race detector maps more memory than the limit before main begins, so tests
// under it are bounded like this, too.

// limitMemory ends the process soon after its heap has grown beyond n bytes. One
// huge allocation may come first; the kernel of a desktop lends it without
// touching it.
func limitMemory(n uint64) error {
	go func() {
		for range time.Tick(20 * time.Millisecond) {
			var m runtime.MemStats
			if runtime.ReadMemStats(&m); m.HeapAlloc > n {
				fmt.Fprintln(os.Stderr, "fatal error: out of memory")
				os.Exit(2)
			}
		}
	}()
	return nil
}
