package attacks

import (
	"fmt"
	"runtime"
	"strings"
)

// guard turns a panic in a design's code, or in ours, into an error that says
// where, so that it costs the cells that it concerns and no others.
func guard(f func() error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("fault in %s: %v", origin(), v)
		}
	}()
	return f()
}

// origin names the innermost function of doormat on a panicking stack.
func origin() string {
	callers := make([]uintptr, 64)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		frame, more := frames.Next()
		if strings.HasPrefix(frame.Function, "doormat/") {
			return frame.Function
		}
		if !more {
			return "the program"
		}
	}
}
