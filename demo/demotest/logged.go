package demotest

import (
	"bytes"
	"log"
	"os"
	"testing"
)

// Logged catches what is logged during a test.
func Logged(t testing.TB) *bytes.Buffer {
	var b bytes.Buffer
	log.SetOutput(&b)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	return &b
}
