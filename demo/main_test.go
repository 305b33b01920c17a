package demo

import (
	"os"
	"runtime/debug"
	"testing"
)

// TestMain lets garbage lie longer than usual: collecting it was a tenth of the tests' time.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	os.Exit(m.Run())
}
